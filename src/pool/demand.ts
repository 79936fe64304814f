/** Which queued jobs this pool is for, and in what order they are served. */
import { labelName } from '../api/runner-label.ts';
import { isBackingOff } from './backoff.ts';
import type { QueuedJob } from './forgejo.ts';
import type { Instant } from './instant.ts';
import type { Memory, World } from './model.ts';
import { WARM_COVERS_FOR_MS } from './times.ts';

/**
 * Oldest first; Forgejo lists newest first and knows no creation time, so the id is the age. A job with no `runs-on` is
 * listed for ever and can never be taken (facts: Forgejo, jobs endpoint).
 */
export function coveredJobs(jobs: readonly QueuedJob[], spec: Pick<World['spec'], 'labels'>): readonly QueuedJob[] {
  const names = new Set(spec.labels.map(labelName));
  return jobs.filter((job) => job.runsOn.length > 0 && job.runsOn.every((name) => names.has(name))).toSorted((a, b) => a.id - b.id);
}

export function waitingJobs(jobs: readonly QueuedJob[]): readonly QueuedJob[] {
  return jobs.filter((job) => job.status === 'waiting');
}

/**
 * Waiting jobs that want a runner of their own: not held by a live slot, not backing off, untried before retried, less one
 * for each idle warm runner, which will take the oldest within its poll interval.
 */
export function unservedJobs(
  waiting: readonly QueuedJob[],
  heldHandles: ReadonlySet<string>,
  idleWarm: number,
  world: Pick<World, 'memory' | 'now'>,
): readonly QueuedJob[] {
  const { memory, now } = world;
  const candidates = waiting.filter((job) => !heldHandles.has(job.handle) && !isBackingOff(memory, job.handle, now));
  let cover = idleWarm;
  const uncovered = candidates.filter((job) => {
    if (cover === 0 || now - firstSeen(memory, job.handle, now) > WARM_COVERS_FOR_MS) return true;
    cover -= 1;
    return false;
  });
  const retried = new Set(memory.backoff.map((entry) => entry.key));
  return uncovered.toSorted((a, b) => Number(retried.has(a.handle)) - Number(retried.has(b.handle)) || a.id - b.id);
}

function firstSeen(memory: Memory, handle: string, now: Instant): Instant {
  return memory.firstSeen.get(handle) ?? now;
}
