/** Which observed objects are a parent's children: its own, and orphans that match its selector, which it adopts. */
import type { ControllerSettings } from './composite-controller.ts';
import type { Informers } from './informer.ts';
import { isKind } from './kinds.ts';
import { controllerOf, type KubeObject } from './objects.ts';
import { isDeleted } from './owned-pods.ts';
import type { Store } from './store.ts';

/** The label that `generateSelector: true` adds to every child. */
export const SELECTOR_LABEL = 'controller-uid';

export type Selector = Readonly<Record<string, string>>;

/** Null: neither generateSelector nor a selector in the parent. */
export function selectorOf(settings: ControllerSettings, parent: KubeObject): Selector | null {
  if (settings.generateSelector) return { [SELECTOR_LABEL]: parent.metadata.uid };
  const spec: { readonly selector?: { readonly matchLabels?: Selector } } = parent.spec ?? {};
  return spec.selector?.matchLabels ?? null;
}

export function matches(selector: Selector, object: KubeObject): boolean {
  return Object.entries(selector).every(([key, value]) => object.metadata.labels?.[key] === value);
}

export function claimChildren(
  informers: Informers,
  store: Store,
  settings: ControllerSettings,
  parent: KubeObject,
  selector: Selector,
): readonly KubeObject[] {
  const owned: KubeObject[] = [];
  for (const { kind } of settings.children) {
    for (const object of informers.list(kind, parent.metadata.namespace)) {
      const owner = controllerOf(object);
      if (owner?.uid === parent.metadata.uid) {
        if (matches(selector, object)) owned.push(object);
        else release(store, parent, object);
      } else if (owner === undefined && matches(selector, object) && !isDeleted(parent) && !isDeleted(object)) {
        const adopted = adopt(store, parent, object);
        if (adopted !== null) owned.push(adopted);
      }
    }
  }
  return owned;
}

function current(store: Store, object: KubeObject): KubeObject | undefined {
  return store.byUid(object.metadata.uid);
}

function adopt(store: Store, parent: KubeObject, object: KubeObject): KubeObject | null {
  const live = current(store, object);
  if (live === undefined || !isKind(live.kind)) return null;
  const { apiVersion, kind } = parent;
  const owner = { apiVersion, kind, name: parent.metadata.name, uid: parent.metadata.uid, controller: true, blockOwnerDeletion: true };
  return store.update(live.kind, live.metadata.namespace ?? '', live.metadata.name, (before) => ({
    ...before,
    metadata: { ...before.metadata, ownerReferences: [...(before.metadata.ownerReferences ?? []), owner] },
  }));
}

function release(store: Store, parent: KubeObject, object: KubeObject): void {
  const live = current(store, object);
  if (live === undefined || !isKind(live.kind)) return;
  store.update(live.kind, live.metadata.namespace ?? '', live.metadata.name, (before) => ({
    ...before,
    metadata: {
      ...before.metadata,
      ownerReferences: (before.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== parent.metadata.uid),
    },
  }));
}
