/** Specs of the wrong shape, each with what is said of it. */
import type { RefusedCase } from './specs.ts';

const DNS_NAME = 'must be a string of 1 to 253 characters that matches ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$';

function integer(field: string, value: unknown, from: number, to: number): RefusedCase {
  return {
    situation: `${field} ${JSON.stringify(value)}`,
    because: 'only whole numbers within the range make sense',
    patch: { [field]: value },
    problems: [{ field: `spec.${field}`, message: `must be an integer from ${from} to ${to}` }],
  };
}

export const REFUSED_BY_SCHEMA: readonly RefusedCase[] = [
  integer('minRunners', -1, 0, 1000),
  integer('minRunners', '1', 0, 1000),
  integer('maxRunners', 1001, 0, 1000),
  integer('maxRunners', 1.5, 0, 1000),
  integer('pollIntervalSeconds', 0, 1, 300),
  integer('jobTimeoutSeconds', 59, 60, 604_800),
  integer('pendingTimeoutSeconds', 29, 30, 86_400),
  integer('idleTimeoutSeconds', 86_401, 0, 86_400),
  integer('drainTimeoutSeconds', -1, 0, 605_400),
  {
    situation: 'a list where an object belongs that has a default',
    because: 'a default takes the place of nothing else',
    patch: { history: [], containerMode: ['Host'] },
    problems: [
      { field: 'spec.containerMode', message: 'must be an object' },
      { field: 'spec.history', message: 'must be an object' },
    ],
  },
  {
    situation: 'history beyond its range',
    because: 'ended Jobs cost memory in every sync',
    patch: { history: { failed: 51 } },
    problems: [{ field: 'spec.history.failed', message: 'must be an integer from 0 to 50' }],
  },
  {
    situation: 'an unknown field in the spec',
    because: 'nothing is accepted and ignored',
    patch: { maxRuners: 3 },
    problems: [
      {
        field: 'spec.maxRuners',
        message:
          'is no field here; there are forgejo, mode, labels, minRunners, maxRunners, schedules, fairness, repositories, claimDelaySeconds, updateStrategy, reportDeadRunners, pollIntervalSeconds, runner, containerMode, template, jobTimeoutSeconds, pendingTimeoutSeconds, idleTimeoutSeconds, drainTimeoutSeconds, history, paused',
      },
    ],
  },
  {
    situation: 'an unknown field in a scope without fields',
    because: 'nothing is accepted and ignored',
    patch: { forgejo: { scope: { organization: null, instance: { visible: true } } } },
    problems: [{ field: 'spec.forgejo.scope.instance.visible', message: 'is no field: nothing may stand here' }],
  },
  {
    situation: 'an unknown field with a slash and a tilde in its name',
    because: 'the path is shown as it was written',
    patch: { history: { 'a/b~c': 1 } },
    problems: [{ field: 'spec.history.a/b~c', message: 'is no field here; there are succeeded, failed' }],
  },
  ...['0m', '90s', '1d', 'PT8H', '8.5h', ''].map((duration) => ({
    situation: `a window that is open for ${JSON.stringify(duration)}`,
    because: 'a window is hours and minutes long, and at least a minute',
    patch: { schedules: [{ name: 'night', start: '0 20 * * *', duration, maxRunners: 3 }] },
    problems: [
      {
        field: 'spec.schedules[0].duration',
        message: 'must be a string of 2 to 12 characters that matches ^([1-9][0-9]{0,3}h)?([1-9][0-9]{0,4}m)?$',
      },
    ],
  })),
  ...['0 8 * *', '0 0 8 * * *', '0 8 * * * 2026', 'at eight'].map((start) => ({
    situation: `a window that starts at ${start}`,
    because: 'cron has five fields here: nothing starts within a minute',
    patch: { schedules: [{ name: 'night', start, duration: '1h', maxRunners: 3 }] },
    problems: [
      {
        field: 'spec.schedules[0].start',
        message:
          'must be a string of 1 to 200 characters that matches ^(@[a-z]{1,10}|[0-9A-Za-z*,/#?LW-]{1,64}( +[0-9A-Za-z*,/#?LW-]{1,64}){4})$',
      },
    ],
  })),
  {
    situation: 'another mode',
    because: 'there are two',
    patch: { mode: 'Eternal' },
    problems: [{ field: 'spec.mode', message: 'must be Ephemeral or Persistent' }],
  },
  {
    situation: 'a mode that is not built yet',
    because: 'nothing is accepted and ignored',
    patch: { containerMode: { type: 'DindRootless' } },
    problems: [{ field: 'spec.containerMode.type', message: 'must be Dind or Host' }],
  },
  {
    situation: 'paused as a string',
    because: 'a string is always true',
    patch: { paused: 'false' },
    problems: [{ field: 'spec.paused', message: 'must be true or false' }],
  },
  {
    situation: 'no labels',
    because: 'a runner without labels gets no job',
    patch: { labels: [] },
    problems: [{ field: 'spec.labels', message: 'must be a list of 1 to 32 items' }],
  },
  {
    situation: 'a label that is a number',
    because: 'labels are strings',
    patch: { labels: ['docker', 3] },
    problems: [{ field: 'spec.labels[1]', message: 'must be a string of 1 to 255 characters' }],
  },
  {
    situation: 'labels as a string',
    because: 'ARC takes a string, we do not',
    patch: { labels: 'docker' },
    problems: [{ field: 'spec.labels', message: 'must be a list of 1 to 32 items' }],
  },
  {
    situation: 'no forgejo, labels and runner',
    because: 'there is no default for them',
    patch: { forgejo: null, labels: null, runner: null },
    problems: [
      { field: 'spec.forgejo', message: 'is required' },
      { field: 'spec.labels', message: 'is required' },
      { field: 'spec.runner', message: 'is required' },
    ],
  },
  {
    situation: 'a Secret name that is no DNS name',
    because: 'no Secret can have it',
    patch: { forgejo: { tokenSecretRef: { name: '../x' } } },
    problems: [{ field: 'spec.forgejo.tokenSecretRef.name', message: DNS_NAME }],
  },
  {
    situation: 'a version that is none',
    because: 'it can not be compared',
    patch: { runner: { version: 'newest' } },
    problems: [
      {
        field: 'spec.runner.version',
        message: 'must be a string of 1 to 20 characters that matches ^v?[0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?$',
      },
    ],
  },
  {
    situation: 'a template that is a Pod spec without the level between',
    because: 'it is a PodTemplateSpec',
    patch: { template: { nodeSelector: {} } },
    problems: [{ field: 'spec.template.nodeSelector', message: 'is no field here; there are metadata, spec' }],
  },
  {
    situation: 'a template spec that is a list',
    because: 'a Pod spec is an object',
    patch: { template: { spec: [] } },
    problems: [{ field: 'spec.template.spec', message: 'must be an object' }],
  },
  {
    situation: 'a list instead of a spec',
    because: 'a spec is an object',
    patch: [],
    problems: [{ field: 'spec', message: 'must be an object' }],
  },
];
