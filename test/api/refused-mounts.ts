/** Templates that touch the volumes of the operator or the paths where it mounts them, each with what is said of it. */
import type { RefusedCase } from './specs.ts';
import { CA, CACHE, JOB_ENV, pod, ROOTLESS, TLS } from './template-cases.ts';

/** Mounts in the Docker sidecar after one that is allowed, each with the sentence for the path that it is in the way of. */
function sidecarMounts(situation: string, paths: Mounts, because: string, more: object = {}): RefusedCase {
  return mountsIn('initContainers', 'dind', `mounts ${situation} in the Docker sidecar`, paths, because, more);
}

/** The same in the runner's container. */
function mounts(situation: string, paths: Mounts, because: string, more: object = {}): RefusedCase {
  return mountsIn('containers', 'runner', `mounts ${situation}`, paths, because, more);
}

/** Paths in the order of the rules, each with what is said of it. */
type Mounts = readonly (readonly [path: string, message: string])[];

function mountsIn(list: string, name: string, situation: string, paths: Mounts, because: string, more: object): RefusedCase {
  const volumeMounts = ['/var/cache', ...paths.map(([path]) => path)].map((mountPath) => ({ name: 'data', mountPath }));
  return {
    situation: `template ${situation}`,
    because,
    patch: { ...more, template: { spec: { [list]: [{ name, volumeMounts }] } } },
    problems: paths.map(([, message], index) => ({
      field: `spec.template.spec.${list}[0].volumeMounts[${index + 1}]`,
      message,
    })),
  };
}

/** The mounts of a volume in a container of each kind, `runner` among them. */
function secretMounts(volume: string, because: string, named = volume, more: object = {}): RefusedCase {
  const volumeMounts = [{ name: volume, mountPath: '/x' }];
  return pod(
    `shows the volume ${volume} to others`,
    {
      containers: [
        { name: 'side', image: 'x', volumeMounts },
        { name: 'runner', volumeMounts },
      ],
      initContainers: [{ name: 'mine', image: 'x', volumeMounts }],
    },
    ['containers[0].volumeMounts[0]', 'containers[1].volumeMounts[0]', 'initContainers[0].volumeMounts[0]'],
    {
      message: `must not mount the volume ${named}: what is secret in it is for the containers of the operator, which have it`,
      because,
    },
    { mode: 'Persistent', ...more },
  );
}

/** Volumes after one that is allowed, each with its name and pool in the sentence about it. */
function volumes(situation: string, names: Readonly<Record<string, string>>, because: string, more: object = {}): RefusedCase {
  const list = ['data', ...Object.keys(names)].map((name) => ({ name, emptyDir: {} }));
  return {
    situation: `template changes ${situation}`,
    because,
    patch: { ...more, template: { spec: { volumes: list } } },
    problems: Object.values(names).map((named, index) => ({
      field: `spec.template.spec.volumes[${index + 1}]`,
      message: `must not change the volume ${named}: it is the operator's`,
    })),
  };
}

const TMP_PATH = 'must not mount anything in the container runner at /tmp or above it: the volume tmp is there';
const STOP_PATH =
  'must not mount anything in the container runner at /tmp/stop, below it or above it: the entrypoint takes that file for the order to stop';
const HOME_PATH = 'must not mount anything in the container runner at /home/runner or above it: the volume home is there';
const CONFIG_PATH = runnerPath('/etc/runner, below it or above it', 'config');
const CREDENTIALS_PATH = runnerPath('/run/credentials, below it or above it', 'credentials');
const CA_PATH = runnerPath('/etc/runner-ca, below it or above it in a pool with a CA bundle', 'ca');
const BAO_CA = { identity: { openbao: { address: 'https://openbao.example.org', role: 'r', ca: { secretRef: { name: 'bao-ca' } } } } };
const BAO_CA_PATH = runnerPath('/etc/openbao-ca, below it or above it in a pool with identity.openbao.ca', 'openbao-ca');
const SIDECAR_BAO_CA = sidecarPath(
  '/etc/openbao-ca, below it or above it in a pool with identity.openbao.ca',
  'the operator mounts its volume openbao-ca there',
);
const CACHE_PATH = runnerPath('/run/cache, below it or above it in a pool with a cache', 'cache');
const JOB_ENV_PATH = runnerPath('/run/job-env, below it or above it in a pool with a proxy or runner.envFrom', 'job-env');
const TLS_PATH = runnerPath('/run/docker-tls, below it or above it in a pool with containerMode.external.tlsSecretRef', 'docker-tls');
const SOCKET_PATH = runnerPath('/run/dind, below it or above it in a pool with a Docker sidecar', 'dind-socket');

function runnerPath(where: string, volume: string): string {
  return `must not mount anything in the container runner at ${where}: the operator mounts its volume ${volume} there`;
}

const DIND_SOCKET = sidecarPath('/run/dind, below it or above it', 'the socket of the Docker daemon is there');
const STORE = sidecarPath('/var/lib/docker, below it or above it in a pool of type Dind', 'the Docker daemon has its store there');
const ROOTLESS_STORE = sidecarPath(
  '/home/rootless/.local/share/docker, below it or above it in a pool of type DindRootless',
  'the Docker daemon has its store there',
);
const SUBUID = sidecarPath(
  '/etc/subuid, below it or above it in a pool of type DindRootless',
  'it says which ids the Docker daemon may use',
);
const SUBGID = sidecarPath(
  '/etc/subgid, below it or above it in a pool of type DindRootless',
  'it says which ids the Docker daemon may use',
);
const SIDECAR_CA = sidecarPath(
  '/etc/runner-ca, below it or above it in a pool with a CA bundle',
  'the operator mounts its volume ca there',
);

