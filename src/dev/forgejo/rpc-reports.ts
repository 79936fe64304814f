/** UpdateTask and UpdateLog: what a runner reports on a task, with the recorded answers to wrong and repeated reports. */
import type { HttpResponse } from '../../forgejo/transport.ts';
import { finishTask } from './finish.ts';
import { integerField, listField, messageField, messageOf, type ProtoMessage, rpcError, rpcResponse, textField } from './rpc-wire.ts';
import { type LogLine, nowOf, type Result, type Runner, type State, type Task } from './state.ts';

const RESULTS: Readonly<Record<string, Result>> = {
  RESULT_SUCCESS: 'success',
  RESULT_FAILURE: 'failure',
  RESULT_CANCELLED: 'cancelled',
  RESULT_SKIPPED: 'skipped',
};

/** A task that is done keeps its result, which is also how a persistent runner hears of a cancel. */
export function updateTask(state: State, runner: Runner, message: ProtoMessage): HttpResponse {
  const reported = messageField(message, 'state');
  if (reported === null) return crashed();
  const task = state.tasks.get(integerField(reported, 'id'));
  if (task === undefined) return rpcError(500, 'internal', 'update task: resource does not exist');
  if (task.runnerId !== runner.id) return rpcError(500, 'internal', 'update task: invalid runner for task');
  const result = RESULTS[textField(reported, 'result')];
  if (task.status === 'running') {
    task.updatedAt = nowOf(state);
    if (result !== undefined) finishTask(state, task, result);
  }
  const sentOutputs = Object.keys(messageField(message, 'outputs') ?? {});
  return rpcResponse({ state: taskState(task), ...(sentOutputs.length === 0 ? {} : { sentOutputs }) });
}

/** Rows are taken only from the acknowledged index on; without new rows it just answers that index. */
export function updateLog(state: State, runner: Runner, message: ProtoMessage): HttpResponse {
  const id = integerField(message, 'taskId');
  const task = state.tasks.get(id);
  if (task === undefined) return rpcError(500, 'internal', `get task: task with id ${id}: resource does not exist`);
  if (task.runnerId !== runner.id) return rpcError(500, 'internal', 'invalid runner for task');
  const rows = listField(message, 'rows')
    .map(messageOf)
    .filter((row) => row !== null);
  const index = integerField(message, 'index');
  const acknowledged = task.log.length;
  if (rows.length === 0 || index > acknowledged || index + rows.length <= acknowledged) return acknowledge(task);
  if (task.logArchived) return rpcError(409, 'already_exists', 'log file has been archived');
  task.log.push(...rows.slice(acknowledged - index).map(logLine));
  task.logArchived = message['noMore'] === true;
  if (task.status === 'running') task.updatedAt = nowOf(state);
  return acknowledge(task);
}

function acknowledge(task: Task): HttpResponse {
  return rpcResponse(task.log.length === 0 ? {} : { ackIndex: String(task.log.length) });
}

/** A newline shows as the two characters `\n` in the real log. */
function logLine(row: ProtoMessage): LogLine {
  return { time: textField(row, 'time') || null, content: textField(row, 'content').replaceAll('\n', '\\n') };
}

function taskState(task: Task): ProtoMessage {
  const id = String(task.id);
  return task.status === 'running' ? { id } : { id, result: `RESULT_${task.status.toUpperCase()}` };
}

/** `UpdateTask {}` makes the real server panic, which it answers with a page. */
function crashed(): HttpResponse {
  return {
    status: 500,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '\n<!DOCTYPE html>\n<html lang="en-US">\n<head>\n\t<title>Internal server error</title>\n</head>\n</html>\n',
  };
}
