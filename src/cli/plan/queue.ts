/** The queue that a plan is made for, when it is not read from a server. */
import { labelName } from '../../api/runner-label.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { decodeJobs, decodeRegistrations } from '../../forgejo/schemas.ts';
import type { QueuedJob, Registration } from '../../pool/forgejo.ts';
import { CliError } from '../world.ts';

/** A recorded answer of `…/actions/runners/jobs`. */
export function parseQueue(text: string, where: string): readonly QueuedJob[] {
  const decoded = decodeJobs(text);
  if (!decoded.ok) throw new CliError(`${where}: no job list of Forgejo (${decoded.problem})`);
  return decoded.value;
}

/** A recorded answer of `…/actions/runners`. */
export function parseRegistrations(text: string, where: string): readonly Registration[] {
  const decoded = decodeRegistrations(text);
  if (!decoded.ok) throw new CliError(`${where}: no runner list of Forgejo (${decoded.problem})`);
  return decoded.value;
}

/** More than any pool has runners. */
export const MOST_WAITING = 10_000;

/** So many waiting jobs of one repository that ask for these labels; without any, for the first one of the pool. */
export function inventQueue(waiting: number, labels: readonly string[], spec: Pick<RunnerPoolSpec, 'labels'>): readonly QueuedJob[] {
  const runsOn = labels.length > 0 ? labels : spec.labels.slice(0, 1).map(labelName);
  const jobs = Array.from({ length: waiting }, (_, index): QueuedJob => {
    const id = index + 1;
    const handle = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
    return { id, attempt: 1, handle, repositoryId: 1, ownerId: 1, name: `waiting-${id}`, runsOn, taskId: 0, status: 'waiting' };
  });
  return jobs.toReversed();
}