function sidecarPath(where: string, because: string): string {
  return `must not mount anything in the init container dind at ${where}: ${because}`;
}

/** Where CEL can't look. */
export const MOUNTS_REFUSED_BY_OPERATOR: readonly RefusedCase[] = [
  pod(
    'takes the socket from the Docker sidecar',
    { initContainers: [{ name: 'dind', volumeMounts: [{ mountPath: '/run/dind', $patch: 'delete' }] }] },
    ['initContainers[0].volumeMounts[0]'],
    {
      message: DIND_SOCKET,
      because: 'the runner would never find it',
    },
  ),
  sidecarMounts(
    'over ours',
    [
      ['/run/dind', DIND_SOCKET],
      ['/var/run/dind/docker.sock', DIND_SOCKET],
      ['/var/lib/docker', STORE],
      ['/var/lib/docker/store/volumes', STORE],
    ],
    'the socket and the store lie there',
  ),
  sidecarMounts(
    'above ours',
    [
      ['/', DIND_SOCKET],
      ['/run', DIND_SOCKET],
      ['/var/lib/', STORE],
      ['/var', STORE],
    ],
    'a mount hides what is below',
  ),
  sidecarMounts(
    'over what makes it rootless',
    [
      ['/home/rootless/.local/share/docker', ROOTLESS_STORE],
      ['/home/rootless', ROOTLESS_STORE],
      ['/etc/subuid', SUBUID],
      ['/etc', SUBUID],
      ['/etc/subgid', SUBGID],
    ],
    'the image has other ids',
    ROOTLESS,
  ),
  sidecarMounts(
    'over the CA bundle',
    [
      ['/etc/runner-ca', SIDECAR_CA],
      ['/etc', SIDECAR_CA],
    ],
    'the daemon would not trust the registry',
    CA,
  ),
  mounts(
    'above ours',
    [
      ['/', TMP_PATH],
      ['/home/', HOME_PATH],
      ['/etc', CONFIG_PATH],
      ['/home/../etc', CONFIG_PATH],
      ['/run', CREDENTIALS_PATH],
      ['/var/run', CREDENTIALS_PATH],
    ],
    'a mount hides what is below',
  ),
  mounts(
    'over what every runner has',
    [
      ['/tmp', TMP_PATH],
      ['/home/runner/', HOME_PATH],
      ['/etc/runner', CONFIG_PATH],
      ['/run/credentials', CREDENTIALS_PATH],
      ['/run/dind', SOCKET_PATH],
    ],
    'the runner needs what lies there',
  ),
  mounts(
    'files into ours',
    [
      ['/tmp/stop', STOP_PATH],
      ['/etc/runner/one-job.sh', CONFIG_PATH],
      ['/run/credentials/token', CREDENTIALS_PATH],
    ],
    'it would be another entrypoint, token or order',
  ),
  mounts(
    'by a detour',
    [
      ['/etc/./x/../runner', CONFIG_PATH],
      ['//run/credentials', CREDENTIALS_PATH],
      ['/var/run/credentials/token', CREDENTIALS_PATH],
    ],
    'the path leads to the same place',
  ),
  mounts('over the CA bundle', [['/etc/runner-ca', CA_PATH]], 'the runner would not trust Forgejo', CA),
  mounts('over the secret of the cache', [['/run/cache/secret', CACHE_PATH]], 'the cache would refuse the runner', CACHE),
  mounts('over the certificates for Docker', [['/run/docker-tls', TLS_PATH]], 'the daemon would refuse the runner', TLS),
  mounts('over the variables of the jobs', [['/run/job-env', JOB_ENV_PATH]], 'the jobs would get others', JOB_ENV),
  secretMounts('credentials', 'whoever has the token is the runner'),
  secretMounts('cache', 'whoever has its secret writes to the cache of all', 'cache in a pool with a cache', CACHE),
  secretMounts('job-env', 'the variables of the jobs are in it', 'job-env in a pool with a proxy or runner.envFrom', JOB_ENV),
  secretMounts('job-env-from-0', 'the variables of the jobs are in it', 'job-env-from-N in a pool with a proxy or runner.envFrom', JOB_ENV),
  secretMounts(
    'docker-tls',
    'whoever has the key is root on the machine of the daemon',
    'docker-tls in a pool with containerMode.external.tlsSecretRef',
    TLS,
  ),
  volumes(
    'volumes of every runner',
    { config: 'config', credentials: 'credentials', 'dind-socket': 'dind-socket in a pool with a Docker sidecar' },
    'the runner needs what is in them',
  ),
  mounts('over the CA of OpenBao', [['/etc/openbao-ca/ca.crt', BAO_CA_PATH]], 'jobs would trust another', BAO_CA),
  sidecarMounts('over the CA of OpenBao', [['/etc/openbao-ca', SIDECAR_BAO_CA]], 'job containers get it from there', BAO_CA),
  volumes('the CA of OpenBao', { 'openbao-ca': 'openbao-ca in a pool with identity.openbao.ca' }, 'it is what spec.identity names', BAO_CA),
  volumes('volumes of a CA bundle', { ca: 'ca in a pool with a CA bundle' }, 'it is what spec.forgejo names', CA),
  volumes('volumes of a cache', { cache: 'cache in a pool with a cache' }, 'its secret is in it', CACHE),
  volumes(
    'volumes of a Docker daemon elsewhere',
    { 'docker-tls': 'docker-tls in a pool with containerMode.external.tlsSecretRef' },
    'it is what spec.containerMode names',
    TLS,
  ),
  volumes(
    'volumes of variables',
    {
      'job-env': 'job-env in a pool with a proxy or runner.envFrom',
      'job-env-from-0': 'job-env-from-N in a pool with a proxy or runner.envFrom',
    },
    'they are what spec.runner names',
    JOB_ENV,
  ),
];
