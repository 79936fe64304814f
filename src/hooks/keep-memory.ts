/** What is remembered of a thousand pools, without a second copy of what has not changed. */
import { keepItems, keepParts } from '../pool/keep.ts';
import type { Memory } from '../pool/model.ts';

/** Most pools have most of these empty: one empty list is enough for all of them. */
const NOTHING: Memory = {
  runners: [],
  backoff: [],
  recent: [],
  lastWarmAttempt: 0,
  oldestWaitingSince: null,
  credentials: new Map(),
  firstSeen: new Map(),
  podsSeen: new Set(),
  endSeenAt: new Map(),
  runningTasks: null,
  rowGoneSince: new Map(),
  rowIdleSince: new Map(),
  peaks: [],
  openTasks: new Map(),
  listed: null,
};

/** `now`, with all that says the same taken from the memory of before. */
export function keepMemory(before: Memory | null, now: Memory): Memory {
  const known = before ?? NOTHING;
  const runners = keepItems(known.runners, now.runners, ({ name }) => name);
  return keepParts(NOTHING, keepParts(known, { ...now, runners }));
}
