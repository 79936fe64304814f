/**
 * A template in the server's canonical form, so that what users write can't cause a write per sync: the API server drops or
 * rewrites these shapes, and Metacontroller's dynamic apply compares with what it sent (measured on v4.17.2).
 */
import { isObject, type JsonObject } from './json.ts';
import { canonicalQuantity } from './quantity.ts';

/** Maps of strings that users name the keys of: nothing within is a field. An empty one counts as absent. */
const STRING_MAPS: ReadonlySet<string> = new Set(['labels', 'annotations', 'nodeSelector', 'matchLabels']);
/** Maps of quantities; an empty one counts as absent. */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['limits', 'requests', 'overhead']);
const QUANTITIES: ReadonlySet<string> = new Set(['sizeLimit', 'divisor']);
/** Booleans that the API holds by value: `false` is the same as absent. */
const FALSE_IS_ABSENT: ReadonlySet<string> = new Set(['hostNetwork', 'hostPID', 'hostIPC', 'stdin', 'stdinOnce', 'tty', 'readOnly']);
/** Strings that the API holds by value and that mean nothing when empty, by list and field. */
const EMPTY_IS_ABSENT: ReadonlySet<string> = new Set([
  'env.value',
  'tolerations.effect',
  'tolerations.key',
  'tolerations.operator',
  'tolerations.value',
  'volumeMounts.subPath',
  'volumeMounts.subPathExpr',
]);

/** `object` without null, empty lists and what else the server would leave out; quantities in canonical form. */
export function normalize(object: JsonObject): JsonObject {
  return normalizeObject(object, '');
}

/** `parent`: the field that the object, or the list that it is in, is the value of. */
function normalizeObject(object: JsonObject, parent: string): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const normal = normalizeField(parent, key, value);
      return normal === undefined ? [] : [[key, normal]];
    }),
  );
}

/** Undefined: the field goes. */
function normalizeField(parent: string, key: string, value: unknown): unknown {
  if (value === null) return undefined;
  if (value === false) return FALSE_IS_ABSENT.has(key) ? undefined : value;
  if (value === '') return EMPTY_IS_ABSENT.has(`${parent}.${key}`) ? undefined : value;
  if (Array.isArray(value)) return normalizeList(key, value);
  if (QUANTITIES.has(key)) return quantity(value);
  if (!isObject(value)) return value;
  if (STRING_MAPS.has(key)) return nonEmpty(value);
  if (QUANTITY_MAPS.has(key)) return nonEmpty(mapValues(value, quantity));
  return normalizeObject(value, key);
}

function normalizeList(key: string, list: readonly unknown[]): readonly unknown[] | undefined {
  const entries = list.filter((entry) => entry !== null).map((entry) => (isObject(entry) ? normalizeObject(entry, key) : entry));
  return entries.length === 0 ? undefined : entries;
}

function nonEmpty(map: JsonObject): JsonObject | undefined {
  const members = Object.entries(map).filter(([, value]) => value !== null);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function mapValues(map: JsonObject, change: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function quantity(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : value;
}
