/** Every job of the queue with what becomes of it and why: the order of the reasons is that of `src/pool/demand.ts`. */
import { isBackingOff, notDue, poolAllows } from '../../pool/backoff.ts';
import { claimsOfOthers } from '../../pool/claims.ts';
import { coveredJobs } from '../../pool/demand.ts';
import type { QueuedJob } from '../../pool/forgejo.ts';
import { rfc3339 } from '../../pool/instant.ts';
import { isLive, type Judged } from '../../pool/judge.ts';
import type { World } from '../../pool/model.ts';
import type { Plan } from '../../pool/plan.ts';
import { deniesSomeUnknown, isServed } from '../../pool/repositories.ts';
import { listed, printable } from '../input/printable.ts';

export interface ToldJob {
  readonly id: number;
  readonly name: string;
  readonly status: QueuedJob['status'];
  readonly runsOn: readonly string[];
  readonly repositoryId: number;
  readonly why: string;
}

/** Oldest first; empty when Forgejo can't be read. */
export function tellJobs(world: World, slots: readonly Judged[], plan: Plan): readonly ToldJob[] {
  if (world.forgejo.kind !== 'answered') return [];
  const why = whyOf(world, slots, plan);
  return world.forgejo.snapshot.jobs
    .toSorted((a, b) => a.id - b.id)
    .map((job) => ({
      id: job.id,
      name: printable(job.name),
      status: job.status,
      runsOn: job.runsOn.map(printable),
      repositoryId: job.repositoryId,
      why: why(job),
    }));
}

function whyOf(world: World, slots: readonly Judged[], plan: Plan): (job: QueuedJob) => string {
  const { forgejo, spec, memory, now, repositories, pool } = world;
  const { jobs, registrations } = forgejo.kind === 'answered' ? forgejo.snapshot : { jobs: [], registrations: [] };
  const covered = new Set(coveredJobs(jobs, spec));
  const live = new Map(
    slots.flatMap((slot) => (isLive(slot.phase) && slot.tags.handle !== null ? [[slot.tags.handle, slot] as const] : [])),
  );
  const claims = claimsOfOthers(registrations, pool.uid, spec.pendingTimeoutSeconds * 1000, now);
  const backingOff = notDue({ backoff: plan.backoff }, now);
  const wanted = new Set(plan.demand?.wanted ?? []);
  const born = new Map(
    plan.effects.flatMap((effect) =>
      effect.kind === 'register' && effect.tags.handle !== null ? [[effect.tags.handle, effect.tags] as const] : [],
    ),
  );

  return (job) => {
    if (job.runsOn.length === 0) return 'has no runs-on: nobody can ever take it';
    if (!covered.has(job)) return `not for this pool: asks for ${listed(job.runsOn.map(printable))}`;
    if (!isServed(job.repositoryId, repositories)) return `not served: spec.repositories does not let repository ${job.repositoryId} in`;
    const slot = live.get(job.handle);
    if (job.status === 'running') return slot === undefined ? 'runs; on which runner the queue does not say' : `runs on ${slot.key}`;
    if (slot !== undefined) return `has its runner: ${slot.key} (${slot.phase})`;
    const made = born.get(job.handle);
    if (made !== undefined) return `gets a runner now: ${made.runner}${made.attempt > 1 ? `, attempt ${made.attempt}` : ''}`;
    const claimed = claims.get(job.handle);
    if (claimed !== undefined) return `left to another pool, whose runner was made for it, until ${rfc3339(claimed)}`;
    if (plan.demand?.blocked.has(job.handle) === true) return 'nobody can take it now: a concurrency group holds it back, most of the time';
    const entry = plan.backoff.find(({ key, until }) => key === job.handle && until > now);
    if (backingOff.all.has(job.handle) && entry !== undefined) return `was tried in vain, and is tried again at ${rfc3339(entry.until)}`;
    const dueAt = (plan.demand?.firstSeen.get(job.handle) ?? now) + spec.claimDelaySeconds * 1000;
    if (dueAt > now) return `waits for spec.claimDelaySeconds, until ${rfc3339(dueAt)}`;
    if (wanted.has(job)) return wantedInVain(world, memoryOf(plan, memory));
    return spec.mode === 'Persistent' || !hasIdle(slots) ? passedOver(plan) : 'left to an idle runner, which takes it at its next poll';
  };
}

function memoryOf({ backoff }: Plan, memory: World['memory']): World['memory'] {
  return { ...memory, backoff };
}

function hasIdle(slots: readonly Judged[]): boolean {
  return slots.some(({ phase, tags }) => phase === 'idle' && tags.handle === null);
}

/** It is its turn, and still no runner is made for it alone. */
function wantedInVain(world: World, memory: World['memory']): string {
  const { spec, limits, now } = world;
  if (world.namespaceTerminating) return 'gets none: the namespace is being deleted';
  if (spec.paused) return 'gets none: spec.paused is true';
  if (deniesSomeUnknown(world.repositories)) return 'gets none: a repository of spec.repositories.deny is unknown';
  if (spec.mode === 'Persistent') return 'taken by the next runner that is free';
  if (isBackingOff(memory, 'register', now)) return 'gets none yet: Forgejo refused the last registration';
  if (poolAllows(memory, now) < limits.maxRunners) return 'gets none yet: runners failed to start, one is tried at a time';
  return `waits: the pool has its ${limits.maxRunners} runners (maxRunners)`;
}

function passedOver({ demand }: Plan): string {
  return demand?.limited === true
    ? 'waits: its repository or owner has as many runners as spec.fairness allows'
    : 'waits for its turn: others come first';
}
