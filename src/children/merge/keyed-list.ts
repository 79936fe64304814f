/**
 * Merges the entries of two lists that are told apart by a merge key.
 * Source: mergeSlice, mergeSliceWithSpecialElements and mergeSliceWithoutSpecialElements in
 * k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */

import { isObject, type JsonObject } from '../json.ts';
import { type Identity, type MergedList, orderElements } from './element-order.ts';
import { directiveOf, withoutDirectivesWithin } from './patch-directives.ts';

export type MergeEntry = (base: JsonObject, patch: JsonObject) => JsonObject;

/** Undefined: kubectl refuses the patch. */
export function mergeKeyedList(
  base: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  mergeEntry: MergeEntry,
): MergedList | undefined {
  const old = entriesWithKey(base, mergeKey);
  const asked = readEntries(patch, mergeKey);
  if (old === undefined || asked === undefined) return undefined;
  const kept = old.filter((entry) => !asked.deleted.has(entry[mergeKey]));
  const identityOf = keyIn(mergeKey);
  if (asked.replace) {
    const entries = asked.plain.map(withoutDirectivesWithin);
    return { entries: orderElements(entries, { wanted: [], base: entries }, identityOf), baseInPlace: kept };
  }
  const merged = mergeEntries(kept, asked.plain, mergeKey, mergeEntry);
  const added = merged.slice(kept.length).map(withoutDirectivesWithin);
  return {
    entries: orderElements([...merged.slice(0, kept.length), ...added], { wanted: asked.plain, base: kept }, identityOf),
    // Go's append writes new entries into the places of the deleted ones, and kubectl takes the order from there.
    baseInPlace: [...kept, ...added].slice(0, base.length),
  };
}

/** How the entries of such a list are found again. */
export function keyIn(mergeKey: string): Identity {
  return (entry) => (isObject(entry) ? entry[mergeKey] : undefined);
}

/** The list when each entry has the key, with a value that can be compared. */
export function entriesWithKey(list: readonly unknown[], mergeKey: string): readonly JsonObject[] | undefined {
  const entries = list.filter(isObject).filter((entry) => isKey(entry[mergeKey]));
  return entries.length === list.length ? entries : undefined;
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

interface AskedEntries {
  readonly plain: readonly JsonObject[];
  /** The merge keys of entries with `$patch: delete`. */
  readonly deleted: ReadonlySet<unknown>;
  /** An entry has `$patch: replace`. It is not taken itself, whatever else it says: the plain ones are the list. */
  readonly replace: boolean;
}

function readEntries(patch: readonly unknown[], mergeKey: string): AskedEntries | undefined {
  const entries = patch.filter(isObject);
  const plain = entries.filter((entry) => directiveOf(entry) === undefined);
  const deleted = entries.filter((entry) => directiveOf(entry) === 'delete');
  const replacing = entries.filter((entry) => directiveOf(entry) === 'replace');
  const isKnown = plain.length + deleted.length + replacing.length === patch.length;
  if (!isKnown || entriesWithKey([...plain, ...deleted], mergeKey) === undefined) return undefined;
  return { plain, deleted: new Set(deleted.map((entry) => entry[mergeKey])), replace: replacing.length > 0 };
}

/** Into the first entry of the same key, which may be the patch's own, or after all. */
function mergeEntries(
  kept: readonly JsonObject[],
  plain: readonly JsonObject[],
  mergeKey: string,
  mergeEntry: MergeEntry,
): readonly JsonObject[] {
  const merged = [...kept];
  const places = new Map(kept.map((entry, place) => [entry[mergeKey], place] as const).toReversed());
  for (const entry of plain) {
    const place = places.get(entry[mergeKey]) ?? merged.length;
    const base = merged[place];
    places.set(entry[mergeKey], place);
    merged[place] = base === undefined ? entry : mergeEntry(base, entry);
  }
  return merged;
}
