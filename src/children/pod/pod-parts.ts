/** What one wish of a pool (a container mode, a CA bundle, a proxy, a cache …) adds to a runner's Pod. */
import type { Container, EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';

export interface ContainerParts {
  readonly env?: readonly EnvVar[];
  readonly mounts?: readonly VolumeMount[];
}

export interface PodParts {
  /** In the order in which they start. */
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  /** In the container of the runner. */
  readonly runner?: ContainerParts;
  /** In the Docker sidecar, where there is one. */
  readonly dind?: ContainerParts;
}

export interface CombinedParts extends Required<PodParts> {
  readonly runner: Required<ContainerParts>;
  readonly dind: Required<ContainerParts>;
}

/** Several wishes as one, in their order. */
export function combined(parts: readonly PodParts[]): CombinedParts {
  return {
    initContainers: parts.flatMap(({ initContainers = [] }) => initContainers),
    volumes: parts.flatMap(({ volumes = [] }) => volumes),
    runner: combinedContainer(parts.map(({ runner }) => runner)),
    dind: combinedContainer(parts.map(({ dind }) => dind)),
  };
}

function combinedContainer(parts: readonly (ContainerParts | undefined)[]): Required<ContainerParts> {
  return { env: parts.flatMap((part) => part?.env ?? []), mounts: parts.flatMap((part) => part?.mounts ?? []) };
}
