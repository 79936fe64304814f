/** Specs that keep the schema and break one rule, each with what is said of it. */

import { IDENTITY_REFUSED_BY_BOTH } from './refused-identity.ts';
import { PODS_REFUSED_BY_BOTH, PODS_REFUSED_BY_OPERATOR } from './refused-pods.ts';
import { REFUSED_RUNNER } from './refused-runner.ts';
import { TEMPLATES_REFUSED_BY_BOTH, TEMPLATES_REFUSED_BY_OPERATOR } from './refused-template.ts';
import type { RefusedCase } from './specs.ts';

const URL = 'must be an http or https URL without user, query and fragment';
const LABELS =
  'must hold only NAME, NAME:host, NAME:docker and NAME:docker://IMAGE, without spaces and commas; an image is written NAME:docker://IMAGE:TAG';
const HOST = 'labels must all be NAME:host when containerMode.type is Host: there is no Docker for any other';
const PINNED = 'must set version, or an image whose tag is a version such as 12.8.2';
const EPHEMERAL = 'runner must be forgejo-runner 12.8.0 or newer for mode Ephemeral: it takes one job by its handle';
const PERSISTENT = 'runner must be forgejo-runner 12.5.0 or newer for mode Persistent: older ones are not supported';
const WARM =
  'runner must be forgejo-runner 12.8.2 or newer in a pool of mode Ephemeral with minRunners above 0, also of a schedule: older ones end when there is no job';
const SCOPE = 'must set exactly one of instance, organization, user and repository';
const OURS = 'must not set labels and annotations of forgejo-runner-operator.dev: Pods are found by them';
const ENTRIES = 'must hold only OWNER/NAME, and ids from 1 to 9007199254740991';
const LAST_SAFE_ID = 9_007_199_254_740_991;

function notWithPersistent(field: string): string {
  return `${field} must not be set in a pool of mode Persistent: its runners take any job of the scope`;
}

function notWithWarm(field: string): string {
  return `${field} must not be set in a pool with minRunners above 0, also of a schedule: its runners take any job of the scope`;
}

const WORKDAY = { name: 'workday', start: '0 8 * * MON-FRI', duration: '10h' };

/** What only runners that are made for one job can keep, each way in which a pool has others. */
function choice(field: 'repositories' | 'claimDelaySeconds', value: unknown): readonly RefusedCase[] {
  const problem = (message: string) => [{ field: `spec.${field}`, message }];
  return [
    {
      situation: `${field} in a persistent pool`,
      because: 'Forgejo gives its runners any job that their labels cover',
      patch: { mode: 'Persistent', [field]: value },
      problems: problem(notWithPersistent(field)),
    },
    {
      situation: `${field} beside idle runners`,
      because: 'Forgejo gives an idle runner any job that its labels cover',
      patch: { minRunners: 1, [field]: value },
      problems: problem(notWithWarm(field)),
    },
    {
      situation: `${field} beside idle runners of a schedule`,
      because: 'they are no less idle for being there by day only',
      patch: {
        schedules: [
          { ...WORKDAY, maxRunners: 5 },
          { ...WORKDAY, name: 'rush', minRunners: 1 },
        ],
        [field]: value,
      },
      problems: problem(notWithWarm(field)),
    },
  ];
}

function forgejoUrl(url: string, because: string): RefusedCase {
  return { situation: `url ${url}`, because, patch: { forgejo: { url } }, problems: [{ field: 'spec.forgejo.url', message: URL }] };
}

function repository(name: string, because: string): RefusedCase {
  return {
    situation: `repository ${name}`,
    because,
    patch: { forgejo: { scope: { organization: null, repository: name } } },
    problems: [{ field: 'spec.forgejo.scope.repository', message: 'must be OWNER/NAME' }],
  };
}

function label(text: string, because: string): RefusedCase {
  return {
    situation: `label ${JSON.stringify(text)}`,
    because,
    patch: { labels: ['docker', text] },
    problems: [{ field: 'spec.labels[1]', message: LABELS }],
  };
}

function image(name: string, because: string): RefusedCase {
  return {
    situation: `image ${name}`,
    because,
    patch: { runner: { image: name } },
    problems: [{ field: 'spec.runner.image', message: PINNED }],
  };
}

function template(field: string, patch: unknown, message: string, because: string): RefusedCase {
  return {
    situation: `template sets ${field}`,
    because,
    patch: { template: patch },
    problems: [{ field: `spec.template.${field}`, message }],
  };
}

