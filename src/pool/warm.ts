/**
 * The idle minimum of an ephemeral pool: `minRunners` warm runners are kept ready. Those of an older spec are replaced
 * `maxUnavailable` at a time: as many more than the minimum are started, and when they are idle as many old ones are stopped.
 * Without room for that old ones go first, and the next only when the replacements are idle: a spec with which nothing starts
 * must not cost more than `maxUnavailable` of the runners that work.
 */
import { newRunner } from './attempts.ts';
import { isBackingOff, WARM_KEY } from './backoff.ts';
import type { Judged } from './judge.ts';
import type { NewRunner, World } from './model.ts';
import { firstToStop, isAway, isIdle, isOnItsWay } from './stop-order.ts';

export interface WarmScaling {
  readonly create: readonly NewRunner[];
  readonly stop: readonly Judged[];
  /** How many the minimum lacks, as far as there is room. */
  readonly missing: number;
  /** How many it lacks once those that go are gone. */
  readonly missingSoon: number;
}

export interface WarmBounds {
  /** How many ready ones `maxRunners` leaves room for, beside the others. */
  readonly most: number;
  /** How many runners may still be added to those that count for `maxRunners`. */
  readonly room: number;
  /** How many of them the back-off of the pool allows. */
  readonly mayCreate: number;
  readonly firstAttempt: number;
}

/** `warm`: every live runner without a handle. */
export function scaleWarm(world: World, warm: readonly Judged[], bounds: WarmBounds): WarmScaling {
  const { spec, limits } = world;
  const all = readyOnes(warm);
  const minimum = Math.min(limits.minRunners, bounds.most);
  const outdated = all.filter((slot) => slot.outdated);
  const surge = minimum > 0 && !spec.paused ? Math.min(outdated.length, spec.updateStrategy.maxUnavailable) : 0;
  const lacking = Math.max(0, minimum + surge - all.length - warm.filter(mayHaveFailed).length);
  const allowed = isBackingOff(world.memory, WARM_KEY, world.now) ? 0 : bounds.mayCreate;
  const mayCreate = Math.max(0, Math.min(bounds.room, allowed));
  const create = Array.from({ length: Math.min(lacking, mayCreate) }, (_, index) => newRunner(world, null, bounds.firstAttempt + index));

  const surplus = all.length - minimum - surge;
  const withoutRoom = lacking > 0 && bounds.room <= 0 && allowed > 0;
  const replaced = surge === 0 ? 0 : mayBeReplaced(warm, minimum, spec.updateStrategy.maxUnavailable, withoutRoom);
  const kept = Math.min(limits.minRunners, bounds.most + warm.filter(isGoing).length);
  const mayGo = all.filter(isIdle).length - idleFloor(all, kept, spec);
  const stop = surplus > 0 ? firstToStop(all, surplus, mayGo) : firstToStop(outdated, replaced, mayGo);
  return { create, stop, missing: Math.max(0, minimum - all.length), missingSoon: Math.max(0, kept - all.length + stop.length) };
}

/** Idle, or on its way there. */
export function readyOnes(warm: readonly Judged[]): readonly Judged[] {
  return warm.filter((slot) => isIdle(slot) || isOnItsWay(slot));
}

/** Stopped, given up or at its end: it still counts for `maxRunners`, and soon no more. */
function isGoing(slot: Judged): boolean {
  return isAway(slot) || slot.phase === 'finishing' || slot.phase === 'stuck';
}

/** Ended badly, and not judged yet: whether its replacement has to wait is known one list later. */
function mayHaveFailed(slot: Judged): boolean {
  return slot.phase === 'finishing' && slot.evidence.end !== 'none' && slot.evidence.end !== 'done';
}

/** How many outdated ones may go now: those whose replacements are idle, or, without room, as many as may be away. */
function mayBeReplaced(warm: readonly Judged[], minimum: number, maxUnavailable: number, withoutRoom: boolean): number {
  const leaving = warm.filter(isGoing).length;
  const starting = warm.filter((slot) => isOnItsWay(slot) && !slot.outdated).length;
  if (withoutRoom) return maxUnavailable - leaving - starting;
  return Math.min(maxUnavailable - leaving, readyOnes(warm).length - starting - minimum);
}

/** While some are replaced, so many idle ones stay whatever is on its way; what a pool does not replace is not waited for. */
function idleFloor(all: readonly Judged[], kept: number, { paused, updateStrategy }: World['spec']): number {
  return all.some((slot) => slot.outdated) && !paused ? Math.max(0, kept - updateStrategy.maxUnavailable) : 0;
}
