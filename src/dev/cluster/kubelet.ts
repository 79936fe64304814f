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
}

export interface KubeletOptions {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly random: Random;
  readonly main: ProcessMain;
  readonly faults: readonly FaultRule[];
}

export function startKubelet(options: KubeletOptions): Kubelet {
  const { store, tasks } = options;
  const disruptor = createDisruptor(store, tasks);
  const draw = createFaults(
    options.faults.filter((rule) => rule.fault.kind !== 'refused'),
    options.random,
  );
  const refuse = createFaults(
    options.faults.filter((rule) => rule.fault.kind === 'refused'),
    options.random,
  );
  const lives = new Map<string, PodLife>();

  store.guard((object) => (object.kind === 'Pod' ? (faultOf(refuse(object), 'refused')?.message ?? null) : null));

  store.watch((event) => {
    const { object } = event;
    if (!isPod(object)) return;
    const { uid } = object.metadata;
    if (event.type === 'ADDED') lives.set(uid, livePod({ store, tasks, main: options.main, disruptor, faults: draw(object) }, object));
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
  };
}
