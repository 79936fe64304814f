/**
 * What the API server adds to an object at its creation and refuses at a write. Defaults and messages as recorded
 * (`recordings/kubernetes`), reduced to the fields that the recordings of Jobs and Deployments show.
 */
import { isSame } from '../../pool/same.ts';
import { ApiError } from './api-error.ts';
import { defaultNetworkPolicy, defaultService, defaultStatefulSet, validateStatefulSetUpdate } from './in-place-kinds.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { ContainerSpec, KubeObject, PodSpec, PodTemplate } from './objects.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** A Service's name is a name in DNS (RFC 1035). */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

function qualified(kind: Kind): string {
  const group = KINDS[kind].apiVersion.includes('/') ? `.${KINDS[kind].apiVersion.split('/')[0]}` : '';
  return `${kind}${group}`;
}

/** Throws 422 for a name or label that Kubernetes does not take. */
export function validateMeta(kind: Kind, object: KubeObject): void {
  const { name, labels } = object.metadata;
  if (!NAME.test(name) || name.length > 253) {
    throw new ApiError(
      422,
      `${qualified(kind)} "${name}" is invalid: metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain`,
    );
  }
  if (kind === 'Service' && !SERVICE_NAME.test(name)) {
    throw new ApiError(422, `Service "${name}" is invalid: metadata.name: Invalid value: "${name}": a DNS-1035 label`);
  }
  const bad = Object.entries(labels ?? {}).find(([, value]) => typeof value !== 'string' || value.length > 63 || !LABEL_VALUE.test(value));
  if (bad !== undefined) throw new ApiError(422, `${qualified(kind)} "${name}" is invalid: metadata.labels: Invalid value: "${bad[1]}"`);
}

function fieldOf(object: KubeObject | undefined, field: string): unknown {
  return object === undefined ? undefined : Object.entries(object).find(([key]) => key === field)?.[1];
}

function specField(object: KubeObject, field: string): unknown {
  return Object.entries(object.spec ?? {}).find(([key]) => key === field)?.[1];
}

/** Throws 422 when the write changes what may not change: a Job's template, an immutable Secret or ConfigMap. */
export function validateUpdate(kind: Kind, before: KubeObject, after: KubeObject): void {
  const name = before.metadata.name;
  if (kind === 'Job' && !isSame(specField(before, 'template'), specField(after, 'template'))) {
    throw new ApiError(422, `Job.batch "${name}" is invalid: spec.template: Invalid value: field is immutable`);
  }
  if (kind === 'StatefulSet') validateStatefulSetUpdate(before, after);
  if ((kind === 'Secret' || kind === 'ConfigMap') && fieldOf(before, 'immutable') === true) {
    const same = fieldOf(after, 'immutable') === true && isSame(fieldOf(before, 'data'), fieldOf(after, 'data'));
    if (!same) throw new ApiError(422, `${kind} "${name}" is invalid: data: Forbidden: field is immutable when \`immutable\` is set`);
  }
}

function defaultContainer(container: ContainerSpec): ContainerSpec {
  return {
    ...{ imagePullPolicy: 'IfNotPresent', resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
    ...container,
  };
}

function defaultPodSpec(spec: PodSpec): PodSpec {
  return {
    ...{
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always' as const,
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    },
    ...spec,
    containers: spec.containers.map(defaultContainer),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(defaultContainer) }),
  };
}

function templateOf(object: KubeObject): PodTemplate {
  const template = specField(object, 'template');
  if (typeof template !== 'object' || template === null || !('spec' in template) || typeof template.spec !== 'object') {
    throw new ApiError(422, `${object.kind} "${object.metadata.name}" is invalid: spec.template.spec: Required value`);
  }
  return template as PodTemplate; // a Pod template that lacks containers is refused below
}

function defaultJob(object: KubeObject): KubeObject {
  const { uid, name } = object.metadata;
  const template = templateOf(object);
  const tracking = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return {
    ...object,
    spec: {
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      completions: 1,
      manualSelector: false,
      parallelism: 1,
      suspend: false,
      ...object.spec,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...tracking } },
        spec: defaultPodSpec(template.spec),
      },
    },
    status: {},
  };
}

function defaultDeployment(object: KubeObject): KubeObject {
  const template = templateOf(object);
  return {
    ...object,
    spec: {
      progressDeadlineSeconds: 600,
      replicas: 1,
      revisionHistoryLimit: 10,
      ...object.spec,
      template: { ...template, spec: defaultPodSpec(template.spec) },
    },
    status: {},
  };
}

/** The object as the API server stores it at its creation. */
export function withDefaults(kind: Kind, object: KubeObject): KubeObject {
  switch (kind) {
    case 'Job':
      return defaultJob(object);
    case 'Deployment':
    case 'ReplicaSet':
      return defaultDeployment(object);
    case 'Namespace':
      return { ...object, status: { phase: 'Active' } };
    case 'Secret':
      return { ...{ type: 'Opaque' }, ...object };
    case 'Pod':
      return { ...object, status: { phase: 'Pending', qosClass: 'BestEffort' } };
    case 'RunnerPool': {
      const { status: _, ...rest } = object;
      return rest;
    }
    case 'StatefulSet':
    case 'Service':
    case 'NetworkPolicy':
      return { ...withUpdateDefaults(kind, object), ...(kind === 'NetworkPolicy' ? {} : { status: {} }) };
    case 'ConfigMap':
    case 'ServiceAccount':
    case 'PersistentVolumeClaim':
      return object;
  }
}

/** The object as it is stored at an update: what a client takes out of a kind that changes in place is filled in again. */
export function withUpdateDefaults(kind: Kind, object: KubeObject): KubeObject {
  if (kind === 'Service') return defaultService(object);
  if (kind === 'NetworkPolicy') return defaultNetworkPolicy(object);
  if (kind !== 'StatefulSet') return object;
  const template = templateOf(object);
  return defaultStatefulSet(object, { ...template, spec: defaultPodSpec(template.spec) });
}
