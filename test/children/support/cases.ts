/** One workload per mode and option: what the goldens show, and what the Pod Security Standards say to each. */
import type { RunnerPoolSpec } from '../../../src/api/spec/runnerpool.ts';
import type { RegisteredTags } from '../../../src/children/input.ts';
import { aSpec, assignedTags, hostSpec, userTemplate, warmTags } from './inputs.ts';
import type { Level } from './pod-security.ts';

export interface Case {
  /** Name of the golden file. */
  readonly name: string;
  readonly spec: RunnerPoolSpec;
  readonly tags: RegisteredTags;
  /** The strictest Pod Security Standard that the Pod passes. */
  readonly level: Level;
  readonly because: string;
}

type Dind = NonNullable<RunnerPoolSpec['containerMode']['dind']>;

const forgejo = aSpec().forgejo;
const withCaSecret: RunnerPoolSpec['forgejo'] = { ...forgejo, caSecretRef: { name: 'forgejo-ca', key: 'ca.pem' } };
const withCaConfigMap: RunnerPoolSpec['forgejo'] = { ...forgejo, caConfigMapRef: { name: 'forgejo-ca', key: 'ca.crt' } };

const everyDindOption: Dind = {
  image: 'registry.example.org/docker:28.5.1-dind',
  args: ['--max-concurrent-downloads=10', '--log-level=warn'],
  registryMirrors: ['https://mirror.example.org', 'https://other-mirror.example.org:5000'],
  insecureRegistries: ['registry.internal:5000', '10.20.0.0/16'],
  mtu: 1400,
  resources: { requests: { cpu: '1500m', memory: '2048Mi' }, limits: { memory: '4Gi' } },
  storage: { emptyDir: { sizeLimit: '20480Mi', medium: 'Memory' } },
};

const placed = {
  resources: { requests: { cpu: '500m', memory: '0.5Gi' }, limits: { memory: '1024Mi' } },
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  tolerations: [{ key: 'ci', operator: 'Exists', effect: 'NoSchedule', value: '' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['ci'] }] }],
      },
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    {
      maxSkew: 2,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { team: 'build' } },
    },
  ],
  priorityClassName: 'ci',
  runtimeClassName: 'gvisor',
  serviceAccountName: 'builds',
  imagePullSecrets: [{ name: 'registry' }],
} satisfies Partial<RunnerPoolSpec>;

function dind(options: Dind): RunnerPoolSpec {
  return aSpec({ containerMode: { type: 'Dind', dind: options } });
}

function rootless(options?: Dind, changes: Partial<RunnerPoolSpec> = {}): RunnerPoolSpec {
  return aSpec({ containerMode: { type: 'DindRootless', ...(options !== undefined && { dind: options }) }, ...changes });
}

function assigned(name: string, level: Level, spec: RunnerPoolSpec, because: string): Case {
  return { name, level, spec, tags: assignedTags(), because };
}

function unassigned(name: string, level: Level, spec: RunnerPoolSpec, because: string): Case {
  return { name, level, spec, tags: warmTags(), because };
}

export const cases: readonly Case[] = [
  assigned('host-assigned', 'restricted', hostSpec(), 'a runner for one job has its handle and a deadline'),
  unassigned('host-warm', 'restricted', hostSpec(), 'a warm runner has WARM and no deadline'),
  unassigned('host-persistent', 'restricted', hostSpec({ mode: 'Persistent' }), 'a persistent runner is a Deployment'),
  assigned('host-ca-secret', 'restricted', hostSpec({ forgejo: withCaSecret }), 'the bundle comes from a Secret'),
  assigned('host-ca-config-map', 'restricted', hostSpec({ forgejo: withCaConfigMap }), 'or from a ConfigMap'),
  assigned('host-placed', 'restricted', hostSpec(placed), 'where Pods run is said by the spec'),
  assigned(
    'host-placed-user-template',
    'restricted',
    hostSpec({ ...placed, template: { spec: { runtimeClassName: 'kata', nodeSelector: { disk: 'ssd' } } } }),
    'a template comes after all of it',
  ),
  assigned('dind-assigned', 'privileged', aSpec(), 'the sidecar stands beside an assigned runner'),
  unassigned('dind-warm', 'privileged', aSpec(), 'and beside a warm one'),
  unassigned('dind-persistent', 'privileged', aSpec({ mode: 'Persistent' }), 'and beside a persistent one'),
  assigned('dind-every-option', 'privileged', dind(everyDindOption), 'every option is an argument of dockerd or a field of its container'),
  assigned(
    'dind-ephemeral-volume',
    'privileged',
    dind({ storage: { ephemeral: { size: '51200Mi', storageClassName: 'fast' } } }),
    'every Pod has a volume claim of its own',
  ),
  assigned(
    'dind-ephemeral-volume-of-the-default-class',
    'privileged',
    dind({ storage: { ephemeral: { size: '50Gi' } } }),
    'no storage class is the default one',
  ),
  assigned(
    'dind-kept-volume',
    'privileged',
    aSpec({ maxRunners: 1, containerMode: { type: 'Dind', dind: { storage: { claimName: 'layers' } } } }),
    'layers are kept from one runner to the next',
  ),
  assigned('dind-ca', 'privileged', aSpec({ forgejo: withCaSecret }), 'registries may have a certificate of the same authority'),
  assigned(
    'dind-placed',
    'privileged',
    aSpec({ ...placed, containerMode: { type: 'Dind', dind: { resources: { limits: { cpu: '4000m' } } } } }),
    'the resources of runner and daemon are two things',
  ),
  assigned('dind-user-template', 'privileged', aSpec({ template: userTemplate }), "a user's template is merged and put in canonical form"),
  assigned('rootless-assigned', 'baseline', rootless(), 'the daemon without privileges needs a user namespace'),
  unassigned('rootless-persistent', 'baseline', rootless(undefined, { mode: 'Persistent' }), 'a persistent runner has the same sidecar'),
  assigned(
    'rootless-every-option',
    'baseline',
    rootless({ ...everyDindOption, image: 'registry.example.org/docker:28.5.1-dind-rootless' }, { forgejo: withCaSecret }),
    'the network of rootlesskit needs the MTU too',
  ),
  assigned(
    'rootless-with-variables-of-jobs',
    'baseline',
    rootless(undefined, { runner: { ...aSpec().runner, envFrom: [{ secretRef: { name: 'variables' } }] } }),
    'every container but the daemon has the seccomp profile, the one that writes the variables too',
  ),
  assigned(
    'external-tcp',
    'restricted',
    aSpec({
      containerMode: {
        type: 'External',
        external: { dockerHost: 'tcp://docker.example.org:2376', tlsSecretRef: { name: 'docker-client' } },
      },
    }),
    'the client certificate is for the runner',
  ),
  assigned(
    'external-unix',
    'restricted',
    aSpec({ containerMode: { type: 'External', external: { dockerHost: 'unix:///run/podman/podman.sock' } } }),
    'a socket has no certificates',
  ),
  assigned(
    'everything-at-once',
    'privileged',
    aSpec({
      ...placed,
      forgejo: withCaSecret,
      runner: { ...aSpec().runner, envFrom: [{ secretRef: { name: 'variables' } }] },
      containerMode: { type: 'Dind', dind: everyDindOption },
      cache: { server: { size: '10Gi' } },
      proxy: { https: { url: 'http://proxy.example.org:3128', credentialsSecretRef: { name: 'proxy' } }, noProxy: ['.example.org'] },
    }),
    'the wishes of a pool stand beside each other',
  ),
];
