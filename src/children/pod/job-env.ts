/**
 * Variables that every job gets and that no ConfigMap may hold: from Secrets, and the proxies with their credentials. An init
 * container writes them into a file in memory, which the runner reads when it starts (`runner.env_file`).
 */
import type { Container, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { CONFIG_PATH, CONFIG_VOLUME } from './layout.ts';
import { runnerResources } from './placement.ts';
import type { PodParts } from './pod-parts.ts';
import { isProxyVariable, proxyEnvironment } from './proxy.ts';
import { RESTRICTED, SECRET_MODE } from './security.ts';

export const JOB_ENV_CONTAINER = 'job-env';
export const JOB_ENV_SCRIPT = 'job-env.sh';
const JOB_ENV_VOLUME = 'job-env';
const JOB_ENV_PATH = '/run/job-env';
export const JOB_ENV_FILE = `${JOB_ENV_PATH}/env`;

/** Eight Secrets of 1 MiB, the most that a pool may name and that Kubernetes stores, with every byte escaped, and a proxy. */
const SIZE_LIMIT = '20Mi';
/** A pool without such variables has neither the container nor the file. */
export function hasJobEnvironment(spec: RunnerPoolSpec): boolean {
  return spec.proxy !== undefined || secretNames(spec).length > 0;
}

/** The container comes before the Docker sidecar, and is no sidecar: the runner must find the file whole. */
export function jobEnvironment(spec: RunnerPoolSpec, pool: PoolIdentity): PodParts {
  if (!hasJobEnvironment(spec)) return {};
  return {
    initContainers: [jobEnvContainer(spec, pool)],
    volumes: [{ name: JOB_ENV_VOLUME, emptyDir: { medium: 'Memory', sizeLimit: SIZE_LIMIT } }, ...secretNames(spec).map(secretVolume)],
    runner: { mounts: [{ name: JOB_ENV_VOLUME, mountPath: JOB_ENV_PATH, readOnly: true }] },
  };
}

/**
 * What the runner may use, the container may use too: it ends before the runner begins, so that a Pod asks for no more
 * (Kubernetes takes the greater of the two), and a quota that wants limits of every container finds them.
 */
function jobEnvContainer(spec: RunnerPoolSpec, pool: PoolIdentity): Container {
  const env = [...proxyEnvironment(spec, pool)];
  const mounts = secretNames(spec).map((_, index) => secretMount(index));
  // The later one wins, so a Secret may name another proxy than the pool.
  const sources = [...env.map(({ name }) => name).filter(isProxyVariable), ...mounts.map(({ mountPath }) => mountPath)];
  return {
    name: JOB_ENV_CONTAINER,
    image: spec.runner.image,
    command: ['/bin/sh', `${CONFIG_PATH}/${JOB_ENV_SCRIPT}`, JOB_ENV_FILE, ...sources],
    ...(env.length > 0 && { env }),
    volumeMounts: [
      { name: CONFIG_VOLUME, mountPath: CONFIG_PATH, readOnly: true },
      { name: JOB_ENV_VOLUME, mountPath: JOB_ENV_PATH },
      ...mounts,
    ],
    ...runnerResources(spec),
    securityContext: RESTRICTED,
  };
}

function secretNames({ runner }: RunnerPoolSpec): readonly string[] {
  return (runner.envFrom ?? []).map(({ secretRef }) => secretRef.name);
}

function secretVolume(secretName: string, index: number): Volume {
  return { name: secretVolumeName(index), secret: { secretName, defaultMode: SECRET_MODE } };
}

function secretMount(index: number): VolumeMount {
  return { name: secretVolumeName(index), mountPath: `/run/job-env-from/${index}`, readOnly: true };
}

function secretVolumeName(index: number): string {
  return `job-env-from-${index}`;
}
