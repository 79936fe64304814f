/**
 * The API tokens that pools have in OpenBao, shared by all pools of this process: a secret is read at most every 30 s, by one
 * request at a time, and what was read last is used while OpenBao does not answer, for five minutes at most. A refusal ends that at
 * once: somebody has taken the right away. Tokens are in memory alone.
 */
import type { Clock } from '../clock.ts';
import type { TokenProblem } from '../pool/failure.ts';
import type { AllowList, TokenWish } from './allow-list.ts';
import type { ReadOutcome, Refusal } from './answers.ts';
import type { SecretReader } from './secrets.ts';

export type TokenAnswer = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'problem'; readonly problem: TokenProblem };

export interface TokenSource {
  /** By that moment of the own clock at the latest; a read that is still under way then goes on for the next call. */
  tokenFor(wish: TokenWish & { readonly key: string }, until: number): Promise<TokenAnswer>;
}

export interface TokenSourceOptions {
  readonly reader: SecretReader;
  /** As it is now: its file may change. */
  readonly allowList: () => AllowList;
  readonly clock: Clock;
}

/** A new token is in use within a minute: after so long, and the pool's next poll. */
const FRESH_MS = 30_000;
/** From the moment the read began that told it last. */
const LAST_GOOD_MS = 300_000;
/** What passes by itself is tried often. */
const TROUBLE_RETRY_MS = { first: 5_000, most: 30_000 };
/** A role or policy is mended by people, and each try is a line in OpenBao's audit log. */
const DENIED_RETRY_MS = { first: 60_000, most: 600_000 };
/** A pool that still exists asks at least every 300 s. */
const IDLE_MS = 600_000;

interface Entry {
  /** What was read last and may still be used; null once it was refused or is missing. */
  good: { readonly values: ReadonlyMap<string, string>; readonly began: number } | null;
  refusal: Refusal | null;
  /** Own clock: no read before. */
  nextAt: number;
  failures: number;
  usedAt: number;
  underWay: Promise<void> | null;
}

export function createTokenSource({ reader, allowList, clock }: TokenSourceOptions): TokenSource {
  const entries = new Map<string, Entry>();

  function entryOf({ role, path }: TokenWish): Entry {
    const now = clock.now();
    for (const [key, entry] of entries) if (entry.underWay === null && now - entry.usedAt >= IDLE_MS) entries.delete(key);
    const key = `${role} ${path}`;
    const entry = entries.get(key) ?? { good: null, refusal: null, nextAt: now, failures: 0, usedAt: now, underWay: null };
    entries.set(key, entry);
    entry.usedAt = now;
    return entry;
  }

  async function read(entry: Entry, { role, path }: TokenWish): Promise<void> {
    const began = clock.now();
    try {
      note(entry, await reader.read({ role, path }), began, clock.now());
    } finally {
      entry.underWay = null;
    }
  }

  async function tokenFor(wish: TokenWish & { readonly key: string }, until: number): Promise<TokenAnswer> {
    // Before anything that is remembered: what is struck off the list is not given out any more.
    if (!allowList().allows(wish)) return { kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } };
    const entry = entryOf(wish);
    if (entry.underWay === null && clock.now() >= entry.nextAt) entry.underWay = read(entry, wish);
    if (entry.underWay !== null) await inTime(entry.underWay, until);
    return answerOf(entry, wish, clock.now());
  }

  async function inTime(done: Promise<unknown>, until: number): Promise<void> {
    const settled = new AbortController();
    await Promise.race([done, clock.sleep(Math.max(0, until - clock.now()), settled.signal)]);
    settled.abort('settled');
  }

  return { tokenFor };
}

function note(entry: Entry, outcome: ReadOutcome, began: number, now: number): void {
  if (outcome.kind === 'read') {
    entry.good = { values: outcome.values, began };
    entry.refusal = null;
    entry.failures = 0;
    entry.nextAt = began + FRESH_MS;
    return;
  }
  entry.failures = entry.refusal?.kind === outcome.kind ? entry.failures + 1 : 1;
  entry.refusal = outcome;
  if (outcome.kind !== 'unavailable') entry.good = null;
  entry.nextAt = now + retryAfter(outcome, entry.failures);
}

function retryAfter({ kind }: Refusal, failures: number): number {
  switch (kind) {
    case 'denied':
      return doubled(DENIED_RETRY_MS, failures);
    case 'missing':
      return FRESH_MS;
    case 'unavailable':
      return doubled(TROUBLE_RETRY_MS, failures);
  }
}

function doubled(range: { readonly first: number; readonly most: number }, failures: number): number {
  return Math.min(range.most, range.first * 2 ** Math.min(failures - 1, 30));
}

const API_TOKEN = /^[\x21-\x7e]+$/;

function answerOf({ good, refusal }: Entry, { path, key }: { readonly path: string; readonly key: string }, now: number): TokenAnswer {
  if (good !== null && now - good.began < LAST_GOOD_MS) {
    // As of a Secret: what was written from a file ends in a newline.
    const token = good.values.get(key)?.trim() ?? '';
    return API_TOKEN.test(token) ? { kind: 'token', token } : { kind: 'problem', problem: { kind: 'openBaoKeyMissing', path, key } };
  }
  return { kind: 'problem', problem: problemOf(refusal ?? { kind: 'unavailable', because: { kind: 'timeout' } }, path) };
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
