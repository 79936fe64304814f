/**
 * A process that has not heard of Forgejo yet takes its own clock for Forgejo's, and may be minutes ahead of it; a status can
 * be written by hand. What was "seen" later than now would stay unseen by every list until then.
 */
import type { Instant } from '../pool/instant.ts';
import type { Memory, RememberedRunner } from '../pool/model.ts';
import { FAILED_START_BACKOFF_MS, NO_TASK_BACKOFF_MS, REFUSED_BACKOFF_MS } from '../pool/times.ts';

/** More than Forgejo's time, as it is learnt from whole seconds, ever goes back by itself. */
const MOST_AHEAD_MS = 60_000;

/** No back-off lasts longer (`backoff.ts`). */
const LONGEST_BACKOFF_MS = Math.max(FAILED_START_BACKOFF_MS.most, NO_TASK_BACKOFF_MS.most, REFUSED_BACKOFF_MS.most);

/** Almost never: then nothing has to be copied. */
function isAnyAhead(memory: Memory, now: Instant): boolean {
  const isAhead = (at: Instant | null): boolean => at !== null && at - now > MOST_AHEAD_MS;
  const { runners, backoff, peaks, oldestWaitingSince, firstSeen, endSeenAt, rowGoneSince, rowIdleSince, openTasks } = memory;
  return (
    isAhead(oldestWaitingSince) ||
    [firstSeen, endSeenAt, rowGoneSince, rowIdleSince, openTasks].some((times) => [...times.values()].some(isAhead)) ||
    runners.some(({ since, outdatedSince, askedAt, lostSince }) => [since, outdatedSince, askedAt, lostSince].some(isAhead)) ||
    backoff.some(({ until }) => until - now > LONGEST_BACKOFF_MS) ||
    peaks.some(({ lastAt }) => isAhead(lastAt))
  );
}

/** The memory with every moment that lies ahead of `now`, in Forgejo's time, put to `now`. */
export function withoutFuture(memory: Memory, now: Instant): Memory {
  const past = <T extends Instant | null>(at: T): T | Instant => (at !== null && at - now > MOST_AHEAD_MS ? now : at);
  const allPast = <K>(times: ReadonlyMap<K, Instant>): ReadonlyMap<K, Instant> => new Map([...times].map(([key, at]) => [key, past(at)]));
  const runnerPast = (runner: RememberedRunner): RememberedRunner => ({
    ...runner,
    since: past(runner.since),
    outdatedSince: past(runner.outdatedSince),
    askedAt: past(runner.askedAt),
    lostSince: past(runner.lostSince),
  });
  if (!isAnyAhead(memory, now)) return memory;
  const soon = now + LONGEST_BACKOFF_MS;
  return {
    ...memory,
    backoff: memory.backoff.map((entry) => ({ ...entry, until: Math.min(entry.until, soon) })),
    runners: memory.runners.map(runnerPast),
    oldestWaitingSince: past(memory.oldestWaitingSince),
    firstSeen: allPast(memory.firstSeen),
    endSeenAt: allPast(memory.endSeenAt),
    rowGoneSince: allPast(memory.rowGoneSince),
    rowIdleSince: allPast(memory.rowIdleSince),
    openTasks: allPast(memory.openTasks),
    peaks: memory.peaks.map((peak) => ({ ...peak, lastAt: past(peak.lastAt) })),
  };
}
