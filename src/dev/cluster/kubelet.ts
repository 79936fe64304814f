/** The kubelet of the one embedded node (and its scheduler): gives every Pod a life, and tells it of its deletion. */
import type { Random } from '../forgejo/random.ts';
import { createDisruptor, type Disruptor } from './disruptions.ts';
import { createFaults, type FaultRule, faultOf, type PodFault } from './faults.ts';
import { isDeleted, isPod } from './owned-pods.ts';
import { livePod, type PodLife } from './pod-life.ts';
import type { ProcessMain } from './process.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

export interface Kubelet extends Disruptor {
  /** Adds a fault to a running Pod; `afterMs` then counts from now. False when there is no such Pod. */
  inject(namespace: string, name: string, fault: PodFault): boolean;
  /** One more rule, for the Pods that are created from now on. */
  arm(rule: FaultRule): void;
}

export interface KubeletOptions {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly random: Random;
  readonly main: ProcessMain;
  readonly faults: readonly FaultRule[];
  /** Told of every fault when it takes effect. */
  readonly struck: (kind: PodFault['kind']) => void;
}

export function startKubelet(options: KubeletOptions): Kubelet {
  const { store, tasks } = options;
  const disruptor = createDisruptor(store, tasks);
  const refused = (rule: FaultRule): boolean => rule.fault.kind === 'refused';
  const lifeFaults = createFaults(
    options.faults.filter((rule) => !refused(rule)),
    options.random,
  );
  const refusals = createFaults(options.faults.filter(refused), options.random);
  const lives = new Map<string, PodLife>();

  store.guard((object) => {
    const refusal = object.kind === 'Pod' ? faultOf(refusals.draw(object), 'refused') : undefined;
    if (refusal === undefined) return null;
    options.struck(refusal.kind);
    return refusal.message;
  });

  store.watch((event) => {
    const { object } = event;
    if (!isPod(object)) return;
    const { uid } = object.metadata;
    if (event.type === 'ADDED') lives.set(uid, livePod({ ...options, disruptor, faults: lifeFaults.draw(object) }, object));
    if (event.type === 'MODIFIED' && isDeleted(object)) {
      const before = event.before.metadata;
      const shorter = object.metadata.deletionGracePeriodSeconds !== before.deletionGracePeriodSeconds;
      if (before.deletionTimestamp === undefined || shorter) lives.get(uid)?.onDeletion(object.metadata.deletionGracePeriodSeconds ?? 0);
    }
    if (event.type === 'DELETED') {
      lives.get(uid)?.onGone();
      lives.delete(uid);
    }
  });

  return {
    ...disruptor,
    inject(namespace, name, fault) {
      const pod = store.get('Pod', namespace, name);
      const life = pod === undefined ? undefined : lives.get(pod.metadata.uid);
      life?.inject(fault);
      return life !== undefined;
    },
    arm(rule) {
      (refused(rule) ? refusals : lifeFaults).arm(rule);
    },
  };
}
