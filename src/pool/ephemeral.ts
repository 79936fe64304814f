/**
 * Ephemeral pools: one runner per waiting job, and `minRunners` warm ones beside them. Assigned runners come first; what
 * could hold a task is never stopped.
 */
import { lastWarmAttempt, newRunner, nextAttempt } from './attempts.ts';
import { poolAllows } from './backoff.ts';
import type { Demand } from './demand.ts';
import { repositoryOf } from './fairness.ts';
import { isLive, type Judged, liveSlots } from './judge.ts';
import type { NewRunner, Phase, World } from './model.ts';
import type { Peak } from './peaks.ts';
import { deniesSomeUnknown, isRefused } from './repositories.ts';
import { readyOnes, scaleWarm } from './warm.ts';

export interface Scaling {
  readonly create: readonly NewRunner[];
  readonly stop: readonly Judged[];
  /** How many live runners the pool would have if nothing limited it. */
  readonly desired: number;
  /** A job waits, or a minimum is not met, because `maxRunners` is reached. */
  readonly atMaximum: boolean;
  /** For the next decision; empty for an ephemeral pool. */
  readonly peaks: readonly Peak[];
}

export function scaleEphemeral(world: World, slots: readonly Judged[], demand: Demand): Scaling {
  const { spec, limits, memory, now } = world;
  const live = liveSlots(slots);
  const warm = live.filter((slot) => slot.tags.handle === null);
  const unserved = demand.wanted;

  const mayCreate = spec.paused || deniesSomeUnknown(world.repositories) ? 0 : poolAllows(memory, now);
  const most = Math.max(0, limits.maxRunners - storeHolders(world, slots));
  const room = Math.max(0, most - live.length);
  const assigned = unserved.slice(0, Math.min(room, mayCreate)).map((job) => newRunner(world, job, nextAttempt(job.handle, slots, memory)));

  const pool = scaleWarm(world, warm, {
    most: Math.max(0, most - (live.length - readyOnes(warm).length)),
    room: room - assigned.length,
    mayCreate: mayCreate - assigned.length,
    firstAttempt: lastWarmAttempt(slots, memory) + 1,
  });
  const pointless = (slot: Judged): boolean => lostItsJob(slot) || isRefusedBeforeItsStart(slot, world);
  const stop = [...live.filter((slot) => pointless(slot) || (!spec.paused && isOutdatedBeforeItsStart(slot))), ...pool.stop];
  const staying = live.filter((slot) => !LEAVING.includes(slot.phase)).length - stop.length;
  const wanted = staying + unserved.length + pool.missingSoon;
  return {
    create: [...assigned, ...pool.create],
    stop,
    desired: Math.min(wanted, limits.maxRunners),
    atMaximum: unserved.length + pool.missing > room,
    peaks: [],
  };
}

/**
 * Runners that are over while their Docker daemon still shuts down (it gets TERM after the runner): it has the store of a kept
 * volume open, which a second one would destroy. Elsewhere the daemon of an ended runner is in nobody's way.
 */
function storeHolders({ spec }: World, slots: readonly Judged[]): number {
  if (spec.containerMode.dind?.storage?.claimName === undefined) return 0;
  return slots.filter((slot) => !isLive(slot.phase) && slot.pods.some((pod) => !pod.final)).length;
}

const LEAVING: readonly Phase[] = ['stuck', 'finishing', 'draining', 'stopping', 'deregistered'];

/** Its job was taken or cancelled before it could start: nothing is left for it to do. */
function lostItsJob(slot: Judged): boolean {
  return slot.phase === 'starting' && slot.evidence.handle === 'gone';
}

/** Made from an older spec, perhaps from an image that does not exist, and not running yet: its job gets a new one at once. */
function isOutdatedBeforeItsStart(slot: Judged): boolean {
  return slot.outdated && isNotRunningYet(slot);
}

/** `spec.repositories` has changed since it was made, and does not let its job in any more. */
function isRefusedBeforeItsStart(slot: Judged, { repositories }: World): boolean {
  const repositoryId = repositoryOf(slot);
  return isNotRunningYet(slot) && repositoryId !== null && isRefused(repositoryId, repositories);
}

/** Made for one job, and not about to take it at this very moment. */
function isNotRunningYet(slot: Judged): boolean {
  return slot.phase === 'starting' && slot.tags.handle !== null && slot.workload !== null && slot.evidence.pod !== 'running';
}
