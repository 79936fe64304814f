/**
 * What a pool's `template` must leave alone. Only scalar fields of the Pod are described to CEL; the rest is checked here,
 * since the API server does not let a rule look below a field whose contents the CRD leaves open.
 */
import { GROUP } from './keys.ts';
import type { StateRule } from './rule.ts';
import type { RunnerPoolSpec } from './runnerpool.ts';

type WithTemplate = Pick<RunnerPoolSpec, 'template'>;
type Fields = Readonly<Record<string, unknown>>;

const POD = 'spec.template.spec';
/** What the entrypoint reads; another value would break the shield around a task. */
const ENTRYPOINT_VARIABLES = ['STOP_FILE', 'WARM', 'PROBE_SECONDS', 'POLL_SECONDS'];

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

function itemsOf(value: unknown): readonly { readonly fields: Fields; readonly index: number }[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ fields: fieldsOf(item), index })) : [];
}

function pod(spec: WithTemplate): Fields {
  return spec.template?.spec ?? {};
}

/** The containers named `runner`, each with its path. */
function runners(spec: WithTemplate) {
  return itemsOf(pod(spec)['containers'])
    .filter(({ fields }) => fields['name'] === 'runner')
    .map(({ fields, index }) => ({ fields, path: `${POD}.containers[${index}]` }));
}

function podFieldRule(field: string, because: string): StateRule<WithTemplate> {
  return {
    kind: 'state',
    at: POD,
    message: `must not set ${field}: ${because}`,
    cel: `!has(self.${field})`,
    broken: (spec) => (pod(spec)[field] === undefined ? [] : [`${POD}.${field}`]),
  };
}

function runnerFieldRule(field: string, because: string): StateRule<WithTemplate> {
  return {
    kind: 'state',
    at: POD,
    message: `must not set ${field} of the container runner: ${because}`,
    cel: null,
    broken: (spec) => runners(spec).flatMap(({ fields, path }) => (fields[field] === undefined ? [] : [`${path}.${field}`])),
  };
}

function unnamedContainers(spec: WithTemplate, list: 'containers' | 'initContainers'): readonly string[] {
  const containers = pod(spec)[list];
  if (containers === undefined) return [];
  if (!Array.isArray(containers)) return [`${POD}.${list}`];
  return itemsOf(containers).flatMap(({ fields, index }) => {
    const name = fields['name'];
    // The merge takes `{$patch: replace}` as a word about the whole list.
    return (typeof name === 'string' && name !== '') || fields['$patch'] === 'replace' ? [] : [`${POD}.${list}[${index}]`];
  });
}

function ownKeys(spec: WithTemplate, map: 'labels' | 'annotations'): readonly string[] {
  const keys = Object.keys(fieldsOf(spec.template?.metadata?.[map]));
  return keys.filter((key) => key.startsWith(`${GROUP}/`)).map((key) => `spec.template.metadata.${map}.${key}`);
}

export const TEMPLATE_RULES: readonly StateRule<WithTemplate>[] = [
  podFieldRule('restartPolicy', 'a registration that was used is never used again'),
  podFieldRule('terminationGracePeriodSeconds', 'it follows from jobTimeoutSeconds'),
  podFieldRule('activeDeadlineSeconds', 'it would count idle time and end a running job'),
  runnerFieldRule('command', 'the entrypoint shields a running job'),
  runnerFieldRule('args', 'the entrypoint shields a running job'),
  runnerFieldRule('envFrom', 'it could set a variable that steers the entrypoint'),
  runnerFieldRule('lifecycle', 'its preStop hook tells the entrypoint to stop'),
  {
    kind: 'state',
    at: POD,
    message: `must not set ${ENTRYPOINT_VARIABLES.join(', ')} in the container runner: they steer the entrypoint`,
    cel: null,
    broken: (spec) =>
      runners(spec).flatMap(({ fields, path }) =>
        itemsOf(fields['env']).flatMap(({ fields: variable, index }) =>
          ENTRYPOINT_VARIABLES.some((name) => name === variable['name']) ? [`${path}.env[${index}]`] : [],
        ),
      ),
  },
  {
    kind: 'state',
    at: POD,
    message: 'must give containers and initContainers as lists of objects with a name, by which they are merged',
    cel: null,
    broken: (spec) => [...unnamedContainers(spec, 'containers'), ...unnamedContainers(spec, 'initContainers')],
  },
  {
    kind: 'state',
    at: 'spec.template.metadata',
    message: `must not set labels and annotations of ${GROUP}: Pods are found by them`,
    cel: null,
    broken: (spec) => [...ownKeys(spec, 'labels'), ...ownKeys(spec, 'annotations')],
  },
];
