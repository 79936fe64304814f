/** What the garbage collector does with the objects that an owner leaves behind: background, foreground, orphan. */
import { isKind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { Store, WatchEvent } from './store.ts';
import type { Tasks } from './tasks.ts';

/** From the owner's end to the deletion of what it owned (K3: 0.05–0.1 s). */
const DELAY_MS = 50;

const OWNING_KINDS = ['Job', 'Deployment', 'ReplicaSet', 'StatefulSet'];

function without(object: KubeObject, finalizer: string): readonly string[] {
  return (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
}

export function startGarbageCollector(store: Store, tasks: Tasks): void {
  function deleteNow(object: KubeObject, propagation: 'Background' | 'Foreground'): void {
    if (!isKind(object.kind) || store.byUid(object.metadata.uid) === undefined) return;
    store.delete(object.kind, object.metadata.namespace ?? '', object.metadata.name, { propagation, uid: object.metadata.uid });
  }

  function hasLiveOwner(object: KubeObject): boolean {
    return (object.metadata.ownerReferences ?? []).some((owner) => {
      const found = store.byUid(owner.uid);
      // An owner in another namespace is no owner (event OwnerRefInvalidNamespace).
      return found !== undefined && (found.metadata.namespace ?? '') === (object.metadata.namespace ?? '');
    });
  }

  function collect(object: KubeObject): void {
    const live = store.byUid(object.metadata.uid);
    if (live === undefined || (live.metadata.ownerReferences ?? []).length === 0 || hasLiveOwner(live)) return;
    deleteNow(live, 'Background');
  }

  function orphan(owner: KubeObject): void {
    for (const dependent of store.dependents(owner.metadata.uid)) {
      if (!isKind(dependent.kind)) continue;
      store.update(dependent.kind, dependent.metadata.namespace ?? '', dependent.metadata.name, (object) => ({
        ...object,
        metadata: {
          ...object.metadata,
          ownerReferences: (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid),
        },
      }));
    }
    removeFinalizer(owner, 'orphan');
  }

  function removeFinalizer(owner: KubeObject, finalizer: string): void {
    const live = store.byUid(owner.metadata.uid);
    if (live === undefined || !isKind(live.kind)) return;
    store.update(live.kind, live.metadata.namespace ?? '', live.metadata.name, (object) => ({
      ...object,
      metadata: { ...object.metadata, finalizers: without(object, finalizer) },
    }));
  }

  /** Deletes what the owner has; lets the owner go when nothing is left that blocks it. */
  function foreground(uid: string): void {
    const owner = store.byUid(uid);
    if (!owner?.metadata.finalizers?.includes('foregroundDeletion')) return;
    for (const dependent of store.dependents(uid)) {
      const started = dependent.metadata.deletionTimestamp !== undefined;
      if (!started) deleteNow(dependent, OWNING_KINDS.includes(dependent.kind) ? 'Foreground' : 'Background');
    }
    const blocked = store
      .dependents(uid)
      .some((dependent) => dependent.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true));
    if (!blocked) removeFinalizer(owner, 'foregroundDeletion');
  }

  function onEvent(event: WatchEvent): void {
    const { object } = event;
    const uid = object.metadata.uid;
    if (event.type === 'ADDED' && object.metadata.ownerReferences !== undefined) tasks.after(DELAY_MS, () => collect(object));
    if (event.type === 'DELETED') {
      tasks.after(DELAY_MS, () => store.dependents(uid).forEach(collect));
      for (const owner of object.metadata.ownerReferences ?? []) tasks.after(DELAY_MS, () => foreground(owner.uid));
    }
    if (event.type === 'MODIFIED' && event.before.metadata.deletionTimestamp === undefined) {
      if (object.metadata.finalizers?.includes('foregroundDeletion')) tasks.after(DELAY_MS, () => foreground(uid));
      if (object.metadata.finalizers?.includes('orphan')) tasks.after(DELAY_MS, () => orphan(object));
    }
  }

  store.watch(onEvent);
}
