/** Makes an event happen. */
import { isApiError } from '../../src/dev/cluster/api-error.ts';
import * as faults from './apply-faults.ts';
import * as forgejo from './apply-in-forgejo.ts';
import * as pods from './apply-to-pods.ts';
import * as pool from './apply-to-pool.ts';
import type { SimulationEvent } from './scenario.ts';
import { clusterAt, type Simulation } from './simulation.ts';

/** Whether it had something to happen to; what the API server refuses has not happened. */
export function applyEvent(simulation: Simulation, event: SimulationEvent): boolean {
  try {
    return happen(simulation, event);
  } catch (error) {
    if (isApiError(error)) return false;
    throw error;
  }
}

function happen(simulation: Simulation, { cluster, do: action }: SimulationEvent): boolean {
  switch (action.kind) {
    case 'queue':
      return forgejo.queue(simulation, action);
    case 'cancel':
      return forgejo.cancel(simulation, action);
    case 'rerun':
      return forgejo.rerun(simulation, action);
    case 'twinRow':
      return forgejo.twinRow(simulation, action);
    case 'deleteRow':
      return forgejo.deleteRow(simulation, action);
    case 'actionsUnitOff':
      return forgejo.actionsUnitOff(simulation, action);
    case 'repositoryAway':
      return forgejo.repositoryAway(simulation, action);
    case 'organizationRenamed':
      return forgejo.organizationRenamed(simulation, action);
    case 'actionsOff':
      return forgejo.actionsOff(simulation, action);
    case 'scale':
      return pool.edit(simulation, cluster, (edits) => Object.assign(edits, { min: action.min, max: action.max }));
    case 'editTemplate':
      return pool.edit(simulation, cluster, (edits) => Object.assign(edits, { template: action.value }));
    case 'addLabel':
      return pool.editFor(simulation, cluster, action.forMs, (edits, by) => void (edits.extraLabels += by));
    case 'removeLabel':
      return pool.editFor(simulation, cluster, action.forMs, (edits, by) => void (edits.removedLabels += by));
    case 'pause':
      return pool.editFor(simulation, cluster, action.forMs, (edits, by) => void (edits.pauses += by));
    case 'denyRepository':
      return pool.denyRepository(simulation, cluster, action);
    case 'deletePool':
      return pool.deletePool(simulation, cluster, action);
    case 'tokenSecretGone':
      return pool.tokenSecretGone(simulation, cluster, action);
    case 'rotateToken':
      return pool.rotateToken(simulation);
    case 'deleteNamespace':
      return pool.deleteNamespace(simulation, cluster);
    case 'deleteWorkload':
      return pool.deleteWorkload(simulation, cluster, action);
    case 'deleteSecret':
      return pool.deleteSecret(simulation, cluster, action);
    case 'deletePod':
      return pods.deletePod(simulation, cluster, action);
    case 'quota':
      return faults.quota(simulation, cluster, action);
    case 'podFault':
      return pods.podFault(simulation, cluster, action);
    case 'nextPodFault':
      clusterAt(simulation, cluster).armPodFault(action.fault, { times: action.times });
      return true;
    case 'forgejoFault':
      return faults.forgejoFault(simulation, action);
    case 'forgejoRestart':
      return faults.forgejoRestart(simulation, action);
    case 'runnersCutOff':
      return faults.runnersCutOff(simulation, action);
    case 'lag':
      return faults.lag(simulation, cluster, action);
    case 'hookFault':
      return faults.hookFault(simulation, cluster, action);
    case 'restartOperator':
      return faults.restartOperator(simulation, cluster, action);
    case 'restartMetacontroller':
      return faults.restartMetacontroller(simulation, cluster, action);
    case 'route':
      return faults.route(simulation, cluster, action);
  }
}
