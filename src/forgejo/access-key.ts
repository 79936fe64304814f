/** What tells two accesses to one server apart in the key of a cache. */
import { createHash } from 'node:crypto';
import type { Access } from './access.ts';

/** Holds a digest of the token, never the token. */
export function accessKey({ token, ca }: Access): string {
  return createHash('sha256')
    .update(JSON.stringify([token, ca ?? null]))
    .digest('hex');
}
