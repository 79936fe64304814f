/** What a container mode adds to the runner's Pod. */
import { DEFAULT_IMAGES } from '../../api/spec/images.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { type DaemonKind, dockerSidecar } from './docker-sidecar.ts';
import { externalDocker } from './external-docker.ts';
import { DIND_STORAGE_PATH, RUNNER_GID } from './layout.ts';
import type { PodParts } from './pod-parts.ts';
import { rootlessDocker } from './rootless-docker.ts';
import { ROOTFUL_DOCKER } from './security.ts';

/** The daemon gives its socket to the runner's group. */
const ROOTFUL: DaemonKind = {
  image: DEFAULT_IMAGES.dind,
  args: [`--group=${RUNNER_GID}`],
  env: [],
  mounts: [],
  storagePath: DIND_STORAGE_PATH,
  securityContext: ROOTFUL_DOCKER,
};

/** `Host` adds nothing: jobs run in the runner's container. */
export function containerModeParts({ type, dind, external }: RunnerPoolSpec['containerMode']): PodParts {
  switch (type) {
    case 'Host':
      return {};
    case 'Dind':
      return dockerSidecar(ROOTFUL, dind);
    case 'DindRootless':
      return rootlessDocker(dind);
    case 'External':
      return externalDocker(external);
  }
}
