import { describe, expect, it } from 'vitest';
import { type FieldSchema, type MapSchema, POD_TEMPLATE } from '../../../src/children/merge/merge-schema.ts';

/** Each field of a PodTemplateSpec with a `patchStrategy` tag and its `patchMergeKey`: k8s.io/api v0.37.2, walked by reflection. */
const TAGGED = [
  'metadata.ownerReferences uid',
  'metadata.finalizers',
  'spec.volumes name',
  'spec.volumes.ephemeral.volumeClaimTemplate.metadata.ownerReferences uid',
  'spec.volumes.ephemeral.volumeClaimTemplate.metadata.finalizers',
  ...['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => [
    `spec.${list} name`,
    `spec.${list}.ports containerPort`,
    `spec.${list}.env name`,
    `spec.${list}.volumeMounts mountPath`,
    `spec.${list}.volumeDevices devicePath`,
  ]),
  'spec.imagePullSecrets name',
  'spec.hostAliases ip',
  'spec.topologySpreadConstraints topologyKey',
  'spec.schedulingGates name',
  'spec.resourceClaims name',
  'spec.evictionResponders name',
];

function pathsIn({ fields }: MapSchema, parent = ''): readonly string[] {
  return [...fields].flatMap(([field, schema]) => pathsOf(schema, `${parent}${field}`));
}

function pathsOf(schema: FieldSchema, path: string): readonly string[] {
  switch (schema.kind) {
    case 'map':
      return pathsIn(schema, `${path}.`);
    case 'keyedList':
      return [`${path} ${schema.mergeKey}`, ...pathsIn(schema.entry, `${path}.`)];
    case 'set':
      return [path];
  }
}

describe('the schema of the merge', () => {
  it('names the lists that Kubernetes merges, and no other', () => {
    expect(pathsIn(POD_TEMPLATE).toSorted()).toEqual(TAGGED.toSorted());
  });
});
