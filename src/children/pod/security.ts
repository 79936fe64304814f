/**
 * Rights of the Pod and its containers. Everything but the Docker sidecar passes the Pod Security Standard `restricted`; the
 * sidecar of `DindRootless` passes `baseline` from Kubernetes 1.35 on, which allows an unmasked /proc in a user namespace.
 */
import type { Container, PodSecurityContext, PodSpec, SecurityContext } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { DIND_CONTAINER, RUNNER_GID, RUNNER_UID } from './layout.ts';

/** r--r-----: the runner reads its token, and what else is secret, by its group. */
export const SECRET_MODE = 0o440;

const RUNTIME_DEFAULT = { type: 'RuntimeDefault' } as const;

/** Pod Security `restricted` beside what the Pod says, and no writing outside the mounted volumes. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} satisfies SecurityContext;

/** A privileged container has the rights of the node's root, whatever else stands here. */
export const ROOTFUL_DOCKER = { privileged: true, runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 } satisfies SecurityContext;

/**
 * newuidmap and newgidmap are setuid programs that need those two capabilities and no other; a container's own /proc can be
 * mounted only where nothing of the outer one is masked.
 */
export const ROOTLESS_DOCKER = {
  allowPrivilegeEscalation: true,
  capabilities: { drop: ['ALL'], add: ['SETUID', 'SETGID'] },
  procMount: 'Unmasked',
} satisfies SecurityContext;

type PodRights = Pick<PodSpec, 'hostUsers'> & { readonly securityContext: PodSecurityContext };

/**
 * `OnRootMismatch`: else the kubelet would give every file of a volume that is kept to this group at every start: all of a
 * cache, and the files of image layers in a Docker store.
 */
const RUNNER_USER = {
  runAsNonRoot: true,
  runAsUser: RUNNER_UID,
  runAsGroup: RUNNER_GID,
  fsGroup: RUNNER_GID,
  fsGroupChangePolicy: 'OnRootMismatch',
} satisfies PodSecurityContext;

/** What Pod Security `restricted` wants of a Pod. */
export const RESTRICTED_POD = { ...RUNNER_USER, seccompProfile: RUNTIME_DEFAULT } satisfies PodSecurityContext;

/** Rights of a runner's Pod as a whole. */
export function podRights(mode: RunnerPoolSpec['containerMode']['type']): PodRights {
  return mode === 'DindRootless' ? { hostUsers: false, securityContext: RUNNER_USER } : { securityContext: RESTRICTED_POD };
}

/**
 * Rootless Docker makes namespaces and mounts, which the default seccomp profile forbids, and a container can't undo what its
 * Pod sets but by `Unconfined`, which `baseline` refuses: so there the profile stands on every container but the sidecar.
 */
export function withSeccomp<C extends Container>(mode: RunnerPoolSpec['containerMode']['type'], container: C): C {
  if (mode !== 'DindRootless' || container.name === DIND_CONTAINER) return container;
  return { ...container, securityContext: { ...container.securityContext, seccompProfile: RUNTIME_DEFAULT } };
}

/** Kubernetes refuses `allowPrivilegeEscalation: false` beside what allows it anyway, which a user's template may have brought. */
export function consistentRights(container: Container): Container {
  const { allowPrivilegeEscalation, ...rights } = container.securityContext ?? {};
  const escalates = rights.privileged === true || rights.capabilities?.add?.includes('CAP_SYS_ADMIN') === true;
  return allowPrivilegeEscalation === false && escalates ? { ...container, securityContext: rights } : container;
}
