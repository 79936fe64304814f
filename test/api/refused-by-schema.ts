/** Specs of the wrong shape, each with what is said of it. */
import { IDENTITY_REFUSED_BY_SCHEMA } from './refused-identity.ts';
import type { RefusedCase } from './specs.ts';

const DNS_NAME = 'must be a name: lower-case letters, digits, and "-" and "." between them, of 1 to 253 characters';

function integer(field: string, value: unknown, from: number, to: number): RefusedCase {
  return {
    situation: `${field} ${JSON.stringify(value)}`,
    because: 'only whole numbers within the range make sense',
    patch: { [field]: value },
    problems: [{ field: `spec.${field}`, message: `must be an integer from ${from} to ${to}` }],
  };
}

const MIRROR = 'must be an http or https URL without user, query and fragment, of 1 to 512 characters';
const REGISTRY = 'must be HOST, HOST:PORT or a network in CIDR form, of 1 to 255 characters';
const ARGUMENT = 'must be one argument, without spaces, of 1 to 512 characters';
const IMAGE = 'must be the name of an image, without spaces, of 1 to 512 characters';
const DOCKER_HOST = 'must be tcp://HOST:PORT or unix:///PATH, of 1 to 512 characters';
const QUANTITY = 'must be a quantity such as 500m or 10Gi, of 1 to 32 characters';
const PROXY = 'must be http://HOST:PORT or https://HOST:PORT without user and path, of 1 to 512 characters';
const NO_PROXY = 'must be a host, a domain, an address or a network, of 1 to 253 characters';
const CIDR = 'must be a network in CIDR form such as 10.20.0.0/16, of 4 to 47 characters';
const NAMESPACE = 'must be the name of a namespace: lower-case letters, digits and "-" between them, of 1 to 63 characters';
const PORT = 'must be an integer from 1 to 65535';

/** `value` at a path below the spec; `below` is the field within it that is wrong. */
function shaped(situation: string, path: string, value: unknown, below: string, message: string, because: string): RefusedCase {
  const patch = path.split('.').reduceRight((inner: unknown, name) => ({ [name]: inner }), value);
  return { situation, because, patch, problems: [{ field: `spec.${path}${below}`, message }] };
}

function manyLabels(count: number): unknown {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x']));
}

