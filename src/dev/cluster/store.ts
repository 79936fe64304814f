/**
 * Objects as an API server keeps them: identity, versions, finalizers, graceful deletion, admission. It is told nothing
 * about controllers; they watch it. Sources: recordings/kubernetes, facts measured on Kubernetes v1.37.
 */

import type { Clock } from '../../clock.ts';
import { isSame } from '../../pool/same.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { type Random, randomUuid } from '../forgejo/random.ts';
import { validateMeta, validateUpdate, withDefaults, withUpdateDefaults } from './admission.ts';
import { ApiError } from './api-error.ts';
import { ALL_KINDS, isKind, KINDS, type Kind, type KindMap } from './kinds.ts';
import { nameSuffix } from './names.ts';
import { type KubeObject, type NewObject, timestamp } from './objects.ts';

export type WatchEvent =
  | { readonly type: 'ADDED'; readonly kind: Kind; readonly object: KubeObject }
  | { readonly type: 'MODIFIED'; readonly kind: Kind; readonly object: KubeObject; readonly before: KubeObject }
  | { readonly type: 'DELETED'; readonly kind: Kind; readonly object: KubeObject };

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly propagation?: Propagation;
  /** Precondition: 409 when the object of that name is another one. */
  readonly uid?: string;
  /** Of a Pod: instead of its own grace period. */
  readonly graceSeconds?: number;
}

