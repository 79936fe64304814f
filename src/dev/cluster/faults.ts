/** What may go wrong with a Pod, as data: drawn from rules at its creation, or injected later. */

import type { Random } from '../forgejo/random.ts';
import type { PodObject } from './objects.ts';

/** Facts measured, sections 3 and 5. `afterMs` counts from the start of the runner container. */
export type PodFault =
  /** Refused at its creation: no Pod at all (quota, Pod Security, missing ServiceAccount). */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unschedulable'; readonly message: string; readonly forMs?: number }
  /** The kubelet turns it down: Failed without container statuses (OutOfcpu, NodeAffinity, Evicted). */
  | { readonly kind: 'rejected'; readonly reason: string; readonly message: string }
  /** The container does not start (ErrImagePull, InvalidImageName, CreateContainerConfigError …). */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string; readonly forMs?: number }
  /** The registry does not give the image: ErrImagePull and ImagePullBackOff by turns. */
  | { readonly kind: 'imagePullFails'; readonly forMs?: number }
  /** A volume is not there (a Secret that was never created): ContainerCreating, and nothing says why. */
  | { readonly kind: 'mountFails'; readonly forMs?: number }
  | { readonly kind: 'slowStart'; readonly ms: number }
  | { readonly kind: 'startError'; readonly message: string }
  /** Eviction API, preemption, `kubectl delete pod`: graceful, so the shield works. */
  | { readonly kind: 'evicted' | 'preempted' | 'deleted'; readonly afterMs: number; readonly graceSeconds?: number }
  /** The runner's process is killed, by the kernel for memory or by somebody. */
  | { readonly kind: 'killed'; readonly afterMs: number; readonly oom: boolean }
  /** The runner's process ends by itself with that code, whatever it was at. */
  | { readonly kind: 'exits'; readonly afterMs: number; readonly code: number }
  /** A step was killed for memory: the container ends as usual but its reason says OOMKilled (trap E). */
  | { readonly kind: 'stepOomKilled' }
  /** The kubelet evicts: no grace. Memory sets DisruptionTarget, storage does not. */
  | { readonly kind: 'nodePressure'; readonly afterMs: number; readonly resource: 'memory' | 'ephemeral-storage' }
  /**
   * The kubelet is cut off; deleted by the taint manager after the toleration (default 300 s). The runner lives on, unless the
   * machine dies.
   */
  | {
      readonly kind: 'nodeLost';
      readonly afterMs: number;
      readonly returnsAfterMs?: number;
      readonly tolerationMs?: number;
      readonly machineDies?: boolean;
    }
  | { readonly kind: 'nodeDeleted'; readonly afterMs: number; readonly machineDies?: boolean }
  /** TERM came before PID 1 had a handler, and was lost (trap A); a preStop hook still runs. */
  | { readonly kind: 'termLost' }
  /** The startup probe of the sidecars never passes: the runner waits in PodInitializing (K7). */
  | { readonly kind: 'sidecarUnready' }
  /** The sidecars ignore TERM: the Pod ends with its grace period only (trap J). */
  | { readonly kind: 'sidecarDeaf' };

export interface FaultRule {
  readonly fault: PodFault;
  /** The Pod's generateName or name begins so; every Pod without it. */
  readonly podPrefix?: string;
  /** 0–1; default 1. */
  readonly probability?: number;
  /** How many Pods it may hit; default any number. */
  readonly times?: number;
}

export interface Faults {
  /** The faults of one Pod; each rule keeps count of how often it has hit. */
  draw(pod: Pick<PodObject, 'metadata'>): readonly PodFault[];
  /** One more rule, for the Pods that are created from now on. */
  arm(rule: FaultRule): void;
}

export function createFaults(initial: readonly FaultRule[], random: Random): Faults {
  const rules = initial.map((rule) => ({ rule, hits: 0 }));
  return {
    draw(pod) {
      const drawn: PodFault[] = [];
      for (const counted of rules) {
        const { rule } = counted;
        if (rule.podPrefix !== undefined && !pod.metadata.name.startsWith(rule.podPrefix)) continue;
        if (counted.hits >= (rule.times ?? Number.POSITIVE_INFINITY) || random.next() >= (rule.probability ?? 1)) continue;
        counted.hits += 1;
        drawn.push(rule.fault);
      }
      return drawn;
    },
    arm(rule) {
      rules.push({ rule, hits: 0 });
    },
  };
}

export function faultOf<K extends PodFault['kind']>(
  faults: readonly PodFault[],
  kind: K,
): Extract<PodFault, { readonly kind: K }> | undefined {
  return faults.find((fault): fault is Extract<PodFault, { readonly kind: K }> => fault.kind === kind);
}
