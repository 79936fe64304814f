/** Which queued jobs this pool is for, which of them want a runner now, and in what order they are served. */
import { labelName } from '../api/runner-label.ts';
import { notDue } from './backoff.ts';
import { claimsOfOthers } from './claims.ts';
import { type Share, shareOut, usageOf } from './fairness.ts';
import type { QueuedJob, Snapshot } from './forgejo.ts';
import type { Instant } from './instant.ts';
import { handlesOf, type Judged, liveSlots } from './judge.ts';
import { keptBy } from './kept-by.ts';
import type { Memory, World } from './model.ts';
import { isServed } from './repositories.ts';
import { OWN_RUNNER_AFTER_MS, WARM_COVERS_FOR_MS } from './times.ts';

/** Waiting and running jobs of one pool. */
export interface Demand {
  /** Jobs that want a runner of their own now, in the order in which they get one; not many more than `maxRunners`. */
  readonly wanted: readonly QueuedJob[];
  /** Jobs wait only because of `spec.fairness`. */
  readonly limited: boolean;
  /** Handles of waiting jobs that nobody can take now. */
  readonly blocked: ReadonlySet<string>;
  /** Waiting jobs less those that are blocked. */
  readonly waiting: readonly QueuedJob[];
  readonly running: number;
  /** When each waiting job was first seen, by handle. */
  readonly firstSeen: ReadonlyMap<string, Instant>;
  /** When the next job becomes old enough, or another pool's claim ends. */
  readonly dueAt: Instant | null;
}

/**
 * Oldest first; Forgejo lists newest first and knows no creation time, so the id is the age. A job with no `runs-on` is
 * listed for ever and can never be taken (facts: Forgejo, jobs endpoint).
 */
export function coveredJobs(jobs: readonly QueuedJob[], spec: Pick<World['spec'], 'labels'>): readonly QueuedJob[] {
  // An empty queue stays the same one for as long as nothing waits, and would gather every set of labels that was ever asked for.
  if (jobs.length === 0) return jobs;
  const byLabels = coveredByLabels(jobs);
  const { names, key } = namesOf(spec.labels);
  const found = byLabels.get(key) ?? jobsFor(jobs, names);
  byLabels.set(key, found);
  return found;
}

/** One queue is asked several times in a call, by every pool of its scope, and most of those have the same labels. */
const coveredByLabels = keptBy((_jobs: readonly QueuedJob[]) => new Map<string, readonly QueuedJob[]>());

const namesOf = keptBy((labels: World['spec']['labels']) => {
  const names = labels.map(labelName);
  return { names: new Set(names), key: JSON.stringify(names) };
});

function jobsFor(jobs: readonly QueuedJob[], names: ReadonlySet<string>): readonly QueuedJob[] {
  return jobs.filter((job) => job.runsOn.length > 0 && job.runsOn.every((name) => names.has(name))).toSorted((a, b) => a.id - b.id);
}

export function waitingJobs(jobs: readonly QueuedJob[]): readonly QueuedJob[] {
  return jobs.filter((job) => job.status === 'waiting');
}

/**
 * When each waiting job was first seen, by handle. A process that has just begun knows none: it dates the oldest by what
 * the status said of the one that waited longest.
 */
function firstSeenOf(world: World, waiting: readonly QueuedJob[], heldBack: ReadonlySet<string>): ReadonlyMap<string, Instant> {
  const { memory, now } = world;
  const restarted = memory.firstSeen.size === 0 ? memory.oldestWaitingSince : null;
  const oldest = waiting.find((job) => isServed(job.repositoryId, world.repositories) && !heldBack.has(job.handle));
  return new Map(
    waiting.map((job) => [job.handle, memory.firstSeen.get(job.handle) ?? (job === oldest && restarted !== null ? restarted : now)]),
  );
}

/** Nothing waits that somebody could serve. */
const NO_HANDLES: ReadonlySet<string> = new Set();
/** Nothing waits that another could claim. */
const NO_CLAIMS: ReadonlyMap<string, Instant> = new Map();

