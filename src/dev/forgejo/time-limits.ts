/** Forgejo's periodic checks: zombie and endless tasks fail, abandoned jobs are cancelled (facts section 3, end). */
import { cancelJob, finishTask } from './finish.ts';
import { unblockJobs } from './queue.ts';
import { nowOf, type State, type Task } from './state.ts';

/** Runs whatever is due by now. */
export function tick(state: State): void {
  const { limits, lastChecks } = state;
  const now = nowOf(state);
  if (now - lastChecks.zombie >= limits.zombieCheckMs) {
    lastChecks.zombie = now;
    failTasks(state, (task) => now - task.updatedAt > limits.zombieTaskMs);
  }
  if (now - lastChecks.endless >= limits.endlessCheckMs) {
    lastChecks.endless = now;
    failTasks(state, (task) => now - task.startedAt > limits.endlessTaskMs);
  }
  if (now - lastChecks.abandoned >= limits.abandonedCheckMs) {
    lastChecks.abandoned = now;
    cancelAbandonedJobs(state, now);
  }
  unblockJobs(state);
}

function failTasks(state: State, isOver: (task: Task) => boolean): void {
  for (const task of state.tasks.values()) if (task.status === 'running' && isOver(task)) finishTask(state, task, 'failure');
}

function cancelAbandonedJobs(state: State, now: number): void {
  for (const job of state.jobs.values()) {
    const waits = job.status === 'waiting' || job.status === 'blocked';
    if (waits && now - job.updatedAt > state.limits.abandonedJobMs) cancelJob(state, job.handle);
  }
}
