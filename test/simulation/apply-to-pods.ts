/** What happens to Pods, with an entry in the ledger for whatever may cost a task. */
import { LABEL_RUNNER } from '../../src/api/keys.ts';
import type { PodFault } from '../../src/dev/cluster/faults.ts';
import type { PodObject } from '../../src/dev/cluster/objects.ts';
import { at } from './draw.ts';
import { NAMESPACE } from './names.ts';
import type { Action } from './scenario.ts';
import { clusterAt, type Simulation } from './simulation.ts';

type Of<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

const MACHINE_DIES_MS = 50;

/** Hits a Pod whose runner is alive; with the machine the runner dies, a moment after the kubelet's last word. */
export function podFault(simulation: Simulation, cluster: number, { which, fault, machineDies }: Of<'podFault'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const evictable = (pod: string): boolean => simulation.scenario.mode === 'Ephemeral' && isStaying(owner.get('Pod', NAMESPACE, pod));
  const victims = owner.processes().filter(({ pod }) => fault.kind !== 'nodePressure' || evictable(pod));
  const victim = at(victims, which);
  if (victim === undefined || !owner.inject(NAMESPACE, victim.pod, fault)) return false;
  if (machineDies) owner.inject(NAMESPACE, victim.pod, { kind: 'killed', afterMs: MACHINE_DIES_MS, oom: false });
  if (endsTheTask(fault)) simulation.ledger.explain(victim.runner, simulation.world.clock.now(), fault.kind);
  if (fault.kind === 'nodeLost' || fault.kind === 'nodeDeleted') simulation.ledger.lostNode(victim.runner);
  return true;
}

/** The embedded kubelet evicts neither what is being deleted nor what it would start again. */
function isStaying(pod: PodObject | undefined): boolean {
  return pod !== undefined && pod.metadata.deletionTimestamp === undefined;
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