/** What the queue asks of the pool. Who stands first in the chain decides: whom somebody serves, who can't be served, who is not due. */
export function demandOf(world: World, slots: readonly Judged[], snapshot: Snapshot): Demand {
  const { spec, memory, now, pool } = world;
  const covered = coveredJobs(snapshot.jobs, spec);
  const backingOff = notDue(memory, now);
  const seen = firstSeenOf(world, waitingJobs(covered), backingOff.heldBack);
  const served = covered.filter((job) => isServed(job.repositoryId, world.repositories));
  const listed = waitingJobs(served);
  const live = liveSlots(slots);
  const held = listed.length === 0 ? NO_HANDLES : handlesOf(live);
  const claims = listed.length === 0 ? NO_CLAIMS : claimsOfOthers(snapshot.registrations, pool.uid, spec.pendingTimeoutSeconds * 1000, now);
  const firstSeen = (job: QueuedJob): Instant => seen.get(job.handle) ?? now;
  const dueAt = (job: QueuedJob): Instant => firstSeen(job) + spec.claimDelaySeconds * 1000;

  const unserved = listed.filter((job) => !held.has(job.handle) && !claims.has(job.handle));
  const idleSince = unserved.length === 0 ? null : idleWitnessSince(live, memory);
  const blocked = new Set(
    unserved
      .filter((job) => backingOff.heldBack.has(job.handle) || isLeftByIdle(firstSeen(job), idleSince, snapshot, world))
      .map((job) => job.handle),
  );
  const free = unserved.filter((job) => !blocked.has(job.handle) && !backingOff.all.has(job.handle));
  const candidates = uncovered(
    free.filter((job) => dueAt(job) <= now),
    spec.mode === 'Persistent' ? 0 : live.filter(isIdleWarm).length,
    (job) => now - firstSeen(job) <= WARM_COVERS_FOR_MS,
  );
  const share = shareOf(world, slots, snapshot, candidates);
  return {
    wanted: share.chosen,
    limited: share.limited,
    blocked,
    waiting: listed.filter((job) => !blocked.has(job.handle)),
    running: served.length - listed.length,
    firstSeen: seen,
    dueAt: soonest([...free.map(dueAt), ...listed.flatMap((job) => claims.get(job.handle) ?? [])], now),
  };
}

function shareOf(world: World, slots: readonly Judged[], snapshot: Snapshot, candidates: readonly QueuedJob[]): Share {
  const { spec, memory } = world;
  if (candidates.length === 0) return { chosen: [], limited: false };
  // A job whose runner was only drained, or made anew, has lost nothing of its place.
  const tried = new Set(memory.backoff.filter(({ failures }) => failures > 0).map(({ key }) => key));
  // One more than fits says that the maximum is in the way.
  return shareOut(candidates, (job) => tried.has(job.handle), usageOf(slots, snapshot.jobs), spec.fairness, world.limits.maxRunners + 1);
}

/** Each idle warm runner takes the oldest job within its poll interval: what it may take needs no runner of its own. */
function uncovered(jobs: readonly QueuedJob[], idleWarm: number, mayCover: (job: QueuedJob) => boolean): readonly QueuedJob[] {
  const covered = new Set(jobs.filter(mayCover).slice(0, idleWarm));
  return jobs.filter((job) => !covered.has(job));
}

function isIdleWarm(slot: Judged): boolean {
  return slot.tags.handle === null && slot.phase === 'idle';
}

/** Since when a runner that would take any job of today's labels has been asking for one in vain; null: none is. */
function idleWitnessSince(live: readonly Judged[], memory: Memory): Instant | null {
  const times = live.filter((slot) => isIdleWarm(slot) && !slot.outdated).flatMap((slot) => memory.rowIdleSince.get(slot.key) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * A job that an idle runner does not take can't be had: a concurrency group holds it, most of the time. More runners would
 * change nothing; the idle one takes it when it is free. An ephemeral pool makes sure after a while with a runner for that
 * job alone, since Forgejo may owe the idle one an answer (it looks for a task only when a runner's task version is old).
 */
function isLeftByIdle(firstSeen: Instant, idleSince: Instant | null, snapshot: Snapshot, { now, spec }: World): boolean {
  // Between two reads the runner may well have taken it.
  const seenUntil = Math.min(snapshot.jobsReadAt, snapshot.registrationsReadAt);
  if (idleSince === null || seenUntil - Math.max(firstSeen, idleSince) <= WARM_COVERS_FOR_MS) return false;
  return spec.mode === 'Persistent' || now - firstSeen < OWN_RUNNER_AFTER_MS;
}

function soonest(times: readonly Instant[], now: Instant): Instant | null {
  const ahead = times.filter((time) => time > now && Number.isFinite(time));
  return ahead.length === 0 ? null : Math.min(...ahead);
}
