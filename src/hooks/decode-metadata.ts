/** Labels, annotations and owners: whose an object is and which runner it belongs to. */
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_JOB_NAME,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_REPOSITORY_ID,
  ANNOTATION_SPEC_HASH,
  LABEL_POOL_UID,
  LABEL_RUNNER,
  NO_HANDLE,
} from '../api/keys.ts';
import type { Instant } from '../pool/instant.ts';
import type { RunnerTags } from '../pool/observed.ts';
import type { NamedObject } from './protocol.ts';
import { objectAt, objectsAt, parseInteger, parseTime, textAt, type WireObject } from './wire.ts';

/** What every decoded object has. */
export interface Head {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: Instant;
  /** metadata.deletionTimestamp; for a Pod the request plus its grace. */
  readonly deletionAt: Instant | null;
}

export function decodeHead({ metadata }: NamedObject): Head {
  const { name, uid, creationTimestamp, deletionTimestamp } = metadata;
  const deletionAt = deletionTimestamp === undefined ? null : Date.parse(deletionTimestamp);
  return { name, uid, createdAt: Date.parse(creationTimestamp), deletionAt };
}

/**
 * Null when the object is no runner's of this pool: another pool's uid, or a label missing. An annotation that is missing
 * or malformed reads as unknown (handle null, attempt 0, spec hash '').
 */
export function decodeTags(object: WireObject, poolUid: string): RunnerTags | null {
  const metadata = objectAt(object, 'metadata');
  const labels = objectAt(metadata, 'labels');
  const runner = textAt(labels, LABEL_RUNNER);
  if (runner === null || textAt(labels, LABEL_POOL_UID) !== poolUid) return null;
  const annotations = objectAt(metadata, 'annotations');
  const handle = textAt(annotations, ANNOTATION_HANDLE);
  const issuedAt = textAt(annotations, ANNOTATION_ISSUED_AT);
  const id = parseInteger(textAt(annotations, ANNOTATION_REGISTRATION_ID), 1);
  const uuid = textAt(annotations, ANNOTATION_REGISTRATION_UUID);
  return {
    runner,
    handle: handle === NO_HANDLE ? null : handle,
    repositoryId: parseInteger(textAt(annotations, ANNOTATION_REPOSITORY_ID), 1),
    job: textAt(annotations, ANNOTATION_JOB_NAME),
    attempt: parseInteger(textAt(annotations, ANNOTATION_ATTEMPT), 1) ?? 0,
    specHash: textAt(annotations, ANNOTATION_SPEC_HASH) ?? '',
    registration: id !== null && uuid !== null ? { id, uuid } : null,
    issuedAt: issuedAt === null ? null : parseTime(issuedAt),
  };
}

/** The controlling owner: a Job or a Deployment's ReplicaSet for our Pods, null for an orphan. */
export function decodeOwner(object: WireObject): { readonly uid: string; readonly kind: 'Job' | 'ReplicaSet' | null } | null {
  const owner = objectsAt(objectAt(object, 'metadata'), 'ownerReferences').find((reference) => reference['controller'] === true);
  if (owner === undefined) return null;
  const kind = textAt(owner, 'kind');
  return { uid: textAt(owner, 'uid') ?? '', kind: kind === 'Job' || kind === 'ReplicaSet' ? kind : null };
}
