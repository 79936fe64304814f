/**
 * Strategic merge of a partial PodTemplateSpec over a rendered one, as `kubectl patch` does it: maps merge, `null` deletes,
 * lists of named things merge by their key, other lists are replaced. `$patch: replace` and `$patch: delete` work in a map and
 * in an entry of a keyed list; other directives are dropped.
 */
import { isObject, type JsonObject } from './json.ts';

/**
 * By which fields the entries of a list are told apart: the keys of server-side apply, for two ports or tolerations may share
 * the first field. Source: `x-kubernetes-list-map-keys` and `x-kubernetes-patch-merge-key` of the Kubernetes OpenAPI schema.
 */
const MERGE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['containers', ['name']],
  ['initContainers', ['name']],
  ['volumes', ['name']],
  ['env', ['name']],
  ['imagePullSecrets', ['name']],
  ['resourceClaims', ['name']],
  ['schedulingGates', ['name']],
  ['volumeMounts', ['mountPath']],
  ['volumeDevices', ['devicePath']],
  ['hostAliases', ['ip']],
  ['ports', ['containerPort', 'protocol']],
  ['tolerations', ['key', 'effect']],
  ['topologySpreadConstraints', ['topologyKey', 'whenUnsatisfiable']],
]);

/** What the server fills in for a missing key field. */
const KEY_DEFAULTS: ReadonlyMap<string, string> = new Map([['protocol', 'TCP']]);

/** Fields of a list's entries that exclude each other: an entry that names another source drops the old one. */
const ONE_OF_LISTS: ReadonlySet<string> = new Set(['volumes', 'env']);

const DIRECTIVE = '$patch';

/** `patch` merged over `base`; neither is changed. Merging the same patch again changes nothing. */
export function mergeTemplate(base: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap(base, patch);
}

function mergeMap(base: JsonObject, patch: JsonObject): JsonObject {
  const kept = patch[DIRECTIVE] === 'replace' ? {} : base;
  const members = new Map(Object.entries(kept));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const merged = mergeValue(key, members.get(key), value);
    if (merged === undefined) members.delete(key);
    else members.set(key, merged);
  }
  return Object.fromEntries(members);
}

/** Undefined: the field goes. A value of another type than the field's is none: a renderer can't refuse it and must not fall over it. */
function mergeValue(field: string, base: unknown, patch: unknown): unknown {
  if (patch === null) return undefined;
  if (Array.isArray(patch)) return isObject(base) ? base : mergeList(field, Array.isArray(base) ? base : [], patch);
  if (Array.isArray(base) || MERGE_KEYS.has(field)) return base;
  if (!isObject(patch)) return isObject(base) ? base : patch;
  if (patch[DIRECTIVE] === 'delete') return undefined;
  return mergeMap(isObject(base) ? base : {}, patch);
}

function mergeList(field: string, base: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const keys = MERGE_KEYS.get(field);
  if (keys === undefined) return patch.map((entry) => mergeValue('', undefined, entry)).filter((entry) => entry !== undefined);
  const entries = patch.filter(isObject);
  const start = entries.some(isBareReplace) ? [] : base.filter(isObject);
  return entries
    .filter((entry) => !isBareReplace(entry))
    .reduce<readonly JsonObject[]>((merged, entry) => mergeEntry(field, keys, merged, entry), start);
}

/** An entry `{$patch: replace}` without anything else: the list is what the other entries say. */
function isBareReplace(entry: JsonObject): boolean {
  return entry[DIRECTIVE] === 'replace' && Object.keys(entry).length === 1;
}

function mergeEntry(field: string, keys: readonly string[], list: readonly JsonObject[], entry: JsonObject): readonly JsonObject[] {
  const identity = identityOf(keys, entry);
  const index = list.findIndex((other) => identityOf(keys, other) === identity);
  if (entry[DIRECTIVE] === 'delete') return list.filter((_, at) => at !== index);
  const base = list[index];
  const merged = mergeMap(base === undefined ? {} : narrow(field, keys, base, entry), entry);
  return base === undefined ? [...list, merged] : list.with(index, merged);
}

function identityOf(keys: readonly string[], entry: JsonObject): string {
  return JSON.stringify(keys.map((key) => entry[key] ?? KEY_DEFAULTS.get(key) ?? null));
}

/** Of a volume or variable, what the patch does not replace by another source (`retainKeys` in the schema). */
function narrow(field: string, keys: readonly string[], base: JsonObject, patch: JsonObject): JsonObject {
  const named = Object.keys(patch).filter((key) => !keys.includes(key) && !key.startsWith('$'));
  if (!ONE_OF_LISTS.has(field) || named.length === 0) return base;
  return Object.fromEntries(Object.entries(base).filter(([key]) => keys.includes(key) || named.includes(key)));
}
