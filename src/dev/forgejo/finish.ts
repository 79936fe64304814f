/** How tasks and jobs end: by the runner's report, by a cancel, or by a time limit. */
import { jobOf } from './queue.ts';
import { isDone, nowOf, type Result, type State, type Task } from './state.ts';

/** Ends a running task and its job. An ephemeral runner goes with it, at once (facts section 3). */
export function finishTask(state: State, task: Task, result: Result): void {
  const now = nowOf(state);
  task.status = result;
  task.updatedAt = now;
  const job = state.jobs.get(task.jobId);
  if (job !== undefined && job.taskId === task.id) {
    job.status = result;
    job.updatedAt = now;
    job.stoppedAt = now;
  }
  if (state.runners.get(task.runnerId)?.ephemeral) state.runners.delete(task.runnerId);
  state.tasksVersion += 1;
}

/** As the Cancel button does it: a persistent runner hears of it in its next UpdateTask, an ephemeral one is deleted. */
export function cancelJob(state: State, handle: string): void {
  const job = jobOf(state, handle);
  if (isDone(job.status)) return;
  const task = state.tasks.get(job.taskId);
  if (task?.status === 'running') return finishTask(state, task, 'cancelled');
  job.status = 'cancelled';
  job.updatedAt = nowOf(state);
  job.stoppedAt = nowOf(state);
}
