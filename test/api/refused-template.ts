/** Templates that would break the pool, each with what is said of it. */
import type { RefusedCase } from './specs.ts';

interface Reason {
  readonly message: string;
  readonly because: string;
}

/** `fields` are below `spec.template.spec`; `with` is what else the spec says. */
function pod(situation: string, spec: unknown, fields: readonly string[], { message, because }: Reason, more: object = {}): RefusedCase {
  return {
    situation: `template ${situation}`,
    because,
    patch: { ...more, template: { spec } },
    problems: fields.map((field) => ({ field: `spec.template.spec.${field}`, message })),
  };
}

function runner(situation: string, container: object, fields: readonly string[], reason: Reason, more: object = {}): RefusedCase {
  const below = fields.map((field) => (field === '' ? 'containers[0]' : `containers[0].${field}`));
  return pod(situation, { containers: [{ name: 'runner', ...container }] }, below, reason, more);
}

function sidecar(situation: string, container: object, fields: readonly string[], reason: Reason, more: object = {}): RefusedCase {
  return pod(
    situation,
    { initContainers: [{ name: 'dind', ...container }] },
    fields.map((field) => `initContainers[0].${field}`),
    reason,
    more,
  );
}

/** Variables of the Docker sidecar after one that is allowed. */
function sidecarVariables(situation: string, names: readonly string[], reason: Reason, more: object): RefusedCase {
  const env = ['MY_OWN', ...names].map((name) => ({ name, value: 'x' }));
  const fields = names.map((_, index) => `env[${index + 1}]`);
  return sidecar(`sets ${situation} in the Docker sidecar`, { env }, fields, reason, more);
}

function sidecarMounts(situation: string, paths: readonly string[], because: string, more: object = {}): RefusedCase {
  const volumeMounts = ['/etc/docker', ...paths].map((mountPath) => ({ name: 'data', mountPath }));
  const fields = paths.map((_, index) => `volumeMounts[${index + 1}]`);
  return sidecar(`mounts ${situation} in the Docker sidecar`, { volumeMounts }, fields, { message: SIDECAR_MOUNT, because }, more);
}

/** The mounts of a volume in a container of each kind, `runner` among them. */
function secretMounts(volume: string, because: string, more: object = {}): RefusedCase {
  const volumeMounts = [{ name: volume, mountPath: '/x' }];
  return pod(
    `shows the volume ${volume} to others`,
    {
      containers: [
        { name: 'side', volumeMounts },
        { name: 'runner', volumeMounts },
      ],
      initContainers: [{ name: 'mine', volumeMounts }],
    },
    ['containers[0].volumeMounts[0]', 'containers[1].volumeMounts[0]', 'initContainers[0].volumeMounts[0]'],
    { message: SECRET_MOUNT, because },
    more,
  );
}

function twice(situation: string, spec: object, fields: readonly string[], because: string): RefusedCase {
  return pod(`names ${situation} twice`, spec, fields, { message: TWICE, because });
}

function home(situation: string, volume: object, because: string): RefusedCase {
  return pod(situation, { volumes: [{ name: 'home', ...volume }] }, ['volumes[0]'], { message: HOME, because });
}

/** Variables of the runner's container after one that is allowed. */
function variables(situation: string, names: readonly string[], reason: Reason, more: object = {}): RefusedCase {
  const env = ['MY_OWN', ...names].map((name) => ({ name, value: 'x' }));
  return runner(
    `sets ${situation}`,
    { env },
    names.map((_, index) => `env[${index + 1}]`),
    reason,
    more,
  );
}

function mounts(situation: string, paths: readonly string[], because: string, more: object = {}): RefusedCase {
  const volumeMounts = ['/var/cache', ...paths].map((mountPath) => ({ name: 'data', mountPath }));
  return runner(
    `mounts ${situation}`,
    { volumeMounts },
    paths.map((_, index) => `volumeMounts[${index + 1}]`),
    { message: MOUNT, because },
    more,
  );
}

function volumes(situation: string, names: readonly string[], reason: Reason, more: object = {}): RefusedCase {
  const list = [{ name: 'data', emptyDir: {} }, ...names.map((name) => ({ name, emptyDir: {} }))];
  return pod(
    `changes ${situation}`,
    { volumes: list },
    names.map((_, index) => `volumes[${index + 1}]`),
    reason,
    more,
  );
}

