/** What the operator remembers, as text: only what decisions are made of, in the order of the registrations. */
import type { MemoryFromStatus } from '../../src/hooks/decode-status.ts';
import type { PoolMemory } from '../../src/hooks/pool-memory.ts';
import type { Instant } from '../../src/pool/instant.ts';
import type { BackoffEntry, Memory, Phase, RecentRunner, RememberedRunner } from '../../src/pool/model.ts';
import {
  LOST_AFTER_ROW_GONE_MS,
  OPEN_BEFORE_ASKED_MS,
  POD_MAY_SHOW_MS,
  UNHEARD_AFTER_MS,
  WARM_COVERS_FOR_MS,
} from '../../src/pool/times.ts';
import { type Ages, ageText, dueText, freshText, overdueText } from './ages.ts';
import { GRACES, PENDING_MS, statusOf } from './state.ts';

export interface TextContext {
  readonly ages: Ages;
  /** Place of each name in the order of making. */
  readonly order: ReadonlyMap<string, number>;
  /** Handles that a list may yet show. */
  readonly listed: ReadonlySet<string>;
  /** A Pod that was deleted may still run. */
  readonly draining: boolean;
  /** A start may yet take longer than it is waited for. */
  readonly mayBeLate: boolean;
  /** Highest attempt of a runner without a handle that was ever made. */
  readonly warmAttempt: number;
}

const SECOND_MS = 1_000;
/** A question makes a row `active` for 10 s, and a list is dated a second early. */
const ASKED_MS = 12_000;
/** A memory counts as a running process' own for so long. */
const ACTIVE_MS = 60_000;

export function statusText({ runners, backoff, lastWarmAttempt, oldestWaitingSince }: MemoryFromStatus, context: TextContext): string {
  const oldest = oldestWaitingSince === null ? '' : ageText(oldestWaitingSince, WARM_COVERS_FOR_MS + SECOND_MS, context.ages);
  return [
    inOrder(runners, (runner) => runner.name, context)
      .map((runner) => runnerText(runner, context))
      .join(),
    backoff.map((entry) => backoffText(entry, context.ages)).join(),
    context.warmAttempt - lastWarmAttempt,
    oldest,
  ].join('|');
}

/** `status`: the text of what the API server has. */
export function processText({ last, held, answeredAt, finalized }: PoolMemory, status: string, context: TextContext): string {
  if (last === null) return `nothing|${[...held.keys()].join()}|${finalized}`;
  const own = statusText(statusOf(last), context);
  const active = context.ages.now - answeredAt < ACTIVE_MS;
  return [own === status ? '=' : own, restText(last, context), [...held.keys()].toSorted(by(context)).join(), active, finalized].join('|');
}

/** Field by field, so that one that is new in the memory is never left out. */
function restText(memory: Memory, context: TextContext): string {
  return Object.entries(memory)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => `${key}=${collectionText(key, value, context)}`)
    .join(';');
}

/** `listed`: what an unbroken row of lists tells takes more than a minute, and here every wait breaks the row. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'runners',
  'backoff',
  'recent',
  'lastWarmAttempt',
  'oldestWaitingSince',
  'credentials',
  'listed',
]);

function collectionText(key: string, value: unknown, context: TextContext): string {
  if (value instanceof Map) return mapText(key, value, context);
  if (value instanceof Set) return [...value].map(String).toSorted(by(context)).join();
  return otherText(value, context.ages);
}

function mapText(key: string, map: ReadonlyMap<unknown, unknown>, context: TextContext): string {
  return [...map]
    .map(([name, value]): readonly [string, unknown] => [String(name), value])
    .toSorted(([a], [b]) => by(context)(a, b))
    .map(([name, value]) => `${name}:${typeof value === 'number' ? valueText(key, value, context) : JSON.stringify(value)}`)
    .join();
}

function valueText(key: string, value: number, { ages, draining }: TextContext): string {
  if (key === 'firstSeen') return dueText(value, WARM_COVERS_FOR_MS + SECOND_MS, ages);
  if (key === 'endSeenAt') return freshText(value, ages);
  if (key === 'rowGoneSince') return draining ? dueText(value, LOST_AFTER_ROW_GONE_MS + SECOND_MS, ages) : '';
  if (key === 'rowIdleSince') return draining ? dueText(value, UNHEARD_AFTER_MS + SECOND_MS, ages) : '';
  if (key === 'openTasks') return dueText(value, OPEN_BEFORE_ASKED_MS + SECOND_MS, ages);
  return otherText(value, ages);
}

/** Whatever is new in the memory: its instants as ages, the rest as it is. */
function otherText(value: unknown, ages: Ages): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'number' && member > LONG_AGO ? dueText(member, PENDING_MS, ages) : member,
  );
}

