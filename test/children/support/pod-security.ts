/**
 * The Pod Security Standards for Linux Pods as Kubernetes 1.37 checks them, one row per rule. Source: the checks of
 * k8s.io/pod-security-admission v0.37.2, whose own verdicts are recorded in `pod-security/recorded.json`.
 */
import type { Container, PodSpec, PodTemplateSpec, Probe, SecurityContext } from 'kubernetes-types/core/v1.d.ts';

/** From the loosest to the strictest. */
export type Level = 'privileged' | 'baseline' | 'restricted';

interface Rule {
  /** As the module calls the check. */
  readonly id: string;
  readonly level: Exclude<Level, 'privileged'>;
  readonly allows: (pod: Pod) => boolean;
}

interface Pod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  readonly containers: readonly Container[];
  /** Rights as each container states them. */
  readonly rights: readonly SecurityContext[];
}

const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_notsent_lowat',
];
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const INLINE_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const PROFILES = ['RuntimeDefault', 'Localhost'];
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

function isProfile(profile: { readonly type: string } | undefined): boolean {
  return profile === undefined || PROFILES.includes(profile.type);
}

function isAppArmorAnnotation([key, value]: readonly [string, string]): boolean {
  return !key.startsWith(APPARMOR_ANNOTATION) || value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

function probesHost({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): boolean {
  const handlers: readonly (Pick<Probe, 'httpGet' | 'tcpSocket'> | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers.some((handler) => Boolean(handler?.httpGet?.host) || Boolean(handler?.tcpSocket?.host));
}

function isMaskedEverywhere({ rights }: Pod): boolean {
  return rights.every(({ procMount = 'Default' }) => procMount === 'Default');
}

const RULES: readonly Rule[] = [
  {
    id: 'appArmorProfile',
    level: 'baseline',
    allows: ({ spec, rights, annotations }) =>
      [spec.securityContext, ...rights].every((each) => isProfile(each?.appArmorProfile)) &&
      Object.entries(annotations).every(isAppArmorAnnotation),
  },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    allows: ({ rights }) =>
      rights.every(({ capabilities }) => (capabilities?.add ?? []).every((name) => DEFAULT_CAPABILITIES.includes(name))),
  },
  {
    id: 'hostNamespaces',
    level: 'baseline',
    allows: ({ spec: { hostNetwork, hostPID, hostIPC } }) => ![hostNetwork, hostPID, hostIPC].includes(true),
  },
  {
    id: 'hostPathVolumes',
    level: 'baseline',
    allows: ({ spec: { volumes = [] } }) => volumes.every(({ hostPath }) => hostPath === undefined),
  },
  {
    id: 'hostPorts',
    level: 'baseline',
    allows: ({ containers }) => containers.every(({ ports = [] }) => ports.every(({ hostPort = 0 }) => hostPort === 0)),
  },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', allows: ({ containers }) => !containers.some(probesHost) },
  { id: 'privileged', level: 'baseline', allows: ({ rights }) => rights.every(({ privileged }) => privileged !== true) },
  { id: 'procMount', level: 'baseline', allows: (pod) => pod.spec.hostUsers === false || isMaskedEverywhere(pod) },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    allows: ({ spec, rights }) =>
      [spec.securityContext, ...rights].every((each) => {
        const { type = '', user = '', role = '' } = each?.seLinuxOptions ?? {};
        return SELINUX_TYPES.includes(type) && user === '' && role === '';
      }),
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    allows: ({ spec, rights }) => [spec.securityContext, ...rights].every((each) => isProfile(each?.seccompProfile)),
  },
  {
    id: 'sysctls',
    level: 'baseline',
    allows: ({ spec }) => (spec.securityContext?.sysctls ?? []).every(({ name }) => SAFE_SYSCTLS.includes(name)),
  },
  {
    id: 'windowsHostProcess',
    level: 'baseline',
    allows: ({ spec, rights }) => [spec.securityContext, ...rights].every((each) => each?.windowsOptions?.hostProcess !== true),
  },
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    allows: ({ rights }) => rights.every(({ allowPrivilegeEscalation }) => allowPrivilegeEscalation === false),
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    allows: ({ rights }) =>
      rights.every(
        ({ capabilities: { drop = [], add = [] } = {} }) => drop.includes('ALL') && add.every((name) => name === 'NET_BIND_SERVICE'),
      ),
  },
  { id: 'procMount_restricted', level: 'restricted', allows: isMaskedEverywhere },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    allows: ({ spec: { volumes = [] } }) => volumes.every((volume) => INLINE_VOLUMES.some((source) => source in volume)),
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    allows: ({ spec, rights }) =>
      spec.hostUsers === false ||
      (spec.securityContext?.runAsNonRoot !== false &&
        rights.every(({ runAsNonRoot }) => runAsNonRoot ?? spec.securityContext?.runAsNonRoot === true)),
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    allows: ({ spec, rights }) => spec.hostUsers === false || [spec.securityContext, ...rights].every((each) => each?.runAsUser !== 0),
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    allows: ({ spec, rights }) => {
      const ofPod = spec.securityContext?.seccompProfile;
      return isProfile(ofPod) && rights.every(({ seccompProfile = ofPod }) => seccompProfile !== undefined && isProfile(seccompProfile));
    },
  },
];

/** What the standards say to a Pod. */
export interface Verdict {
  /** The strictest that it passes. */
  readonly level: Level;
  /** The ids of all rules that it breaks, sorted. */
  readonly broken: readonly string[];
}

export function podSecurity({ metadata, spec }: PodTemplateSpec): Verdict {
  if (spec === undefined) throw new Error('no Pod spec');
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const rights = containers.map(({ securityContext }) => securityContext ?? {});
  const pod = { annotations: metadata?.annotations ?? {}, spec, containers, rights };
  const broken = RULES.filter(({ allows }) => !allows(pod));
  const level = broken.length === 0 ? 'restricted' : broken.some((rule) => rule.level === 'baseline') ? 'privileged' : 'baseline';
  return { level, broken: broken.map(({ id }) => id).toSorted() };
}

export const RULE_IDS: readonly string[] = RULES.map(({ id }) => id).toSorted();
