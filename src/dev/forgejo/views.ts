/** What tests, the demo and the simulation may look at: copies, and never a token. */
import { type RunnerView, viewOf } from './runners.ts';
import type { Job, LogLine, State } from './state.ts';
import { fullName } from './world.ts';

export interface JobView extends Readonly<Omit<Job, 'pastAttempts' | 'repositoryId'>> {
  /** Present `owner/name`. */
  readonly repository: string;
  readonly repositoryId: number;
  /** uuid of the runner that took it; null while nobody has. */
  readonly runnerUuid: string | null;
  readonly pastAttempts: readonly Job['pastAttempts'][number][];
}

/** Simulations look at every job after every step: the view of a job that has not changed is made once. */
const lastViews = new WeakMap<Job, JobView>();

/** Oldest first, with their results; the jobs of a deleted repository are gone. */
export function viewJobs(state: State): readonly JobView[] {
  const paths = new Map(state.repositories.map((repository) => [repository.id, fullName(state, repository)]));
  return [...state.jobs.values()].map((job) => viewOfJob(state, job, paths.get(job.repositoryId) ?? ''));
}

function viewOfJob(state: State, job: Job, repository: string): JobView {
  const last = lastViews.get(job);
  if (last !== undefined && isCurrent(last, job, repository)) return last;
  const runnerUuid = state.tasks.get(job.taskId)?.runnerUuid ?? null;
  const view = { ...job, repository, runnerUuid, pastAttempts: [...job.pastAttempts] };
  lastViews.set(job, view);
  return view;
}

function isCurrent(view: JobView, job: Job, repository: string): boolean {
  return (
    view.status === job.status &&
    view.updatedAt === job.updatedAt &&
    view.taskId === job.taskId &&
    view.attempt === job.attempt &&
    view.startedAt === job.startedAt &&
    view.stoppedAt === job.stoppedAt &&
    view.repository === repository
  );
}

/** Every runner of every scope, by id. */
export function viewRunners(state: State): readonly RunnerView[] {
  return [...state.runners.values()].map((runner) => viewOf(state, runner));
}

/** Empty for an unknown task. */
export function viewLog(state: State, taskId: number): readonly LogLine[] {
  return [...(state.tasks.get(taskId)?.log ?? [])];
}
