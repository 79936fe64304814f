/** The workload of a runner, by the pool's mode. */
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import { renderDeployment } from './deployment.ts';
import type { RunnerInput } from './input.ts';
import { renderJob } from './job.ts';
import type { PodTemplateRenderer } from './pod/pod-templates.ts';

/** A Job for `Ephemeral`, a Deployment for `Persistent`. Its Secret and ConfigMap are rendered beside it. `template`: see `podTemplates`. */
export function renderRunner(input: RunnerInput, template?: PodTemplateRenderer): Job | Deployment {
  switch (input.spec.mode) {
    case 'Ephemeral':
      return renderJob(input, template);
    case 'Persistent':
      return renderDeployment(input, template);
  }
}
