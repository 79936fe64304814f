/** Tasks that may be ours to serve and that nobody is known to work on. */
import { coveredJobs } from './demand.ts';
import type { QueuedJob, Registration } from './forgejo.ts';
import { isLive, type Judged } from './judge.ts';
import { keptBy } from './kept-by.ts';
import type { RememberedRunner, World } from './model.ts';

/** Older ones have been asked about long ago, and what is remembered of that has an end (`settle.ts`). */
export const MOST_OPEN = 40;

/** Tasks for our labels that no live runner of ours explains, nor a busy one that another pool made for that job; latest first. */
export function openTasks(world: World, slots: readonly Judged[]): readonly QueuedJob[] {
  if (world.forgejo.kind !== 'answered') return [];
  const { jobs, registrations } = world.forgejo.snapshot;
  const live = slots.filter((slot) => isLive(slot.phase));
  const handles = new Set([...live.flatMap(({ tags }) => tags.handle ?? []), ...busyHandles(registrations)]);
  const tasks = new Set(live.flatMap(({ remembered }) => (remembered === null ? [] : heldBy(remembered))));
  return coveredJobs(jobs, world.spec)
    .filter((job) => job.status === 'running' && job.taskId > 0 && !handles.has(job.handle) && !tasks.has(job.taskId))
    .toSorted((a, b) => b.taskId - a.taskId)
    .slice(0, MOST_OPEN);
}

/** Of this operator's runners. */
const busyHandles = keptBy((registrations: readonly Registration[]): readonly string[] =>
  registrations.flatMap(({ status, ownership }) => (status === 'active' ? (ownership?.handle ?? []) : [])),
);

export function heldBy({ task, lostTasks }: Pick<RememberedRunner, 'task' | 'lostTasks'>): readonly number[] {
  return task === null ? lostTasks : [task, ...lostTasks];
}
