/** What a pool's `identity` puts before its jobs: variables, and the CA of OpenBao. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { isObject, type JsonObject } from './json.ts';
import { BAO_CA_FILE, BAO_CA_PATH } from './pod/layout.ts';

/**
 * Variables of the runner's `envs`. `BAO_ADDR`, `BAO_NAMESPACE` and `BAO_CACERT` are those of the `bao` program; `OPENBAO_*` are
 * for the action. A step, `$GITHUB_ENV`, a container's `env` and the runner's `env_file` win over them, and they win over the
 * `env` of a job or a workflow (measured, forgejo-runner 12.8). None when the pool has no identity.
 */
export function identityVariables({ identity, containerMode }: RunnerPoolSpec): Readonly<Record<string, string>> {
  if (identity === undefined) return {};
  const { address, mount, role, audience, ca, namespace } = identity.openbao;
  return {
    BAO_ADDR: address.replace(/\/+$/, ''),
    OPENBAO_MOUNT: mount,
    OPENBAO_ROLE: role,
    OPENBAO_AUDIENCE: audience,
    ...(namespace !== undefined && { BAO_NAMESPACE: namespace }),
    // The machine of an external daemon has no such file, and a path that leads nowhere would break every call.
    ...(ca !== undefined && containerMode.type !== 'External' && { BAO_CACERT: `${BAO_CA_PATH}/${BAO_CA_FILE}` }),
  };
}

/**
 * A configuration of the runner with the CA bundle mounted into each job's container, from the Docker sidecar, where it has the
 * same path. Options that mention the path already stay as they are: Docker refuses to mount twice at one place.
 */
export function withCaInContainers(config: JsonObject, { identity, containerMode }: RunnerPoolSpec): JsonObject {
  const hasSidecar = containerMode.type === 'Dind' || containerMode.type === 'DindRootless';
  if (identity?.openbao.ca === undefined || !hasSidecar) return config;
  const container = isObject(config['container']) ? config['container'] : {};
  const options = typeof container['options'] === 'string' ? container['options'] : '';
  const volumes: readonly unknown[] = Array.isArray(container['valid_volumes']) ? container['valid_volumes'] : [];
  if (options.includes(BAO_CA_PATH)) return config;
  const volume = `--volume=${BAO_CA_PATH}:${BAO_CA_PATH}:ro`;
  return {
    ...config,
    container: {
      ...container,
      options: options === '' ? volume : `${options} ${volume}`,
      valid_volumes: [...new Set([...volumes, BAO_CA_PATH])],
    },
  };
}
