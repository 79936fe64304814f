/** The workload of a runner, by the pool's mode. */
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import { renderDeployment } from './deployment.ts';
import type { RunnerInput } from './input.ts';
import { renderJob } from './job.ts';

/** A Job for `Ephemeral`, a Deployment for `Persistent`. Its Secret and ConfigMap are rendered beside it. */
export function renderRunner(input: RunnerInput): Job | Deployment {
  switch (input.spec.mode) {
    case 'Ephemeral':
      return renderJob(input);
    case 'Persistent':
      return renderDeployment(input);
  }
}