const USED = 'a registration that was used is never used again';
const MOUNT =
  'must not mount anything in the container runner at /tmp, /tmp/stop and /home/runner, at and below the paths where the operator mounts its own volumes (/etc/runner, /run/credentials and, where the pool has them, /etc/runner-ca, /run/cache, /run/job-env, /run/docker-tls, /run/dind), or above any of these';
const SIDECAR_MOUNT =
  'must not mount anything in the init container dind at, below or above the paths where the operator mounts its own volumes: /run/dind, /var/lib/docker or (type DindRootless) /home/rootless/.local/share/docker, /etc/subuid and /etc/subgid and, with a CA bundle, /etc/runner-ca';
const VOLUME =
  'must not change a volume of the operator: config, credentials and, where the pool has them, ca, cache, job-env, docker-tls, dind-socket';
const TAKEN_AWAY =
  'must not delete or replace the container runner and the init container dind, nor take away their image, env and volumeMounts: the pool needs them';
export const LISTS =
  'must not delete or replace the Pod, or its lists containers, initContainers and volumes as a whole: parts of the operator are among them';
const NAMES =
  'must not name a container job-env or, beside a Docker sidecar, dind, nor an init container runner or job-env: these are containers of the operator';
const DAEMON = 'where the Docker daemon listens is fixed; spec.containerMode.dind.args adds arguments';
const SECRET_MOUNT =
  'must not mount the volumes credentials and, where the pool has them, cache, job-env, job-env-from-N and docker-tls: what is secret in them is for the containers of the operator, which have it';
const HOME = 'must set nothing but emptyDir or ephemeral of the volume home: the runner works in it, and it must be fresh with every Pod';
const TWICE = 'must not hold two entries of the same name in one list, nor of what else Kubernetes tells them apart by';
const PROBE = 'must not take away startupProbe of the init container dind, nor say what it asks: the runner waits for it';
const ROOTLESS_VARIABLES =
  'must not set HOME, XDG_RUNTIME_DIR, DOCKERD_ROOTLESS_ROOTLESSKIT_MTU in the init container dind of type DindRootless: where its files lie is fixed, and spec.containerMode.dind.mtu is its MTU';
const CA_VARIABLE = 'must not set SSL_CERT_DIR in the containers runner and dind of a pool with a CA bundle: it names that bundle';
const PROXY_VARIABLES =
  'must not set HTTP_PROXY, http_proxy, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, or what they are made of, in the containers runner and dind of a pool with a proxy: set spec.proxy instead';
const TMP = 'must set nothing but emptyDir, with its size and medium, of the volume tmp: it must be fresh with every Pod';
const DOCKER =
  'must not set DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY in the container runner: spec.containerMode says which Docker daemon it uses';
const METADATA = 'must set nothing but labels and annotations: a Pod gets its name from its Job, and a finalizer would keep it for ever';

const PROXY = { proxy: { http: { url: 'http://proxy.example.org:3128' } } };
const CA = { forgejo: { caConfigMapRef: { name: 'ca' } } };
const CACHE = { cache: { server: {} } };
const TLS = { containerMode: { type: 'External', external: { dockerHost: 'tcp://docker:2376', tlsSecretRef: { name: 'docker' } } } };
const ROOTLESS = { containerMode: { type: 'DindRootless' } };
const JOB_ENV = { runner: { envFrom: [{ secretRef: { name: 'tokens' } }] } };

/** Refused by the API server and by the operator. */
export const TEMPLATES_REFUSED_BY_BOTH: readonly RefusedCase[] = [
  pod('adds ephemeral containers', { ephemeralContainers: [{ name: 'debug' }] }, ['ephemeralContainers'], {
    message: 'must not set ephemeralContainers: Kubernetes adds them only to a Pod that runs',
    because: 'the API server would refuse every Pod',
  }),
  pod('shares the process namespace', { shareProcessNamespace: true }, ['shareProcessNamespace'], {
    message: 'must not set shareProcessNamespace to true: every container could read the token of the runner',
    because: 'the files of another process are under /proc',
  }),
  pod('shares the processes of the node', { hostPID: true }, ['hostPID'], {
    message: 'must not set hostPID to true: a container could read the tokens of other runners',
    because: 'a process of the same user may look into /proc/PID/root',
  }),
];

