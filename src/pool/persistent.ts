/**
 * Persistent pools: between `minRunners` and `maxRunners` long-lived runners, as many as there are jobs. Only idle ones are
 * stopped for want of jobs: at once those beyond the most that were wanted within `idleTimeoutSeconds`, so that runners that
 * take turns at few jobs become fewer, and others when they were idle for as long themselves. Those of an older spec are
 * replaced when they are idle, `maxUnavailable` at a time; a busy one goes after `drainTimeoutSeconds`, and its TERM lets the
 * job end.
 */
import { lastWarmAttempt, newRunner } from './attempts.ts';
import { isBackingOff, poolAllows, WARM_KEY } from './backoff.ts';
import type { Demand } from './demand.ts';
import type { Scaling } from './ephemeral.ts';
import { type Judged, liveSlots } from './judge.ts';
import type { Phase, World } from './model.ts';
import { recordWanted } from './peaks.ts';
import { firstToStop, isAway, isIdle, isOnItsWay } from './stop-order.ts';

export function scalePersistent(world: World, slots: readonly Judged[], demand: Demand): Scaling {
  const { spec, limits, memory, now } = world;
  const live = liveSlots(slots);
  const serving = live.filter((slot) => SERVING.has(slot.phase));
  const busy = busyWith(serving, demand.running);
  // One idle runner stays for jobs that nobody can take now: it takes the first that is freed.
  const waiting = Math.max(demand.wanted.length, demand.blocked.size > 0 ? 1 : 0);
  const wanted = Math.min(Math.max(busy + waiting, limits.minRunners), limits.maxRunners);
  const peaks = recordWanted(memory.peaks, { wanted, there: serving.length }, windowOf(spec), now);
  const kept = Math.min(Math.max(peaks[0].wanted, wanted), limits.maxRunners);
  const level = isRolling(live, spec) ? kept : wanted;

  const allowed = spec.paused || isBackingOff(memory, WARM_KEY, now) ? 0 : poolAllows(memory, now);
  const mayCreate = Math.min(Math.max(0, limits.maxRunners - live.length), allowed);
  const first = lastWarmAttempt(slots, memory) + 1;
  const missing = Math.max(0, level - serving.length);
  const create = Array.from({ length: Math.min(missing, mayCreate) }, (_, index) => newRunner(world, null, first + index));

  const surplus = surplusIdle(world, serving, {
    level,
    kept,
    mostIdle: isRolling(live, spec) ? spareOnes(serving, level, spec) : serving.length,
  });
  const staying = live.filter((slot) => !surplus.includes(slot));
  const outdated = allowed > 0 ? outdatedToReplace(world, staying, { level, leaving: surplus.length }) : [];
  return {
    create,
    stop: [...surplus, ...outdated, ...live.filter((slot) => isDrainedOut(slot, world))],
    desired: level,
    atMaximum: busy + waiting > limits.maxRunners,
    peaks,
  };
}

/** Takes jobs, or is about to. */
const SERVING: ReadonlySet<Phase> = new Set(['issued', 'starting', 'idle', 'busy', 'silent', 'detached', 'finishing']);

/**
 * Forgejo shows a runner `active` for 10 s after its task, so no more of today's spec are at work than jobs run; one of an
 * older spec may run what today's labels do not cover.
 */
function busyWith(serving: readonly Judged[], running: number): number {
  const busy = serving.filter((slot) => !isIdle(slot) && !isOnItsWay(slot));
  const outdated = busy.filter((slot) => slot.outdated).length;
  return Math.min(busy.length - outdated, running) + outdated;
}

/** A sync that comes a little late is none that was missed. */
function windowOf(spec: World['spec']): { readonly windowMs: number; readonly gapMs: number } {
  const windowMs = spec.idleTimeoutSeconds * 1000;
  return { windowMs, gapMs: Math.max(windowMs, 2 * spec.pollIntervalSeconds * 1000) };
}

/** While some are replaced, what goes for that is made up for, and not only as far as there are jobs at this moment. */
function isRolling(live: readonly Judged[], { paused }: World['spec']): boolean {
  return !paused && live.some((slot) => slot.outdated && (isIdle(slot) || isOnItsWay(slot) || isAway(slot)));
}

/**
 * `level` is what is wanted now; beyond `kept` idle ones go at once, before that when they were idle for long. What exceeds a
 * lowered maximum goes at once too, and those that have not started count as well: while some are replaced, idle ones must
 * stay for them.
 */
function surplusIdle(
  world: World,
  serving: readonly Judged[],
  { level, kept, mostIdle }: { readonly level: number; readonly kept: number; readonly mostIdle: number },
): readonly Judged[] {
  const above = firstToStop(serving.filter(mayBeStopped), serving.length - world.limits.maxRunners, mostIdle);
  const left = serving.filter((slot) => !above.includes(slot));
  const idle = left.filter(isIdle);
  const isLong = (slot: Judged): boolean => world.now - slot.since >= world.spec.idleTimeoutSeconds * 1000;
  const idleOnes = firstToStop(idle, left.length - level, mostIdle - above.filter(isIdle).length);
  return [...above, ...idleOnes.filter((slot, index) => index < left.length - kept || isLong(slot))];
}

/**
 * Idle ones, and those that have not started: so many that no more than `maxUnavailable` of those that are wanted are
 * stopping, starting or missing. A spec with which nothing starts must not cost more of the runners that work.
 */
function outdatedToReplace(
  world: World,
  live: readonly Judged[],
  { level, leaving }: { readonly level: number; readonly leaving: number },
): readonly Judged[] {
  const { maxUnavailable } = world.spec.updateStrategy;
  const away = leaving + live.filter((slot) => isAway(slot) || (isOnItsWay(slot) && !slot.outdated)).length;
  const replaceable = live.filter((slot) => slot.outdated && mayBeStopped(slot));
  return firstToStop(replaceable, maxUnavailable - away, spareOnes(live, level, world.spec));
}

function mayBeStopped(slot: Judged): boolean {
  return isIdle(slot) || isOnItsWay(slot);
}

/** How many of those that serve may go: whether those that are on their way will ever start, nobody knows. */
function spareOnes(live: readonly Judged[], level: number, { updateStrategy }: World['spec']): number {
  const available = live.filter((slot) => SERVING.has(slot.phase) && !isOnItsWay(slot)).length;
  return available - level + updateStrategy.maxUnavailable;
}

/** Busy with an older spec for `drainTimeoutSeconds`: nothing else ends a busy runner, and a paused pool does not. */
export function isDrainedOut(slot: Judged, { spec, now }: World): boolean {
  const since = slot.remembered?.outdatedSince;
  if (slot.kind !== 'Deployment' || slot.phase !== 'busy' || !slot.outdated || since == null || spec.paused) return false;
  return now - since >= spec.drainTimeoutSeconds * 1000;
}
