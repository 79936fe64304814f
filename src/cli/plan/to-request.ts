/** From objects as kubectl prints them to the body that Metacontroller would send for them. */

import { LABEL_CACHE_OF, LABEL_POOL_UID } from '../../api/keys.ts';
import { type Fields, fieldsOf, isObject } from '../../api/objects.ts';
import { parseSyncRequest, type SyncRequest } from '../../hooks/protocol.ts';
import { parseTime } from '../../hooks/wire.ts';
import { isPool, nameOf, noPool } from '../input/parse-objects.ts';
import { CliError } from '../world.ts';

/** What stands in a manifest's place of what only a cluster gives. */
const NO_UID = '00000000-0000-0000-0000-000000000000';
const DEFAULT_NAMESPACE = 'default';

/** As the CompositeController names them (metacontroller/compositecontroller.yaml). */
const CHILD_KINDS = [
  'Secret.v1',
  'ConfigMap.v1',
  'Job.batch/v1',
  'Deployment.apps/v1',
  'StatefulSet.apps/v1',
  'Service.v1',
  'NetworkPolicy.networking.k8s.io/v1',
];
const RELATED_KINDS = ['Secret.v1', 'ConfigMap.v1', 'Namespace.v1', 'Pod.v1'];

/** `name`: `NAME` or `NAMESPACE/NAME`, needed when there are several pools. Throws a CliError that says what is missing. */
export function toRequest(objects: readonly Fields[], name: string | undefined, where: string, at: number): SyncRequest {
  const [only] = objects;
  if (objects.length === 1 && only !== undefined && isHookRequest(only)) return checked(only, where);
  const parent = asParent(pickPool(objects, name, where), at);
  const uid = String(parent.metadata['uid']);
  const namespace = String(parent.metadata['namespace']);
  const here = objects.filter((object) => fieldsOf(object['metadata'])['namespace'] === namespace || object['kind'] === 'Namespace');
  const isChild = (object: Fields): boolean => object['kind'] !== 'Pod' && belongsTo(object, uid);
  return checked(
    {
      parent,
      children: grouped(CHILD_KINDS, here.filter(isChild)),
      related: grouped(
        RELATED_KINDS,
        here.filter((object) => !isChild(object) && (object['kind'] !== 'Pod' || belongsTo(object, uid))),
      ),
      finalizing: fieldsOf(parent.metadata)['deletionTimestamp'] !== undefined,
    },
    where,
  );
}

/** When a hook request was recorded, as far as its objects tell; null for anything else, which is of today. */
export function newestTimeOfRequest(objects: readonly Fields[]): number | null {
  const [only] = objects;
  if (objects.length !== 1 || only === undefined || !isHookRequest(only)) return null;
  const times = timesIn([only['parent'], only['children'], only['related']]);
  return times.length === 0 ? null : Math.max(...times);
}

function timesIn(value: unknown): readonly number[] {
  if (typeof value === 'string') {
    const time = parseTime(value);
    return time === null ? [] : [time];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(timesIn) : [];
}

function isHookRequest(object: Fields): boolean {
  return isObject(object['parent']) && isObject(object['children']);
}

function checked(body: Fields, where: string): SyncRequest {
  const parsed = parseSyncRequest(body);
  if (!parsed.ok) throw new CliError(`${where}: ${parsed.reason}`);
  return parsed.request;
}

function pickPool(objects: readonly Fields[], name: string | undefined, where: string): Fields {
  const pools = objects.filter(isPool);
  const named = name === undefined ? pools : pools.filter((pool) => nameOf(pool) === name || fieldsOf(pool['metadata'])['name'] === name);
  const [found, second] = named;
  if (found === undefined && pools.length > 0)
    throw new CliError(
      `--name ${String(name)}: ${where} holds no such pool; there ${pools.length === 1 ? 'is' : 'are'} ${pools.map(nameOf).join(', ')}`,
    );
  if (found === undefined) throw noPool(where, objects);
  if (second !== undefined) throw new CliError(`${where}: holds ${named.map(nameOf).join(', ')}; choose one with --name NAMESPACE/NAME`);
  return found;
}

/** A manifest that no cluster has seen is taken for one that was made at this moment. */
function asParent(pool: Fields, at: number): Fields & { readonly metadata: Fields } {
  const metadata = fieldsOf(pool['metadata']);
  const made = { namespace: DEFAULT_NAMESPACE, uid: NO_UID, generation: 1, creationTimestamp: new Date(at).toISOString() };
  return { ...pool, metadata: { ...made, ...metadata } };
}

/** By its labels, or by its owner where somebody took the labels away. */
function belongsTo(object: Fields, uid: string): boolean {
  const metadata = fieldsOf(object['metadata']);
  const labels = fieldsOf(metadata['labels']);
  const owners: readonly unknown[] = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'] : [];
  return labels[LABEL_POOL_UID] === uid || labels[LABEL_CACHE_OF] === uid || owners.some((owner) => fieldsOf(owner)['uid'] === uid);
}

function grouped(kinds: readonly string[], objects: readonly Fields[]): Readonly<Record<string, Readonly<Record<string, Fields>>>> {
  const ofKind = (kind: string): readonly Fields[] =>
    objects.filter((object) => `${String(object['kind'])}.${String(object['apiVersion'])}` === kind);
  return Object.fromEntries(kinds.map((kind) => [kind, Object.fromEntries(ofKind(kind).map((object) => [nameOf(object), object]))]));
}