export interface Store {
  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined;
  list<K extends Kind>(kind: K, namespace?: string): readonly KindMap[K][];
  byUid(uid: string): KubeObject | undefined;
  /** Objects that name the uid as an owner. */
  dependents(uid: string): readonly KubeObject[];
  create(object: NewObject): KubeObject;
  /** Replaces the object by what `change` makes of it; no write when that is the same value. 404 when there is none. */
  update<K extends Kind>(kind: K, namespace: string, name: string, change: (object: KindMap[K]) => KindMap[K]): KindMap[K];
  delete(kind: Kind, namespace: string, name: string, options?: DeleteOptions): void;
  /** Ends an object whose deletion its controller has completed (namespaces). */
  finish(kind: Kind, namespace: string, name: string): void;
  watch(listener: (event: WatchEvent) => void): void;
  /** Asked before each creation; a text refuses it with 403. */
  guard(refuse: (object: KubeObject) => string | null): void;
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function keyOfObject({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace ?? '', metadata.name);
}

function kindOf(object: NewObject): Kind {
  if (!isKind(object.kind) || KINDS[object.kind].apiVersion !== object.apiVersion) {
    throw new ApiError(404, `discovery: can't find kind ${object.kind} in apiVersion ${object.apiVersion}`);
  }
  return object.kind;
}

export function createStore(clock: Clock, random: Random): Store {
  const objects = new Map<Kind, Map<string, KubeObject>>(ALL_KINDS.map((kind) => [kind, new Map()]));
  const byUid = new Map<string, KubeObject>();
  /** Owner's uid -> uids of what it owns. */
  const owned = new Map<string, Set<string>>();
  const listeners: ((event: WatchEvent) => void)[] = [];
  const guards: ((object: KubeObject) => string | null)[] = [];
  let version = 1;

  function ofKind(kind: Kind): Map<string, KubeObject> {
    return objects.get(kind) ?? new Map<string, KubeObject>();
  }

  function emit(event: WatchEvent): void {
    for (const listener of listeners) listener(event);
  }

  function index({ metadata }: KubeObject, present: boolean): void {
    for (const owner of metadata.ownerReferences ?? []) {
      const uids = owned.get(owner.uid) ?? new Set();
      if (present) uids.add(metadata.uid);
      else uids.delete(metadata.uid);
      owned.set(owner.uid, uids);
    }
  }

  function put(kind: Kind, before: KubeObject | undefined, next: KubeObject): KubeObject {
    version += 1;
    const object = deepFreeze({ ...next, metadata: { ...next.metadata, resourceVersion: String(version) } });
    if (before !== undefined) index(before, false);
    ofKind(kind).set(keyOfObject(object), object);
    byUid.set(object.metadata.uid, object);
    index(object, true);
    emit(before === undefined ? { type: 'ADDED', kind, object } : { type: 'MODIFIED', kind, object, before });
    return object;
  }

  function remove(kind: Kind, object: KubeObject): void {
    index(object, false);
    ofKind(kind).delete(keyOfObject(object));
    byUid.delete(object.metadata.uid);
    emit({ type: 'DELETED', kind, object });
  }

  function existing(kind: Kind, namespace: string, name: string): KubeObject {
    const object = ofKind(kind).get(keyOf(namespace, name));
    if (object === undefined) throw new ApiError(404, `${KINDS[kind].resource} "${name}" not found`);
    return object;
  }

  /** An object that is being deleted goes with its last finalizer; a Pod not before the kubelet has let it go. */
  function reap(kind: Kind, object: KubeObject): void {
    const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
    if (deletionTimestamp === undefined || (finalizers ?? []).length > 0 || kind === 'Namespace') return;
    if (kind === 'Pod' && deletionGracePeriodSeconds !== 0) return;
    remove(kind, object);
  }

  function write(kind: Kind, before: KubeObject, asked: KubeObject): KubeObject {
    const changed = withUpdateDefaults(kind, asked);
    validateUpdate(kind, before, changed);
    // A Pod's generation counts its deletion only here: the scheduler's binding does not raise it.
    const grows = kind !== 'Pod' && KINDS[kind].generation && !isSame(before.spec, changed.spec);
    const metadata = grows ? { ...changed.metadata, generation: (before.metadata.generation ?? 0) + 1 } : changed.metadata;
    const object = put(kind, before, { ...changed, metadata });
    reap(kind, object);
    return object;
  }

  function markDeleted(kind: Kind, before: KubeObject, graceSeconds: number, extra: readonly string[]): void {
    const meta = before.metadata;
    const first = meta.deletionTimestamp === undefined;
    if (!first && extra.length === 0 && (meta.deletionGracePeriodSeconds ?? 0) <= graceSeconds) return;
    const finalizers = [...new Set([...(meta.finalizers ?? []), ...extra])];
    const object = put(kind, before, {
      ...before,
      metadata: {
        ...meta,
        ...(finalizers.length === 0 ? {} : { finalizers }),
        deletionTimestamp: timestamp(clock.now() + graceSeconds * 1000),
        deletionGracePeriodSeconds: graceSeconds,
        ...(first && meta.generation !== undefined ? { generation: meta.generation + 1 } : {}),
      },
    });
    reap(kind, object);
  }

  function podGrace(kind: Kind, object: KubeObject, asked: number | undefined): number {
    if (kind !== 'Pod') return 0;
    const pod = object as KindMap['Pod'];
    // A Pod that no kubelet has, or that has ended, goes at once.
    if (pod.spec.nodeName === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return 0;
    return asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  }

  return {
    get<K extends Kind>(kind: K, namespace: string, name: string) {
      return ofKind(kind).get(keyOf(namespace, name)) as KindMap[K] | undefined; // the map is of that kind
    },
    list<K extends Kind>(kind: K, namespace?: string) {
      const all = [...ofKind(kind).values()] as KindMap[K][];
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    byUid: (uid) => byUid.get(uid),
    dependents: (uid) => [...(owned.get(uid) ?? [])].flatMap((dependent) => byUid.get(dependent) ?? []),
    create(input) {
      const kind = kindOf(input);
      const namespace = KINDS[kind].namespaced ? (input.metadata.namespace ?? '') : '';
      const name =
        input.metadata.name ?? (input.metadata.generateName === undefined ? '' : `${input.metadata.generateName}${nameSuffix(random, 5)}`);
      const { status: _, ...rest } = input;
      const object: KubeObject = {
        ...rest,
        metadata: {
          ...input.metadata,
          name,
          ...(namespace === '' ? {} : { namespace }),
          uid: randomUuid(random),
          resourceVersion: '',
          creationTimestamp: timestamp(clock.now()),
          ...(KINDS[kind].generation ? { generation: 1 } : {}),
        },
      };
      validateMeta(kind, object);
      if (ofKind(kind).has(keyOf(namespace, name))) throw new ApiError(409, `${KINDS[kind].resource} "${name}" already exists`);
      if (namespace !== '' && !ofKind('Namespace').has(keyOf('', namespace)))
        throw new ApiError(404, `namespaces "${namespace}" not found`);
      const refusal = guards.map((guard) => guard(object)).find((text) => text !== null);
      if (refusal !== undefined && refusal !== null) throw new ApiError(403, `${KINDS[kind].resource} "${name}" is forbidden: ${refusal}`);
      return put(kind, undefined, withDefaults(kind, object));
    },
    update<K extends Kind>(kind: K, namespace: string, name: string, change: (object: KindMap[K]) => KindMap[K]) {
      const before = existing(kind, namespace, name) as KindMap[K];
      const changed = change(before);
      return (changed === before ? before : write(kind, before, changed)) as KindMap[K];
    },
    delete(kind, namespace, name, options = {}) {
      const object = existing(kind, namespace, name);
      if (options.uid !== undefined && options.uid !== object.metadata.uid) {
        throw new ApiError(409, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${object.metadata.uid}`);
      }
      const finalizer = { Background: [], Foreground: ['foregroundDeletion'], Orphan: ['orphan'] }[options.propagation ?? 'Background'];
      markDeleted(kind, object, podGrace(kind, object, options.graceSeconds), finalizer);
    },
    finish(kind, namespace, name) {
      remove(kind, existing(kind, namespace, name));
    },
    watch(listener) {
      listeners.push(listener);
    },
    guard(refuse) {
      guards.push(refuse);
    },
  };
}
