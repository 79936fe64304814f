/**
 * What a pool's `template` must leave alone. Only a few fields of the Pod are described to CEL; the rest is checked here,
 * since the API server does not let a rule look below a field whose contents the CRD leaves open.
 */

import { GROUP } from '../keys.ts';
import { fieldsOf } from '../objects.ts';
import { ADDED_CONTAINER_RULES } from './added-container-rules.ts';
import { hasSidecar } from './container-mode-rules.ts';
import { DOCKER_SIDECAR, JOB_ENV, RUNNER } from './own-parts.ts';
import type { StateRule } from './rule.ts';
import { TEMPLATE_CONTAINER_RULES } from './template-container-rules.ts';
import { TEMPLATE_DUPLICATE_RULES } from './template-duplicates.ts';
import {
  allContainers,
  CONTAINER_LISTS,
  entriesOf,
  named,
  POD,
  pathsOf,
  pod,
  podEntries,
  templateRule,
  type WithTemplate,
} from './template-parts.ts';
import { TEMPLATE_VOLUME_RULES } from './template-volume-rules.ts';

const METADATA = 'spec.template.metadata';
const LISTS_WITH_OURS = [...CONTAINER_LISTS, 'volumes'] as const;

function podFieldRule(field: string, because: string): StateRule<WithTemplate> {
  return {
    kind: 'state',
    at: POD,
    message: `must not set ${field}: ${because}`,
    cel: `!has(self.${field})`,
    broken: (spec) => pathsOf({ fields: pod(spec), path: POD }, field),
  };
}

function neverTrueRule(field: string, because: string): StateRule<WithTemplate> {
  return {
    kind: 'state',
    at: POD,
    message: `must not set ${field} to true: ${because}`,
    cel: `!has(self.${field}) || !self.${field}`,
    broken: (spec) => (pod(spec)[field] === true ? [`${POD}.${field}`] : []),
  };
}

/** By null, by `$patch: replace` in the list, or by a directive of the Pod itself. */
function listsTakenAway(spec: WithTemplate): readonly string[] {
  const own = { fields: pod(spec), path: POD };
  const nulls = LISTS_WITH_OURS.filter((list) => own.fields[list] === null).map((list) => `${POD}.${list}`);
  const replaced = LISTS_WITH_OURS.flatMap((list) => podEntries(spec, list)).filter(({ fields }) => fields['$patch'] === 'replace');
  return [...['$patch', '$retainKeys'].flatMap((directive) => pathsOf(own, directive)), ...nulls, ...replaced.map(({ path }) => path)];
}

function takenNames(spec: WithTemplate): readonly string[] {
  const containers = [...(hasSidecar(spec.containerMode.type) ? [DOCKER_SIDECAR] : []), JOB_ENV];
  return [
    ...containers.flatMap((name) => named(podEntries(spec, 'containers'), name)),
    ...[RUNNER, JOB_ENV].flatMap((name) => named(podEntries(spec, 'initContainers'), name)),
  ].map(({ path }) => path);
}

/** Kubernetes has no such action up to the version whose schema is here; one that comes later restarts the runner too. */
function restartsAll(spec: WithTemplate): readonly string[] {
  return allContainers(spec)
    .flatMap((container) => entriesOf(container, 'restartPolicyRules'))
    .filter(({ fields }) => fields['action'] === 'RestartAllContainers')
    .map(({ path }) => path);
}

function ownKeys(spec: WithTemplate, map: 'labels' | 'annotations'): readonly string[] {
  const keys = Object.keys(fieldsOf(spec.template?.metadata?.[map]));
  return keys.filter((key) => key.startsWith(`${GROUP}/`)).map((key) => `${METADATA}.${map}.${key}`);
}

export const TEMPLATE_RULES: readonly StateRule<WithTemplate>[] = [
  podFieldRule('restartPolicy', 'a registration that was used is never used again'),
  podFieldRule('terminationGracePeriodSeconds', 'it follows from jobTimeoutSeconds'),
  podFieldRule('activeDeadlineSeconds', 'it would count idle time and end a running job'),
  podFieldRule('ephemeralContainers', 'Kubernetes adds them only to a Pod that runs'),
  neverTrueRule('shareProcessNamespace', 'every container could read the token of the runner'),
  neverTrueRule('hostPID', 'a container could read the tokens of other runners'),
  templateRule(
    'must not delete or replace the Pod, or its lists containers, initContainers and volumes as a whole: parts of the operator are among them',
    listsTakenAway,
  ),
  templateRule(
    'must not name a container job-env or, beside a Docker sidecar, dind, nor an init container runner or job-env: these are containers of the operator',
    takenNames,
  ),
  templateRule('must not restart all containers by restartPolicyRules: a registration that was used is never used again', restartsAll),
  ...ADDED_CONTAINER_RULES,
  ...TEMPLATE_CONTAINER_RULES,
  ...TEMPLATE_VOLUME_RULES,
  ...TEMPLATE_DUPLICATE_RULES,
  {
    kind: 'state',
    at: METADATA,
    message: 'must set nothing but labels and annotations: a Pod gets its name from its Job, and a finalizer would keep it for ever',
    cel: null,
    broken: ({ template }) =>
      Object.keys(template?.metadata ?? {})
        .filter((field) => field !== 'labels' && field !== 'annotations')
        .map((field) => `${METADATA}.${field}`),
  },
  {
    kind: 'state',
    at: METADATA,
    message: `must not set labels and annotations of ${GROUP}: Pods are found by them`,
    cel: null,
    broken: (spec) => [...ownKeys(spec, 'labels'), ...ownKeys(spec, 'annotations')],
  },
];
