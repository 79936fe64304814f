/** The container that the runner is in. */
import type { Container, EnvVar, Lifecycle, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import type { RegisteredTags } from './input.ts';
import {
  CONFIG_FILE,
  CONFIG_PATH,
  CONFIG_VOLUME,
  CREDENTIALS_PATH,
  CREDENTIALS_VOLUME,
  ENTRYPOINT_FILE,
  HOME_PATH,
  HOME_VOLUME,
  RUNNER_CONTAINER,
  STOP_FILE,
  TMP_PATH,
  TMP_VOLUME,
} from './layout.ts';
import { TOKEN_KEY } from './secret.ts';

/** Pod security "restricted", and no writing outside the mounted volumes. */
const SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} satisfies Container['securityContext'];

/**
 * How often the entrypoint asks whether the registration is still there: a cancelled job's steps are dead 7 s after the
 * cancel at the latest, its Pod ends after 17 s (14 s measured; facts: runner lifecycle, section 1).
 */
const PROBE_SECONDS = '5';

/** How a runner is started and stopped. */
export interface Launch {
  readonly command: string[];
  readonly env: EnvVar[];
  readonly lifecycle: Lifecycle;
}

/**
 * `one-job` under the entrypoint, for the given handle, or (`handle` null) warm: for whichever task comes first. A TERM that
 * comes before PID 1 has set its trap is lost, so `preStop` leaves a file that the entrypoint looks for.
 */
export function oneJobLaunch(spec: RunnerPoolSpec, tags: RegisteredTags): Launch {
  return {
    command: [
      '/bin/sh',
      `${CONFIG_PATH}/${ENTRYPOINT_FILE}`,
      'forgejo-runner',
      'one-job',
      ...connectionArguments(spec, tags),
      ...(tags.handle === null ? [] : ['--handle', tags.handle]),
      ...labelArguments(spec),
    ],
    env: [{ name: 'PROBE_SECONDS', value: PROBE_SECONDS }, ...(tags.handle === null ? [{ name: 'WARM', value: '1' }] : [])],
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `: > ${STOP_FILE}`] } } },
  };
}

/** `daemon` as PID 1: it waits for its job by itself at TERM. The sleep gives it the time to set its handler. */
export function daemonLaunch(spec: RunnerPoolSpec, tags: RegisteredTags): Launch {
  return {
    command: ['forgejo-runner', 'daemon', ...connectionArguments(spec, tags), ...labelArguments(spec)],
    env: [],
    lifecycle: { preStop: { exec: { command: ['sleep', '2'] } } },
  };
}

/** What the CA bundle and the container mode add to the runner's container. */
export interface RunnerAdditions {
  readonly env: readonly EnvVar[];
  readonly mounts: readonly VolumeMount[];
}

/** The runner's container with the parts that a user's template may add to but not take away. */
export type RunnerContainer = Container & Required<Pick<Container, 'command' | 'env' | 'volumeMounts' | 'lifecycle'>>;

/** HOME lies on a volume: the runner keeps actions and tools under it, and the root file system is read-only. */
export function runnerContainer(spec: RunnerPoolSpec, launch: Launch, additions: RunnerAdditions): RunnerContainer {
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
    securityContext: SECURITY,
    lifecycle: launch.lifecycle,
  };
}

function connectionArguments(spec: RunnerPoolSpec, tags: RegisteredTags): string[] {
  return [
    '--config',
    `${CONFIG_PATH}/${CONFIG_FILE}`,
    '--url',
    spec.forgejo.url,
    '--uuid',
    tags.registration.uuid,
    '--token-url',
    `file:${CREDENTIALS_PATH}/${TOKEN_KEY}`,
  ];
}

function labelArguments(spec: RunnerPoolSpec): string[] {
  return spec.labels.flatMap((label) => ['--label', label]);
}
