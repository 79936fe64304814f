/** What a pool's `template` must say of containers that it adds. */
import { hasSidecar } from './container-mode-rules.ts';
import { DOCKER_SIDECAR, JOB_ENV, RUNNER } from './own-parts.ts';
import type { StateRule } from './rule.ts';
import { CONTAINER_LISTS, type Part, podEntries, templateRule, type WithTemplate } from './template-parts.ts';

/** An entry with a directive adds nothing, and one with a name of the operator's changes what is there or is refused by another rule. */
function addedTo(spec: WithTemplate, list: 'containers' | 'initContainers'): readonly Part[] {
  const ours = [RUNNER, JOB_ENV, ...(hasSidecar(spec.containerMode.type) ? [DOCKER_SIDECAR] : [])];
  return podEntries(spec, list).filter(
    ({ fields: { name, $patch } }) => typeof name === 'string' && !ours.includes(name) && $patch === undefined,
  );
}

export const ADDED_CONTAINER_RULES: readonly StateRule<WithTemplate>[] = [
  templateRule(
    'must give an image to each container that it adds; those of the operator are runner and, with a Docker sidecar, the init container dind',
    (spec) =>
      CONTAINER_LISTS.flatMap((list) => addedTo(spec, list))
        .filter(({ fields: { image } }) => typeof image !== 'string' || image === '')
        .map(({ path }) => `${path}.image`),
  ),
  templateRule(
    'must not add containers beside runner in a pool of mode Ephemeral: its Job would not end; an init container with restartPolicy Always runs beside the runner and ends after it',
    (spec) => (spec.mode === 'Ephemeral' ? addedTo(spec, 'containers').map(({ path }) => path) : []),
  ),
];
