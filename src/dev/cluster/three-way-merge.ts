/** Client-side apply: what the last answer set and this one lacks is removed, what this one says is set, the rest stays. */
import { isSame } from '../../pool/same.ts';

type Json = Readonly<Record<string, unknown>>;

/** A list whose items all have one of these is merged by it (the first that all share); any other list is replaced. */
const LIST_KEYS = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path'];

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listKey(...lists: readonly (readonly unknown[])[]): string | undefined {
  return LIST_KEYS.find((key) => lists.every((list) => list.every((item) => isObject(item) && Object.hasOwn(item, key))));
}

function mergeLists(observed: readonly unknown[], last: readonly unknown[], desired: readonly unknown[]): readonly unknown[] {
  const key = listKey(observed, last, desired);
  if (key === undefined) return desired;
  const find = (list: readonly unknown[], value: unknown): unknown => list.find((item) => isObject(item) && item[key] === value);
  const kept = observed.filter((item) => isObject(item) && (find(desired, item[key]) !== undefined || find(last, item[key]) === undefined));
  const merged = kept.map((item) => {
    const id = isObject(item) ? item[key] : undefined;
    const wanted = find(desired, id);
    return wanted === undefined ? item : merge(item, find(last, id), wanted);
  });
  const added = desired.filter((item) => isObject(item) && find(observed, item[key]) === undefined);
  return [...merged, ...added];
}

function merge(observed: unknown, last: unknown, desired: unknown): unknown {
  if (Array.isArray(observed) && Array.isArray(desired)) return mergeLists(observed, Array.isArray(last) ? last : [], desired);
  if (!isObject(observed) || !isObject(desired)) return desired;
  const before = isObject(last) ? last : {};
  const kept = Object.entries(observed).filter(([key]) => Object.hasOwn(desired, key) || !Object.hasOwn(before, key));
  const merged = new Map<string, unknown>(kept);
  for (const [key, value] of Object.entries(desired)) {
    merged.set(key, Object.hasOwn(observed, key) ? merge(observed[key], before[key], value) : value);
  }
  return Object.fromEntries(merged);
}

/** The object after the apply; the observed one itself when nothing changes. */
export function threeWayMerge<T extends object>(observed: T, last: object, desired: object): T {
  const merged = merge(observed, last, desired);
  return isSame(merged, observed) ? observed : (merged as T); // an overlay of the same shape
}