export const REFUSED_BY_SCHEMA: readonly RefusedCase[] = [
  ...IDENTITY_REFUSED_BY_SCHEMA,
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
          'is no field here; there are forgejo, mode, labels, minRunners, maxRunners, schedules, fairness, repositories, claimDelaySeconds, updateStrategy, reportDeadRunners, pollIntervalSeconds, runner, containerMode, cache, identity, proxy, networkPolicy, resources, nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, runtimeClassName, serviceAccountName, imagePullSecrets, template, jobTimeoutSeconds, pendingTimeoutSeconds, idleTimeoutSeconds, drainTimeoutSeconds, history, paused',
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
        message: 'must be hours and minutes such as 10h, 90m or 8h30m, of 2 to 12 characters',
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
        message: 'must be five fields of cron such as 0 8 * * MON-FRI, of 1 to 200 characters',
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
    situation: 'another container mode',
    because: 'there are four',
    patch: { containerMode: { type: 'Podman' } },
    problems: [{ field: 'spec.containerMode.type', message: 'must be Dind or DindRootless or External or Host' }],
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
    situation: 'no forgejo and labels',
    because: 'there is no default for them',
    patch: { forgejo: null, labels: null },
    problems: [
      { field: 'spec.forgejo', message: 'is required' },
      { field: 'spec.labels', message: 'is required' },
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
        message: 'must be a version such as 12.8.2, of 1 to 20 characters',
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
  ...[575, 65_536, '1450'].map((mtu) => ({
    situation: `an MTU of ${JSON.stringify(mtu)}`,
    because: 'IPv4 needs 576 bytes, and a packet has no more than 65535',
    patch: { containerMode: { dind: { mtu } } },
    problems: [{ field: 'spec.containerMode.dind.mtu', message: 'must be an integer from 576 to 65535' }],
  })),
  shaped(
    'a mirror with a user',
    'containerMode.dind.registryMirrors',
    ['https://me:x@mirror'],
    '[0]',
    MIRROR,
    'it would stand in the open',
  ),
  shaped('a mirror without a scheme', 'containerMode.dind.registryMirrors', ['mirror:5000'], '[0]', MIRROR, 'dockerd refuses it'),
  shaped(
    'a registry as a URL',
    'containerMode.dind.insecureRegistries',
    ['http://x y'],
    '[0]',
    REGISTRY,
    'dockerd takes hosts and networks',
  ),
  shaped('an argument with a space', 'containerMode.dind.args', ['--log-level warn'], '[0]', ARGUMENT, 'each argument stands for itself'),
  shaped('an image with a space', 'containerMode.dind.image', 'docker dind', '', IMAGE, 'no image has one'),
  shaped(
    'a Docker daemon at a port that is none',
    'containerMode.external',
    { dockerHost: 'tcp://docker:65536' },
    '.dockerHost',
    DOCKER_HOST,
    'ports end at 65535',
  ),
  shaped('a proxy at port 0', 'proxy.http.url', 'http://proxy:0', '', PROXY, 'nothing listens there'),
  shaped(
    'a Docker daemon by ssh',
    'containerMode.external',
    { dockerHost: 'ssh://host' },
    '.dockerHost',
    DOCKER_HOST,
    'a runner has no key',
  ),
  shaped(
    'a disk as a medium',
    'containerMode.dind.storage',
    { emptyDir: { medium: 'Disk' } },
    '.emptyDir.medium',
    'must be Memory',
    'there is no other',
  ),
  shaped('a size that is none', 'cache.server', { size: '10 GB' }, '.size', QUANTITY, 'Kubernetes writes 10G or 10Gi'),
  shaped('a negative size', 'containerMode.dind.storage', { ephemeral: { size: '-1Gi' } }, '.ephemeral.size', QUANTITY, 'no volume is'),
  shaped('a proxy with a user', 'proxy.http', { url: 'http://me:x@proxy' }, '.url', PROXY, 'credentials stand in a Secret'),
  shaped('a proxy by SOCKS', 'proxy.https', { url: 'socks5://proxy:1080' }, '.url', PROXY, 'few programs speak it'),
  shaped(
    'two hosts in one entry of noProxy',
    'proxy',
    { http: { url: 'http://proxy' }, noProxy: ['a,b'] },
    '.noProxy[0]',
    NO_PROXY,
    'each stands for itself',
  ),
  shaped(
    'a network without a prefix',
    'networkPolicy',
    { allow: [{ cidr: '10.0.0.0' }] },
    '.allow[0].cidr',
    CIDR,
    'an address is no network',
  ),
  shaped('a network with a padded prefix', 'networkPolicy', { block: ['10.0.0.0/08'] }, '.block[0]', CIDR, 'Kubernetes refuses it'),
  shaped(
    'a namespace that is a path',
    'networkPolicy',
    { allow: [{ namespace: 'a/b' }] },
    '.allow[0].namespace',
    NAMESPACE,
    'no namespace is',
  ),
  ...[0, 65_536, '443'].map((port) =>
    shaped(
      `port ${JSON.stringify(port)}`,
      'networkPolicy',
      { allow: [{ namespace: 'git', ports: [port] }] },
      '.allow[0].ports[0]',
      PORT,
      'there is no such port',
    ),
  ),
  shaped(
    'no ports',
    'networkPolicy',
    { allow: [{ namespace: 'git', ports: [] }] },
    '.allow[0].ports',
    'must be a list of 1 to 16 items',
    'it would allow all of them',
  ),
  shaped(
    'a node label that is a number',
    'nodeSelector',
    { cpus: 8 },
    '.cpus',
    'must be a string of 0 to 63 characters',
    'labels are strings',
  ),
  shaped(
    'too many node labels',
    'nodeSelector',
    manyLabels(33),
    '',
    'must be a map of NAME: value with at most 32 entries',
    'the cost of a CEL rule is estimated from the bounds',
  ),
  shaped('a priority class that is no name', 'priorityClassName', 'High', '', DNS_NAME, 'no class can have it'),
  shaped(
    'a Secret to pull with by its name alone',
    'imagePullSecrets',
    ['registry'],
    '[0]',
    'must be an object',
    'it is an object in a Pod too',
  ),
  shaped('tolerations as an object', 'tolerations', {}, '', 'must be a list of 0 to 64 items', 'it is a list in a Pod too'),
  shaped(
    'a Secret of variables without a name',
    'runner.envFrom',
    [{ secretRef: {} }],
    '[0].secretRef.name',
    'is required',
    'nobody knows which',
  ),
  shaped(
    'variables from a ConfigMap',
    'runner.envFrom',
    [{ secretRef: { name: 'x' }, configMapRef: {} }],
    '[0].configMapRef',
    'is no field here; there are secretRef',
    'what is no secret stands in envs',
  ),
  shaped(
    'a variable that is a number',
    'runner.envs',
    { PORT: 80 },
    '.PORT',
    'must be a string of 0 to 4096 characters',
    'YAML makes a number of what has no quotes',
  ),
  shaped(
    'variables as a list',
    'runner.envs',
    [{ name: 'A', value: 'b' }],
    '',
    'must be a map of NAME: value with at most 64 entries',
    'a container has a list there, a runner has not',
  ),
  {
    situation: 'a Secret of variables by its name alone',
    because: 'the form is told with the field that is missing',
    patch: { runner: { envFrom: [{ name: 'tokens' }] } },
    problems: [
      { field: 'spec.runner.envFrom[0].secretRef', message: 'is required: an entry is written secretRef: {name: NAME}' },
      { field: 'spec.runner.envFrom[0].name', message: 'is no field here; there are secretRef' },
    ],
  },
];
