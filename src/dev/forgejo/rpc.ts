/**
 * The runner protocol in its JSON form: `POST /api/actions/runner.v1.RunnerService/{method}` with the headers x-runner-uuid and
 * x-runner-token. Answers as recorded in dead-runner.jsonl; `handle` of FetchSingleTask and the header x-runner-request-key
 * are those that forgejo-runner 12.8 sends.
 */
import type { HttpResponse } from '../../forgejo/transport.ts';
import { takeTask } from './queue.ts';
import { updateLog, updateTask } from './rpc-reports.ts';
import { integerField, listField, type ProtoMessage, parseMessage, rpcError, rpcResponse, textField } from './rpc-wire.ts';
import { nowOf, type Runner, type State } from './state.ts';
import { taskMessage } from './task-message.ts';

export const RPC_METHODS = ['Declare', 'FetchTask', 'FetchSingleTask', 'UpdateTask', 'UpdateLog'] as const;
export type RpcMethod = (typeof RPC_METHODS)[number];

export interface RpcRequest {
  readonly method: RpcMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function answerRpc(state: State, request: RpcRequest): HttpResponse {
  const runner = authenticateRunner(state, request.headers);
  if (runner === null) return rpcError(401, 'unauthenticated', 'unregistered runner');
  markSeen(state, runner, request.method);
  const message = parseMessage(request.body);
  if (message === null) return rpcError(400, 'invalid_argument', 'unmarshal message: syntax error');
  const requestKey = request.headers['x-runner-request-key'] || null;
  switch (request.method) {
    case 'Declare':
      return declare(runner, message);
    case 'FetchTask':
      return fetchTask(state, runner, message, requestKey);
    case 'FetchSingleTask':
      return taskAnswer(state, runner, textField(message, 'handle') || null, requestKey);
    case 'UpdateTask':
      return updateTask(state, runner, message);
    case 'UpdateLog':
      return updateLog(state, runner, message);
  }
}

/** `ping.v1.PingService/Ping`, which asks for no credentials. */
export function answerPing(body: string): HttpResponse {
  const message = parseMessage(body) ?? {};
  return rpcResponse({ data: `Hello, ${textField(message, 'data')}!` });
}

function authenticateRunner(state: State, headers: Readonly<Record<string, string>>): Runner | null {
  const runner = [...state.runners.values()].find((known) => known.uuid === headers['x-runner-uuid']);
  return runner !== undefined && runner.token === headers['x-runner-token'] ? runner : null;
}

/** Every call makes a runner online, every report makes it active, whatever comes of it. */
function markSeen(state: State, runner: Runner, method: RpcMethod): void {
  const seconds = Math.floor(nowOf(state) / 1000);
  runner.lastOnline = seconds;
  if (method === 'UpdateTask' || method === 'UpdateLog') runner.lastActive = seconds;
}

function declare(runner: Runner, message: ProtoMessage): HttpResponse {
  runner.version = textField(message, 'version');
  runner.labels = listField(message, 'labels').filter((label) => typeof label === 'string');
  return rpcResponse({
    runner: {
      id: String(runner.id),
      uuid: runner.uuid,
      name: runner.name,
      version: runner.version,
      ...(runner.labels.length === 0 ? {} : { labels: runner.labels }),
      ...(runner.ephemeral ? { ephemeral: true } : {}),
    },
  });
}

/** A runner that says it knows the present version of the queue is not served: the real one saves the query then. */
function fetchTask(state: State, runner: Runner, message: ProtoMessage, requestKey: string | null): HttpResponse {
  const known = integerField(message, 'tasksVersion');
  if (known !== 0 && known === state.tasksVersion) return rpcResponse({ tasksVersion: String(known) });
  return taskAnswer(state, runner, null, requestKey);
}

function taskAnswer(state: State, runner: Runner, handle: string | null, requestKey: string | null): HttpResponse {
  const version = state.tasksVersion === 0 ? {} : { tasksVersion: String(state.tasksVersion) };
  const task = takeTask(state, runner, handle, requestKey);
  return rpcResponse(task === null ? version : { task: taskMessage(state, task), ...version });
}
