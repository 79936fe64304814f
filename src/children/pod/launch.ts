/** How the runner in a Pod is started and stopped. */
import type { EnvVar, Lifecycle } from 'kubernetes-types/core/v1.d.ts';
import { compareVersions, imageVersion } from '../../api/runner-image.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { RegisteredTags } from '../input.ts';
import { TOKEN_KEY } from '../secret.ts';
import { CONFIG_FILE, CONFIG_PATH, CREDENTIALS_PATH, ENTRYPOINT_FILE, STOP_FILE, WORK_PATH } from './layout.ts';
import { inPlainDirectory } from './plain-directory.ts';

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
    command: inPlainDirectory(WORK_PATH, [
      '/bin/sh',
      `${CONFIG_PATH}/${ENTRYPOINT_FILE}`,
      'forgejo-runner',
      'one-job',
      ...connectionArguments(spec, tags),
      ...(tags.handle === null ? [] : ['--handle', tags.handle]),
      ...labelArguments(spec),
    ]),
    env: [{ name: 'PROBE_SECONDS', value: PROBE_SECONDS }, ...(tags.handle === null ? [{ name: 'WARM', value: '1' }] : [])],
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `: > ${STOP_FILE}`] } } },
  };
}

/** `daemon` as PID 1: it waits for its job by itself at TERM. The sleep gives it the time to set its handler. */
export function daemonLaunch(spec: RunnerPoolSpec, tags: RegisteredTags): Launch {
  return {
    command: inPlainDirectory(WORK_PATH, daemonCommand(spec, tags)),
    env: [],
    lifecycle: { preStop: { exec: { command: ['sleep', '2'] } } },
  };
}

function daemonCommand(spec: RunnerPoolSpec, tags: RegisteredTags): string[] {
  if (!takesConnection(spec)) return registrationFileCommand(spec, tags);
  return ['forgejo-runner', 'daemon', ...connectionArguments(spec, tags), ...labelArguments(spec)];
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

/** `daemon` takes its connection by arguments from this version on (forgejo-runner's source, #1457); before, from a file alone. */
const CONNECTION_ARGUMENTS_SINCE = { major: 12, minor: 8, patch: 0 };

function takesConnection({ runner }: RunnerPoolSpec): boolean {
  const version = imageVersion(runner);
  return version === null || compareVersions(version, CONNECTION_ARGUMENTS_SINCE) >= 0;
}

/** The token is of hexadecimal digits, so the text around it stays JSON; with `exec` the daemon is PID 1. */
const WRITE_REGISTRATION = `umask 077 && printf '%s%s"}' "$1" "$(cat ${CREDENTIALS_PATH}/${TOKEN_KEY})" > .runner && shift && exec "$@"`;

/**
 * An older daemon reads `.runner` in its working directory, and writes its labels into it when they are spelt otherwise: so
 * the file is made in the Pod, from the token's (internal/pkg/config/registration.go, 12.5.0).
 */
function registrationFileCommand(spec: RunnerPoolSpec, tags: RegisteredTags): string[] {
  const { id, uuid } = tags.registration;
  const registration = JSON.stringify({ id, uuid, name: tags.runner, address: spec.forgejo.url, labels: spec.labels });
  const withoutEnd = `${registration.slice(0, -1)},"token":"`;
  const daemon = ['forgejo-runner', 'daemon', '--config', `${CONFIG_PATH}/${CONFIG_FILE}`];
  return ['/bin/sh', '-c', WRITE_REGISTRATION, 'registration', withoutEnd, ...daemon];
}
