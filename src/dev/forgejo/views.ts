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

/** Oldest first, with their results; the jobs of a deleted repository are gone. */
export function viewJobs(state: State): readonly JobView[] {
  return [...state.jobs.values()].map((job) => {
    const repository = state.repositories.find((known) => known.id === job.repositoryId);
    return {
      ...job,
      repository: repository === undefined ? '' : fullName(state, repository),
      runnerUuid: state.tasks.get(job.taskId)?.runnerUuid ?? null,
      pastAttempts: [...job.pastAttempts],
    };
  });
}

/** Every runner of every scope, by id. */
export function viewRunners(state: State): readonly RunnerView[] {
  return [...state.runners.values()].map((runner) => viewOf(state, runner));
}

/** Empty for an unknown task. */
export function viewLog(state: State, taskId: number): readonly LogLine[] {
  return [...(state.tasks.get(taskId)?.log ?? [])];
}
