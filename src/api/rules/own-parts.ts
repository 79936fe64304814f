/** What of a runner's Pod is the operator's: names and variables, as the renderers in `src/children` use them. */

import { hasSidecar } from './container-mode-rules.ts';
import { PROXY_VARIABLES } from './proxy-variables.ts';
import type { WithTemplate } from './template-parts.ts';

/** The container that the runner is in, and the init containers beside it. */
export const RUNNER = 'runner';
export const DOCKER_SIDECAR = 'dind';
export const JOB_ENV = 'job-env';

interface OwnVolume {
  readonly name: string;
  /** Where the runner's container has it. */
  readonly mountPath: string;
  readonly isPresent: (spec: WithTemplate) => boolean;
  /** The containers that it is for are the operator's. */
  readonly isSecret?: true;
}

/** Each is what the operator makes it; `tmp`, `home` and the Docker daemon's storage are not among them. */
const OWN_VOLUMES: readonly OwnVolume[] = [
  { name: 'config', mountPath: '/etc/runner', isPresent: () => true },
  { name: 'credentials', mountPath: '/run/credentials', isPresent: () => true, isSecret: true },
  { name: 'ca', mountPath: '/etc/runner-ca', isPresent: hasCaBundle },
  { name: 'cache', mountPath: '/run/cache', isPresent: ({ cache }) => cache !== undefined, isSecret: true },
  { name: 'job-env', mountPath: '/run/job-env', isPresent: hasJobEnvironment, isSecret: true },
  {
    name: 'docker-tls',
    mountPath: '/run/docker-tls',
    isPresent: ({ containerMode }) => containerMode.external?.tlsSecretRef !== undefined,
    isSecret: true,
  },
  { name: 'dind-socket', mountPath: '/run/dind', isPresent: ({ containerMode }) => hasSidecar(containerMode.type) },
];
/** One for each Secret of `runner.envFrom`, numbered. */
const JOB_ENV_SOURCE = /^job-env-from-[0-9]+$/;

export const TMP_VOLUME = 'tmp';
export const HOME_VOLUME = 'home';
export const DOCKER_STORAGE_VOLUME = 'dind-storage';

/** Those of a pool with this spec. */
export function ownVolumes(spec: WithTemplate): readonly OwnVolume[] {
  return OWN_VOLUMES.filter(({ isPresent }) => isPresent(spec));
}

export function isOwnVolume(spec: WithTemplate, name: unknown): boolean {
  if (typeof name !== 'string') return false;
  return ownVolumes(spec).some((volume) => volume.name === name) || (JOB_ENV_SOURCE.test(name) && hasJobEnvironment(spec));
}

/** Of a volume that is the operator's. */
export function isSecretVolume(name: string): boolean {
  return JOB_ENV_SOURCE.test(name) || OWN_VOLUMES.some((volume) => volume.name === name && volume.isSecret === true);
}

function hasJobEnvironment({ runner, proxy }: WithTemplate): boolean {
  return proxy !== undefined || (runner.envFrom ?? []).length > 0;
}

export function hasCaBundle({ forgejo }: WithTemplate): boolean {
  return forgejo.caSecretRef !== undefined || forgejo.caConfigMapRef !== undefined;
}

/** What the entrypoint reads; another value would break the shield around a task. */
export const ENTRYPOINT_VARIABLES: readonly string[] = ['STOP_FILE', 'WARM', 'PROBE_SECONDS', 'POLL_SECONDS'];
/** By which the runner finds its Docker daemon. */
export const DOCKER_VARIABLES: readonly string[] = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'];
/** By which a rootless Docker daemon finds its directories, and rootlesskit its MTU. */
export const ROOTLESS_VARIABLES: readonly string[] = ['HOME', 'XDG_RUNTIME_DIR', 'DOCKERD_ROOTLESS_ROOTLESSKIT_MTU'];

/** The proxies, and what their addresses are made of. */
export function isProxyVariable(name: string): boolean {
  return PROXY_VARIABLES.some((variable) => variable === name) || /^PROXY_(POD_IPS|HTTPS?_(USERNAME|PASSWORD))$/.test(name);
}
