/** What a pool's `template` must leave alone in the volumes that are the operator's. */
import { hasSidecar } from './container-mode-rules.ts';
import { DOCKER_STORAGE_VOLUME, HOME_VOLUME, inPool, isNamed, OWN_VOLUMES, TMP_VOLUME } from './own-parts.ts';
import type { StateRule } from './rule.ts';
import { named, type Part, podEntries, templateRule, type WithTemplate } from './template-parts.ts';

function volumes(spec: WithTemplate): readonly Part[] {
  return podEntries(spec, 'volumes');
}

/** `/tmp` must be fresh: a stop file of an earlier Pod would end the runner at its start. */
function changesMoreThanSize({ fields }: Part): boolean {
  return fields['emptyDir'] === null || Object.keys(fields).some((field) => field !== 'name' && field !== 'emptyDir');
}

/** Whatever outlives a Pod, or is in two of them, shows the files of one job to another. */
function isSharedOrGone({ fields }: Part): boolean {
  const fresh = ['emptyDir', 'ephemeral'];
  const isGone = fields['emptyDir'] === null && (fields['ephemeral'] ?? null) === null;
  return isGone || Object.keys(fields).some((field) => ![...fresh, 'name', '$retainKeys'].includes(field));
}

export const TEMPLATE_VOLUME_RULES: readonly StateRule<WithTemplate>[] = [
  ...OWN_VOLUMES.map((own) =>
    templateRule(`must not change the volume ${own.name}${inPool(own)}: it is the operator's`, (spec) =>
      volumes(spec)
        .filter(({ fields }) => own.isPresent(spec) && isNamed(own, fields['name']))
        .map(({ path }) => path),
    ),
  ),
  templateRule(
    'must not change the volume dind-storage: spec.containerMode.dind.storage says where the Docker daemon keeps its data',
    (spec) => (hasSidecar(spec.containerMode.type) ? named(volumes(spec), DOCKER_STORAGE_VOLUME).map(({ path }) => path) : []),
  ),
  templateRule('must set nothing but emptyDir, with its size and medium, of the volume tmp: it must be fresh with every Pod', (spec) =>
    named(volumes(spec), TMP_VOLUME)
      .filter(changesMoreThanSize)
      .map(({ path }) => path),
  ),
  templateRule(
    'must set nothing but emptyDir or ephemeral of the volume home: the runner works in it, and it must be fresh with every Pod',
    (spec) =>
      named(volumes(spec), HOME_VOLUME)
        .filter(isSharedOrGone)
        .map(({ path }) => path),
  ),
];
