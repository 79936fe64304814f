/**
 * The API tokens that pools have in OpenBao, shared by all pools of this process: a secret is read at most every 30 s, by one
 * request at a time, and what was read last is used while OpenBao does not answer, for five minutes at most. A refusal ends that at
 * once: somebody has taken the right away. Tokens are in memory alone.
 */
import type { Clock } from '../clock.ts';
import type { AllowList, TokenWish } from './allow-list.ts';
import type { Refusal } from './answers.ts';
import type { SecretPlace, SecretReader } from './secrets.ts';
import { answerOf, newEntry, note, noteRejected, type SourceState, stateOf, type TokenAnswer, type TokenEntry } from './token-entry.ts';

/** A pool's own place of its token; `key`: in the secret. */
export type KeyWish = TokenWish & { readonly key: string };

export interface TokenSource {
  /** By `until`, own clock, at the latest; a read that is still under way then goes on for the next call. */
  tokenFor(wish: KeyWish, when: AskedWhen): Promise<TokenAnswer>;
  /** Forgejo does not take this token of the source: returns when to ask again, own clock. */
  rejected(wish: KeyWish, token: string): number;
  /** What pools have asked for in the last two minutes. */
  inUse(): readonly SourceInUse[];
}

export interface AskedWhen {
  readonly until: number;
  /**
   * Own clock. Who waits for the end of a pool takes no older answer for a refusal: OpenBao is asked each 10 s then, however long
   * it would be left alone otherwise.
   */
  readonly begunAfter?: number;
}

export interface SourceInUse {
  readonly state: SourceState;
  /** Since the read began that last told it, ms; null when nothing is known that may be used. */
  readonly ageMs: number | null;
}

/** A source has another state than after the read before; `from` is null at its first. */
export interface SourceTurn extends SecretPlace {
  readonly from: 'good' | Refusal['kind'] | null;
  /** Null: OpenBao gives the secret. */
  readonly refusal: Refusal | null;
}

export interface TokenSourceOptions {
  readonly reader: SecretReader;
  /** As it is now: its file may change. */
  readonly allowList: () => AllowList;
  readonly clock: Clock;
  readonly onTurn?: (turn: SourceTurn) => void;
}

/** A pool that still exists asks at least every 30 s. */
const IDLE_MS = 600_000;
const IN_USE_MS = 120_000;
/** How often OpenBao is asked for a pool that waits for its end. */
const ENDING_RETRY_MS = 10_000;
/** After a read that broke for none of the reasons that are known. */
const BROKEN_RETRY_MS = 10_000;

const NOT_ALLOWED: TokenAnswer = { kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } };

export function createTokenSource({ reader, allowList, clock, onTurn }: TokenSourceOptions): TokenSource {
  const entries = new Map<string, TokenEntry>();

  function dropIdle(now: number): void {
    for (const [key, entry] of entries) if (entry.underWay === null && now - entry.usedAt >= IDLE_MS) entries.delete(key);
  }

  function entryOf(place: SecretPlace): TokenEntry {
    const now = clock.now();
    dropIdle(now);
    const entry = entries.get(keyOf(place)) ?? newEntry(now);
    entries.set(keyOf(place), entry);
    entry.usedAt = now;
    return entry;
  }

  async function read(entry: TokenEntry, { role, path }: SecretPlace): Promise<void> {
    const began = clock.now();
    const early = began < entry.nextAt;
    entry.began = began;
    try {
      const before = kindOf(entry);
      const outcome = await reader.read({ role, path });
      note(entry, outcome, { began, now: clock.now(), early });
      const after = kindOf(entry);
      if (after !== before && (before !== null || after !== 'good')) {
        onTurn?.({ role, path, from: before, refusal: outcome.kind === 'read' ? null : outcome });
      }
    } catch (error) {
      entry.nextAt = Math.max(entry.nextAt, clock.now() + BROKEN_RETRY_MS);
      throw error;
    } finally {
      entry.underWay = null;
    }
  }

  async function tokenFor(wish: KeyWish, { until, begunAfter = Number.NEGATIVE_INFINITY }: AskedWhen): Promise<TokenAnswer> {
    // Before anything that is remembered: what is struck off the list is not given out any more.
    if (!allowList().allows(wish)) return NOT_ALLOWED;
    const entry = entryOf(wish);
    const now = clock.now();
    const ending = begunAfter !== Number.NEGATIVE_INFINITY && answerOf(entry, wish, now, begunAfter).kind === 'problem';
    const due = now >= entry.nextAt || (ending && now - entry.began >= ENDING_RETRY_MS);
    if (entry.underWay === null && due) entry.underWay = read(entry, wish);
    if (entry.underWay !== null) await inTime(entry.underWay, until);
    // Its file may have changed meanwhile.
    return allowList().allows(wish) ? answerOf(entry, wish, clock.now(), begunAfter) : NOT_ALLOWED;
  }

  async function inTime(done: Promise<unknown>, until: number): Promise<void> {
    const settled = new AbortController();
    await Promise.race([done, clock.sleep(Math.max(0, until - clock.now()), settled.signal)]);
    settled.abort('settled');
  }

  function rejected(wish: KeyWish, token: string): number {
    const entry = entries.get(keyOf(wish));
    return entry === undefined ? clock.now() : noteRejected(entry, token, wish.key, clock.now());
  }

  function inUse(): readonly SourceInUse[] {
    const now = clock.now();
    // No call may come any more that would drop them.
    dropIdle(now);
    return [...entries.values()].flatMap((entry) => {
      const state = stateOf(entry, now);
      if (state === null || now - entry.usedAt >= IN_USE_MS) return [];
      return [{ state, ageMs: entry.good === null || state === 'unavailable' ? null : now - entry.good.began }];
    });
  }

  return { tokenFor, rejected, inUse };
}

function keyOf({ role, path }: SecretPlace): string {
  return `${role} ${path}`;
}

function kindOf({ good, refusal }: TokenEntry): 'good' | Refusal['kind'] | null {
  return refusal?.refusal.kind ?? (good === null ? null : 'good');
}
