/** Every kind that the cases touch, with its place in the API. */
import { KINDS as EMBEDDED } from '../../../src/dev/cluster/kinds.ts';

interface KindPlace {
  readonly apiVersion: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

function place(apiVersion: string, resource: string, namespaced: boolean): KindPlace {
  return { apiVersion, resource, namespaced };
}

const RBAC = 'rbac.authorization.k8s.io/v1';

export const KINDS = {
  ...EMBEDDED,
  ClusterRole: place(RBAC, 'clusterroles', false),
  ClusterRoleBinding: place(RBAC, 'clusterrolebindings', false),
  CompositeController: place('metacontroller.k8s.io/v1alpha1', 'compositecontrollers', false),
  CustomResourceDefinition: place('apiextensions.k8s.io/v1', 'customresourcedefinitions', false),
  Event: place('v1', 'events', true),
  Node: place('v1', 'nodes', false),
  PersistentVolume: place('v1', 'persistentvolumes', false),
  PodDisruptionBudget: place('policy/v1', 'poddisruptionbudgets', true),
  PriorityClass: place('scheduling.k8s.io/v1', 'priorityclasses', false),
  Role: place(RBAC, 'roles', true),
  RoleBinding: place(RBAC, 'rolebindings', true),
  RuntimeClass: place('node.k8s.io/v1', 'runtimeclasses', false),
  SelfSubjectRulesReview: place('authorization.k8s.io/v1', 'selfsubjectrulesreviews', false),
  SubjectAccessReview: place('authorization.k8s.io/v1', 'subjectaccessreviews', false),
} as const satisfies Record<string, KindPlace>;

export type Kind = keyof typeof KINDS;

export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

/** `/apis/batch/v1/namespaces/ci/jobs/x`; without a namespace of all namespaces, without a name the collection. */
export function pathOf(kind: Kind, namespace?: string, name?: string): string {
  const { apiVersion, resource, namespaced } = KINDS[kind];
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${resource}${name === undefined ? '' : `/${name}`}`;
}
