/** A list of the patch merged over that of the base, by what the schema says of the field. */

import { isObject, type JsonObject } from '../json.ts';
import { type Identity, type MergedList, orderElements } from './element-order.ts';
import { entriesWithKey, keyIn, mergeKeyedList } from './keyed-list.ts';
import type { FieldSchema, MapSchema } from './merge-schema.ts';
import { directiveOf, listWithoutDirectives } from './patch-directives.ts';

export type MergeMap = (schema: MapSchema, base: JsonObject, patch: JsonObject) => JsonObject;
type List = readonly unknown[];

/** A list that kubectl refuses leaves the base's. */
export function mergeList(schema: FieldSchema, base: List, patch: List, mergeMap: MergeMap): List {
  return mergeEntries(schema, base, patch, mergeMap)?.entries ?? base;
}

/** With `$setElementOrder`; undefined is a list that is not there, which differs from an empty one. */
export function mergeListInOrder(
  schema: FieldSchema,
  base: List | undefined,
  patch: List | undefined,
  order: List,
  mergeMap: MergeMap,
): List | undefined {
  const merged = mergeForOrder(schema, base, patch, mergeMap);
  if (merged === undefined || !haveIdentity(schema, merged.entries) || !haveIdentity(schema, order)) return base;
  const identityOf = identityIn(schema);
  if (!namesAll(order, patch ?? [], identityOf)) return base;
  return orderElements(merged.entries, { wanted: order, base: merged.baseInPlace }, identityOf);
}

/** `base` without the scalars of `gone`. */
export function deleteFromList(base: List, gone: List): List {
  return areScalars([...base, ...gone]) ? base.filter((entry) => !gone.includes(entry)) : base;
}

function mergeForOrder(schema: FieldSchema, base: List | undefined, patch: List | undefined, mergeMap: MergeMap): MergedList | undefined {
  if (base === undefined) return patch && { entries: listWithoutDirectives(patch), baseInPlace: [] };
  return patch === undefined ? { entries: base, baseInPlace: base } : mergeEntries(schema, base, patch, mergeMap);
}

/** Undefined: kubectl refuses the patch. */
function mergeEntries(schema: FieldSchema, base: List, patch: List, mergeMap: MergeMap): MergedList | undefined {
  switch (schema.kind) {
    case 'keyedList':
      return mergeKeyedList(base, patch, schema.mergeKey, (old, entry) => mergeMap(schema.entry, old, entry));
    case 'set':
      return areScalars([...base, ...patch]) ? { entries: mergeSet(base, patch), baseInPlace: base } : undefined;
    case 'map':
      return { entries: listWithoutDirectives(patch), baseInPlace: base };
  }
}

function mergeSet(base: List, patch: List): List {
  return orderElements([...new Set([...base, ...patch])], { wanted: patch, base }, itself);
}

function identityIn(schema: FieldSchema): Identity {
  return schema.kind === 'keyedList' ? keyIn(schema.mergeKey) : itself;
}

function itself(entry: unknown): unknown {
  return entry;
}

function haveIdentity(schema: FieldSchema, list: List): boolean {
  return schema.kind === 'keyedList' ? entriesWithKey(list, schema.mergeKey) !== undefined : areScalars(list);
}

/** kubectl compares scalars of one type only. */
function areScalars(list: List): boolean {
  return list.every((entry) => entry !== null && typeof entry !== 'object' && typeof entry === typeof list[0]);
}

/** Is what the patch adds or changes in `order`, and in the order that the patch has it in? An empty order says nothing. */
function namesAll(order: List, patch: List, identityOf: Identity): boolean {
  const asked = patch.filter((entry) => !isObject(entry) || directiveOf(entry) === undefined).map(identityOf);
  const named = order.reduce<number>((found, entry) => (found < asked.length && asked[found] === identityOf(entry) ? found + 1 : found), 0);
  return order.length === 0 || named === asked.length;
}
