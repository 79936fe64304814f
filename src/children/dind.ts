/** Docker in the runner's Pod. */
import type { Container, EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import { DEFAULT_DIND_IMAGE, type RunnerPoolSpec } from '../api/runnerpool.ts';
import {
  DIND_CONTAINER,
  DIND_HOST,
  DIND_SOCKET_PATH,
  DIND_SOCKET_VOLUME,
  DIND_STORAGE_PATH,
  DIND_STORAGE_VOLUME,
  RUNNER_GID,
} from './layout.ts';

/** What a container mode adds to the Pod and to the runner's container. */
export interface ContainerModeParts {
  readonly initContainers: Container[];
  readonly volumes: Volume[];
  /** In the runner's container. */
  readonly mounts: VolumeMount[];
  readonly env: EnvVar[];
}

/** `Host` adds nothing; `Dind` adds a Docker daemon that only this Pod can reach. */
export function containerModeParts(mode: RunnerPoolSpec['containerMode']): ContainerModeParts {
  switch (mode.type) {
    case 'Host':
      return { initContainers: [], volumes: [], mounts: [], env: [] };
    case 'Dind':
      return {
        initContainers: [dindContainer(mode.dind?.image ?? DEFAULT_DIND_IMAGE)],
        volumes: [
          { name: DIND_SOCKET_VOLUME, emptyDir: {} },
          { name: DIND_STORAGE_VOLUME, emptyDir: {} },
        ],
        mounts: [{ name: DIND_SOCKET_VOLUME, mountPath: DIND_SOCKET_PATH }],
        env: [{ name: 'DOCKER_HOST', value: DIND_HOST }],
      };
  }
}

/**
 * A native sidecar (Kubernetes >= 1.29): it starts before the runner, gets TERM after the runner's end, and its own end does
 * not count for the Job's. Naming `dockerd` in the arguments keeps the image's entrypoint from adding its TCP listener.
 */
function dindContainer(image: string): Container {
  return {
    name: DIND_CONTAINER,
    image,
    restartPolicy: 'Always',
    args: ['dockerd', `--host=${DIND_HOST}`, `--group=${RUNNER_GID}`],
    securityContext: { privileged: true, runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 },
    startupProbe: {
      exec: { command: ['docker', `--host=${DIND_HOST}`, 'version'] },
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: 120,
      // Without it a failed start would wait out the Pod's grace, which is as long as a job.
      terminationGracePeriodSeconds: 10,
    },
    volumeMounts: [
      { name: DIND_SOCKET_VOLUME, mountPath: DIND_SOCKET_PATH },
      { name: DIND_STORAGE_VOLUME, mountPath: DIND_STORAGE_PATH },
    ],
  };
}
