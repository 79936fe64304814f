/** When the clock alone will change a decision: a pool that polls seldom must not oversleep it. */
import type { Instant } from './instant.ts';
import type { Judged } from './judge.ts';
import type { BackoffEntry, World } from './model.ts';
import { type Peak, peakEndsAt } from './peaks.ts';
import { POD_MAY_SHOW_MS } from './times.ts';
import { unheardAt } from './unheard.ts';

/** Each later than `world.now`. */
export function dueTimes(
  world: World,
  slots: readonly Judged[],
  { backoff, peaks }: { readonly backoff: readonly BackoffEntry[]; readonly peaks: readonly Peak[] },
): readonly Instant[] {
  const { now, clusterNow, limits, spec } = world;
  const times = [
    ...endsOfPhases(world, slots),
    ...slots.filter(isBusyDaemon).map((slot) => drainedOutAt(slot, world)),
    ...backoff.map((entry) => entry.until),
    peakEndsAt(peaks, spec.idleTimeoutSeconds * 1000),
    limits.nextChangeAt === null ? null : now + (limits.nextChangeAt - clusterNow),
  ];
  return times.filter((time) => time !== null).filter((time) => time > now);
}

/** Each later than `world.now`: when a runner has been for long enough in the phase that it is in. */
export function endsOfPhases(world: World, slots: readonly Judged[]): readonly Instant[] {
  const times: Instant[] = [];
  for (const slot of slots) {
    const time = phaseEndsAt(slot, world);
    if (time !== null && time > world.now) times.push(time);
  }
  return times;
}

function phaseEndsAt(slot: Judged, world: World): Instant | null {
  const { spec, graces } = world;
  if (slot.phase === 'starting') return slot.since + spec.pendingTimeoutSeconds * 1000;
  if (slot.phase === 'issued') return slot.since + graces.issuedMs;
  if (slot.phase === 'finishing') return slot.since + (slot.ruledBy === 'successor may show' ? POD_MAY_SHOW_MS : graces.finishingMs);
  if (slot.phase === 'stopping') return slot.since + POD_MAY_SHOW_MS;
  if (slot.phase === 'draining' || slot.phase === 'lost') return unheardAt(slot, world);
  return slot.phase === 'idle' && slot.kind === 'Deployment' ? slot.since + spec.idleTimeoutSeconds * 1000 : null;
}

function isBusyDaemon({ phase, kind }: Judged): boolean {
  return phase === 'busy' && kind === 'Deployment';
}

function drainedOutAt(slot: Judged, { spec }: World): Instant | null {
  const since = slot.remembered?.outdatedSince;
  return since == null ? null : since + spec.drainTimeoutSeconds * 1000;
}
