/**
 * The whole story, in the order in which it is decided:
 *
 * 1. Every slot has its phase (`judge.ts`). What could hold a task is kept, whatever changed in the pool.
 * 2. What ended is retired behind the guard (`retire.ts`): first what Forgejo still has of it, then its Secret; a few ended
 *    Jobs stay as history.
 * 3. What will never start is stopped and counted (`backoff.ts`), and so is what has nothing left to do.
 * 4. What is missing is registered (`ephemeral.ts`, `persistent.ts`), within `maxRunners`.
 *
 * While Forgejo can't be read, nothing but 1 happens. Effects are performed after this; `settle.ts` takes their outcomes.
 */
import { registerEffect } from './attempts.ts';
import { forgetOld, type Mishap, recordMishaps, retryFreed, spendTry } from './backoff.ts';
import { type Demand, demandOf } from './demand.ts';
import { dueTimes } from './due-times.ts';
import { correctRecent, hasJustEnded, hasJustStarted, historyOf, mishapOf, recentRunner } from './endings.ts';
import { type Scaling, scaleEphemeral } from './ephemeral.ts';
import { type Fate, keep, keepOrRender, stop } from './fate.ts';
import type { Snapshot } from './forgejo.ts';
import { earliest, type Instant } from './instant.ts';
import { isSteady, type Judged, liveSlots } from './judge.ts';
import { pursueLostTasks } from './lost-task.ts';
import type { BackoffEntry, Effect, RecentRunner, World } from './model.ts';
import { heldBy } from './open-tasks.ts';
import type { Peak } from './peaks.ts';
import { scalePersistent } from './persistent.ts';
import { jobsByHandle } from './queue.ts';
import { deregisterWhenOffline, findTasks, type Retirement, retire } from './retire.ts';
import { POD_MAY_SHOW_MS } from './times.ts';
import { endUnheard, wasNotLookedAt } from './unheard.ts';

export interface Plan {
  readonly fates: readonly Fate[];
  readonly effects: readonly Effect[];
  readonly backoff: readonly BackoffEntry[];
  readonly recent: readonly RecentRunner[];
  readonly desired: number;
  readonly atMaximum: boolean;
  readonly peaks: readonly Peak[];
  /** Null: Forgejo can't be read. */
  readonly demand: Demand | null;
  /** The earliest moment at which something is due besides the next read. */
  readonly wakeAt: Instant | null;
  /** Its effects may only be performed when it was made on reads that began after the call arrived. */
  readonly needsFreshReads: boolean;
}

const RECENT_KEPT = 10;

export function plan(world: World, slots: readonly Judged[]): Plan {
  if (world.forgejo.kind !== 'answered') return standStill(world, slots);
  const { snapshot } = world.forgejo;
  const changing = slots.filter((slot) => !isSteady(slot));
  const { backoff, recent } = bookkeeping(world, slots, changing, snapshot);
  // What has just gone wrong holds back its next try in this very answer.
  const judged = { ...world, memory: { ...world.memory, backoff } };
  const demand = demandOf(judged, slots, snapshot);
  const scaling = scale(judged, slots, demand);
  const create = world.namespaceTerminating ? [] : scaling.create;
  const toStop = new Set(scaling.stop);
  const settled = slots.map((slot) => settleSlot(slot, slots, world, toStop));
  const unheard = changing.filter(({ phase }) => phase === 'draining').flatMap((slot) => endUnheard(slot, slots, world, 'deleted ones'));
  return {
    fates: withHistory(settled, world),
    effects: [
      ...settled.flatMap(({ effects }) => effects),
      ...unheard,
      ...findTasks(slots, world),
      ...pursueLostTasks(slots, world),
      ...create.map((tags) => registerEffect(world, tags)),
    ],
    backoff: spendTry(backoff, create.length, world.now),
    recent,
    desired: scaling.desired,
    atMaximum: scaling.atMaximum,
    peaks: scaling.peaks,
    demand,
    wakeAt: earliest([demand.dueAt, ...settled.map(({ wakeAt }) => wakeAt), ...dueTimes(world, slots, { backoff, peaks: scaling.peaks })]),
    needsFreshReads: create.length + unheard.length > 0 || changing.some((slot) => wasNotLookedAt(slot, world)),
  };
}

/**
 * At the end of its grace a runner without a workload counts as refused (row 5b). What an informer could not show by then is not
 * rendered any more: it would come beside the runner that takes the place.
 */
function mayRender({ tags: { issuedAt } }: Judged, { now, graces, namespaceTerminating }: World): boolean {
  return !namespaceTerminating && (issuedAt === null || now - issuedAt < graces.issuedMs - POD_MAY_SHOW_MS);
}

/** Missing information deletes nothing, registers nothing and counts nothing; what was being stopped goes on stopping. */
function standStill(world: World, slots: readonly Judged[]): Plan {
  const { backoff, recent } = world.memory;
  const desired = liveSlots(slots).length;
  const fates = slots.map((slot) =>
    slot.phase === 'stopping' ? stop(slot) : keepOrRender(slot, slot.phase === 'starting' && mayRender(slot, world)),
  );
  const { peaks } = world.memory;
  return { fates, effects: [], backoff, recent, desired, atMaximum: false, peaks, demand: null, wakeAt: null, needsFreshReads: false };
}

