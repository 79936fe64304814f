/** A persistent runner: a Deployment of one Pod that takes one task after another. */
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { RunnerInput } from './input.ts';
import { tagMetadata } from './metadata.ts';
import { podTemplate } from './pod-template.ts';
import { daemonLaunch } from './runner-container.ts';

/** One registration, one Deployment, one Pod; `Recreate`, for two Pods should not share a registration for longer than they must. */
export function renderDeployment(input: RunnerInput): Deployment {
  const { pool, spec, tags } = input;
  const metadata = tagMetadata(tags, pool.uid);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: tags.runner, namespace: pool.namespace, ...metadata },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: metadata.labels },
      template: podTemplate(input, daemonLaunch(spec, tags), 'Always'),
    },
  };
}
