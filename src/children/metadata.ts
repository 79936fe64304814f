/** The labels and annotations that say whose a child is, and what it was made for. */
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_REPOSITORY_ID,
  ANNOTATION_SPEC_HASH,
  LABEL_POOL_UID,
  LABEL_RUNNER,
  NO_HANDLE,
} from '../api/keys.ts';
import type { RunnerTags } from '../pool/observed.ts';

/** Labels and annotations of one runner's objects. */
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
