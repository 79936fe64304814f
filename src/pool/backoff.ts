/**
 * What is not tried again at once: a handle that nobody got, a kind of runner that did not start, and the whole pool after
 * several failed starts in a row. Entries live in the status; a slot is counted once, by its name.
 */
import type { ForgejoFailureKind } from './failure.ts';
import type { QueuedJob } from './forgejo.ts';
import type { Instant } from './instant.ts';
import type { BackoffEntry, Memory, Outcome } from './model.ts';
import {
  EARLY_RETRY_MS,
  FAILED_START_BACKOFF_MS,
  NO_TASK_BACKOFF_MS,
  POOL_BRAKE_AFTER,
  POOL_BRAKE_MS,
  REFUSED_BACKOFF_MS,
} from './times.ts';

export const WARM_KEY = 'warm';
export const POOL_KEY = 'pool';
/** Registering itself is refused. */
export const REGISTER_KEY = 'register';

export type Mishap =
  /** An assigned runner found its job unobtainable. */
  | { readonly kind: 'noTask'; readonly runner: string; readonly key: string; readonly attempt: number }
  /** It was drained before it could take its job: the next attempt comes at once. */
  | { readonly kind: 'disrupted'; readonly runner: string; readonly key: string; readonly attempt: number }
  | { readonly kind: 'failedStart'; readonly runner: string; readonly key: string; readonly attempt: number };

