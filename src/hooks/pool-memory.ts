/**
 * What this process remembers of each pool between calls, beside the status: credentials whose answer may have been lost,
 * and what only a sequence of reads can tell. All of it may be lost at any moment: that delays, and never destroys.
 */
import type { Clock } from '../clock.ts';
import type { Instant } from '../pool/instant.ts';
import { keepParts } from '../pool/keep.ts';
import type { BackoffEntry, HeldCredentials, Memory, RecentRunner, RememberedRunner } from '../pool/model.ts';
import type { RememberedAccess } from './access.ts';
import type { MemoryFromStatus } from './decode-status.ts';
import { keepMemory } from './keep-memory.ts';

export interface PoolMemory {
  /** Of the last answer; null in a new process. */
  readonly last: Memory | null;
  /** Own clock. */
  readonly answeredAt: number;
  readonly held: ReadonlyMap<string, HeldCredentials & { readonly token: string }>;
  /** What a Secret of the pool's cache was answered with that has not been seen yet: the next answer must hold the same. */
  readonly cacheSecret: string | null;
  /** How Forgejo was last reached: a namespace's deletion may take Secrets and ConfigMaps first. */
  readonly access: RememberedAccess | null;
  /** Own clock: since when this process knows that the pool is deleted. */
  readonly endingSince: number | null;
  /** Since when a deleted pool has had no token. */
  readonly withoutTokenSince: number | null;
  /** Since when Forgejo has said that a deleted pool's scope does not exist. */
  readonly scopeGoneSince: Instant | null;
  /** The pool was let go: whoever still holds it hears the same again. */
  readonly finalized: boolean;
}

export interface MemoryStore {
  recall(uid: string): PoolMemory;
  change(uid: string, change: Partial<PoolMemory>): void;
  hold(uid: string, runner: string, credentials: HeldCredentials & { readonly token: string }): void;
  /** Nothing of it is needed any more but that it is over. */
  finish(uid: string): void;
  /** One call of a pool at a time: a retry waits for the first one's outcome. */
  exclusive<T>(uid: string, task: () => Promise<T>): Promise<T>;
}

function ignore(): void {}

const NOTHING: PoolMemory = {
  last: null,
  answeredAt: Number.NEGATIVE_INFINITY,
  held: new Map(),
  cacheSecret: null,
  access: null,
  endingSince: null,
  withoutTokenSince: null,
  scopeGoneSince: null,
  finalized: false,
};
/** A pool that still exists is synced far more often; then it is another replica's, or gone. */
const FORGOTTEN_AFTER_MS = 3_600_000;
/** All pools are looked through: not at every change. */
const SWEEP_EACH_MS = 60_000;

export function createMemoryStore(clock: Clock): MemoryStore {
  const pools = new Map<string, PoolMemory>();
  const tails = new Map<string, Promise<unknown>>();
  const recall = (uid: string): PoolMemory => pools.get(uid) ?? NOTHING;
  const change: MemoryStore['change'] = (uid, changes) => {
    const before = recall(uid);
    const now = { ...before, ...changes, answeredAt: clock.now() };
    const last = now.last === null || now.last === before.last ? now.last : keepMemory(before.last, now.last);
    pools.set(uid, keepParts(NOTHING, keepParts(before, { ...now, last })));
    sweep();
  };
  let sweptAt = clock.now();
  function sweep(): void {
    if (clock.now() - sweptAt < SWEEP_EACH_MS) return;
    sweptAt = clock.now();
    for (const [uid, { answeredAt }] of pools) if (sweptAt - answeredAt > FORGOTTEN_AFTER_MS) pools.delete(uid);
  }

  return {
    recall,
    change,
    hold(uid, runner, credentials) {
      const before = recall(uid);
      pools.set(uid, { ...before, held: new Map(before.held).set(runner, credentials), answeredAt: clock.now() });
    },
    finish: (uid) => pools.set(uid, { ...NOTHING, finalized: true, answeredAt: clock.now() }),
    exclusive(uid, task) {
      const before = tails.get(uid) ?? Promise.resolve();
      const result = before.then(task, task);
      const settled = result.then(ignore, ignore);
      const tail: Promise<void> = settled.then(() => {
        if (tails.get(uid) === tail) tails.delete(uid);
      });
      tails.set(uid, tail);
      return result;
    },
  };
}

