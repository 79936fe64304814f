/**
 * Forgejo's runner protocol, spoken as a runner whose credentials we hold: connect RPC as JSON (facts: runner lifecycle,
 * sections 2 and 3). Used only for a runner that is dead.
 */
import { type Call, type Connection, call, deadlineOf, type Result } from './call.ts';
import { decodeAckIndex } from './schemas.ts';
import type { HttpResponse } from './transport.ts';

/** What stands in a runner's Secret. */
export interface RunnerCredentials {
  readonly uuid: string;
  readonly token: string;
}

export interface FailureReport {
  readonly taskId: number;
  /** One sentence, shown as the last line of the job's log. */
  readonly cause: string;
  /** When the task stopped, Forgejo's time, ms. */
  readonly at: number;
}

/** How many steps a task has is not known here: surplus ids are ignored, and steps left out would show `running` for ever. */
const STEPS = 50;

/** `unregistered`: the runner's row is gone or its token is wrong, so nobody can speak as it. */
type Answer<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'notItsTask' } | { readonly kind: 'unregistered' };

/**
 * Whether that runner holds the task. The question makes the runner read `active` for 10 s and changes nothing else.
 * False as well when the runner is not registered any more: nobody could report as it.
 */
export async function ownsTask(connection: Connection, runner: RunnerCredentials, taskId: number): Promise<Result<boolean>> {
  const answer = await countLines(connection, runner, taskId);
  return answer.ok ? { ...answer, value: answer.value.kind === 'done' } : answer;
}

/**
 * Reports the task as failed in that runner's name: job and run show `failure` at once, with the cause as the log's last
 * line; an ephemeral registration is gone with it. `unregistered` is what a repetition finds.
 */
export async function reportFailure(
  connection: Connection,
  runner: RunnerCredentials,
  report: FailureReport,
): Promise<Result<'reported' | 'notItsTask' | 'unregistered'>> {
  const lines = await countLines(connection, runner, report.taskId);
  if (!lines.ok) return lines;
  if (lines.value.kind !== 'done') return { ...lines, value: lines.value.kind };
  const closed = await closeLog(connection, runner, report, lines.value.value);
  if (!closed.ok) return closed;
  if (closed.value.kind !== 'done') return { ...closed, value: closed.value.kind };
  const failed = await failTask(connection, runner, report);
  if (!failed.ok) return failed;
  return { ...failed, value: failed.value.kind === 'done' ? 'reported' : failed.value.kind };
}

function countLines(connection: Connection, runner: RunnerCredentials, taskId: number): Promise<Result<Answer<string>>> {
  return rpc(connection, runner, 'UpdateLog', { taskId: String(taskId) }, (body) => {
    const ack = decodeAckIndex(body);
    return ack.ok ? { ok: true, value: { kind: 'done', value: ack.value } } : ack;
  });
}

/** A log that is archived already (409) was closed by an earlier try. */
function closeLog(connection: Connection, runner: RunnerCredentials, report: FailureReport, index: string): Promise<Result<Answer<null>>> {
  const content = `forgejo-runner-operator: ${report.cause.replace(/\s+/g, ' ').trim()}`;
  const rows = [{ time: timestamp(report.at), content }];
  return rpc(connection, runner, 'UpdateLog', { taskId: String(report.taskId), index, rows, noMore: true }, done, (response) =>
    response.status === 409 ? { kind: 'done', value: null } : null,
  );
}

function failTask(connection: Connection, runner: RunnerCredentials, report: FailureReport): Promise<Result<Answer<null>>> {
  const result = 'RESULT_FAILURE';
  const stoppedAt = timestamp(report.at);
  const steps = Array.from({ length: STEPS }, (_, step) => ({ id: String(step), result, stoppedAt }));
  return rpc(connection, runner, 'UpdateTask', { state: { id: String(report.taskId), result, stoppedAt, steps } }, done);
}

function rpc<T>(
  connection: Connection,
  runner: RunnerCredentials,
  method: 'UpdateLog' | 'UpdateTask',
  body: unknown,
  decode: Call<Answer<T>>['decode'],
  otherwise: (response: HttpResponse) => Answer<T> | null = () => null,
): Promise<Result<Answer<T>>> {
  return call(connection, {
    method: 'POST',
    path: `/api/actions/runner.v1.RunnerService/${method}`,
    headers: { 'x-runner-uuid': runner.uuid, 'x-runner-token': runner.token },
    body,
    success: 200,
    decode,
    otherwise: (response) => otherwise(response) ?? refusal(response),
    deadline: deadlineOf(connection),
  });
}

/** The protocol's own refusals, told from a proxy's by their text: Forgejo says 500 for a task of another runner. */
function refusal(response: HttpResponse): { readonly kind: 'notItsTask' | 'unregistered' } | null {
  if (response.status === 401 && response.body.includes('unregistered runner')) return { kind: 'unregistered' };
  const foreign = /"(update task: )?invalid runner for task"|"get task: task with id \d+: resource does not exist"/i;
  return response.status === 500 && foreign.test(response.body) ? { kind: 'notItsTask' } : null;
}

function done(): { readonly ok: true; readonly value: { readonly kind: 'done'; readonly value: null } } {
  return { ok: true, value: { kind: 'done', value: null } };
}

/** RFC 3339 in whole seconds, as the runner writes it. */
function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