/** The entries after these mishaps; `declaredSome`: a runner has declared itself, so starting works. */
export function recordMishaps(
  entries: readonly BackoffEntry[],
  mishaps: readonly Mishap[],
  declaredSome: boolean,
  now: Instant,
): readonly BackoffEntry[] {
  const before = new Map(entries.map((entry) => [entry.key, entry]));
  const byKey = new Map(before);
  if (declaredSome) byKey.delete(POOL_KEY);
  for (const mishap of mishaps) {
    const old = byKey.get(mishap.key);
    if (old?.lastRunner === mishap.runner) continue;
    const attempts = Math.max((old?.attempts ?? 0) + 1, mishap.key === WARM_KEY ? 0 : mishap.attempt);
    const failures = failuresAfter(mishap, before.get(mishap.key));
    byKey.set(mishap.key, {
      key: mishap.key,
      attempts,
      failures,
      until: now + delayOf(mishap.kind, failures),
      heldBack: mishap.kind === 'noTask',
      lastRunner: mishap.runner,
    });
    if (mishap.kind !== 'failedStart' || declaredSome) continue;
    const failed = (byKey.get(POOL_KEY)?.failures ?? 0) + 1;
    const until = failed >= POOL_BRAKE_AFTER ? now + POOL_BRAKE_MS : now;
    byKey.set(POOL_KEY, { key: POOL_KEY, attempts: failed, failures: failed, until, heldBack: false, lastRunner: mishap.runner });
  }
  return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Many that fail together are one step; a drain is none. Where nothing is remembered the attempt tells how often it was tried. */
function failuresAfter({ kind, key, attempt }: Mishap, before: BackoffEntry | undefined): number {
  if (kind === 'disrupted') return before?.failures ?? 0;
  if (before === undefined) return key === WARM_KEY ? 1 : attempt;
  return before.failures + 1;
}

/** Entries of handles go when the handle leaves a fresh queue; `warm` and `pool` when they are long over. */
export function forgetOld(
  entries: readonly BackoffEntry[],
  listed: Pick<ReadonlySet<string>, 'has'>,
  now: Instant,
): readonly BackoffEntry[] {
  return entries.filter(({ key, until }) => {
    if (key === POOL_KEY || key === WARM_KEY || key === REGISTER_KEY) return now - until < FAILED_START_BACKOFF_MS.most;
    return listed.has(key);
  });
}

/**
 * A job that could not be had waits for a concurrency group, most of the time: it is tried again as soon as a running job of
 * its repository has ended. `before`: repository by running task, of the queue before. A process that has just begun (null)
 * does not know what ended before; it tries once what no running job of its repository can hold.
 */
export function retryFreed(
  entries: readonly BackoffEntry[],
  jobs: readonly QueuedJob[],
  before: ReadonlyMap<number, number> | null,
  now: Instant,
): readonly BackoffEntry[] {
  if (!entries.some((entry) => entry.heldBack && entry.until > now)) return entries;
  const running = jobs.filter((job) => job.status === 'running');
  const tasks = new Set(running.map((job) => job.taskId));
  const freed = new Set([...(before ?? [])].filter(([taskId]) => !tasks.has(taskId)).map(([, repositoryId]) => repositoryId));
  const occupied = new Set(running.map((job) => job.repositoryId));
  const mayBeFree = (job: QueuedJob): boolean => (before === null ? !occupied.has(job.repositoryId) : freed.has(job.repositoryId));
  const waiting = new Set(jobs.filter(mayBeFree).map((job) => job.handle));
  const next = oldestHeldBack(entries, jobs);
  return entries.map((entry) => {
    if (!entry.heldBack || entry.until <= now || !waiting.has(entry.key)) return entry;
    return { ...entry, until: earlyRetryAt(entry, next.has(entry.key) ? EARLY_RETRY_MS.next : EARLY_RETRY_MS.others, now) };
  });
}

/** Of each repository the handle that a group most likely lets go first: groups run in order of age. */
function oldestHeldBack(entries: readonly BackoffEntry[], jobs: readonly QueuedJob[]): ReadonlySet<string> {
  const heldBack = new Set(entries.filter((entry) => entry.heldBack).map((entry) => entry.key));
  const newestFirst = jobs.filter((job) => heldBack.has(job.handle)).toSorted((a, b) => b.id - a.id);
  return new Set(new Map(newestFirst.map((job) => [job.repositoryId, job.handle])).values());
}

/** At once while the back-off is short; later no sooner than so long after the last try, since a repository's jobs may end each second. */
function earlyRetryAt({ failures, until }: BackoffEntry, spacing: number, now: Instant): Instant {
  const delay = doubled(NO_TASK_BACKOFF_MS, failures);
  if (delay <= spacing) return now;
  return until - now <= spacing ? until : Math.max(now, until - delay + spacing);
}

/** What is not tried now: all, and those handles that nobody could have when they were last tried. */
export function notDue(
  memory: Pick<Memory, 'backoff'>,
  now: Instant,
): { readonly all: ReadonlySet<string>; readonly heldBack: ReadonlySet<string> } {
  const entries = memory.backoff.filter((entry) => entry.until > now);
  return {
    all: new Set(entries.map((entry) => entry.key)),
    heldBack: new Set(entries.filter((entry) => entry.heldBack).map((entry) => entry.key)),
  };
}

export function isBackingOff(memory: Pick<Memory, 'backoff'>, key: string, now: Instant): boolean {
  return memory.backoff.some((entry) => entry.key === key && entry.until > now);
}

/** How many runners may be created at once: all, one to try, or none while a try is not due. */
export function poolAllows(memory: Pick<Memory, 'backoff'>, now: Instant): number {
  const refused = memory.backoff.find((entry) => entry.key === REGISTER_KEY);
  return Math.min(brakeAllows(memory, now), refused === undefined ? Number.POSITIVE_INFINITY : tryIfDue(refused, now));
}

/** One a minute after several failed starts in a row. */
function brakeAllows(memory: Pick<Memory, 'backoff'>, now: Instant): number {
  const brake = memory.backoff.find((entry) => entry.key === POOL_KEY);
  if (brake === undefined || brake.failures < POOL_BRAKE_AFTER) return Number.POSITIVE_INFINITY;
  return tryIfDue(brake, now);
}

function tryIfDue(entry: BackoffEntry, now: Instant): number {
  return entry.until > now ? 0 : 1;
}

/**
 * After the effects: Forgejo refused a registration for a reason that lies in the token or the scope, so it would refuse the
 * next one too; a registration that succeeds ends that.
 */
export function recordRegistrations(entries: readonly BackoffEntry[], outcomes: readonly Outcome[], now: Instant): readonly BackoffEntry[] {
  const refused = outcomes.find(
    (outcome) => outcome.kind === 'failed' && outcome.effect.kind === 'register' && REFUSALS.has(outcome.failure.kind),
  );
  const others = entries.filter((entry) => entry.key !== REGISTER_KEY);
  if (outcomes.some((outcome) => outcome.kind === 'registered')) return others;
  if (refused?.effect.kind !== 'register') return entries;
  const failures = (entries.find((entry) => entry.key === REGISTER_KEY)?.failures ?? 0) + 1;
  const entry = {
    key: REGISTER_KEY,
    attempts: failures,
    failures,
    until: now + doubled(REFUSED_BACKOFF_MS, failures),
    heldBack: false,
    lastRunner: refused.effect.tags.runner,
  };
  return [...others, entry].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** What was refused to a token says nothing about another one. */
export function withoutRefusals(entries: readonly BackoffEntry[]): readonly BackoffEntry[] {
  return entries.filter((entry) => entry.key !== REGISTER_KEY);
}

const REFUSALS: ReadonlySet<ForgejoFailureKind> = new Set([
  'unauthorized',
  'scopeTooNarrow',
  'forbidden',
  'notFound',
  'notOurs',
  'moved',
  'rejected',
  'addressRefused',
]);

/** A try of a braked pool is spent when it is made: how it ends may show only after `pendingTimeoutSeconds`. */
export function spendTry(entries: readonly BackoffEntry[], created: number, now: Instant): readonly BackoffEntry[] {
  if (created === 0) return entries;
  return entries.map((entry) =>
    entry.key === POOL_KEY && entry.failures >= POOL_BRAKE_AFTER ? { ...entry, until: now + POOL_BRAKE_MS } : entry,
  );
}

function delayOf(kind: Mishap['kind'], failures: number): number {
  switch (kind) {
    case 'disrupted':
      return 0;
    case 'noTask':
      return doubled(NO_TASK_BACKOFF_MS, failures);
    case 'failedStart':
      return doubled(FAILED_START_BACKOFF_MS, failures);
  }
}

function doubled(range: { readonly first: number; readonly most: number }, failures: number): number {
  return Math.min(range.most, range.first * 2 ** Math.min(failures - 1, 30));
}