/** Longer than an active replica is ever silent about a pool, shorter than a fail-over and back. */
const ACTIVE_FOR_MS = 60_000;

/**
 * One memory out of the status, which another replica may have written, and our own, which the status may lag behind. Of a
 * runner the later phase is believed, and of the same phase the earlier beginning. Back-off and recent runners are our own
 * as long as this replica has been answering: an informer that lags would bring back what was just cleared. What was not
 * looked at for a while is the status' to say, and what only a row of reads can tell begins anew.
 */
export function mergeMemory(status: MemoryFromStatus, own: PoolMemory, now: number, pollIntervalMs: number): Memory {
  const { last } = own;
  const active = last !== null && now - own.answeredAt < Math.max(ACTIVE_FOR_MS, 2 * pollIntervalMs) ? last : null;
  return {
    runners: mergeRunners(status.runners, active?.runners ?? []),
    backoff: active?.backoff ?? mergeBackoff(status.backoff, last?.backoff ?? []),
    recent: active?.recent ?? mergeRecent(status.recent, last?.recent ?? []),
    lastWarmAttempt: Math.max(status.lastWarmAttempt, last?.lastWarmAttempt ?? 0),
    oldestWaitingSince: active === null ? status.oldestWaitingSince : active.oldestWaitingSince,
    credentials: own.held,
    firstSeen: last?.firstSeen ?? new Map(),
    podsSeen: last?.podsSeen ?? new Set(),
    endSeenAt: last?.endSeenAt ?? new Map(),
    runningTasks: active?.runningTasks ?? null,
    rowGoneSince: active?.rowGoneSince ?? new Map(),
    rowIdleSince: active?.rowIdleSince ?? new Map(),
    peaks: active?.peaks ?? [],
    openTasks: active?.openTasks ?? new Map(),
    listed: active?.listed ?? null,
  };
}

function mergeRunners(status: readonly RememberedRunner[], own: readonly RememberedRunner[]): readonly RememberedRunner[] {
  const merged = new Map(status.map((runner) => [runner.name, runner]));
  for (const runner of own) {
    const other = merged.get(runner.name);
    merged.set(runner.name, other === undefined ? runner : mergeRunner(other, runner));
  }
  return [...merged.values()];
}

function mergeRunner(status: RememberedRunner, own: RememberedRunner): RememberedRunner {
  const later = status.phase !== own.phase && status.since > own.since ? status : own;
  return {
    ...later,
    since: status.phase === own.phase ? Math.min(status.since, own.since) : later.since,
    outdatedSince: earlier(status.outdatedSince, own.outdatedSince),
    sinceTask: own.sinceTask ?? status.sinceTask,
    lastTask: own.lastTask ?? status.lastTask,
    asked: [...new Set([...status.asked, ...own.asked])],
    askedAt: latest(status.askedAt, own.askedAt),
    worked: status.worked || own.worked,
  };
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function latest(a: Instant | null, b: Instant | null): Instant | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function mergeBackoff(status: readonly BackoffEntry[], own: readonly BackoffEntry[]): readonly BackoffEntry[] {
  const merged = new Map(own.map((entry) => [entry.key, entry]));
  for (const entry of status) {
    const other = merged.get(entry.key);
    if (other === undefined || entry.attempts > other.attempts) merged.set(entry.key, entry);
  }
  return [...merged.values()];
}

function mergeRecent(status: readonly RecentRunner[], own: readonly RecentRunner[]): readonly RecentRunner[] {
  const merged = new Map([...own, ...status].map((recent) => [recent.name, recent]));
  return [...merged.values()].toSorted((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1));
}
