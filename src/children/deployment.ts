/** A persistent runner: a Deployment of one Pod that takes one task after another. */
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { RunnerInput } from './input.ts';
import { tagMetadata, workloadMetadata } from './metadata.ts';
import { daemonLaunch } from './pod/launch.ts';
import { podTemplate } from './pod/pod-template.ts';
import type { PodTemplateRenderer } from './pod/pod-templates.ts';

/** One registration, one Deployment, one Pod; `Recreate`, for two Pods should not share a registration for longer than they must. */
export function renderDeployment(input: RunnerInput, template: PodTemplateRenderer = podTemplate): Deployment {
  const { pool, spec, tags } = input;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: tags.runner, namespace: pool.namespace, ...workloadMetadata(input) },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      // It can't be changed later, so it says no more than whose Pod it is.
      selector: { matchLabels: tagMetadata(tags, pool.uid).labels },
      template: template(input, daemonLaunch(spec, tags), 'Always'),
    },
  };
}
