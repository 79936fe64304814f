/**
 * What the API server makes of the kinds that Metacontroller changes in place: StatefulSet, Service, NetworkPolicy. These objects
 * are only stored here: no Pod is made for a StatefulSet, no address is served by a Service, and no policy is enforced.
 */
import { isSame } from '../../pool/same.ts';
import { ApiError } from './api-error.ts';
import type { KubeObject } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** The templates of claims become whole claims: a client that compares that list as a whole finds another one. */
function defaultClaim(claim: Json): Json {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    spec: { ...objectOf(claim['spec']), volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  };
}

/** `template` is defaulted as in every other workload. */
export function defaultStatefulSet(object: KubeObject, template: object): KubeObject {
  const spec = objectOf(object.spec);
  return {
    ...object,
    spec: {
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: 10,
      updateStrategy: { rollingUpdate: { partition: 0 }, type: 'RollingUpdate' },
      ...spec,
      template,
      volumeClaimTemplates: listOf(spec['volumeClaimTemplates']).map(defaultClaim),
    },
  };
}

export function defaultService(object: KubeObject): KubeObject {
  const spec = objectOf(object.spec);
  const ports = listOf(spec['ports']).map((port) => ({ protocol: 'TCP', targetPort: port['port'], ...port }));
  return {
    ...object,
    spec: {
      clusterIP: '10.96.0.20',
      clusterIPs: ['10.96.0.20'],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      type: 'ClusterIP',
      ...spec,
      ports,
    },
  };
}

/** An empty list of rules is not stored, and a port has a protocol. */
export function defaultNetworkPolicy(object: KubeObject): KubeObject {
  const spec = objectOf(object.spec);
  const rules = (['ingress', 'egress'] as const).flatMap((direction) => {
    const list = listOf(spec[direction]).map((rule) => {
      const ports = listOf(rule['ports']).map((port) => ({ protocol: 'TCP', ...port }));
      return ports.length === 0 ? rule : { ...rule, ports };
    });
    return list.length === 0 ? [] : [[direction, list] as const];
  });
  const { ingress: _ingress, egress: _egress, ...rest } = spec;
  return { ...object, spec: { policyTypes: ['Ingress'], ...rest, ...Object.fromEntries(rules) } };
}

/** What of a StatefulSet's spec may be changed. */
const CHANGEABLE: ReadonlySet<string> = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
  'revisionHistoryLimit',
]);

/** Throws 422 when the write changes what may not change. */
export function validateStatefulSetUpdate(before: KubeObject, after: KubeObject): void {
  const fixed = ({ spec }: KubeObject) => Object.fromEntries(Object.entries(objectOf(spec)).filter(([key]) => !CHANGEABLE.has(key)));
  if (isSame(fixed(before), fixed(after))) return;
  const fields = [...CHANGEABLE].map((field) => `'${field}'`).join(', ');
  throw new ApiError(
    422,
    `StatefulSet.apps "${before.metadata.name}" is invalid: spec: Forbidden: updates to statefulset spec for fields other than ${fields} are forbidden`,
  );
}
