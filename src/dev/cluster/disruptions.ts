/** What others than the kubelet do to a Pod: evictions, preemption, the node controllers. Texts as recorded (K4, K9). */
import { timestamp } from './objects.ts';
import { withCondition } from './pod-status.ts';
import type { DeleteOptions, Store } from './store.ts';
import type { Tasks } from './tasks.ts';

export const DISRUPTIONS = {
  evicted: { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
  preempted: { reason: 'PreemptionByScheduler', message: 'default-scheduler: preempting to accommodate a higher priority pod' },
  tainted: { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
  collected: { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' },
} as const;
export type Disruption = keyof typeof DISRUPTIONS;

/** A NotReady node is noticed after that time (node-monitor-grace-period 16 s in the recordings). */
const NOTICED_MS = 17_000;
const DEFAULT_TOLERATION_MS = 300_000;
const POD_GC_MS = 46_000;

export interface Disruptor {
  /** DisruptionTarget, then a graceful deletion. 404 when there is no such Pod. */
  disrupt(namespace: string, name: string, by: Disruption, options?: DeleteOptions): void;
  /** The node of the Pod is not heard of any more. */
  nodeLost(namespace: string, name: string, signal: AbortSignal, tolerationMs?: number): void;
  /** The Node object is gone: PodGC fails the Pod and deletes it without grace. */
  nodeDeleted(namespace: string, name: string, signal: AbortSignal): void;
}

export function createDisruptor(store: Store, tasks: Tasks): Disruptor {
  function setCondition(
    namespace: string,
    name: string,
    type: string,
    status: 'True' | 'False',
    why: { reason?: string; message?: string },
  ): void {
    const condition = { type, status, lastProbeTime: null, lastTransitionTime: timestamp(tasks.clock.now()), ...why };
    store.update('Pod', namespace, name, (pod) => ({ ...pod, status: withCondition(pod.status, condition) }));
  }

  function disrupt(namespace: string, name: string, by: Disruption, options: DeleteOptions = {}): void {
    setCondition(namespace, name, 'DisruptionTarget', 'True', DISRUPTIONS[by]);
    store.delete('Pod', namespace, name, options);
  }

  return {
    disrupt,
    nodeLost(namespace, name, signal, tolerationMs = DEFAULT_TOLERATION_MS) {
      // Without a reason: the mark of a NotReady node (trap G).
      tasks.after(NOTICED_MS, () => setCondition(namespace, name, 'Ready', 'False', {}), signal);
      tasks.after(NOTICED_MS + tolerationMs, () => disrupt(namespace, name, 'tainted'), signal);
    },
    nodeDeleted(namespace, name, signal) {
      tasks.after(NOTICED_MS, () => setCondition(namespace, name, 'Ready', 'False', {}), signal);
      tasks.after(
        POD_GC_MS,
        () => {
          store.update('Pod', namespace, name, (pod) => ({ ...pod, status: { ...pod.status, phase: 'Failed' } }));
          disrupt(namespace, name, 'collected', { graceSeconds: 0 });
        },
        signal,
      );
    },
  };
}
