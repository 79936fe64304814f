import { API_VERSION, PLURAL } from '../../api/keys.ts';
import type { DataObject, DeploymentObject, JobObject, KubeObject, PodObject } from './objects.ts';

export interface KindMap {
  Namespace: KubeObject & { readonly status?: { readonly phase: 'Active' | 'Terminating' } };
  Secret: KubeObject & DataObject;
  ConfigMap: KubeObject & DataObject;
  Job: JobObject;
  Deployment: DeploymentObject;
  ReplicaSet: DeploymentObject;
  Pod: PodObject;
  RunnerPool: KubeObject;
  Service: KubeObject;
  ServiceAccount: KubeObject;
  StatefulSet: KubeObject;
  PersistentVolumeClaim: KubeObject;
  NetworkPolicy: KubeObject;
}
export type Kind = keyof KindMap;

export interface KindInfo {
  readonly apiVersion: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Has a spec whose changes count in metadata.generation. */
  readonly generation: boolean;
}

function kind(apiVersion: string, resource: string, generation: boolean, namespaced = true): KindInfo {
  return { apiVersion, resource, namespaced, generation };
}

/** Every kind that the embedded API server knows. */
export const KINDS = {
  Namespace: kind('v1', 'namespaces', false, false),
  Secret: kind('v1', 'secrets', false),
  ConfigMap: kind('v1', 'configmaps', false),
  Job: kind('batch/v1', 'jobs', true),
  Deployment: kind('apps/v1', 'deployments', true),
  ReplicaSet: kind('apps/v1', 'replicasets', true),
  Pod: kind('v1', 'pods', true),
  RunnerPool: kind(API_VERSION, PLURAL, true),
  Service: kind('v1', 'services', false),
  ServiceAccount: kind('v1', 'serviceaccounts', false),
  StatefulSet: kind('apps/v1', 'statefulsets', true),
  PersistentVolumeClaim: kind('v1', 'persistentvolumeclaims', false),
  NetworkPolicy: kind('networking.k8s.io/v1', 'networkpolicies', true),
} as const satisfies Record<Kind, KindInfo>;

export function isKind(value: string): value is Kind {
  return Object.hasOwn(KINDS, value);
}

export const ALL_KINDS: readonly Kind[] = Object.keys(KINDS).filter(isKind);

/** The kind that a rule names by apiVersion and plural resource, if the cluster knows it. */
export function kindOfResource(apiVersion: string, resource: string): Kind | undefined {
  return ALL_KINDS.find((name) => KINDS[name].apiVersion === apiVersion && KINDS[name].resource === resource);
}
