/**
 * JSON Schema for the parts of a Pod template, made from their shapes. Every object type is there twice: `plain/Container` is
 * the thing itself, `patch/Container` what a strategic merge takes for it, with the directives of `kubectl patch`
 * (k8s.io/apimachinery, pkg/util/strategicpatch). No field is required, since a patch is partial; a field may be null, which
 * is "none" in a thing and "take it away" in a patch; an unknown field is an error of the keyword `additionalProperties`.
 */
import type { Shape, Shapes } from './shapes.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export type Variant = 'plain' | 'patch';

/** Keywords of our own: what they demand of a directive stands in `directives.ts`. */
export const RETAINS_ALL = 'retainsAll';
export const IN_ORDER = 'inOrder';

/** The value of `IN_ORDER`. */
export interface OrderedList {
  /** The field beside the directive that is to be in that order. */
  readonly list: string;
  /** By which its entries are told apart; null: they are scalars. */
  readonly key: string | null;
}

/** A number with a suffix or an exponent (k8s.io/apimachinery, pkg/api/resource). */
const QUANTITY = '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$';

const SCALARS: ReadonlyMap<string, JsonSchema> = new Map([
  ['string', { type: 'string' }],
  ['boolean', { type: 'boolean' }],
  ['int32', { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
  // Beyond these JSON itself is not exact.
  ['int64', { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }],
  ['quantity', { type: ['number', 'string'], pattern: QUANTITY }],
  ['intOrString', { type: ['integer', 'string'] }],
]);

/** Everything as one schema, to be referred to as `ID#/definitions/plain~1Container`. */
export function jsonSchemaOf({ types }: Shapes, id: string): JsonSchema {
  const names = Object.keys(types);
  const variants = (variant: Variant) =>
    names.map((name) => [`${variant}/${name}`, objectSchema(types[name] ?? {}, variant, types)] as const);
  return { $id: id, definitions: Object.fromEntries([...variants('plain'), ...variants('patch')]) };
}

export function definitionRef(variant: Variant, type: string): string {
  return `#/definitions/${variant}~1${type}`;
}

function objectSchema(fields: Shapes['types'][string], variant: Variant, types: Shapes['types']): JsonSchema {
  const properties = Object.entries(fields).flatMap(([name, shape]) => [
    [name, valueSchema(shape, variant, types)] as const,
    ...(variant === 'patch' ? listDirectives(name, shape, types) : []),
  ]);
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { ...Object.fromEntries(properties), ...(variant === 'patch' && MAP_DIRECTIVES) },
  };
}

/** `merge` is what happens anyway: kubectl knows the word and refuses it. */
const MAP_DIRECTIVES = {
  $patch: { enum: ['delete', 'replace'] },
  $retainKeys: { type: 'array', items: { type: 'string' }, [RETAINS_ALL]: true },
} satisfies JsonSchema;

/** Directives that stand beside a list and name it. */
function listDirectives(name: string, shape: Shape, types: Shapes['types']): readonly (readonly [string, JsonSchema])[] {
  if (typeof shape === 'string' || 'mapOf' in shape) return [];
  const [type = '', key] = shape;
  const scalar = SCALARS.get(type);
  if (scalar !== undefined) {
    return [
      [`$setElementOrder/${name}`, { type: 'array', items: scalar, [IN_ORDER]: { list: name, key: null } }],
      // An entry that no such list can have is not in it.
      [`$deleteFromPrimitiveList/${name}`, { type: 'array', items: { type: ['boolean', 'number', 'string'] } }],
    ];
  }
  if (key === undefined) return [];
  const items = { type: 'object', ...withKey(type, key, types) };
  return [[`$setElementOrder/${name}`, { type: 'array', items, [IN_ORDER]: { list: name, key } }]];
}

function valueSchema(shape: Shape, variant: Variant, types: Shapes['types']): JsonSchema {
  if (typeof shape === 'string') return orNull(shape, variant);
  if ('mapOf' in shape) {
    const directives = variant === 'patch' ? { properties: MAP_DIRECTIVES } : {};
    return { type: ['object', 'null'], ...directives, additionalProperties: orNull(shape.mapOf, variant) };
  }
  const [type = '', key] = shape;
  return { type: ['array', 'null'], items: itemSchema(type, key, variant, types) };
}

function orNull(type: string, variant: Variant): JsonSchema {
  const scalar = SCALARS.get(type);
  return scalar === undefined ? { $ref: definitionRef(variant, type) } : { ...scalar, type: [scalar['type'], 'null'].flat() };
}

/** Within a list that is replaced as a whole there is nothing to merge: its entries are the things themselves. */
function itemSchema(type: string, key: string | undefined, variant: Variant, types: Shapes['types']): JsonSchema {
  const scalar = SCALARS.get(type);
  if (scalar !== undefined) return scalar;
  if (key === undefined || variant === 'plain') return { type: 'object', $ref: definitionRef('plain', type) };
  return {
    type: 'object',
    $ref: definitionRef('patch', type),
    // Such an entry is a word about the whole list.
    if: { properties: { $patch: { const: 'replace' } }, required: ['$patch'] },
    else: withKey(type, key, types),
  };
}

function withKey(type: string, key: string, types: Shapes['types']): JsonSchema {
  const shape = types[type]?.[key];
  const scalar = typeof shape === 'string' ? SCALARS.get(shape) : undefined;
  return { properties: { [key]: { ...scalar, ...(shape === 'string' && { minLength: 1 }) } }, required: [key] };
}