function runnerContainer(field: string, container: unknown, message: string, because: string): RefusedCase {
  return template(`spec.containers[0].${field}`, { spec: { containers: [container] } }, message, because);
}

/** A pool with these windows; each is a night of 10 runners unless it says otherwise. */
function windows(situation: string, because: string, changes: readonly object[], problems: RefusedCase['problems']): RefusedCase {
  const night = { name: 'night', timeZone: 'UTC', start: '0 20 * * *', duration: '10h', maxRunners: 10 };
  return { situation, because, patch: { schedules: changes.map((change) => ({ ...night, ...change })) }, problems };
}

const WINDOW_LIMITS = 'minRunners of a window must not be greater than its maxRunners';
const WINDOW_START =
  'start must be five fields of cron (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly or @yearly, and come at some time';
const WINDOW_ZONE = 'timeZone must be a name of the IANA time zone database, such as UTC or Europe/Berlin';

function windowStart(start: string, because: string): RefusedCase {
  const problems = [{ field: 'spec.schedules[0].start', message: WINDOW_START }];
  return windows(`a window that starts at ${start}`, because, [{ start }], problems);
}

function windowZone(timeZone: string, because: string): RefusedCase {
  return windows(`a window in ${timeZone}`, because, [{ timeZone }], [{ field: 'spec.schedules[0].timeZone', message: WINDOW_ZONE }]);
}

