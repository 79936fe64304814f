/** Names of the objects that a pool has beside its runners. */
import { digest } from '../pool/digest.ts';
import type { PoolIdentity } from '../pool/model.ts';

/** Longest DNS label: a Service's name, and the label of a Pod. */
const MAX_NAME = 63;
/** A StatefulSet's name is in a label of its Pods with a digest of 11 characters behind it (`controller-revision-hash`). */
export const MAX_STATEFUL_SET_NAME = 52;

/**
 * `<prefix>-<pool>-<digest of identity>`, shortened in its middle. It begins with a letter, as a Service's name must (DNS-1035).
 * `identity` holds the pool's uid: names of pools may be equal once they are shortened, and a pool may be made again.
 */
export function poolObjectName(prefix: string, pool: PoolIdentity, identity: string, longest = MAX_NAME): string {
  return digestedName(`${prefix}-${pool.name}`, identity, longest);
}

/** `<head>-<digest of identity>`, a DNS label when `head` begins as one. */
export function digestedName(head: string, identity: string, longest = MAX_NAME): string {
  const suffix = digest(identity);
  const shortened = head.replaceAll('.', '-').slice(0, longest - suffix.length - 1);
  return `${shortened.replace(/-+$/, '')}-${suffix}`;
}
