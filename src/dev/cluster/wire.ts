/** The bodies that Metacontroller sends (v2), in the shape of the recordings. */
import type { ControllerSettings } from './composite-controller.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { KubeObject } from './objects.ts';

/** `Kind.group/version`, the key of children and related. */
export function groupKey(kind: Kind): string {
  return `${kind}.${KINDS[kind].apiVersion}`;
}

/** `namespace/name`, or just the name of a cluster-scoped object. */
export function objectKey(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function fieldTree(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldTree(inner)]));
}

/** managedFields as they would weigh: one entry for the object, one for its status. */
function managedFields(object: KubeObject): readonly object[] {
  const { status, metadata, apiVersion, kind, ...rest } = object;
  const time = metadata.creationTimestamp;
  const entry = { apiVersion, fieldsType: 'FieldsV1', operation: 'Update', time };
  const own = {
    'f:metadata': { 'f:labels': fieldTree(metadata.labels), 'f:annotations': fieldTree(metadata.annotations) },
    ...fieldTree(rest),
  };
  return [
    { ...entry, fieldsV1: own, manager: 'metacontroller' },
    ...(status === undefined
      ? []
      : [{ ...entry, fieldsV1: { 'f:status': fieldTree(status) }, manager: `${kind.toLowerCase()}-controller`, subresource: 'status' }]),
  ];
}

/** The object as it goes over the wire; `weight`: with managedFields, which double its size. */
export function wireObject(object: KubeObject, weight: boolean): KubeObject {
  return weight ? { ...object, metadata: { ...object.metadata, ...{ managedFields: managedFields(object) } } } : object;
}

/** Every listed kind is present, as `{}` when there is none. */
export function wireGroups(
  kinds: readonly Kind[],
  objects: readonly KubeObject[],
  weight: boolean,
): Readonly<Record<string, Readonly<Record<string, KubeObject>>>> {
  const byKind = new Map<string, [string, KubeObject][]>([...new Set(kinds)].sort().map((kind) => [kind, []]));
  for (const object of objects) byKind.get(object.kind)?.push([objectKey(object), wireObject(object, weight)]);
  const groups: Record<string, Record<string, KubeObject>> = {};
  for (const kind of [...new Set(kinds)].sort()) {
    const group: Record<string, KubeObject> = {};
    for (const [key, object] of (byKind.get(kind) ?? []).sort(([a], [b]) => (a < b ? -1 : 1))) group[key] = object;
    groups[groupKey(kind)] = group;
  }
  return groups;
}

export function wireController(settings: ControllerSettings, uid: string, created: string): object {
  const { metadata, spec } = settings.object;
  const added = { uid, resourceVersion: '1', generation: 1, creationTimestamp: created };
  return {
    kind: 'CompositeController',
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    metadata: { ...(typeof metadata === 'object' ? metadata : {}), ...added },
    spec,
    status: {},
  };
}
