/** A queue by what it is asked for. */
import type { QueuedJob } from './forgejo.ts';
import { keptBy } from './kept-by.ts';

export const jobsByHandle = keptBy(
  (jobs: readonly QueuedJob[]): ReadonlyMap<string, QueuedJob> => new Map(jobs.map((job) => [job.handle, job])),
);

/** Those that run, by the ids of their tasks. */
export const jobsByTask = keptBy(
  (jobs: readonly QueuedJob[]): ReadonlyMap<number, QueuedJob> =>
    new Map(jobs.flatMap((job) => (job.taskId > 0 ? [[job.taskId, job] as const] : []))),
);

/** The highest task id, 0 while nothing runs. */
export const latestTask = keptBy((jobs: readonly QueuedJob[]): number => Math.max(0, ...jobsByTask(jobs).keys()));

/** Ids of repositories by the ids of running tasks. */
export const repositoriesOfTasks = keptBy(
  (jobs: readonly QueuedJob[]): ReadonlyMap<number, number> =>
    new Map(jobs.flatMap((job) => (job.status === 'running' ? [[job.taskId, job.repositoryId] as const] : []))),
);

/** Ids of owners by the ids of repositories; of a transferred repository the newest job names the present owner. */
export const ownersOfRepositories = keptBy(
  (jobs: readonly QueuedJob[]): ReadonlyMap<number, number> =>
    new Map(jobs.toSorted((a, b) => a.id - b.id).map((job) => [job.repositoryId, job.ownerId])),
);
