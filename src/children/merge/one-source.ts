/**
 * A convenience on top of the strategic merge. A volume, a resource claim and a variable have one source, and the API server
 * refuses two. In kubectl a patch that names another source adds it to the old one unless it says `$retainKeys`, so it can never
 * be meant; here such an entry says so by itself.
 */
import { isObject, type JsonObject } from '../json.ts';
import { type FieldSchema, type KeyedListSchema, type MapSchema, PLAIN, POD_TEMPLATE } from './merge-schema.ts';
import { isDirective, PATCH, RETAIN_KEYS } from './patch-directives.ts';

/** `patch` with `$retainKeys` wherever it names another source than `base` has and no directive of its own says what to do. */
export function retainOneSource(base: JsonObject, patch: JsonObject): JsonObject {
  return retainInMap(POD_TEMPLATE, base, patch);
}

function retainInMap(schema: MapSchema, base: JsonObject, patch: JsonObject): JsonObject {
  const own = new Map(Object.entries(base));
  const fields = Object.entries(patch).map(([key, value]) => [key, retainInField(schema.fields.get(key), own.get(key), value)] as const);
  const retained = schema.oneSource && namesAnother(base, patch) ? [[RETAIN_KEYS, fieldsSet(patch)] as const] : [];
  return Object.fromEntries<unknown>([...fields, ...retained]);
}

function retainInField(schema: FieldSchema = PLAIN, base: unknown, patch: unknown): unknown {
  switch (schema.kind) {
    case 'map':
      return isObject(base) && isObject(patch) ? retainInMap(schema, base, patch) : patch;
    case 'keyedList':
      return Array.isArray(base) && Array.isArray(patch) ? retainInList(schema, base, patch) : patch;
    case 'set':
      return patch;
  }
}

function retainInList(
  { mergeKey, entry: schema }: KeyedListSchema,
  base: readonly unknown[],
  patch: readonly unknown[],
): readonly unknown[] {
  const own = new Map(
    base
      .filter(isObject)
      .map((entry) => [entry[mergeKey], entry] as const)
      .toReversed(),
  );
  return patch.map((entry) => {
    const found = isObject(entry) ? own.get(entry[mergeKey]) : undefined;
    return isObject(entry) && found !== undefined ? retainInMap(schema, found, entry) : entry;
  });
}

/** An entry's merge key is a field of both, and so never another. */
function namesAnother(base: JsonObject, patch: JsonObject): boolean {
  return (
    !Object.hasOwn(patch, PATCH) && !Object.hasOwn(patch, RETAIN_KEYS) && fieldsSet(patch).some((field) => !Object.hasOwn(base, field))
  );
}

function fieldsSet(patch: JsonObject): readonly string[] {
  return Object.keys(patch).filter((key) => !isDirective(key) && patch[key] !== null);
}