/** Refused by the API server and by the operator. */
export const REFUSED_BY_BOTH: readonly RefusedCase[] = [
  ...IDENTITY_REFUSED_BY_BOTH,
  forgejoUrl('https://forgejo.example.org:99999', 'there is no such port'),
  forgejoUrl('ftp://forgejo.example.org', 'only HTTP is spoken'),
  forgejoUrl('forgejo.example.org', 'a host alone is no URL'),
  forgejoUrl('https://bot:secret@forgejo.example.org', 'credentials would stand in the open'),
  forgejoUrl('https://forgejo.example.org/?token=x', 'a query would stand before the path of the API'),
  forgejoUrl('https://forgejo.example.org/#a', 'a fragment is never sent'),
  forgejoUrl('https://forgejo.example.org/a b', 'a space ends a URL'),
  {
    situation: 'no scope',
    because: 'the runners API has no path without one',
    patch: { forgejo: { scope: { organization: null } } },
    problems: [{ field: 'spec.forgejo.scope', message: SCOPE }],
  },
  {
    situation: 'two scopes',
    because: 'a pool has one queue',
    patch: { forgejo: { scope: { user: {} } } },
    problems: [{ field: 'spec.forgejo.scope', message: SCOPE }],
  },
  {
    situation: 'an organization that is a path',
    because: 'the name becomes part of a URL',
    patch: { forgejo: { scope: { organization: '../admin' } } },
    problems: [
      { field: 'spec.forgejo.scope.organization', message: 'must be the name of an organization: letters, digits, "-", "_" and "."' },
    ],
  },
  repository('app', 'the owner is missing'),
  repository('acme/app/x', 'there are only two parts'),
  repository('../..', 'it would climb up the path of the API'),
  repository('acme/..', 'it would climb up the path of the API'),
  {
    situation: 'two CA bundles',
    because: 'which one holds would be a guess',
    patch: { forgejo: { caSecretRef: { name: 'a' }, caConfigMapRef: { name: 'b' } } },
    problems: [{ field: 'spec.forgejo.caConfigMapRef', message: 'must set at most one of caSecretRef and caConfigMapRef' }],
  },
  label('x:kubernetes', 'the runner exits with 1: unsupported schema'),
  label('x:lxc://debian:bookworm', 'there is no LXC in a Pod'),
  label('x:host:y', 'the schema host has no argument'),
  label('x:docker:node', 'an image stands after docker://'),
  label('x:docker://', 'the image is missing'),
  label(':host', 'the name is missing'),
  label('a,b', 'Forgejo splits a list of names at commas'),
  label('a b', 'no runs-on has a name with a space'),
  {
    situation: 'one label name twice',
    because: 'the runner would take one of them',
    patch: { labels: ['a:docker', 'b', 'a:docker://node:22'] },
    problems: [{ field: 'spec.labels[2]', message: 'must not name a label twice' }],
  },
  {
    situation: 'a docker label and a bare one in Host mode',
    because: 'the runner exits with 1: no Docker',
    patch: { labels: ['sh:host', 'a:docker://b:host', 'docker'], containerMode: { type: 'Host' } },
    problems: [
      { field: 'spec.labels[1]', message: HOST },
      { field: 'spec.labels[2]', message: HOST },
    ],
  },
  {
    situation: 'dind in Host mode',
    because: 'nothing is accepted and ignored',
    patch: { labels: ['sh:host'], containerMode: { type: 'Host', dind: {} } },
    problems: [{ field: 'spec.containerMode.dind', message: 'must set dind only when type is Dind or DindRootless' }],
  },
  {
    situation: 'more idle runners than runners',
    because: 'both can not be kept',
    patch: { minRunners: 11 },
    problems: [{ field: 'spec.minRunners', message: 'minRunners must not be greater than maxRunners' }],
  },
  {
    situation: 'repositories that say nothing',
    because: 'nothing is accepted and ignored',
    patch: { repositories: {} },
    problems: [{ field: 'spec.repositories', message: 'must set allow or deny' }],
  },
  {
    situation: 'repositories to serve that are neither names nor ids',
    because: 'each entry becomes an id, or part of a URL',
    patch: { repositories: { allow: ['app', 'acme/app', '0', '017', '../..', String(LAST_SAFE_ID), '9007199254740992', 'acme/app/x'] } },
    problems: [0, 2, 3, 4, 6, 7].map((index) => ({ field: `spec.repositories.allow[${index}]`, message: ENTRIES })),
  },
  {
    situation: 'a repository not to serve that is no name',
    because: 'it would deny nothing',
    patch: { repositories: { deny: ['acme/'] } },
    problems: [{ field: 'spec.repositories.deny[0]', message: ENTRIES }],
  },
  {
    situation: 'repositories of a pool for one repository',
    because: 'there is nothing to choose from',
    patch: { forgejo: { scope: { organization: null, repository: 'acme/app' } }, repositories: { allow: ['acme/app'] } },
    problems: [
      {
        field: 'spec.repositories',
        message: 'repositories must not be set with forgejo.scope.repository: that pool serves one repository',
      },
    ],
  },
  ...choice('repositories', { allow: ['acme/app'] }),
  ...choice('claimDelaySeconds', 60),
  windows(
    'two windows of one name',
    'conditions and status name them',
    [{}, { name: 'day' }, {}],
    [{ field: 'spec.schedules[2].name', message: 'must not name a window twice' }],
  ),
  windows(
    'a window without limits',
    'it would change nothing',
    [{ maxRunners: undefined }],
    [{ field: 'spec.schedules[0]', message: 'every window must set minRunners or maxRunners' }],
  ),
  windows(
    'a window with more idle runners than runners',
    'both can not be kept',
    [{}, { name: 'day', minRunners: 11 }],
    [{ field: 'spec.schedules[1]', message: WINDOW_LIMITS }],
  ),
  windows(
    'a window that is open for more than a year',
    'a limit of the pool says the same',
    [{ duration: '8784h1m' }],
    [{ field: 'spec.schedules[0].duration', message: 'the duration of a window must be at most 8784h' }],
  ),
  image('registry.example.org:5000/runner', 'a port is no tag'),
  image('runner:latest', 'it floats'),
  image('runner:12', 'it floats'),
  image('runner@sha256:00ff', 'a digest says no version'),
  image('runner', 'it has no tag'),
  {
    situation: 'an image too old for one-job by handle',
    because: '--handle came with 12.8',
    patch: { runner: { image: 'runner:12.7.3' } },
    problems: [{ field: 'spec.runner.image', message: EPHEMERAL }],
  },
  {
    situation: 'a version too old under a tag that looks new',
    because: 'the version that is given counts',
    patch: { runner: { image: 'runner:13.0.0', version: 'v9.12' } },
    problems: [{ field: 'spec.runner.version', message: EPHEMERAL }],
  },
  {
    situation: 'an image too old for a persistent runner',
    because: 'older ones are not supported',
    patch: { mode: 'Persistent', runner: { image: 'runner:v12.4.9@sha256:00ff' } },
    problems: [{ field: 'spec.runner.image', message: PERSISTENT }],
  },
  template(
    'spec.restartPolicy',
    { spec: { restartPolicy: 'Always' } },
    'must not set restartPolicy: a registration that was used is never used again',
    'a second start would use a used credential',
  ),
  template(
    'spec.terminationGracePeriodSeconds',
    { spec: { terminationGracePeriodSeconds: 5 } },
    'must not set terminationGracePeriodSeconds: it follows from jobTimeoutSeconds',
    'a short grace kills a job',
  ),
  template(
    'spec.activeDeadlineSeconds',
    { spec: { activeDeadlineSeconds: 5 } },
    'must not set activeDeadlineSeconds: it would count idle time and end a running job',
    'it counts from the start of the Pod',
  ),
  {
    situation: 'a cache with a persistent runner of 12.6',
    because: 'it would have no secret for the cache, and say nothing',
    patch: { mode: 'Persistent', runner: { image: 'runner:12.6.4' }, cache: { server: {} } },
    problems: [
      {
        field: 'spec.runner.image',
        message: 'runner must be forgejo-runner 12.7.0 or newer with cache: older ones can not read the secret of a cache from a file',
      },
    ],
  },
  ...[{ minRunners: 1 }, { schedules: [{ name: 'day', start: '0 8 * * *', duration: '8h', minRunners: 1 }] }].map((patch) => ({
    situation: `warm runners of 12.8.1, with ${Object.keys(patch).join()}`,
    because: 'each would end after one look at the queue, and the next begin',
    patch: { ...patch, runner: { image: 'runner@sha256:00', version: 'v12.8.1' } },
    problems: [{ field: 'spec.runner.version', message: WARM }],
  })),
  ...PODS_REFUSED_BY_BOTH,
  ...TEMPLATES_REFUSED_BY_BOTH,
];

