/** What a schema says of a value, in sentences that tell what is allowed and never repeat the value. */
import { KindGuard, type TSchema } from '@sinclair/typebox';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import type { Problem } from './rules/rule.ts';

/** Deeper than any Pod; beyond it the schema library would run out of stack. */
const MAX_DEPTH = 100;
/** More than any Pod has; the API server lets half a million through, and each may be wrong and be told of. */
const MAX_VALUES = 50_000;

/** The first thing that the schema library can't be trusted with, or null. Walks without recursion. */
export function untameable(value: unknown): string | null {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let values = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth } = next;
    if (++values > MAX_VALUES) return `must not hold more than ${MAX_VALUES} values`;
    if (next.depth > MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH} levels`;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [key, child] of Object.entries(next.value)) {
      // Copied by assignment it would become the prototype of the copy, and hide there.
      if (key === '__proto__') return 'must not have a field named __proto__';
      open.push({ value: child, depth: depth + 1 });
    }
  }
  return null;
}

/** One problem per field that breaks the schema, in the order of the fields. `root` is the path of the value, such as `spec`. */
export function schemaProblems(schema: TSchema, value: unknown, root: string): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of Value.Errors(schema, value)) {
    const field = fieldPath(root, error.path, value);
    if (!problems.has(field)) problems.set(field, { field, message: sentence(error, field, schema) });
  }
  return [...problems.values()];
}

function sentence(error: ValueError, field: string, root: TSchema): string {
  if (error.type === ValueErrorType.ObjectRequiredProperty) return required(error.schema);
  if (error.type === ValueErrorType.ObjectAdditionalProperties) return unknownField(root, error);
  return `must be ${expected(error.schema)}`;
}

/** An object that people write in another way says how it is written. */
function required(schema: TSchema): string {
  const form: unknown = KindGuard.IsObject(schema) ? schema['allowed'] : undefined;
  return typeof form === 'string' ? `is required: ${form}` : 'is required';
}

function unknownField(root: TSchema, error: ValueError): string {
  const allowed = KindGuard.IsObject(error.schema) ? Object.keys(error.schema.properties) : [];
  return allowed.length === 0 ? 'is no field: nothing may stand here' : `is no field here; there are ${allowed.join(', ')}`;
}

/** What the schema allows, as the end of a sentence that begins with "must be". */
function expected(schema: TSchema): string {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.map((option) => String(option.const)).join(' or ');
  if (KindGuard.IsLiteral(schema)) return String(schema.const);
  if (KindGuard.IsInteger(schema)) return `an integer${range(schema.minimum, schema.maximum, ' from ', ' to ')}`;
  if (KindGuard.IsBoolean(schema)) return 'true or false';
  if (KindGuard.IsArray(schema)) return `a list${range(schema.minItems ?? 0, schema.maxItems, ' of ', ' to ')} items`;
  if (KindGuard.IsString(schema)) {
    const length = range(schema.minLength ?? 0, schema.maxLength, ' of ', ' to ');
    const characters = length === '' ? '' : `${length} characters`;
    return schema.pattern === undefined ? `a string${characters}` : `${allowedWords(schema)}${characters === '' ? '' : ','}${characters}`;
  }
  if (KindGuard.IsObject(schema) && schema.maxProperties !== undefined) {
    return `a map of NAME: value with at most ${schema.maxProperties} entries`;
  }
  return 'an object';
}

/** A pattern is for machines: the field says in words what it takes. */
function allowedWords(schema: TSchema): string {
  const allowed: unknown = schema['allowed'];
  return typeof allowed === 'string' ? allowed : 'a string of another form';
}

function range(minimum: number | bigint | undefined, maximum: number | bigint | undefined, before: string, between: string): string {
  return minimum === undefined || maximum === undefined ? '' : `${before}${minimum}${between}${maximum}`;
}

/** The JSON pointer `/labels/2` becomes `spec.labels[2]`, by what the value holds: a key of digits in an object stays a key. */
export function fieldPath(root: string, pointer: string, value: unknown): string {
  let path = root;
  let at: unknown = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path += Array.isArray(at) ? `[${key}]` : `.${key}`;
    at = typeof at === 'object' && at !== null ? Object.getOwnPropertyDescriptor(at, key)?.value : undefined;
  }
  return path;
}