/** Where CEL can't look. */
export const TEMPLATES_REFUSED_BY_OPERATOR: readonly RefusedCase[] = [
  pod(
    'replaces lists',
    {
      containers: [{ $patch: 'replace' }, { name: 'runner' }],
      initContainers: [{ name: 'mine', $patch: 'replace' }],
      volumes: [{ name: 'data' }, { $patch: 'replace' }],
    },
    ['containers[0]', 'initContainers[0]', 'volumes[1]'],
    { message: LISTS, because: 'an entry with $patch: replace is a word about its list' },
  ),
  pod('replaces the Pod', { $patch: 'replace', $retainKeys: ['containers'] }, ['$patch', '$retainKeys'], {
    message: LISTS,
    because: 'what the operator says of the Pod would go',
  }),
  pod(
    'has a container of a name that is ours',
    { containers: [{ name: 'dind' }, { name: 'job-env' }] },
    ['containers[0]', 'containers[1]'],
    {
      message: NAMES,
      because: 'no two containers of a Pod have one name',
    },
  ),
  pod(
    'has an init container of a name that is ours',
    { initContainers: [{ name: 'runner' }, { name: 'job-env' }] },
    ['initContainers[0]', 'initContainers[1]'],
    {
      message: NAMES,
      because: 'it would be merged over ours, or refused by the API server',
    },
  ),
  pod(
    'restarts the runner with its neighbour',
    { containers: [{ name: 'side', restartPolicyRules: [{ action: 'Restart' }, { action: 'RestartAllContainers' }] }] },
    ['containers[0].restartPolicyRules[1]'],
    { message: `must not restart all containers by restartPolicyRules: ${USED}`, because: 'the runner is one of them' },
  ),
  runner('restarts the runner', { restartPolicy: 'Always' }, ['restartPolicy'], {
    message: `must not set restartPolicy of the container runner: ${USED}`,
    because: 'a container may have a policy of its own since Kubernetes 1.34',
  }),
  runner('restarts the runner by a rule', { restartPolicyRules: [] }, ['restartPolicyRules'], {
    message: `must not set restartPolicyRules of the container runner: ${USED}`,
    because: 'a container may have rules of its own since Kubernetes 1.34',
  }),
  runner('takes arguments from the runner', { '$deleteFromPrimitiveList/args': ['x'] }, ['$deleteFromPrimitiveList/args'], {
    message: 'must not set args of the container runner: the entrypoint shields a running job',
    because: 'a directive changes a list as a field does',
  }),
  runner('deletes the runner', { $patch: 'delete' }, ['$patch'], { message: TAKEN_AWAY, because: 'a pool without runners is none' }),
  runner('keeps one field of the runner', { $retainKeys: ['name'] }, ['$retainKeys'], {
    message: TAKEN_AWAY,
    because: 'all others would go',
  }),
  runner('empties the runner', { image: null, env: null, volumeMounts: null }, ['image', 'env', 'volumeMounts'], {
    message: TAKEN_AWAY,
    because: 'a strategic merge takes null for "delete"',
  }),
  runner(
    'replaces lists of the runner',
    { env: [{ $patch: 'replace' }], volumeMounts: [{ $patch: 'replace' }] },
    ['env[0]', 'volumeMounts[0]'],
    {
      message: TAKEN_AWAY,
      because: 'our entries are among them',
    },
  ),
  sidecar('deletes the Docker sidecar', { $patch: 'delete' }, ['$patch'], {
    message: TAKEN_AWAY,
    because: 'spec.containerMode says which there is',
  }),
  sidecar('empties the Docker sidecar', { env: null, volumeMounts: [{ $patch: 'replace' }] }, ['env', 'volumeMounts[0]'], {
    message: TAKEN_AWAY,
    because: 'its socket is on a volume',
  }),
  sidecar('sets the command of the Docker sidecar', { command: ['sh'] }, ['command'], {
    message: `must not set command of the init container dind: ${DAEMON}`,
    because: 'the runner looks for the socket at one place',
  }),
  sidecar('sets the arguments of the Docker sidecar', { args: ['dockerd'] }, ['args'], {
    message: `must not set args of the init container dind: ${DAEMON}`,
    because: 'the runner looks for the socket at one place',
  }),
  sidecar('makes the Docker sidecar an ordinary init container', { restartPolicy: null }, ['restartPolicy'], {
    message: 'must not set restartPolicy of the init container dind: it is a sidecar, which starts before the runner and ends after it',
    because: 'the runner would wait for its end',
  }),
  variables('HOME', ['HOME'], {
    message: 'must not set HOME in the container runner: only there are volumes that it can write to',
    because: 'the root file system is read-only',
  }),
  variables('the address of the Docker daemon', ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'], {
    message: DOCKER,
    because: 'the runner would look elsewhere',
  }),
  variables(
    'the directory of CAs in a pool that has one',
    ['SSL_CERT_DIR'],
    {
      message: CA_VARIABLE,
      because: 'the runner would not trust Forgejo',
    },
    CA,
  ),
  variables(
    'proxies in a pool that has one',
    ['HTTP_PROXY', 'https_proxy', 'NO_PROXY', 'PROXY_POD_IPS', 'PROXY_HTTP_PASSWORD'],
    {
      message: PROXY_VARIABLES,
      because: 'two places would say two things',
    },
    PROXY,
  ),
  sidecarVariables(
    'its directories and MTU',
    ['HOME', 'XDG_RUNTIME_DIR', 'DOCKERD_ROOTLESS_ROOTLESSKIT_MTU'],
    {
      message: ROOTLESS_VARIABLES,
      because: 'the daemon keeps its socket and its store there',
    },
    ROOTLESS,
  ),
  sidecarVariables('the directory of CAs', ['SSL_CERT_DIR'], { message: CA_VARIABLE, because: 'registries may be of that authority' }, CA),
  sidecarVariables(
    'proxies',
    ['HTTP_PROXY', 'no_proxy', 'PROXY_POD_IPS'],
    {
      message: PROXY_VARIABLES,
      because: 'runner and daemon would take two ways',
    },
    PROXY,
  ),
  sidecar('hooks into the Docker sidecar', { lifecycle: { postStart: { exec: { command: ['true'] } } } }, ['lifecycle'], {
    message: 'must not set lifecycle of the init container dind: a hook could end the daemon before its runner',
    because: 'a failing hook ends its container',
  }),
  sidecar('takes the probe of the Docker sidecar away', { startupProbe: null }, ['startupProbe'], {
    message: PROBE,
    because: 'the runner would start before the daemon',
  }),
  sidecar(
    'asks something else of the Docker sidecar',
    { startupProbe: { exec: { command: ['true'] }, httpGet: { port: 80 }, $patch: 'replace', failureThreshold: 300 } },
    ['startupProbe.exec', 'startupProbe.httpGet', 'startupProbe.$patch'],
    { message: PROBE, because: 'only its times are a matter of the node' },
  ),
  sidecar(
    'takes the socket from the Docker sidecar',
    { volumeMounts: [{ mountPath: '/run/dind', $patch: 'delete' }] },
    ['volumeMounts[0]'],
    {
      message: SIDECAR_MOUNT,
      because: 'the runner would never find it',
    },
  ),
  sidecarMounts(
    'over ours',
    ['/run/dind', '/var/run/dind/docker.sock', '/var/lib/docker', '/var/lib/docker/store/volumes'],
    'the socket and the store lie there',
  ),
  sidecarMounts('above ours', ['/', '/run', '/var/lib/', '/var'], 'a mount hides what is below'),
  sidecarMounts(
    'over what makes it rootless',
    ['/home/rootless/.local/share/docker', '/home/rootless', '/etc/subuid', '/etc/subgid', '/etc'],
    'the image has other ids',
    ROOTLESS,
  ),
  sidecarMounts('over the CA bundle', ['/etc/runner-ca', '/etc'], 'the daemon would not trust the registry', CA),
  mounts('above ours', ['/', '/etc', '/run', '/var/run', '/home/', '/home/../etc'], 'a mount hides what is below'),
  mounts(
    'over what every runner has',
    ['/tmp', '/home/runner/', '/etc/runner', '/run/credentials', '/run/dind'],
    'the runner needs what lies there',
  ),
  mounts(
    'files into ours',
    ['/etc/runner/one-job.sh', '/run/credentials/token', '/tmp/stop'],
    'it would be another entrypoint, token or order',
  ),
  mounts('by a detour', ['/etc/./x/../runner', '//run/credentials', '/var/run/credentials/token'], 'the path leads to the same place'),
  mounts('over the CA bundle', ['/etc/runner-ca'], 'the runner would not trust Forgejo', CA),
  mounts('over the secret of the cache', ['/run/cache/secret'], 'the cache would refuse the runner', CACHE),
  mounts('over the certificates for Docker', ['/run/docker-tls'], 'the daemon would refuse the runner', TLS),
  mounts('over the variables of the jobs', ['/run/job-env'], 'the jobs would get others', JOB_ENV),
  secretMounts('credentials', 'whoever has the token is the runner'),
  secretMounts('cache', 'whoever has its secret writes to the cache of all', CACHE),
  secretMounts('job-env', 'the variables of the jobs are in it', JOB_ENV),
  secretMounts('job-env-from-0', 'the variables of the jobs are in it', JOB_ENV),
  secretMounts('docker-tls', 'whoever has the key is root on the machine of the daemon', TLS),
  volumes('volumes of every runner', ['config', 'credentials', 'dind-socket'], {
    message: VOLUME,
    because: 'the runner needs what is in them',
  }),
  volumes('volumes of a CA bundle', ['ca'], { message: VOLUME, because: 'it is what spec.forgejo names' }, CA),
  volumes('volumes of a cache', ['cache'], { message: VOLUME, because: 'its secret is in it' }, CACHE),
  volumes('volumes of a Docker daemon elsewhere', ['docker-tls'], { message: VOLUME, because: 'it is what spec.containerMode names' }, TLS),
  volumes('volumes of variables', ['job-env', 'job-env-from-0'], { message: VOLUME, because: 'they are what spec.runner names' }, JOB_ENV),
  volumes('the storage of the Docker daemon', ['dind-storage'], {
    message: 'must not change the volume dind-storage: spec.containerMode.dind.storage says where the Docker daemon keeps its data',
    because: 'there is a field for it, which refuses a store that two daemons share',
  }),
  pod(
    'puts /tmp on a volume that outlives the Pod',
    { volumes: [{ name: 'tmp', persistentVolumeClaim: { claimName: 'x' } }] },
    ['volumes[0]'],
    { message: TMP, because: 'a stop file of an earlier Pod would end the runner at its start' },
  ),
  pod('takes /tmp away', { volumes: [{ name: 'tmp', $patch: 'delete' }] }, ['volumes[0]'], {
    message: TMP,
    because: 'the entrypoint writes to it',
  }),
  pod('empties /tmp of its source', { volumes: [{ name: 'tmp', emptyDir: null }] }, ['volumes[0]'], {
    message: TMP,
    because: 'a volume without a source is refused',
  }),
  home('takes the home directory away', { $patch: 'delete' }, 'the root file system is read-only'),
  home('empties the home directory of its source', { emptyDir: null }, 'a volume without a source is refused'),
  home('puts the home directory on the node', { hostPath: { path: '/srv/home' } }, 'all runners of that node would be in it'),
  home('puts the home directory on a claim', { persistentVolumeClaim: { claimName: 'home' } }, 'the next job would find the files'),
  twice(
    'parts of the Pod',
    {
      containers: [{ name: 'side' }, { name: 'other' }, { name: 'side' }],
      initContainers: [{ name: 'mine' }, { name: 'mine' }],
      volumes: [{ name: 'data' }, { name: 'data' }],
      imagePullSecrets: [{ name: 'a' }, { name: 'a' }],
      hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }],
      topologySpreadConstraints: [
        { topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        { topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
        { topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
      schedulingGates: [{ name: 'a' }, { name: 'a' }],
      resourceClaims: [{ name: 'gpu' }, { name: 'gpu' }],
    },
    [
      'containers[2]',
      'initContainers[1]',
      'volumes[1]',
      'imagePullSecrets[1]',
      'hostAliases[1]',
      'topologySpreadConstraints[2]',
      'schedulingGates[1]',
      'resourceClaims[1]',
    ],
    'server-side apply refuses such a Pod for ever',
  ),
  twice(
    'parts of a container',
    {
      containers: [
        {
          name: 'side',
          env: [{ name: 'A' }, { name: 'B' }, { name: 'A' }],
          ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }, { containerPort: 53, protocol: 'TCP' }],
          volumeMounts: [
            { name: 'a', mountPath: '/a' },
            { name: 'b', mountPath: '/a' },
          ],
          resources: { claims: [{ name: 'gpu' }, { name: 'gpu' }] },
        },
      ],
      initContainers: [{ name: 'mine', volumeDevices: [{ devicePath: '/dev/a' }, { devicePath: '/dev/a' }] }],
    },
    [
      'containers[0].ports[2]',
      'containers[0].env[2]',
      'containers[0].volumeMounts[1]',
      'initContainers[0].volumeDevices[1]',
      'containers[0].resources.claims[1]',
    ],
    'a port is one with its protocol, which is TCP where none is said',
  ),
  {
    situation: 'template names the Pod and holds it by a finalizer',
    because: 'a Pod with a finalizer never goes, nor does its registration',
    patch: { template: { metadata: { name: 'x', finalizers: ['example.org/keep'], labels: { team: 'a' } } } },
    problems: ['name', 'finalizers'].map((field) => ({ field: `spec.template.metadata.${field}`, message: METADATA })),
  },
];