/** Every instant is later, every number that is none is smaller. */
const LONG_AGO: Instant = Date.UTC(2000, 0);

function runnerText(runner: RememberedRunner, { ages, mayBeLate }: TextContext): string {
  const { name, phase, since, askedAt, outdatedSince, ...rest } = runner;
  const asked = askedAt === null ? '' : dueText(askedAt, ASKED_MS, ages);
  const others = Object.entries(rest)
    .filter(([key, value]) => !WORDS.has(key) && value !== null && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${key}=${otherText(value, ages)}`);
  return [name, phase, sinceText(phase, since, ages, mayBeLate), asked, outdatedSince === null ? '' : 'outdated', ...others].join(':');
}

/** Told by the name, or shown to people only. */
const WORDS: ReadonlySet<string> = new Set(['handle', 'job', 'repositoryId', 'reason', 'cause']);

function sinceText(phase: Phase, since: Instant, ages: Ages, mayBeLate: boolean): string {
  switch (phase) {
    case 'starting': {
      const age = overdueText(since, PENDING_MS + SECOND_MS, ages);
      return mayBeLate ? age : '';
    }
    case 'issued':
      return dueText(since, GRACES.issuedMs + SECOND_MS, ages);
    case 'finishing':
      return dueText(since, GRACES.finishingMs + SECOND_MS, ages);
    case 'stopping':
      return dueText(since, POD_MAY_SHOW_MS + SECOND_MS, ages);
    case 'draining':
    case 'lost':
      return dueText(since, UNHEARD_AFTER_MS + SECOND_MS, ages);
    case 'ended':
    case 'idleExit':
    case 'completed':
    case 'cancelled':
    case 'failed':
      return freshText(since, ages);
    case 'stuck':
    case 'idle':
    case 'busy':
    case 'silent':
    case 'detached':
    case 'deregistered':
    case 'stray':
    case 'inUse':
      return '';
  }
}

function backoffText({ key, attempts, until, heldBack, lastRunner }: BackoffEntry, ages: Ages): string {
  const left = until > ages.now ? Math.round((until - ages.now) / SECOND_MS) : 0;
  if (left > 0) dueText(until, 0, ages);
  return `${key}:${attempts}:${left}:${heldBack}:${lastRunner}`;
}

/** Of the runners that have ended: which are counted, as far as they still appear, and the highest attempt of each job that may yet be listed. */
export function recentText(recent: readonly RecentRunner[], alive: ReadonlySet<string>, { order, listed }: TextContext): string {
  const attempts = new Map<string, number>();
  for (const { handle, attempt } of recent) {
    if (handle !== null && listed.has(handle)) attempts.set(handle, Math.max(attempt, attempts.get(handle) ?? 0));
  }
  const names = recent.map(({ name }) => name).filter((name) => alive.has(name));
  return `${names.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)).join()} ${[...attempts]
    .map(([handle, attempt]) => `${handle}.${attempt}`)
    .toSorted(textOrder)
    .join()}`;
}

function inOrder<T>(all: readonly T[], nameOf: (each: T) => string, context: TextContext): readonly T[] {
  const compare = by(context);
  return all.toSorted((a, b) => compare(nameOf(a), nameOf(b)));
}

function by({ order }: TextContext): (a: string, b: string) => number {
  return (a, b) => (order.get(a) ?? -1) - (order.get(b) ?? -1) || (a < b ? -1 : 1);
}

function textOrder(a: string, b: string): number {
  return a < b ? -1 : 1;
}
