/** The values of a chart as a tree: a group has values below it, a leaf has a default. */
import { KindGuard, type TSchema } from '@sinclair/typebox';

/** Schemas by name: what TypeBox calls the properties of an object. */
export type Schemas = Readonly<Record<string, TSchema>>;

export type ValueNode =
  | { readonly kind: 'group'; readonly name: string; readonly nodes: readonly ValueNode[] }
  | { readonly kind: 'leaf'; readonly name: string; readonly description: string; readonly fallback: unknown; readonly allowed: string };

/** An object is a group unless it has a default of its own, which is then one value. */
export function valueTree(schema: TSchema): readonly ValueNode[] {
  return Object.entries(propertiesOf(schema)).map(([name, child]) => {
    const fallback: unknown = child.default;
    return fallback === undefined
      ? { kind: 'group', name, nodes: valueTree(child) }
      : { kind: 'leaf', name, description: describe(name, child), fallback, allowed: allowed(child) };
  });
}

/** Empty for a schema that is no object of named values. */
export function propertiesOf(schema: TSchema): Schemas {
  return KindGuard.IsObject(schema) ? schema.properties : {};
}

function describe(name: string, schema: TSchema): string {
  if (schema.description === undefined) throw new Error(`${name} has no description`);
  return schema.description;
}

function allowed(schema: TSchema): string {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.map((choice: TSchema) => `\`${String(choice['const'])}\``).join(', ');
  if (KindGuard.IsInteger(schema)) return `${String(schema.minimum)} to ${String(schema.maximum)}`;
  return String(schema['type']);
}
