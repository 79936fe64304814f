/** What one call changed, read off what was decided: the log has a line for each, the meters count them. */
import { causeOf, causeOfLostTask } from '../pool/cause.ts';
import { hasJustEnded, recentRunner } from '../pool/endings.ts';
import { isLive, type Judged } from '../pool/judge.ts';
import type { BackoffEntry, Outcome, RecentRunner } from '../pool/model.ts';
import type { Decided } from './observer.ts';

export interface Stop {
  readonly runner: string;
  /** `poolDeleted`, `outdated`, `notNeeded`, or the phase that it is stopped for. */
  readonly reason: string;
}

/** Runners whose workload this answer drops first. */
export function stopsOf({ plan, world }: Decided): readonly Stop[] {
  const begun = plan.fates.filter(
    ({ phase, slot }) => phase === 'stopping' && slot.phase !== 'stopping' && slot.remembered?.phase !== 'stopping',
  );
  return begun.map(({ slot }) => ({ runner: slot.key, reason: world.pool.deletionAt === null ? reasonToStop(slot) : 'poolDeleted' }));
}

function reasonToStop({ phase, outdated }: Judged): string {
  if (outdated) return 'outdated';
  return phase === 'idle' || phase === 'starting' ? 'notNeeded' : phase;
}

/** Runners whose end this call is the first to see; `status.recentRunners` keeps fewer. */
export function endsOf({ slots, world }: Decided): readonly RecentRunner[] {
  const ended = slots.filter(hasJustEnded);
  if (ended.length === 0) return [];
  const known = new Set(world.memory.recent.map(({ name }) => name));
  return ended.filter(({ key }) => !known.has(key)).map((slot) => recentRunner(slot, world));
}

/** What is held back from now on, or for longer than before. */
export function backoffsOf({ settled, world }: Decided): readonly BackoffEntry[] {
  const before = new Map(world.memory.backoff.map((entry) => [entry.key, entry]));
  return settled.memory.backoff.filter((entry) => {
    const old = before.get(entry.key);
    return entry.until > world.now && (entry.attempts !== old?.attempts || entry.lastRunner !== old.lastRunner);
  });
}

/** Why it was asked of Forgejo: the phase that a registration is removed in, the cause of a death. */
export function reasonOf({ kind, effect }: Outcome, slots: readonly Judged[]): string | null {
  if (effect.kind === 'register') return null;
  const slot = slots.find(({ key }) => key === effect.runner);
  if (slot === undefined) return null;
  if (kind !== 'reported') return slot.phase;
  return (isLive(slot.phase) ? causeOfLostTask(slot) : causeOf(slot)).reason;
}

/** How long each job waited, from when it was first seen to the answer with its runner's Job, ms. */
export function creationDelaysOf({ outcomes, plan, world }: Decided, answeredAt: number): readonly number[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind !== 'registered' || outcome.effect.tags.handle === null) return [];
    const firstSeen = plan.demand?.firstSeen.get(outcome.effect.tags.handle);
    // The effects took a while too.
    return firstSeen === undefined ? [] : [world.now - firstSeen + (answeredAt - world.clusterNow)];
  });
}

/**
 * How long each job that runs had waited when somebody took it, by handle, ms: whose it is may be found out later. `before` is
 * what this said at the call before.
 */
export function waitsOfRunning({ world, plan }: Decided, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (world.forgejo.kind !== 'answered' || plan.demand === null) return before;
  const waiting = plan.demand.firstSeen;
  const left = [...world.memory.firstSeen].filter(([handle]) => !waiting.has(handle));
  if (left.length + before.size === 0) return before;
  const waits = new Map([...left.map(([handle, firstSeen]) => [handle, world.now - firstSeen] as const), ...before]);
  const running = world.forgejo.snapshot.jobs.filter(({ status, handle }) => status === 'running' && waits.has(handle));
  return new Map(running.map(({ handle }) => [handle, waits.get(handle) ?? 0]));
}

/** How long each job waited, from when it was first seen to a runner of ours that holds it, ms; `waits` as above. */
export function pickupDelaysOf({ slots, outcomes, world }: Decided, waits: ReadonlyMap<string, number>): readonly number[] {
  const waited = (handle: string): number | null => {
    const firstSeen = world.memory.firstSeen.get(handle);
    return waits.get(handle) ?? (firstSeen === undefined ? null : world.now - firstSeen);
  };
  const assigned = slots.flatMap((slot) => (slot.tags.handle !== null && beginsToWork(slot) ? [slot.tags.handle] : []));
  // Whose job a runner has that takes any is known once it was asked; one that nobody saw waiting did not wait.
  const found = outcomes.flatMap((outcome) => (outcome.kind === 'asked' && outcome.holds ? handleOf(outcome.effect.taskId, world) : []));
  return [...assigned.flatMap((handle) => waited(handle) ?? []), ...found.map((handle) => waited(handle) ?? 0)];
}

/** A short job may have ended by the first look at its runner. */
function beginsToWork(slot: Judged): boolean {
  if (slot.remembered?.worked === true) return false;
  return slot.phase === 'busy' || ((slot.phase === 'completed' || slot.phase === 'cancelled') && hasJustEnded(slot));
}

function handleOf(taskId: number, { forgejo }: Decided['world']): readonly string[] {
  const job = forgejo.kind === 'answered' ? forgejo.snapshot.jobs.find((each) => each.taskId === taskId) : undefined;
  return job === undefined ? [] : [job.handle];
}
