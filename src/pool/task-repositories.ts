/** Which repository each running task of a queue is of. */
import type { QueuedJob } from './forgejo.ts';

/** Every pool of a scope remembers the same queue: one map for all of them, not one for each. */
const known = new WeakMap<readonly QueuedJob[], ReadonlyMap<number, number>>();

/** Ids of repositories by the ids of tasks. */
export function repositoriesOfTasks(jobs: readonly QueuedJob[]): ReadonlyMap<number, number> {
  const repositories = known.get(jobs) ?? read(jobs);
  known.set(jobs, repositories);
  return repositories;
}

function read(jobs: readonly QueuedJob[]): ReadonlyMap<number, number> {
  return new Map(jobs.flatMap((job) => (job.status === 'running' ? [[job.taskId, job.repositoryId] as const] : [])));
}
