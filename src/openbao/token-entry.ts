/** What is known of one secret of OpenBao: the last answers, when it may be asked again, and what is said of it to a pool. */
import type { TokenProblem } from '../pool/failure.ts';
import type { ReadOutcome, Refusal } from './answers.ts';

export type TokenAnswer =
  /** `againAt`, own clock: when to ask again, so that a new token is in use within a minute. */
  | { readonly kind: 'token'; readonly token: string; readonly againAt: number }
  /** `outdated`: it is told by a read that began before what was asked for. */
  | { readonly kind: 'problem'; readonly problem: TokenProblem; readonly outdated?: true };

export interface TokenEntry {
  /** What was read last and may still be used; null once it was refused or is missing. */
  good: { readonly values: ReadonlyMap<string, string>; readonly began: number } | null;
  refusal: { readonly refusal: Refusal; readonly began: number } | null;
  /** Own clock: no read before, but for a pool that waits for its end. */
  nextAt: number;
  /** Beginning of the last read, own clock. */
  began: number;
  failures: number;
  /** How many reads have told what Forgejo does not take, under whatever key: `began` is the last of them. Null once another is told. */
  rejected: { readonly began: number; readonly reads: number } | null;
  usedAt: number;
  underWay: Promise<void> | null;
}

/** A new token is in use within a minute: after so long, and the pool's next call, which is made for it. */
const FRESH_MS = 30_000;
/** From the moment the read began that told it last. */
const LAST_GOOD_MS = 300_000;
/** What passes by itself is tried often; and so is a token that Forgejo refuses, for its successor may be there already. */
const RETRY_MS = { first: 5_000, most: FRESH_MS };
/** A role or policy is mended by people, and each try is a line in OpenBao's audit log. */
const DENIED_RETRY_MS = { first: 60_000, most: 600_000 };

export function newEntry(now: number): TokenEntry {
  const began = Number.NEGATIVE_INFINITY;
  return { good: null, refusal: null, nextAt: now, began, failures: 0, rejected: null, usedAt: now, underWay: null };
}

/**
 * Takes the outcome of a read. `early`: it was made before its time, for a pool that is deleted; told the same again, the
 * other pools of the secret do not wait longer for that, and do not ask once more at once.
 */
export function note(entry: TokenEntry, outcome: ReadOutcome, { began, now, early }: { began: number; now: number; early: boolean }): void {
  if (outcome.kind === 'read') {
    if (entry.good !== null && !areSame(entry.good.values, outcome.values)) entry.rejected = null;
    entry.good = { values: outcome.values, began };
    entry.refusal = null;
    entry.failures = 0;
    entry.nextAt = began + FRESH_MS;
    return;
  }
  const same = entry.refusal?.refusal.kind === outcome.kind;
  entry.refusal = { refusal: outcome, began };
  if (outcome.kind !== 'unavailable') {
    entry.good = null;
    entry.rejected = null;
  }
  if (same && early) {
    entry.nextAt = Math.max(entry.nextAt, now + RETRY_MS.first);
    return;
  }
  entry.failures = same ? entry.failures + 1 : 1;
  entry.nextAt = now + retryAfter(outcome, entry.failures);
}

/** Forgejo does not take what was given out; returns when it is worth to ask for another, own clock. */
export function noteRejected(entry: TokenEntry, token: string, key: string, now: number): number {
  const { good, rejected } = entry;
  if (good === null) return Math.max(entry.nextAt, now);
  // Another one is there already.
  if (tokenOf(good.values, key) !== token) return now;
  if (rejected?.began !== good.began) entry.rejected = { began: good.began, reads: (rejected?.reads ?? 0) + 1 };
  const soon = entry.began + doubled(RETRY_MS, entry.rejected?.reads ?? 1);
  // While OpenBao does not answer, its own back-off stands.
  if (entry.refusal === null) entry.nextAt = Math.min(entry.nextAt, soon);
  return nextLook(entry, now);
}

function areSame(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return before.size === after.size && [...after].every(([key, value]) => before.get(key) === value);
}

/** A read that is under way, and late, has its outcome soon. */
function nextLook({ nextAt, underWay }: TokenEntry, now: number): number {
  return underWay === null ? Math.max(nextAt, now) : now + RETRY_MS.first;
}

function retryAfter({ kind }: Refusal, failures: number): number {
  switch (kind) {
    case 'denied':
      return doubled(DENIED_RETRY_MS, failures);
    case 'missing':
      return FRESH_MS;
    case 'unavailable':
      return doubled(RETRY_MS, failures);
  }
}

function doubled(range: { readonly first: number; readonly most: number }, times: number): number {
  return Math.min(range.most, range.first * 2 ** Math.min(times - 1, 30));
}

const API_TOKEN = /^[\x21-\x7e]+$/;

/** As of a Secret: what was written from a file ends in a newline. */
function tokenOf(values: ReadonlyMap<string, string>, key: string): string | null {
  const token = values.get(key)?.trim() ?? '';
  return API_TOKEN.test(token) ? token : null;
}

/** `begunAfter`, own clock: a problem that was read before it is marked. */
export function answerOf(
  entry: TokenEntry,
  { path, key }: { readonly path: string; readonly key: string },
  now: number,
  begunAfter: number,
): TokenAnswer {
  const { good, refusal } = entry;
  const problem = (told: TokenProblem, began: number): TokenAnswer => ({
    kind: 'problem',
    problem: told,
    ...(began < begunAfter && { outdated: true }),
  });
  if (good !== null && now - good.began < LAST_GOOD_MS) {
    const token = tokenOf(good.values, key);
    if (token !== null) return { kind: 'token', token, againAt: nextLook(entry, now) };
    return problem({ kind: 'openBaoKeyMissing', path, key }, good.began);
  }
  return refusal === null
    ? problem({ kind: 'openBaoUnavailable', because: { kind: 'timeout' } }, now)
    : problem(problemOf(refusal.refusal, path), refusal.began);
}

function problemOf(refusal: Refusal, path: string): TokenProblem {
  switch (refusal.kind) {
    case 'denied':
      return { kind: 'openBaoDenied', step: refusal.step, status: refusal.status };
    case 'missing':
      return { kind: 'openBaoSecretMissing', what: refusal.what, path };
    case 'unavailable':
      return { kind: 'openBaoUnavailable', because: refusal.because };
  }
}

/**
 * `good`: OpenBao told it when it was last asked. `kept`: OpenBao does not answer, and what it told before is still in use. The others
 * give no token.
 */
export const SOURCE_STATES = ['good', 'kept', 'unavailable', 'denied', 'missing'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/** Null before the first answer. */
export function stateOf({ good, refusal }: TokenEntry, now: number): SourceState | null {
  if (refusal === null) return good === null ? null : 'good';
  if (refusal.refusal.kind !== 'unavailable') return refusal.refusal.kind;
  return good !== null && now - good.began < LAST_GOOD_MS ? 'kept' : 'unavailable';
}
