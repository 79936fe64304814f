/** Templates that would break the pool, each with what is said of it. */
import { MOUNTS_REFUSED_BY_OPERATOR } from './refused-mounts.ts';
import type { RefusedCase } from './specs.ts';
import { CA, HOST, pod, type Reason, ROOTLESS } from './template-cases.ts';

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

function twice(situation: string, spec: object, fields: readonly string[], because: string): RefusedCase {
  return pod(`names ${situation} twice`, spec, fields, { message: TWICE, because }, { mode: 'Persistent' });
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

const USED = 'a registration that was used is never used again';
const TAKEN_AWAY =
  'must not delete or replace the container runner and the init container dind, nor take away their image, env and volumeMounts: the pool needs them';
export const LISTS =
  'must not delete or replace the Pod, or its lists containers, initContainers and volumes as a whole: parts of the operator are among them';
const NAMES =
  'must not name a container job-env or, beside a Docker sidecar, dind, nor an init container runner or job-env: these are containers of the operator';
const IMAGE =
  'must give an image to each container that it adds; those of the operator are runner and, with a Docker sidecar, the init container dind';
const BESIDE =
  'must not add containers beside runner in a pool of mode Ephemeral: its Job would not end; an init container with restartPolicy Always runs beside the runner and ends after it';
const DAEMON = 'where the Docker daemon listens is fixed; spec.containerMode.dind.args adds arguments';
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
    { initContainers: [{ name: 'side', image: 'x', restartPolicyRules: [{ action: 'Restart' }, { action: 'RestartAllContainers' }] }] },
    ['initContainers[0].restartPolicyRules[1]'],
    { message: `must not restart all containers by restartPolicyRules: ${USED}`, because: 'the runner is one of them' },
  ),
  pod(
    'misspells the container runner',
    { containers: [{ name: 'runer', resources: { limits: { cpu: '2' } } }] },
    ['containers[0].image'],
    { message: IMAGE, because: 'a name that is not ours adds a container, which the API server refuses' },
    { mode: 'Persistent' },
  ),
  {
    situation: 'template misspells the container runner in a pool of mode Ephemeral',
    because: 'both sentences lead to the name',
    patch: { template: { spec: { containers: [{ name: 'runer', env: [] }] } } },
    problems: [
      { field: 'spec.template.spec.containers[0].image', message: IMAGE },
      { field: 'spec.template.spec.containers[0]', message: BESIDE },
    ],
  },
  pod(
    'adds init containers without an image',
    { initContainers: [{ name: 'mine' }, { name: 'next', image: 'x' }, { name: 'last', image: '' }, { name: 'none', image: null }] },
    ['initContainers[0].image', 'initContainers[2].image', 'initContainers[3].image'],
    { message: IMAGE, because: 'the API server refuses such a Pod for ever' },
  ),
  pod(
    'changes the Docker sidecar of a pool that has none',
    { initContainers: [{ name: 'dind', resources: { limits: { cpu: '2' } } }] },
    ['initContainers[0].image'],
    { message: IMAGE, because: 'there it is a container like any other' },
    HOST,
  ),
  pod(
    'adds a container beside the runner of one job',
    { containers: [{ name: 'runner' }, { name: 'metrics', image: 'exporter:1' }, { name: 'old', $patch: 'delete' }] },
    ['containers[1]'],
    { message: BESIDE, because: 'it goes on after the job, and so does the Pod' },
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
  ...MOUNTS_REFUSED_BY_OPERATOR,
  pod('changes the storage of the Docker daemon', { volumes: [{ name: 'dind-storage', emptyDir: {} }] }, ['volumes[0]'], {
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
      containers: ['side', 'other', 'side'].map((name) => ({ name, image: 'x' })),
      initContainers: ['mine', 'mine'].map((name) => ({ name, image: 'x' })),
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
          image: 'x',
          env: [{ name: 'A' }, { name: 'B' }, { name: 'A' }],
          ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }, { containerPort: 53, protocol: 'TCP' }],
          volumeMounts: [
            { name: 'a', mountPath: '/a' },
            { name: 'b', mountPath: '/a' },
          ],
          resources: { claims: [{ name: 'gpu' }, { name: 'gpu' }] },
        },
      ],
      initContainers: [{ name: 'mine', image: 'x', volumeDevices: [{ devicePath: '/dev/a' }, { devicePath: '/dev/a' }] }],
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
