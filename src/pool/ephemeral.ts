/**
 * Ephemeral pools: one runner per waiting job, and `minRunners` warm ones beside them. Assigned runners come first; what
 * could hold a task is never stopped.
 */
import { lastWarmAttempt, newRunner, nextAttempt } from './attempts.ts';
import { isBackingOff, poolAllows, WARM_KEY } from './backoff.ts';
import { coveredJobs, unservedJobs, waitingJobs } from './demand.ts';
import type { Snapshot } from './forgejo.ts';
import { isLive, type Judged } from './judge.ts';
import type { NewRunner, Phase, World } from './model.ts';

export interface Scaling {
  readonly create: readonly NewRunner[];
  readonly stop: readonly Judged[];
  /** How many live runners the pool would have if nothing limited it. */
  readonly desired: number;
  /** A job waits, or a minimum is not met, because `maxRunners` is reached. */
  readonly atMaximum: boolean;
}

export function scaleEphemeral(world: World, slots: readonly Judged[], snapshot: Snapshot): Scaling {
  const { spec, memory, now } = world;
  const live = slots.filter((slot) => isLive(slot.phase));
  const held = new Set(live.flatMap((slot) => slot.tags.handle ?? []));
  const warm = live.filter((slot) => slot.tags.handle === null);
  const idle = warm.filter((slot) => slot.phase === 'idle');
  const unserved = unservedJobs(waitingJobs(coveredJobs(snapshot.jobs, spec)), held, idle.length, world);

  const mayCreate = spec.paused ? 0 : poolAllows(memory, now);
  const room = Math.max(0, spec.maxRunners - live.length);
  const assigned = unserved.slice(0, Math.min(room, mayCreate)).map((job) => newRunner(world, job, nextAttempt(job.handle, slots, memory)));

  const pool = scaleWarm(world, warm, Math.max(0, spec.maxRunners - (live.length - ready(warm).length)), {
    room: room - assigned.length,
    mayCreate: mayCreate - assigned.length,
    firstAttempt: lastWarmAttempt(slots, memory) + 1,
  });
  const stop = [...live.filter((slot) => lostItsJob(slot) || (!spec.paused && isOutdatedBeforeItsStart(slot))), ...pool.stop];
  const staying = live.filter((slot) => !LEAVING.includes(slot.phase)).length - stop.length;
  const wanted = staying + unserved.length + pool.missing;
  return {
    create: [...assigned, ...pool.create],
    stop,
    desired: Math.min(wanted, spec.maxRunners),
    atMaximum: unserved.length + pool.missing > room,
  };
}

const LEAVING: readonly Phase[] = ['stuck', 'finishing', 'draining', 'stopping', 'deregistered'];

/** Its job was taken or cancelled before it could start: nothing is left for it to do. */
function lostItsJob(slot: Judged): boolean {
  return slot.phase === 'starting' && slot.evidence.handle === 'gone';
}

/** Made from an older spec, perhaps from an image that does not exist, and not running yet: its job gets a new one at once. */
function isOutdatedBeforeItsStart(slot: Judged): boolean {
  return (
    slot.phase === 'starting' && slot.outdated && slot.tags.handle !== null && slot.workload !== null && slot.evidence.pod !== 'running'
  );
}

/** Idle, or on its way there. */
function ready(warm: readonly Judged[]): readonly Judged[] {
  return warm.filter((slot) => slot.phase === 'idle' || slot.phase === 'starting' || slot.phase === 'issued');
}

/** Ended badly, and not judged yet: whether its replacement has to wait is known one list later. */
function mayHaveFailed(slot: Judged): boolean {
  return slot.phase === 'finishing' && slot.evidence.end !== 'none' && slot.evidence.end !== 'done';
}

/**
 * Keeps `minRunners` ready. Outdated ones are replaced one at a time: one more than the minimum is started, and when it is
 * idle one outdated is stopped. Without room for it one is stopped first, and the next only when its replacement is idle: a
 * spec with which nothing starts must not cost the runners that work.
 */
function scaleWarm(
  world: World,
  warm: readonly Judged[],
  most: number,
  limits: { readonly room: number; readonly mayCreate: number; readonly firstAttempt: number },
): { readonly create: readonly NewRunner[]; readonly stop: readonly Judged[]; readonly missing: number } {
  const { spec } = world;
  const all = ready(warm);
  const minimum = Math.min(spec.minRunners, most);
  const outdated = all.filter((slot) => slot.outdated);
  const surge = outdated.length > 0 && minimum > 0 && !spec.paused ? 1 : 0;
  const lacking = Math.max(0, minimum + surge - all.length - warm.filter(mayHaveFailed).length);
  const allowed = isBackingOff(world.memory, WARM_KEY, world.now) ? 0 : limits.mayCreate;
  const mayCreate = Math.max(0, Math.min(limits.room, allowed));
  const create = Array.from({ length: Math.min(lacking, mayCreate) }, (_, index) => newRunner(world, null, limits.firstAttempt + index));
  const missing = Math.max(0, minimum - all.length);

  const surplus = all.length - minimum - surge;
  if (surplus > 0) return { create, stop: all.toSorted(stopFirst).filter(stoppable).slice(0, surplus), missing };
  const stopping = warm.some((slot) => slot.phase === 'stopping' || slot.phase === 'draining');
  const current = all.filter((slot) => !slot.outdated);
  const idle = current.filter((slot) => slot.phase === 'idle').length;
  const noRoom = lacking > 0 && limits.room <= 0 && allowed > 0 && idle === current.length;
  const replaced = surge === 1 && !stopping && (idle + outdated.length > minimum || noRoom);
  return { create, stop: replaced ? outdated.toSorted(stopFirst).filter(stoppable).slice(0, 1) : [], missing };
}

/** A registration without a Secret can't be stopped, only waited for. */
function stoppable(slot: Judged): boolean {
  return slot.phase !== 'issued';
}

/** Outdated before current, starting before idle, longest idle first. */
function stopFirst(a: Judged, b: Judged): number {
  return (
    Number(b.outdated) - Number(a.outdated) ||
    Number(a.phase === 'idle') - Number(b.phase === 'idle') ||
    a.since - b.since ||
    (a.key < b.key ? -1 : 1)
  );
}
