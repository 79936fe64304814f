/** What of a runner's Pod is the operator's: names and variables, as the renderers in `src/children` use them. */

import { hasSidecar } from './container-mode-rules.ts';
import { PROXY_VARIABLES } from './proxy-variables.ts';
import type { WithTemplate } from './template-parts.ts';

/** The container that the runner is in, and the init containers beside it. */
export const RUNNER = 'runner';
export const DOCKER_SIDECAR = 'dind';
export const JOB_ENV = 'job-env';

export interface OwnVolume {
  readonly name: string;
  /** Where several have a number for N. */
  readonly pattern?: RegExp;
  /** Where the runner's container has it, if it has. */
  readonly mountPath?: string;
  /** The pools that have it, as in "must not change the volume ca in a pool with a CA bundle"; all, where it is left out. */
  readonly of?: string;
  readonly isPresent: (spec: WithTemplate) => boolean;
  /** The containers that it is for are the operator's. */
  readonly isSecret?: true;
}

export const OF_CA = 'a pool with a CA bundle';
export const OF_BAO_CA = 'a pool with identity.openbao.ca';
const OF_JOB_ENV = 'a pool with a proxy or runner.envFrom';

/** Each is what the operator makes it; `tmp`, `home` and the Docker daemon's storage are not among them. */
export const OWN_VOLUMES: readonly OwnVolume[] = [
  { name: 'config', mountPath: '/etc/runner', isPresent: () => true },
  { name: 'credentials', mountPath: '/run/credentials', isPresent: () => true, isSecret: true },
  { name: 'ca', mountPath: '/etc/runner-ca', of: OF_CA, isPresent: hasCaBundle },
  { name: 'openbao-ca', mountPath: '/etc/openbao-ca', of: OF_BAO_CA, isPresent: hasBaoCa },
  { name: 'cache', mountPath: '/run/cache', of: 'a pool with a cache', isPresent: ({ cache }) => cache !== undefined, isSecret: true },
  { name: 'job-env', mountPath: '/run/job-env', of: OF_JOB_ENV, isPresent: hasJobEnvironment, isSecret: true },
  { name: 'job-env-from-N', pattern: /^job-env-from-[0-9]+$/, of: OF_JOB_ENV, isPresent: hasJobEnvironment, isSecret: true },
  {
    name: 'docker-tls',
    mountPath: '/run/docker-tls',
    of: 'a pool with containerMode.external.tlsSecretRef',
    isPresent: ({ containerMode }) => containerMode.external?.tlsSecretRef !== undefined,
    isSecret: true,
  },
  {
    name: 'dind-socket',
    mountPath: '/run/dind',
    of: 'a pool with a Docker sidecar',
    isPresent: ({ containerMode }) => hasSidecar(containerMode.type),
  },
];

export const TMP_VOLUME = 'tmp';
export const HOME_VOLUME = 'home';
export const DOCKER_STORAGE_VOLUME = 'dind-storage';

/** Whether the name is that of the volume. */
export function isNamed({ name: own, pattern }: OwnVolume, name: unknown): boolean {
  return typeof name === 'string' && (pattern === undefined ? name === own : pattern.test(name));
}

/** Of a volume that is the operator's. */
export function isSecretVolume(name: string): boolean {
  return OWN_VOLUMES.some((volume) => volume.isSecret === true && isNamed(volume, name));
}

/** The end of "must not change the volume ca in a pool with a CA bundle". */
export function inPool({ of }: { readonly of?: string }): string {
  return of === undefined ? '' : ` in ${of}`;
}

function hasJobEnvironment({ runner, proxy }: WithTemplate): boolean {
  return proxy !== undefined || (runner.envFrom ?? []).length > 0;
}

export function hasCaBundle({ forgejo }: WithTemplate): boolean {
  return forgejo.caSecretRef !== undefined || forgejo.caConfigMapRef !== undefined;
}

export function hasBaoCa({ identity }: WithTemplate): boolean {
  return identity?.openbao.ca !== undefined;
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
