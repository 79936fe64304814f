/** Kubernetes' OpenAPI, version 2 (`api/openapi-spec/swagger.json` of its repository), reduced to the shapes below one type. */
import type { Fields, Shape, Shapes } from './shapes.ts';

interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
}

export interface Swagger {
  /** `info.version` is `unversioned` there: the caller knows which one it is. */
  readonly definitions: Readonly<Record<string, { readonly properties?: Readonly<Record<string, Property>> }>>;
}

const REFERENCE = '#/definitions/';
/** Types that are no objects on the wire, whatever their definition says. */
const SCALARS: ReadonlyMap<string, string> = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'quantity'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'intOrString'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', 'string'],
]);
/** The API server keeps it, and nobody writes it; what it holds has no schema. */
const LEFT_OUT = 'managedFields';

/** Every type that `root`, a name such as `io.k8s.api.core.v1.PodTemplateSpec`, leads to. Throws for what it does not understand. */
export function shapesBelow(root: string, { definitions }: Swagger, version: string): Shapes {
  const types = new Map<string, Fields>();
  const open = [root];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const properties = definitions[name]?.properties;
    if (properties === undefined) throw new Error(`${name} has no fields`);
    if (types.has(shortName(name))) continue;
    const fields = Object.entries(properties).filter(([field]) => field !== LEFT_OUT);
    types.set(shortName(name), Object.fromEntries(fields.map(([field, property]) => [field, shapeOf(property)])));
    open.push(...fields.flatMap(([, property]) => targetsOf(property)));
  }
  return { version, types: Object.fromEntries([...types].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function shapeOf(property: Property): Shape {
  const { items, additionalProperties } = property;
  if (items !== undefined) {
    const key = property['x-kubernetes-patch-strategy']?.split(',').includes('merge')
      ? property['x-kubernetes-patch-merge-key']
      : undefined;
    return [scalarOrType(items), ...(key === undefined ? [] : [key])];
  }
  return additionalProperties === undefined ? scalarOrType(property) : { mapOf: scalarOrType(additionalProperties) };
}

function scalarOrType({ $ref, type, format }: Property): string {
  const name = $ref?.slice(REFERENCE.length);
  if (name !== undefined) return SCALARS.get(name) ?? shortName(name);
  if (type === 'integer' && (format === 'int32' || format === 'int64')) return format;
  if (type === 'string' || type === 'boolean') return type;
  throw new Error(`a field of type ${type} and format ${format} has no shape`);
}

function targetsOf({ $ref, items, additionalProperties }: Property): readonly string[] {
  const own = $ref === undefined || SCALARS.has($ref.slice(REFERENCE.length)) ? [] : [$ref.slice(REFERENCE.length)];
  return [
    ...own,
    ...(items === undefined ? [] : targetsOf(items)),
    ...(additionalProperties === undefined ? [] : targetsOf(additionalProperties)),
  ];
}

/** `io.k8s.api.core.v1.Container` is `Container`: no two types below a Pod template share that name. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
