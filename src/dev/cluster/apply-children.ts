/** What Metacontroller does with the desired children (dynamic apply; facts measured, section 6). */
import { isApiError } from './api-error.ts';
import type { ControllerSettings } from './composite-controller.ts';
import { isKind } from './kinds.ts';
import type { KubeObject, NewObject, OwnerReference } from './objects.ts';
import type { Store } from './store.ts';
import { threeWayMerge } from './three-way-merge.ts';
import { objectKey } from './wire.ts';

export const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

export interface Applied {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** Texts of what failed; the other children were applied all the same. */
  readonly errors: readonly string[];
}

function ownerOf(parent: KubeObject): OwnerReference {
  const { name, uid } = parent.metadata;
  return { apiVersion: parent.apiVersion, kind: parent.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** The answer's child less its own last-applied annotation, which an echoed child carries. */
function plain(child: KubeObject): KubeObject {
  const { [LAST_APPLIED]: _, ...annotations } = child.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = child.metadata;
  return { ...child, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } };
}

function withLastApplied(child: KubeObject, applied: KubeObject): KubeObject {
  const annotations = { ...child.metadata.annotations, [LAST_APPLIED]: JSON.stringify(sorted(applied)) };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

/** The child as it is created: an echoed one brings along what the server had added. */
function asCreated(child: KubeObject, parent: KubeObject): NewObject {
  const { name, namespace, labels, annotations } = child.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const { status: _, ...rest } = child;
  const applied = { ...annotations, [LAST_APPLIED]: JSON.stringify(sorted({ ...rest, metadata })) };
  return { ...rest, metadata: { ...metadata, annotations: applied, ownerReferences: [ownerOf(parent)] } };
}

function lastApplied(observed: KubeObject): Partial<KubeObject> {
  const text = observed.metadata.annotations?.[LAST_APPLIED];
  const value: unknown = text === undefined ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}

/** What of a child the apply compares: the server's own fields and status are left alone. */
function comparable(child: Partial<KubeObject>): object {
  const { status: _, metadata, ...rest } = child;
  return {
    ...rest,
    metadata: { labels: metadata?.labels ?? {}, ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }) },
  };
}

function keyOf(child: KubeObject): string {
  return `${child.kind} ${objectKey(child)}`;
}

export function applyChildren(
  store: Store,
  settings: ControllerSettings,
  parent: KubeObject,
  observed: readonly KubeObject[],
  desired: readonly KubeObject[],
): Applied {
  const errors: string[] = [];
  let created = 0;
  let updated = 0;
  let deleted = 0;
  const wanted = new Map(desired.map((child) => [keyOf(child), child]));
  const present = new Map(observed.map((child) => [keyOf(child), child]));

  function attempt(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (!isApiError(error)) throw error;
      errors.push(error.message);
      return false;
    }
  }

  function remove(child: KubeObject): void {
    const { kind } = child;
    if (!isKind(kind) || child.metadata.deletionTimestamp !== undefined) return;
    // Gone already, which a late informer does not know: nothing is left to delete.
    if (store.byUid(child.metadata.uid) === undefined) {
      deleted += 1;
      return;
    }
    const done = attempt(() => {
      try {
        store.delete(kind, child.metadata.namespace ?? '', child.metadata.name, { propagation: 'Background', uid: child.metadata.uid });
      } catch (error) {
        // Gone already, or another one of that name: nothing of ours is left to delete.
        if (!isApiError(error, 404) && !isApiError(error, 409)) throw error;
      }
    });
    if (done) deleted += 1;
  }

  function create(child: KubeObject): void {
    attempt(() => {
      try {
        // A hopeless attempt is not made up first.
        if (isKind(child.kind) && store.get(child.kind, child.metadata.namespace ?? '', child.metadata.name) !== undefined) return;
        store.create(asCreated(child, parent));
        created += 1;
      } catch (error) {
        // AlreadyExists is swallowed: the child of that name is not ours, or the informer is late.
        if (!isApiError(error, 409)) throw error;
      }
    });
  }

  function update(live: KubeObject, raw: KubeObject): void {
    const rule = settings.children.find((candidate) => candidate.kind === live.kind);
    const { kind } = live;
    if (rule === undefined || rule.method === 'OnDelete' || !isKind(kind) || live.metadata.deletionTimestamp !== undefined) return;
    const child = plain(raw);
    const merged = threeWayMerge(live, comparable(lastApplied(live)), comparable(child));
    if (merged === live) return;
    if (rule.method === 'Recreate') return remove(live);
    const done = attempt(() => {
      store.update(kind, live.metadata.namespace ?? '', live.metadata.name, (object) => {
        const next = withLastApplied(merged, child);
        return { ...object, ...next, metadata: { ...object.metadata, ...next.metadata } };
      });
    });
    if (done) updated += 1;
  }

  for (const [key, child] of present) if (!wanted.has(key)) remove(child);
  for (const [key, child] of wanted) {
    const live = present.get(key);
    if (live === undefined) create(plain(child));
    else update(live, child);
  }
  return { created, updated, deleted, errors };
}
