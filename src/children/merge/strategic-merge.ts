/**
 * The merge of `kubectl patch --type=strategic` for the template of a Pod, as StrategicMergeMapPatch of
 * k8s.io/apimachinery/pkg/util/strategicpatch/patch.go does it (v0.37.2). Two things differ. It is total: what kubectl refuses
 * (an entry without its merge key, an unknown `$patch`) and what is of another type than the field leaves the field as the base
 * has it. And neither null nor a directive is left in the result.
 */
import { isObject, type JsonObject } from '../json.ts';
import { deleteFromList, mergeList, mergeListInOrder } from './merge-list.ts';
import { type FieldSchema, type MapSchema, PLAIN, POD_TEMPLATE } from './merge-schema.ts';
import {
  DELETE_FROM_LIST,
  directiveOf,
  isDirective,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
  withoutDirectives,
  withoutDirectivesWithin,
} from './patch-directives.ts';

/** `patch` merged over `base`, both partial PodTemplateSpecs; neither is changed. */
export function strategicMerge(base: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap(POD_TEMPLATE, base, patch);
}

function mergeMap(schema: MapSchema, base: JsonObject, patch: JsonObject): JsonObject {
  const directive = directiveOf(patch);
  if (directive === 'replace') return withoutDirectivesWithin(patch);
  if (directive === 'delete') return {};
  const retained = directive === undefined ? retain(base, patch) : undefined;
  return retained === undefined ? base : mergeFields(schema, retained, patch);
}

/** What `$retainKeys` leaves of `base`. Undefined: the patch sets a field that it does not retain, which kubectl refuses. */
function retain(base: JsonObject, patch: JsonObject): JsonObject | undefined {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return base;
  const keys = patch[RETAIN_KEYS];
  if (!Array.isArray(keys)) return undefined;
  const set = Object.entries(patch).filter(([key, value]) => !isDirective(key) && value !== null);
  if (!set.every(([key]) => keys.includes(key))) return undefined;
  return Object.fromEntries(Object.entries(base).filter(([key]) => keys.includes(key)));
}

/** Ordered lists first, for their order takes the field's patch with it; then the fields; then what goes from lists of scalars. */
function mergeFields(schema: MapSchema, base: JsonObject, patch: JsonObject): JsonObject {
  const fields = new Map(Object.entries(base));
  const patches = new Map(Object.entries(patch).filter(([key]) => !isDirective(key)));
  const put = (field: string, value: unknown) => (value === undefined ? fields.delete(field) : fields.set(field, value));
  for (const [field, order] of directivesOf(patch, SET_ELEMENT_ORDER)) {
    put(field, mergeInOrder(schema.fields.get(field), fields.get(field), patches.get(field), order));
    patches.delete(field);
  }
  for (const [field, value] of patches) put(field, mergeValue(schema.fields.get(field), fields.get(field), value));
  for (const [field, gone] of directivesOf(patch, DELETE_FROM_LIST)) put(field, deleteFrom(fields.get(field), gone));
  return Object.fromEntries(fields);
}

/** What the directives of a prefix say, by the field that they are about. */
function directivesOf(patch: JsonObject, prefix: string): ReadonlyMap<string, unknown> {
  const directives = Object.entries(patch).filter(([key]) => key.startsWith(prefix));
  return new Map(directives.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Undefined: there is no such field, or none is left. */
function mergeValue(schema: FieldSchema = PLAIN, base: unknown, patch: unknown): unknown {
  if (patch === null) return undefined;
  if (base === undefined || base === null) return fits(schema, patch) ? withoutDirectives(patch) : undefined;
  if (Array.isArray(base)) return Array.isArray(patch) ? mergeList(schema, base, patch, mergeMap) : base;
  if (isObject(base)) return isObject(patch) ? mergeMap(schema.kind === 'map' ? schema : PLAIN, base, patch) : base;
  return typeof patch === 'object' ? base : patch;
}

/** Of a field that the base lacks the schema alone can say what it is. */
function fits(schema: FieldSchema, value: unknown): boolean {
  switch (schema.kind) {
    case 'keyedList':
      return Array.isArray(value) && value.every(isObject);
    case 'set':
      return Array.isArray(value);
    case 'map':
      return schema.fields.size === 0 || isObject(value);
  }
}

function mergeInOrder(schema: FieldSchema = PLAIN, base: unknown, patch: unknown, order: unknown): unknown {
  const lists = [base, patch].every((list) => list === undefined || Array.isArray(list));
  return lists && Array.isArray(order) ? mergeListInOrder(schema, asList(base), asList(patch), order, mergeMap) : base;
}

function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function deleteFrom(base: unknown, gone: unknown): unknown {
  if (gone === null) return undefined;
  return Array.isArray(base) && Array.isArray(gone) ? deleteFromList(base, gone) : base;
}
