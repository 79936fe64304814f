/** The runner's configuration file. */
import { stringify } from 'yaml';
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import { DIND_HOST, WORK_PATH } from './layout.ts';

/**
 * `config.yaml` of forgejo-runner 12 (keys as in its `config.example.yaml`). Level info is needed: the log line that names a
 * task is one. `shutdown_timeout` matters to `daemon` only; `one-job` breaks off at the first TERM whatever it says.
 */
export function runnerConfig(spec: RunnerPoolSpec): string {
  const jobTimeout = `${spec.jobTimeoutSeconds}s`;
  return stringify({
    log: { level: 'info', job_level: 'info' },
    runner: {
      capacity: 1,
      timeout: jobTimeout,
      ...(spec.mode === 'Persistent' && { shutdown_timeout: jobTimeout }),
      fetch_interval: '2s',
    },
    cache: { enabled: false },
    container: { docker_host: dockerHost(spec.containerMode.type) },
    host: { workdir_parent: WORK_PATH },
  });
}

/** `-` is "no Docker"; a unix socket is used by the runner and mounted into each job's container. */
function dockerHost(mode: RunnerPoolSpec['containerMode']['type']): string {
  switch (mode) {
    case 'Host':
      return '-';
    case 'Dind':
      return DIND_HOST;
  }
}
