/** The runner's configuration file. */
import { stringify } from 'yaml';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../pool/model.ts';
import { cacheConfig } from './cache/cache-client.ts';
import { identityVariables, withCaInContainers } from './identity.ts';
import { isObject, type JsonObject } from './json.ts';
import { hasJobEnvironment, JOB_ENV_FILE } from './pod/job-env.ts';
import { DIND_HOST, WORK_PATH } from './pod/layout.ts';

/**
 * No line is ever folded and no block scalar written: what Go's YAML reader and the writer think of them differs at the edges.
 * YAML 1.1, which that reader speaks, has more words and numbers that must be quoted to stay text.
 */
const PLAINLY = { version: '1.1', lineWidth: 0, blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/**
 * `config.yaml` of forgejo-runner 12 (keys as in its `config.example.yaml`), with the pool's own merged over it. It holds no
 * secret: what is one comes in files.
 */
export function runnerConfig(spec: RunnerPoolSpec, pool: PoolIdentity): string {
  return stringify(withCaInContainers(merged(ours(spec, pool), spec.runner.config ?? {}), spec), PLAINLY);
}

/**
 * Level info is needed: the log line that names a task is one. `shutdown_timeout` matters to `daemon` only; `one-job` breaks off
 * at the first TERM whatever it says. One variable in both `envs` and `env_file` has the value of the file. What a user sets wins over what
 * `identity` says.
 */
function ours(spec: RunnerPoolSpec, pool: PoolIdentity): JsonObject {
  const envs = { ...identityVariables(spec), ...spec.runner.envs };
  const jobTimeout = `${spec.jobTimeoutSeconds}s`;
  return {
    log: { level: 'info', job_level: 'info' },
    runner: {
      capacity: 1,
      timeout: jobTimeout,
      ...(spec.mode === 'Persistent' && { shutdown_timeout: jobTimeout }),
      fetch_interval: '2s',
      ...(Object.keys(envs).length > 0 && { envs }),
      ...(hasJobEnvironment(spec) && { env_file: JOB_ENV_FILE }),
    },
    cache: cacheConfig(spec, pool),
    container: { docker_host: dockerHost(spec.containerMode) },
    host: { workdir_parent: WORK_PATH },
  };
}

/**
 * `-` is "no Docker". The runner mounts a unix socket into each job's container, by its path on the daemon's machine; a TCP
 * address it keeps for itself (forgejo-runner 12.8.2, `configCheck`). It would look for a socket if none were named.
 */
function dockerHost({ type, external }: RunnerPoolSpec['containerMode']): string {
  switch (type) {
    case 'Host':
      return '-';
    case 'Dind':
    case 'DindRootless':
      return DIND_HOST;
    case 'External':
      return external?.dockerHost ?? '-';
  }
}

/** Maps key by key; a list or a scalar of `over` replaces what stood there. */
function merged(base: JsonObject, over: JsonObject): JsonObject {
  const changed = Object.entries(over).map(([key, value]) => {
    const known = base[key];
    return [key, isObject(known) && isObject(value) ? merged(known, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(changed) };
}
