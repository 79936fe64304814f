/** A Pod that passes `restricted`, and for each rule of the Pod Security Standards Pods that break it. */
import type { Container, PodSpec, PodTemplateSpec, SecurityContext, Volume } from 'kubernetes-types/core/v1.d.ts';

export interface BadPod {
  readonly name: string;
  /** Every rule that it breaks, by its id. */
  readonly breaks: readonly string[];
  readonly pod: PodTemplateSpec;
}

const RIGHTS = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } satisfies SecurityContext;
const POD_RIGHTS = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } } satisfies PodSpec['securityContext'];

function withContainer(
  changes: Partial<Container>,
  spec: Partial<PodSpec> = {},
  annotations: Record<string, string> = {},
): PodTemplateSpec {
  const container = { name: 'a', image: 'a:1', securityContext: RIGHTS, ...changes };
  return { metadata: { annotations }, spec: { securityContext: POD_RIGHTS, containers: [container], ...spec } };
}

function withRights(changes: SecurityContext, spec: Partial<PodSpec> = {}): PodTemplateSpec {
  return withContainer({ securityContext: { ...RIGHTS, ...changes } }, spec);
}

function withPodRights(changes: NonNullable<PodSpec['securityContext']>): PodTemplateSpec {
  return withContainer({}, { securityContext: { ...POD_RIGHTS, ...changes } });
}

function withVolume(volume: Omit<Volume, 'name'>): PodTemplateSpec {
  return withContainer({}, { volumes: [{ name: 'v', ...volume }] });
}

export const GOOD_POD = withContainer({});

export const BAD_PODS: readonly BadPod[] = [
  { name: 'apparmor-of-the-pod', breaks: ['appArmorProfile'], pod: withPodRights({ appArmorProfile: { type: 'Unconfined' } }) },
  { name: 'apparmor-of-a-container', breaks: ['appArmorProfile'], pod: withRights({ appArmorProfile: { type: 'Unconfined' } }) },
  {
    name: 'apparmor-by-annotation',
    breaks: ['appArmorProfile'],
    pod: withContainer({}, {}, { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' }),
  },
  {
    name: 'a-capability-beyond-the-default',
    breaks: ['capabilities_baseline', 'capabilities_restricted'],
    pod: withRights({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
  },
  { name: 'host-network', breaks: ['hostNamespaces'], pod: withContainer({}, { hostNetwork: true }) },
  { name: 'host-pid', breaks: ['hostNamespaces'], pod: withContainer({}, { hostPID: true }) },
  { name: 'host-ipc', breaks: ['hostNamespaces'], pod: withContainer({}, { hostIPC: true }) },
  { name: 'host-path', breaks: ['hostPathVolumes', 'restrictedVolumes'], pod: withVolume({ hostPath: { path: '/' } }) },
  { name: 'host-port', breaks: ['hostPorts'], pod: withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }) },
  {
    name: 'a-probe-of-another-host',
    breaks: ['hostProbesAndHostLifecycle'],
    pod: withContainer({ livenessProbe: { tcpSocket: { port: 80, host: '10.0.0.1' } } }),
  },
  {
    name: 'a-hook-to-another-host',
    breaks: ['hostProbesAndHostLifecycle'],
    pod: withContainer({ lifecycle: { preStop: { httpGet: { port: 80, host: '10.0.0.1' } } } }),
  },
  {
    name: 'privileged',
    breaks: ['allowPrivilegeEscalation', 'privileged'],
    pod: withContainer({ securityContext: { capabilities: { drop: ['ALL'] }, privileged: true } }),
  },
  { name: 'unmasked-proc', breaks: ['procMount', 'procMount_restricted'], pod: withRights({ procMount: 'Unmasked' }) },
  {
    name: 'unmasked-proc-in-a-user-namespace',
    breaks: ['procMount_restricted'],
    pod: withRights({ procMount: 'Unmasked' }, { hostUsers: false }),
  },
  { name: 'selinux-type', breaks: ['seLinuxOptions'], pod: withPodRights({ seLinuxOptions: { type: 'spc_t' } }) },
  { name: 'selinux-user', breaks: ['seLinuxOptions'], pod: withRights({ seLinuxOptions: { user: 'system_u' } }) },
  { name: 'selinux-role', breaks: ['seLinuxOptions'], pod: withRights({ seLinuxOptions: { role: 'system_r' } }) },
  {
    name: 'seccomp-unconfined',
    breaks: ['seccompProfile_baseline', 'seccompProfile_restricted'],
    pod: withRights({ seccompProfile: { type: 'Unconfined' } }),
  },
  { name: 'a-sysctl', breaks: ['sysctls'], pod: withPodRights({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] }) },
  { name: 'windows-host-process', breaks: ['windowsHostProcess'], pod: withRights({ windowsOptions: { hostProcess: true } }) },
  { name: 'escalation-allowed', breaks: ['allowPrivilegeEscalation'], pod: withRights({ allowPrivilegeEscalation: true }) },
  {
    name: 'escalation-not-forbidden',
    breaks: ['allowPrivilegeEscalation'],
    pod: withContainer({ securityContext: { capabilities: { drop: ['ALL'] } } }),
  },
  {
    name: 'capabilities-kept',
    breaks: ['capabilities_restricted'],
    pod: withContainer({ securityContext: { allowPrivilegeEscalation: false } }),
  },
  {
    name: 'a-default-capability-added',
    breaks: ['capabilities_restricted'],
    pod: withRights({ capabilities: { drop: ['ALL'], add: ['SETUID'] } }),
  },
  { name: 'an-nfs-volume', breaks: ['restrictedVolumes'], pod: withVolume({ nfs: { server: 's', path: '/' } }) },
  {
    name: 'maybe-root',
    breaks: ['runAsNonRoot'],
    pod: withContainer({}, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }),
  },
  { name: 'root-allowed', breaks: ['runAsNonRoot'], pod: withRights({ runAsNonRoot: false }) },
  { name: 'root', breaks: ['runAsUser'], pod: withRights({ runAsUser: 0 }) },
  {
    name: 'no-seccomp',
    breaks: ['seccompProfile_restricted'],
    pod: withContainer({}, { securityContext: { runAsNonRoot: true } }),
  },
  {
    name: 'a-bad-init-container',
    breaks: ['allowPrivilegeEscalation', 'capabilities_restricted'],
    pod: withContainer({}, { initContainers: [{ name: 'b', image: 'b:1' }] }),
  },
];