/** Where CEL can't look. */
export const REFUSED_BY_OPERATOR: readonly RefusedCase[] = [
  windowStart('60 8 * * *', 'an hour has no minute 60'),
  windowStart('0 8 30 2 *', 'February has no 30th'),
  windowStart('0 8 * * MOO', 'there is no such day'),
  windowStart('@reboot', 'it is no time'),
  windowStart('5/10 * * * *', 'a step stands after a wildcard or a range'),
  windowZone('Mars/Olympus', 'no table knows its clocks'),
  windowZone('+0100', 'an offset has no daylight saving time'),
  runnerContainer(
    'command',
    { name: 'runner', command: ['sh'] },
    'must not set command of the container runner: the entrypoint shields a running job',
    'the entrypoint is PID 1',
  ),
  runnerContainer(
    'args',
    { name: 'runner', args: [] },
    'must not set args of the container runner: the entrypoint shields a running job',
    'the entrypoint is PID 1',
  ),
  runnerContainer(
    'lifecycle',
    { name: 'runner', lifecycle: {} },
    'must not set lifecycle of the container runner: its preStop hook tells the entrypoint to stop',
    'a TERM that comes too early is lost without the hook',
  ),
  ...[[], [{ configMapRef: { name: 'proxy' } }]].map((envFrom) =>
    runnerContainer(
      'envFrom',
      { name: 'runner', envFrom },
      'must not set envFrom of the container runner: it could set a variable that steers the entrypoint; spec.runner.envFrom gives variables to the jobs',
      'nobody sees what a ConfigMap or Secret will hold: WARM or STOP_FILE may be in it',
    ),
  ),
  ...['STOP_FILE', 'WARM', 'PROBE_SECONDS', 'POLL_SECONDS'].map((name) =>
    runnerContainer(
      'env[1]',
      { name: 'runner', env: [{ name: 'HTTP_PROXY', value: 'x' }, { name }] },
      'must not set STOP_FILE, WARM, PROBE_SECONDS, POLL_SECONDS in the container runner: they steer the entrypoint',
      `the entrypoint reads ${name}`,
    ),
  ),
  template(
    'metadata.labels.forgejo-runner-operator.dev/runner',
    { metadata: { labels: { 'forgejo-runner-operator.dev/runner': 'x', team: 'a' } } },
    OURS,
    'a Pod would join another slot',
  ),
  template(
    'metadata.annotations.forgejo-runner-operator.dev/handle',
    { metadata: { annotations: { 'forgejo-runner-operator.dev/handle': '-' } } },
    OURS,
    'a slot would change its job',
  ),
  ...PODS_REFUSED_BY_OPERATOR,
  ...TEMPLATES_REFUSED_BY_OPERATOR,
  ...REFUSED_RUNNER,
];
