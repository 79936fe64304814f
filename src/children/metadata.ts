/** The labels and annotations that say whose a child is, and what it was made for. */
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_JOB_NAME,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_REPOSITORY_ID,
  ANNOTATION_SPEC_HASH,
  LABEL_APP_INSTANCE,
  LABEL_APP_MANAGED_BY,
  LABEL_APP_NAME,
  LABEL_JOB_NAME,
  LABEL_MODE,
  LABEL_POOL,
  LABEL_POOL_UID,
  LABEL_REPOSITORY_ID,
  LABEL_RUNNER,
  NO_HANDLE,
} from '../api/keys.ts';
import { keptBy } from '../pool/kept-by.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { RunnerTags } from '../pool/observed.ts';
import type { RunnerInput } from './input.ts';
import { annotationValue, labelValue } from './label-value.ts';

/** Labels and annotations of one of a runner's objects. */
export interface TagMetadata {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/**
 * A runner's tags as they stand on its Secret, its workload and its Pods. `issued-at` is RFC 3339; what is not known has no
 * annotation, except the handle, which is `-` for warm and persistent runners.
 */
export function tagMetadata(tags: RunnerTags, poolUid: string): TagMetadata {
  return {
    labels: { [LABEL_POOL_UID]: poolUid, [LABEL_RUNNER]: tags.runner },
    annotations: {
      [ANNOTATION_HANDLE]: tags.handle ?? NO_HANDLE,
      ...(tags.repositoryId !== null && { [ANNOTATION_REPOSITORY_ID]: String(tags.repositoryId) }),
      [ANNOTATION_ATTEMPT]: String(tags.attempt),
      [ANNOTATION_SPEC_HASH]: tags.specHash,
      ...(tags.registration !== null && {
        [ANNOTATION_REGISTRATION_ID]: String(tags.registration.id),
        [ANNOTATION_REGISTRATION_UUID]: tags.registration.uuid,
      }),
      ...(tags.issuedAt !== null && { [ANNOTATION_ISSUED_AT]: new Date(tags.issuedAt).toISOString() }),
    },
  };
}

/**
 * What stands on a runner's workload and Pods: its tags, and for logs and costs the pool, the mode and the job. Whatever a
 * user named the job, its label is a valid one. Asked for by the workload and by its Pods.
 */
export const runnerMetadata = keptBy(({ pool, spec, tags }: Pick<RunnerInput, 'pool' | 'spec' | 'tags'>): TagMetadata => {
  const { labels, annotations } = tagMetadata(tags, pool.uid);
  const job = tags.job ?? '';
  return {
    labels: {
      ...labels,
      ...known(LABEL_POOL, labelOf(pool)),
      [LABEL_MODE]: spec.mode,
      ...(tags.repositoryId !== null && { [LABEL_REPOSITORY_ID]: String(tags.repositoryId) }),
      ...known(LABEL_JOB_NAME, labelValue(job)),
    },
    annotations: { ...annotations, ...known(ANNOTATION_JOB_NAME, annotationValue(job)) },
  };
});

/** The same with the recommended labels. */
export function workloadMetadata(input: Pick<RunnerInput, 'pool' | 'spec' | 'tags'>): TagMetadata {
  const { labels, annotations } = runnerMetadata(input);
  return { labels: { ...appLabels(input.pool), ...labels }, annotations };
}

/** The recommended labels, for tools that know no others; a template may replace them. */
function appLabels(pool: PoolIdentity): Record<string, string> {
  return {
    [LABEL_APP_NAME]: 'forgejo-runner',
    [LABEL_APP_MANAGED_BY]: 'forgejo-runner-operator',
    ...known(LABEL_APP_INSTANCE, labelOf(pool)),
  };
}

/** All runners of a pool have it. */
const labelOf = keptBy(({ name }: PoolIdentity) => labelValue(name));

function known(key: string, value: string | null): Record<string, string> {
  return value === null ? {} : { [key]: value };
}
