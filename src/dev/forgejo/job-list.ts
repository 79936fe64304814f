/** The queue as `GET …/actions/runners/jobs` shows it: waiting and running jobs, newest first, never paged. */
import type { Target } from './authorize.ts';
import type { Job, State } from './state.ts';

export interface JobRow {
  readonly id: number;
  readonly attempt: number;
  readonly handle: string;
  readonly repo_id: number;
  readonly owner_id: number;
  readonly name: string;
  readonly needs: readonly string[] | null;
  readonly runs_on: readonly string[];
  /** 0 while the job waits. */
  readonly task_id: number;
  readonly status: 'waiting' | 'running';
}

/** Null when there is none. `labels`: comma-separated, not trimmed, null for no filter. */
export function listJobs(state: State, target: Target, labels: string | null): readonly JobRow[] | null {
  const rows = [...state.jobs.values()]
    .filter((job) => isInScope(target, job) && (labels === null || isCovered(job, labels.split(','))))
    .flatMap((job) => rowOf(job) ?? [])
    .sort((a, b) => b.id - a.id);
  return rows.length === 0 ? null : rows;
}

function isInScope(target: Target, job: Job): boolean {
  switch (target.kind) {
    case 'instance':
      return true;
    case 'repository':
      return job.repositoryId === target.repositoryId;
    case 'organization':
    case 'user':
      return job.ownerId === target.ownerId;
  }
}

/** A job that asks for no label at all shows only to a filter that holds the empty label. */
function isCovered(job: Job, labels: readonly string[]): boolean {
  return job.runsOn.length === 0 ? labels.includes('') : job.runsOn.every((label) => labels.includes(label));
}

function rowOf(job: Job): JobRow | null {
  if (job.status !== 'waiting' && job.status !== 'running') return null;
  return {
    id: job.id,
    attempt: job.attempt,
    handle: job.handle,
    repo_id: job.repositoryId,
    owner_id: job.ownerId,
    name: job.name,
    needs: job.needs.length === 0 ? null : job.needs,
    runs_on: job.runsOn,
    task_id: job.taskId,
    status: job.status,
  };
}
