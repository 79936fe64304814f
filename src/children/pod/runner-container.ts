/** The container that the runner is in. */
import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { Launch } from './launch.ts';
import {
  CONFIG_PATH,
  CONFIG_VOLUME,
  CREDENTIALS_PATH,
  CREDENTIALS_VOLUME,
  HOME_PATH,
  HOME_VOLUME,
  RUNNER_CONTAINER,
  TMP_PATH,
  TMP_VOLUME,
} from './layout.ts';
import { runnerResources } from './placement.ts';
import type { ContainerParts } from './pod-parts.ts';
import { RESTRICTED } from './security.ts';

/** The runner's container with the parts that a user's template may add to but not take away. */
export type RunnerContainer = Container & Required<Pick<Container, 'command' | 'env' | 'volumeMounts' | 'lifecycle'>>;

/** HOME lies on a volume: the runner keeps actions and tools under it, and the root file system is read-only. */
export function runnerContainer(spec: RunnerPoolSpec, launch: Launch, additions: Required<ContainerParts>): RunnerContainer {
  return {
    name: RUNNER_CONTAINER,
    image: spec.runner.image,
    command: launch.command,
    workingDir: HOME_PATH,
    env: [{ name: 'HOME', value: HOME_PATH }, ...launch.env, ...additions.env],
    volumeMounts: [
      { name: CONFIG_VOLUME, mountPath: CONFIG_PATH, readOnly: true },
      { name: CREDENTIALS_VOLUME, mountPath: CREDENTIALS_PATH, readOnly: true },
      { name: TMP_VOLUME, mountPath: TMP_PATH },
      { name: HOME_VOLUME, mountPath: HOME_PATH },
      ...additions.mounts,
    ],
    ...runnerResources(spec),
    securityContext: RESTRICTED,
    lifecycle: launch.lifecycle,
  };
}
