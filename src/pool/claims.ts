/** Jobs that a runner of another pool on the same scope is made for: served once is enough. */
import type { Registration } from './forgejo.ts';
import type { Instant } from './instant.ts';

/** Both operators tell Forgejo's time by its `Date`; what says to be made later than that was not made by one. */
const MOST_AHEAD_MS = 60_000;

/**
 * By handle, until when it is claimed. A runner takes its job as soon as it has started, or never: it claims it for
 * `pendingTimeoutMs` after it was made (`created=`), the time that this pool would give its own.
 */
export function claimsOfOthers(
  rows: readonly Registration[],
  poolUid: string,
  pendingTimeoutMs: number,
  now: Instant,
): ReadonlyMap<string, Instant> {
  const claims = new Map<string, Instant>();
  for (const { ownership } of rows) {
    if (ownership === null || ownership.handle === null || ownership.poolUid === poolUid) continue;
    if (ownership.createdAt - now > MOST_AHEAD_MS) continue;
    const until = ownership.createdAt + pendingTimeoutMs;
    if (until > now) claims.set(ownership.handle, Math.max(until, claims.get(ownership.handle) ?? until));
  }
  return claims;
}
