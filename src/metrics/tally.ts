/** The plain numbers of one pool: set at each answered call, read at a scrape. */
import type { Condition } from '../api/conditions.ts';
import { creationDelaysOf, endsOf, pickupDelaysOf, reasonOf, stopsOf, waitsOfRunning } from '../hooks/changes.ts';
import type { Decided, SyncView } from '../hooks/observer.ts';
import { CAUSE_REASONS } from '../pool/cause.ts';
import { isBad } from '../pool/condition-state.ts';
import type { ForgejoFailureKind } from '../pool/failure.ts';
import { keep } from '../pool/keep.ts';
import type { Outcome } from '../pool/model.ts';

/** Counted by one word each. */
export const COUNTED = ['registrations', 'deregistrations', 'deadRunnerReports', 'runnerStops', 'runnerEnds'] as const;
export type Counted = (typeof COUNTED)[number];

export interface Tally {
  readonly uid: string;
  readonly pool: { readonly namespace: string; readonly pool: string };
  /** What was never counted is not there. */
  readonly counts: Partial<Record<Counted, Map<string, number>>>;
  /** Own clock, ms. */
  syncedAt: number;
  queue: { readonly waiting: number; readonly blocked: number; readonly running: number };
  /** Own clock; null: no job waits. */
  oldestWaitingSince: number | null;
  runners: Readonly<Record<'starting' | 'idle' | 'busy' | 'draining', number>>;
  limits: { readonly minRunners: number; readonly maxRunners: number };
  ready: boolean;
  bad: readonly Pick<Condition, 'type' | 'reason'>[];
  /** Registrations of ours without a runner. */
  strays: number;
  /** See `waitsOfRunning`. */
  waits: ReadonlyMap<string, number>;
}

/** What a call adds to the histograms, s. */
export interface Delays {
  readonly created: readonly number[];
  readonly pickedUp: readonly number[];
}

const NONE: Delays = { created: [], pickedUp: [] };

const NO_WAITS: Tally['waits'] = new Map();

export function newTally(uid: string, pool: Tally['pool']): Tally {
  return {
    uid,
    pool,
    counts: {},
    syncedAt: 0,
    queue: { waiting: 0, blocked: 0, running: 0 },
    oldestWaitingSince: null,
    runners: { starting: 0, idle: 0, busy: 0, draining: 0 },
    limits: { minRunners: 0, maxRunners: 0 },
    ready: false,
    bad: [],
    strays: 0,
    waits: NO_WAITS,
  };
}

/** What the status does not say of a spec that is refused stays as it was. */
export function take(tally: Tally, { status, decided, at }: SyncView): Delays {
  const { queue, counts, limits, conditions = [] } = status;
  tally.syncedAt = at;
  if (queue !== undefined) tally.queue = keep(tally.queue, { ...queue, blocked: queue.blocked ?? 0 });
  if (counts !== undefined) tally.runners = keep(tally.runners, counts);
  if (limits !== undefined) tally.limits = keep(tally.limits, limits);
  tally.ready = conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
  tally.bad = keep(tally.bad, conditions.filter(isBad));
  if (decided === null) return NONE;

  const { world, slots, settled } = decided;
  const oldest = settled.memory.oldestWaitingSince;
  tally.oldestWaitingSince = oldest === null ? null : at - (world.now - oldest);
  const gone = new Set(decided.outcomes.flatMap(({ kind, effect }) => (kind === 'deregistered' ? [effect.runner] : [])));
  tally.strays = slots.filter(({ key, phase }) => (phase === 'stray' || phase === 'inUse') && !gone.has(key)).length;
  for (const outcome of decided.outcomes) countOutcome(tally, outcome, decided);
  for (const { reason } of stopsOf(decided)) count(tally, 'runnerStops', reason);
  for (const { reason } of endsOf(decided)) count(tally, 'runnerEnds', knownReason(reason));
  tally.waits = waitsOfRunning(decided, tally.waits);
  return { created: inSeconds(creationDelaysOf(decided, at)), pickedUp: inSeconds(pickupDelaysOf(decided, tally.waits)) };
}

function countOutcome(tally: Tally, outcome: Outcome, { slots }: Decided): void {
  switch (outcome.kind) {
    case 'registered':
      return count(tally, 'registrations', 'made');
    case 'failed':
      if (outcome.effect.kind === 'register') count(tally, 'registrations', UNANSWERED.has(outcome.failure.kind) ? 'failed' : 'refused');
      return;
    case 'deregistered':
      return count(tally, 'deregistrations', reasonOf(outcome, slots) ?? 'other');
    case 'reported':
      return count(tally, 'deadRunnerReports', knownReason(reasonOf(outcome, slots) ?? ''));
    case 'asked':
    case 'spared':
    case 'deferred':
      return;
  }
}

/** Nothing was refused: nobody answered, or not Forgejo. */
const UNANSWERED: ReadonlySet<ForgejoFailureKind> = new Set(['timeout', 'unreachable', 'serverError', 'nonsense', 'addressRefused']);

function count(tally: Tally, what: Counted, word: string): void {
  const words = tally.counts[what] ?? new Map<string, number>();
  tally.counts[what] = words.set(word, (words.get(word) ?? 0) + 1);
}

const KNOWN: ReadonlySet<string> = new Set([...CAUSE_REASONS, 'Completed', 'Cancelled', 'NoTask', 'Stopped']);

/** A cause may come from the status, where anybody may have written anything. */
function knownReason(reason: string): string {
  return KNOWN.has(reason) ? reason : 'Other';
}

/** Forgejo's time is known to a second: nothing waited for less than no time. */
function inSeconds(delays: readonly number[]): readonly number[] {
  return delays.map((ms) => Math.max(0, ms) / 1000);
}