function scale(world: World, slots: readonly Judged[], demand: Demand): Scaling {
  return world.spec.mode === 'Persistent' ? scalePersistent(world, slots, demand) : scaleEphemeral(world, slots, demand);
}

export interface SettledSlot {
  readonly fate: Fate;
  readonly effects: readonly Effect[];
  readonly wakeAt: Instant | null;
  /** Ended, and nothing is registered any more. */
  readonly finished: boolean;
}

function settleSlot(slot: Judged, slots: readonly Judged[], world: World, toStop: ReadonlySet<Judged>): SettledSlot {
  if (toStop.has(slot)) return only(stop(slot));
  switch (slot.phase) {
    case 'issued':
    case 'inUse':
    case 'idle':
    case 'busy':
    case 'draining':
      return only(keep(slot));
    case 'detached':
      return only(isIdleWithoutSecret(slot) ? stop(slot) : keep(slot));
    case 'starting':
      return only(keepOrRender(slot, mayRender(slot, world)));
    case 'stuck':
    case 'stopping':
    case 'deregistered':
      return only(stop(slot));
    case 'silent':
      return only(wasIdle(slot) ? stop(slot) : keep(slot));
    case 'finishing':
      return only(isOverdueFinishing(slot, world) ? stop(slot) : keep(slot));
    case 'stray':
      return { ...only(keep(slot)), effects: deregisterWhenOffline(slot) };
    case 'lost':
    case 'ended':
    case 'idleExit':
    case 'completed':
    case 'cancelled':
    case 'failed':
      return settleEnded(slot, retire(slot, slots, world));
  }
}

function only(fate: Fate): SettledSlot {
  return { fate, effects: NO_EFFECTS, wakeAt: null, finished: false };
}

/** One list for all: most runners of most pools need nothing. */
const NO_EFFECTS: readonly Effect[] = [];

/** A runner at work that is cut off from Forgejo reads `idle` before it reads `offline`: one that is known to hold a task was not. */
function wasIdle({ remembered }: Judged): boolean {
  return remembered?.phase === 'idle' && heldBy(remembered).length === 0;
}

/** Nobody holds its token any more, and no Pod of it could start again: one that takes any job is stopped before its next one. */
function isIdleWithoutSecret(slot: Judged): boolean {
  return slot.tags.handle === null && slot.evidence.row === 'idle';
}

/** Its registration is gone, yet its Pod runs on: the entrypoint ends a cancelled one within the grace. */
export function isOverdueFinishing(slot: Judged, world: World): boolean {
  return slot.evidence.pod === 'running' && slot.evidence.row === 'absent' && world.now - slot.since > world.graces.finishingMs;
}

export function settleEnded(slot: Judged, retirement: Retirement): SettledSlot {
  const neverStarts = slot.evidence.end === 'none';
  const fate: Fate = { ...keep(slot), workload: neverStarts ? 'drop' : 'keep' };
  switch (retirement.kind) {
    case 'gone':
      return { fate: { ...fate, secret: 'drop' }, effects: [], wakeAt: null, finished: true };
    case 'waiting':
      return { fate: { ...fate, lastTask: retirement.lastTask }, effects: [], wakeAt: retirement.wakeAt, finished: false };
    case 'acting':
      return { fate: { ...fate, lastTask: retirement.lastTask }, effects: retirement.effects, wakeAt: null, finished: false };
  }
}

function withHistory(settled: readonly SettledSlot[], world: World): readonly Fate[] {
  const finished = settled.filter((each) => each.finished && each.fate.workload === 'keep').map((each) => each.fate.slot);
  const kept = historyOf(finished, world);
  return settled.map(({ fate, finished: done }) => (done && !kept.has(fate.slot.key) ? { ...fate, workload: 'drop' } : fate));
}

/** `changing`: the slots that are not steady. */
function bookkeeping(
  world: World,
  slots: readonly Judged[],
  changing: readonly Judged[],
  snapshot: Snapshot,
): Pick<Plan, 'backoff' | 'recent'> {
  const mishaps: readonly Mishap[] = changing.map(mishapOf).filter((mishap) => mishap !== null);
  const listed = jobsByHandle(snapshot.jobs);
  const entries = recordMishaps(world.memory.backoff, mishaps, changing.some(hasJustStarted), world.now);
  const ended = changing.filter(hasJustEnded).filter((slot) => !world.memory.recent.some((recent) => recent.name === slot.key));
  return {
    backoff: retryFreed(forgetOld(entries, listed, world.now), snapshot.jobs, world.memory.runningTasks, world.now),
    recent: [...ended.map((slot) => recentRunner(slot, world)), ...correctRecent(world.memory.recent, slots)].slice(0, RECENT_KEPT),
  };
}
