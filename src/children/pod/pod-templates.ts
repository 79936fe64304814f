/** The Pods of many runners of one pool: they differ in a few values, and all the rest is rendered once. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerInput } from '../input.ts';
import { runnerMetadata, type TagMetadata } from '../metadata.ts';
import type { Launch } from './launch.ts';
import { CREDENTIALS_VOLUME, RUNNER_CONTAINER } from './layout.ts';
import { credentialsVolume, podTemplate } from './pod-template.ts';

export type PodTemplateRenderer = typeof podTemplate;

/**
 * Renders what `podTemplate` does, for runners that have all but their tags in common: pool, spec and ConfigMap. Merge and
 * canonical form look at names of fields, never at the values that differ, so the first template serves for all of its shape.
 */
export function podTemplates(): PodTemplateRenderer {
  const firsts = new Map<string, PodTemplateSpec>();
  return (input, launch, restartPolicy) => {
    const metadata = runnerMetadata(input);
    const shape = shapeOf(input, metadata);
    const first = firsts.get(shape);
    if (first !== undefined) return forRunner(first, input, launch, metadata);
    const template = podTemplate(input, launch, restartPolicy);
    firsts.set(shape, template);
    return template;
  };
}

/** Which labels and annotations there are, and whether the runner is a warm one, which has a variable more. */
function shapeOf({ tags }: RunnerInput, { labels, annotations }: TagMetadata): string {
  return [tags.handle === null, ...Object.keys(labels), ...Object.keys(annotations)].join(' ');
}

/** Each of these is ours alone, whatever a user's template says (see `restoreReserved`). */
function forRunner(
  template: PodTemplateSpec,
  { tags }: RunnerInput,
  { command }: Launch,
  { labels, annotations }: TagMetadata,
): PodTemplateSpec {
  const { metadata, spec } = template;
  return {
    ...template,
    metadata: { ...metadata, labels: { ...metadata?.labels, ...labels }, annotations: { ...metadata?.annotations, ...annotations } },
    spec: {
      ...spec,
      containers: (spec?.containers ?? []).map((container) =>
        container.name === RUNNER_CONTAINER ? { ...container, command } : container,
      ),
      volumes: (spec?.volumes ?? []).map((volume) => (volume.name === CREDENTIALS_VOLUME ? credentialsVolume(tags.runner) : volume)),
    },
  };
}
