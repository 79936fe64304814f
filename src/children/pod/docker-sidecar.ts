/** Docker in the runner's Pod. */
import type { Container, EnvVar, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { DIND_CONTAINER, DIND_HOST, DIND_SOCKET, DIND_SOCKET_PATH, DIND_SOCKET_VOLUME, DIND_STORAGE_VOLUME } from './layout.ts';
import { daemonInPlainDirectory } from './plain-directory.ts';
import type { PodParts } from './pod-parts.ts';
import { dockerStorage } from './storage.ts';

type Dind = NonNullable<RunnerPoolSpec['containerMode']['dind']>;

/** In what a daemon as root and a rootless one differ. */
export interface DaemonKind {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly EnvVar[];
  readonly mounts: readonly VolumeMount[];
  /** Where the volume of the store is mounted. */
  readonly storagePath: string;
  readonly securityContext: NonNullable<Container['securityContext']>;
}

/** The store is a directory of its volume: the daemon changes the rights of its root, and those of a mount point are the kubelet's. */
const STORE = 'store';

/** The sidecar, its volumes, and how the runner finds it: a unix socket that only this Pod has. */
export function dockerSidecar(kind: DaemonKind, dind: Dind = {}): PodParts {
  const socket = { name: DIND_SOCKET_VOLUME, mountPath: DIND_SOCKET_PATH };
  return {
    initContainers: [sidecar(kind, dind, [socket, { name: DIND_STORAGE_VOLUME, mountPath: kind.storagePath }, ...kind.mounts])],
    volumes: [{ name: DIND_SOCKET_VOLUME, emptyDir: {} }, dockerStorage(dind.storage)],
    runner: { env: [{ name: 'DOCKER_HOST', value: DIND_HOST }], mounts: [socket] },
  };
}

/**
 * A TERM that comes while PID 1 is still the shell before the daemon is lost, and the Pod then stays for its whole grace: 4 to 7
 * of 10 Pods that were deleted in their first half second, none with this (measured, kubelet 1.37). So the kubelet waits for the
 * socket before it sends it; at most 5 s, for a daemon that never comes up.
 */
const UNTIL_IT_HEARS = `i=0; until [ -S ${DIND_SOCKET} ] || [ $((i = i + 1)) -gt 50 ]; do sleep 0.1; done`;

/**
 * A native sidecar (Kubernetes >= 1.29): it starts before the runner, gets TERM after the runner's end, and its own end does
 * not count for the Job's. Naming `dockerd` in the arguments keeps the image's entrypoint from adding its TCP listener.
 */
function sidecar(kind: DaemonKind, dind: Dind, volumeMounts: VolumeMount[]): Container {
  const store = `${kind.storagePath}/${STORE}`;
  return {
    name: DIND_CONTAINER,
    image: dind.image ?? kind.image,
    restartPolicy: 'Always',
    command: daemonInPlainDirectory(store),
    args: ['dockerd', `--host=${DIND_HOST}`, `--data-root=${store}`, ...kind.args, ...daemonArguments(dind)],
    env: [...kind.env],
    ...(dind.resources !== undefined && { resources: dind.resources }),
    securityContext: kind.securityContext,
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', UNTIL_IT_HEARS] } } },
    startupProbe: {
      exec: { command: ['docker', `--host=${DIND_HOST}`, 'version'] },
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: 120,
      // Without it a failed start would wait out the Pod's grace, which is as long as a job.
      terminationGracePeriodSeconds: 10,
    },
    volumeMounts,
  };
}

/** `--mtu` is for the default bridge alone; `--default-network-opt` (Docker >= 24) for the networks that jobs get. */
function daemonArguments({ args = [], registryMirrors = [], insecureRegistries = [], mtu }: Dind): string[] {
  return [
    ...registryMirrors.map((url) => `--registry-mirror=${url}`),
    ...insecureRegistries.map((registry) => `--insecure-registry=${registry}`),
    ...(mtu === undefined ? [] : [`--mtu=${mtu}`, `--default-network-opt=bridge=com.docker.network.driver.mtu=${mtu}`]),
    ...args,
  ];
}
