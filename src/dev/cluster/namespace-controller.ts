/**
 * The ordered deletion of a namespace (facts measured, trap B): Pods first, everything else at once when the controller
 * comes back after the last Pod; no creation meanwhile.
 */

import type { Random } from '../forgejo/random.ts';
import { ALL_KINDS, KINDS, type Kind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

/** Before its first look, and after each estimate. */
const SETTLE_MS = 5000;
/** Pods gone after 22 s of grace 600: it came back at 105 s. */
const LONGEST_RETURN_MS = 100_000;
/** At the end everything goes within half a second, in any order. */
const SWEEP_MS = 450;

function terminating(object: KubeObject | undefined): boolean {
  return object?.metadata.deletionTimestamp !== undefined;
}

export function startNamespaceController(store: Store, tasks: Tasks, random: Random): void {
  store.guard((object) => {
    const namespace = object.metadata.namespace;
    if (namespace === undefined || !terminating(store.get('Namespace', '', namespace))) return null;
    return `unable to create new content in namespace ${namespace} because it is being terminated`;
  });

  function contents(namespace: string): readonly { readonly kind: Kind; readonly object: KubeObject }[] {
    return ALL_KINDS.filter((kind) => KINDS[kind].namespaced).flatMap((kind) =>
      store.list(kind, namespace).map((object) => ({ kind, object })),
    );
  }

  function deleteOne(kind: Kind, object: KubeObject): void {
    if (store.byUid(object.metadata.uid) === undefined || terminating(object)) return;
    store.delete(kind, object.metadata.namespace ?? '', object.metadata.name);
  }

  function visit(namespace: string): void {
    if (store.get('Namespace', '', namespace) === undefined) return;
    const pods = store.list('Pod', namespace);
    if (pods.length > 0) {
      for (const pod of pods) deleteOne('Pod', pod);
      const grace = Math.max(...store.list('Pod', namespace).map((pod) => pod.metadata.deletionGracePeriodSeconds ?? 0), 0);
      tasks.after(Math.min(LONGEST_RETURN_MS, (1 + grace / 2) * 1000 + SETTLE_MS), () => visit(namespace));
      return;
    }
    const rest = contents(namespace);
    if (rest.length === 0) {
      store.finish('Namespace', '', namespace);
      return;
    }
    for (const { kind, object } of rest) tasks.after(random.next() * SWEEP_MS, () => deleteOne(kind, object));
    tasks.after(SETTLE_MS, () => visit(namespace));
  }

  store.watch((event) => {
    if (event.kind !== 'Namespace' || event.type !== 'MODIFIED') return;
    const { name, deletionTimestamp } = event.object.metadata;
    if (deletionTimestamp === undefined || event.before.metadata.deletionTimestamp !== undefined) return;
    tasks.after(0, () => {
      store.update('Namespace', '', name, (object) => ({ ...object, status: { phase: 'Terminating' } }));
    });
    tasks.after(SETTLE_MS, () => visit(name));
  });
}
