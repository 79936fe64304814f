/** A task as a fetch answers it (recordings/forgejo/rpc-task.json), less what no runner needs to run a shell step. */
import type { ProtoMessage } from './rpc-wire.ts';
import type { Job, Repository, State, Task } from './state.ts';
import { accountById, fullName } from './world.ts';

export function taskMessage(state: State, task: Task): ProtoMessage {
  const job = state.jobs.get(task.jobId);
  const repository = state.repositories.find((known) => known.id === job?.repositoryId);
  if (job === undefined || repository === undefined) throw new Error(`task ${task.id} has lost its job`);
  return {
    id: String(task.id),
    workflowPayload: Buffer.from(workflow(job)).toString('base64'),
    context: context(state, job, repository),
    ...(job.needs.length === 0 ? {} : { needs: needs(state, job) }),
  };
}

/** One step that takes as long as the job is said to take; first, so that no name is read for it. JSON is YAML: any name is quoted well. */
function workflow(job: Job): string {
  const steps = [{ run: `sleep ${job.durationMs / 1000}${job.fails ? '; exit 1' : ''}` }];
  return `${JSON.stringify({ on: 'workflow_dispatch', jobs: { job: { steps, name: job.name, 'runs-on': job.runsOn } } })}\n`;
}

function context(state: State, job: Job, repository: Repository): ProtoMessage {
  return {
    api_url: `${state.rootUrl}/api/v1`,
    event_name: 'workflow_dispatch',
    job: job.name,
    ref: 'refs/heads/main',
    repository: fullName(state, repository),
    repository_owner: accountById(state, repository.ownerId).name,
    run_attempt: String(job.attempt),
    run_id: String(job.run),
    run_number: String(job.run),
    server_url: `${state.rootUrl}/`,
  };
}

function needs(state: State, job: Job): ProtoMessage {
  const needed = job.neededJobIds.flatMap((id) => state.jobs.get(id) ?? []);
  return Object.fromEntries(needed.map((other) => [other.name, { result: `RESULT_${other.status.toUpperCase()}` }]));
}
