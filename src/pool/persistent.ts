/**
 * Persistent pools: between `minRunners` and `maxRunners` long-lived runners, as many as there are jobs. Only idle ones are
 * stopped, the longest idle first; an outdated busy one after `drainTimeoutSeconds`, and then its TERM lets the job end.
 */
import { lastWarmAttempt, newRunner } from './attempts.ts';
import { isBackingOff, poolAllows, WARM_KEY } from './backoff.ts';
import { coveredJobs, waitingJobs } from './demand.ts';
import type { Scaling } from './ephemeral.ts';
import type { Snapshot } from './forgejo.ts';
import { isLive, type Judged } from './judge.ts';
import type { Phase, World } from './model.ts';

export function scalePersistent(world: World, slots: readonly Judged[], snapshot: Snapshot): Scaling {
  const { spec, memory, now } = world;
  const live = slots.filter((slot) => isLive(slot.phase));
  const serving = live.filter(serves);
  const busy = serving.filter((slot) => !NOT_BUSY.includes(slot.phase)).length;
  const waiting = waitingJobs(coveredJobs(snapshot.jobs, spec)).length;
  const wanted = Math.min(Math.max(busy + waiting, spec.minRunners), spec.maxRunners);

  const room = Math.max(0, spec.maxRunners - live.length);
  const mayCreate = spec.paused || isBackingOff(memory, WARM_KEY, now) ? 0 : Math.min(room, poolAllows(memory, now));
  const first = lastWarmAttempt(slots, memory) + 1;
  const missing = Math.max(0, wanted - serving.length);
  const create = Array.from({ length: Math.min(missing, mayCreate) }, (_, index) => newRunner(world, null, first + index));

  const surplus = serving.length - wanted;
  return {
    create,
    stop: [...surplusIdle(world, serving, surplus), ...outdatedToStop(world, live, surplus)],
    desired: wanted,
    atMaximum: busy + waiting > spec.maxRunners,
  };
}

/** Takes jobs, or is about to. */
function serves(slot: Judged): boolean {
  return SERVING.includes(slot.phase);
}

const SERVING: readonly Phase[] = ['issued', 'starting', 'idle', 'busy', 'silent', 'detached', 'finishing'];
const NOT_BUSY: readonly Phase[] = ['issued', 'starting', 'idle'];

/** Idle ones beyond what is wanted: outdated ones and those above the maximum at once, others when they were idle for long. */
function surplusIdle(world: World, serving: readonly Judged[], surplus: number): readonly Judged[] {
  const overMaximum = serving.length - world.spec.maxRunners;
  return serving
    .filter((slot) => slot.phase === 'idle')
    .toSorted((a, b) => Number(b.outdated) - Number(a.outdated) || longestFirst(a, b))
    .slice(0, Math.max(0, surplus))
    .filter((slot, index) => slot.outdated || index < overMaximum || world.now - slot.since >= world.spec.idleTimeoutSeconds * 1000);
}

/**
 * One idle one at a time, while every other that is wanted is there: a spec with which nothing starts must not cost the
 * runners that work. Busy ones when they have had their time.
 */
function outdatedToStop(world: World, live: readonly Judged[], surplus: number): readonly Judged[] {
  const outdated = live.filter((slot) => slot.outdated);
  const replacing = live.some(
    (slot) => slot.phase === 'stopping' || slot.phase === 'draining' || (slot.phase === 'starting' && !slot.outdated),
  );
  const mayReplace = surplus === 0 && !replacing && !world.spec.paused;
  const idle = outdated.filter((slot) => slot.phase === 'idle').toSorted(longestFirst);
  const overdue = outdated.filter(
    (slot) =>
      slot.phase === 'busy' &&
      slot.remembered?.outdatedSince != null &&
      world.now - slot.remembered.outdatedSince >= world.spec.drainTimeoutSeconds * 1000,
  );
  return [...(mayReplace ? idle.slice(0, 1) : []), ...overdue];
}

function longestFirst(a: Judged, b: Judged): number {
  return a.since - b.since || (a.key < b.key ? -1 : 1);
}
