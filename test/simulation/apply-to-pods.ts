/** What happens to Pods, with an entry in the ledger for whatever may cost a task. */
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import type { PodFault } from '../../src/dev/cluster/faults.ts';
import { at } from './draw.ts';
import { NAMESPACE } from './names.ts';
import type { Action } from './scenario.ts';
import { clusterAt, type Simulation } from './simulation.ts';

type Of<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

/** Hits a Pod whose runner is alive. */
export function podFault(simulation: Simulation, cluster: number, { which, fault }: Of<'podFault'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const victim = at(owner.processes(), which);
  if (victim === undefined || !owner.inject(NAMESPACE, victim.pod, fault)) return false;
  if (endsTheTask(fault)) simulation.ledger.explain(victim.runner, simulation.world.clock.now(), fault.kind);
  if (fault.kind === 'nodeLost' || fault.kind === 'nodeDeleted') simulation.ledger.lostNode(victim.runner);
  return true;
}

export function deletePod(simulation: Simulation, cluster: number, { which, graceSeconds }: Of<'deletePod'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const victim = at(
    owner.list('Pod', NAMESPACE).filter(({ metadata }) => metadata.labels?.[LABEL_RUNNER] !== undefined),
    which,
  );
  if (victim === undefined) return false;
  owner.delete('Pod', NAMESPACE, victim.metadata.name, graceSeconds === null ? {} : { graceSeconds });
  const runner = victim.metadata.labels?.[LABEL_RUNNER] ?? '';
  if (graceSeconds !== null) simulation.ledger.explain(runner, simulation.world.clock.now(), 'killed by a deletion without its grace');
  return true;
}

/** A graceful end with the Pod's own grace explains nothing: the shield has to work. */
function endsTheTask(fault: PodFault): boolean {
  switch (fault.kind) {
    case 'killed':
    case 'exits':
    case 'nodePressure':
    case 'nodeLost':
    case 'nodeDeleted':
      return true;
    case 'evicted':
    case 'preempted':
    case 'deleted':
      return fault.graceSeconds !== undefined;
    case 'refused':
    case 'unschedulable':
    case 'rejected':
    case 'waiting':
    case 'imagePullFails':
    case 'mountFails':
    case 'slowStart':
    case 'startError':
    case 'stepOomKilled':
    case 'termLost':
    case 'sidecarUnready':
    case 'sidecarDeaf':
      return false;
  }
}
