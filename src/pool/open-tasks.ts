/** Tasks that may be ours to serve and that nobody is known to work on. */
import { coveredJobs } from './demand.ts';
import type { QueuedJob, Registration } from './forgejo.ts';
import { handlesOf, type Judged, liveSlots } from './judge.ts';
import { keptBy } from './kept-by.ts';
import type { RememberedRunner, World } from './model.ts';

/** Older ones have been asked about long ago, and what is remembered of that has an end (`settle.ts`). */
export const MOST_OPEN = 40;

/** Tasks for our labels that no live runner of ours explains, nor a busy one that another pool made for that job; latest first. */
export function openTasks(world: World, slots: readonly Judged[]): readonly QueuedJob[] {
  if (world.forgejo.kind !== 'answered') return [];
  const { jobs, registrations } = world.forgejo.snapshot;
  const busy = busyHandles(registrations);
  const running = coveredJobs(jobs, world.spec).filter((job) => job.status === 'running' && job.taskId > 0 && !busy.has(job.handle));
  if (running.length === 0) return [];
  const live = liveSlots(slots);
  const [handles, tasks] = [handlesOf(live), tasksOf(live)];
  return running
    .filter((job) => !handles.has(job.handle) && !tasks.has(job.taskId))
    .toSorted((a, b) => b.taskId - a.taskId)
    .slice(0, MOST_OPEN);
}

/** Of this operator's runners. */
const busyHandles = keptBy(
  (registrations: readonly Registration[]): ReadonlySet<string> =>
    new Set(registrations.flatMap(({ status, ownership }) => (status === 'active' ? (ownership?.handle ?? []) : []))),
);

function tasksOf(slots: readonly Judged[]): ReadonlySet<number> {
  const tasks = new Set<number>();
  for (const { remembered } of slots) if (remembered !== null) for (const taskId of heldBy(remembered)) tasks.add(taskId);
  return tasks;
}

export function heldBy({ task, lostTasks }: Pick<RememberedRunner, 'task' | 'lostTasks'>): readonly number[] {
  return task === null ? lostTasks : [task, ...lostTasks];
}
