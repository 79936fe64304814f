/** Values out of a TypeBox schema: such as it allows, and such as it refuses in one place. */
import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox';
import fc from 'fast-check';
import { INPUT_CANARY } from './canaries.ts';
import { isObject, type Json } from './nonsense.ts';

const OPTIONAL: ReadonlySet<string> = new Set(['Optional']);
/** Longer than any limit that is worth reaching in every case. */
const MOST_TEXT = 300;
const MOST_ITEMS = 40;

/** Values that the schema allows; `free` fills what it leaves open. */
export function allowedBy(schema: TSchema, free: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (KindGuard.IsObject(schema)) return objectAllowedBy(schema, free);
  if (KindGuard.IsRecord(schema)) {
    const [member] = Object.values(schema.patternProperties);
    return fc.dictionary(fc.oneof(KEYS, fc.string({ maxLength: 20 })), member === undefined ? free : allowedBy(member, free), {
      maxKeys: 3,
    });
  }
  if (KindGuard.IsArray(schema)) {
    const { minItems = 0, maxItems = MOST_ITEMS } = schema;
    return fc.array(allowedBy(schema.items, free), { minLength: minItems, maxLength: Math.min(maxItems, MOST_ITEMS) });
  }
  if (KindGuard.IsUnion(schema)) return fc.oneof(...schema.anyOf.map((option) => allowedBy(option, free)));
  if (KindGuard.IsLiteral(schema)) return fc.constant(schema.const);
  if (KindGuard.IsBoolean(schema)) return fc.boolean();
  if (KindGuard.IsInteger(schema)) return integerIn(schema.minimum, schema.maximum);
  if (KindGuard.IsString(schema)) return textAllowedBy(schema);
  return free;
}

/** Keys of the wire, so that a map of kinds is also one that is read. */
const KEYS = fc.constantFrom(
  'Secret.v1',
  'Job.batch/v1',
  'Deployment.apps/v1',
  'ConfigMap.v1',
  'Pod.v1',
  'Namespace.v1',
  'k/a',
  'k/b',
  '__proto__',
);

function objectAllowedBy(schema: TObject, free: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const members = Object.entries(schema.properties).map(([key, member]) => [key, allowedBy(member, free)] as const);
  const requiredKeys = Object.entries(schema.properties).flatMap(([key, member]) => (isOptional(member) ? [] : [key]));
  return fc.record(Object.fromEntries(members), { requiredKeys });
}

function isOptional(schema: TSchema): boolean {
  const marks: unknown = Reflect.get(schema, Symbol.for('TypeBox.Optional'));
  return OPTIONAL.has(String(marks)) || schema['default'] !== undefined;
}

function integerIn(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
}

function textAllowedBy({
  pattern,
  minLength = 0,
  maxLength = MOST_TEXT,
}: {
  pattern?: string | RegExp;
  minLength?: number;
  maxLength?: number;
}) {
  const most = Math.min(maxLength, MOST_TEXT);
  const text = pattern === undefined ? fc.string({ minLength, maxLength: most, unit: 'binary' }) : fc.stringMatching(new RegExp(pattern));
  return text.filter(({ length }) => length >= minLength && length <= maxLength);
}

/** How one place of a value is broken. */
export interface Breakage {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Breakages of every place that the schema knows; `path` from the value's root, list items as `0`. */
export function breakages(schema: TSchema, path: readonly string[] = []): readonly Breakage[] {
  const here = wrongValues(schema).map((value) => ({ path, value }));
  if (KindGuard.IsObject(schema)) {
    const closed = schema.additionalProperties === false ? [{ path: [...path, INPUT_CANARY], value: INPUT_CANARY }] : [];
    return [...here, ...closed, ...Object.entries(schema.properties).flatMap(([key, member]) => breakages(member, [...path, key]))];
  }
  return KindGuard.IsArray(schema) ? [...here, ...breakages(schema.items, [...path, '0'])] : here;
}

function wrongValues(schema: TSchema): readonly unknown[] {
  if (KindGuard.IsObject(schema)) return [INPUT_CANARY, null, [], 5];
  if (KindGuard.IsArray(schema)) {
    const { maxItems, minItems } = schema;
    const long = maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, (_, index) => `${INPUT_CANARY}${index}`)];
    return [INPUT_CANARY, {}, null, ...long, ...(minItems === undefined ? [] : [[]])];
  }
  if (KindGuard.IsInteger(schema)) {
    const beyond = [schema.minimum === undefined ? [] : [schema.minimum - 1], schema.maximum === undefined ? [] : [schema.maximum + 1]];
    return [INPUT_CANARY, '1', 1.5, null, true, ...beyond.flat()];
  }
  if (KindGuard.IsString(schema)) {
    const { pattern, maxLength, minLength } = schema;
    return [
      5,
      null,
      [INPUT_CANARY],
      ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
      ...(minLength === undefined ? [] : ['']),
      ...(pattern === undefined ? [] : [`${INPUT_CANARY} \n`]),
    ];
  }
  return [INPUT_CANARY, null, 5];
}

/** A copy with that place broken; what lies on the way there is made. */
export function broken(value: unknown, { path: [key, ...rest], value: wrong }: Breakage): unknown {
  if (key === undefined) return wrong;
  if (key === '0' && Array.isArray(value)) return [broken(value[0], { path: rest, value: wrong }), ...value.slice(1)];
  const object: Json = isObject(value) ? value : {};
  return { ...object, [key]: broken(object[key], { path: rest, value: wrong }) };
}
