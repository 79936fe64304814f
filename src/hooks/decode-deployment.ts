/** A Deployment as observed: its Pods tell the rest. */
import type { ObservedDeployment } from '../pool/observed.ts';
import { decodeHead, decodeTags } from './decode-metadata.ts';
import type { NamedObject } from './protocol.ts';

/** Null when it is no runner's of this pool. */
export function decodeDeployment(object: NamedObject, poolUid: string): ObservedDeployment | null {
  const tags = decodeTags(object, poolUid);
  if (tags === null) return null;
  const head = decodeHead(object);
  return { kind: 'Deployment', uid: head.uid, tags, createdAt: head.createdAt, terminating: head.deletionAt !== null };
}
