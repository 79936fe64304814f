/** Sends requests to an embedded Forgejo as the recorded clients did. */
import type { EmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import type { HttpResponse } from '../../../src/forgejo/transport.ts';
import type { Lab } from './lab.ts';

const ROOT_URL = 'http://127.0.0.1:3300';

export interface Credentials {
  readonly id: number;
  readonly uuid: string;
  readonly token: string;
}

/** `token`: by its recorded name. A body that is no string is sent as JSON. */
export function rest(lab: Lab, method: string, path: string, token: string | null, body?: unknown): Promise<HttpResponse> {
  const sha1 = token === null ? undefined : (lab.tokens.get(token) ?? token);
  return lab.forgejo.handle({
    method,
    url: ROOT_URL + path,
    headers: { 'content-type': 'application/json', ...(sha1 === undefined ? {} : { authorization: `token ${sha1}` }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    timeoutMs: 10_000,
  });
}

/** Registers a runner; `scope`: `admin`, `user`, `orgs/NAME` or `repos/OWNER/NAME`. */
export async function register(lab: Lab, scope: string, ephemeral = true): Promise<Credentials> {
  const token = scope === 'admin' ? 'ADMIN_ALL' : 'DEV_ALL';
  const answer = await rest(lab, 'POST', `/api/v1/${scope}/actions/runners`, token, { name: 'r', ephemeral });
  if (answer.status !== 201) throw new Error(`registering at ${scope} answered ${answer.status}`);
  return JSON.parse(answer.body);
}

export function rpc(
  forgejo: EmbeddedForgejo,
  runner: { readonly uuid: string; readonly token: string },
  method: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  return forgejo.handle({
    method: 'POST',
    url: `${ROOT_URL}/api/actions/runner.v1.RunnerService/${method}`,
    headers: { 'content-type': 'application/json', 'x-runner-uuid': runner.uuid, 'x-runner-token': runner.token, ...headers },
    body: JSON.stringify(message),
    timeoutMs: 10_000,
  });
}

/** Registers, declares and fetches that job; returns the runner and its task. */
export async function take(
  lab: Lab,
  scope: string,
  handle: string,
  labels: readonly string[],
  ephemeral = true,
): Promise<{ readonly runner: Credentials; readonly taskId: string | null }> {
  const runner = await register(lab, scope, ephemeral);
  return { runner, taskId: await fetch(lab, runner, handle, labels) };
}

export async function fetch(lab: Lab, runner: Credentials, handle: string, labels: readonly string[]): Promise<string | null> {
  await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels });
  const answer = await rpc(lab.forgejo, runner, 'FetchSingleTask', { handle });
  return JSON.parse(answer.body).task?.id ?? null;
}

export function finish(lab: Lab, runner: Credentials, taskId: string | null, result = 'RESULT_SUCCESS'): Promise<HttpResponse> {
  return rpc(lab.forgejo, runner, 'UpdateTask', { state: { id: taskId, result, stoppedAt: '2026-11-24T00:00:00Z' } });
}

/** Takes and finishes that job with a new ephemeral runner; false when it did not get it. */
export async function runJob(lab: Lab, scope: string, handle: string, labels: readonly string[]): Promise<boolean> {
  const { runner, taskId } = await take(lab, scope, handle, labels);
  if (taskId === null) return false;
  await finish(lab, runner, taskId);
  return true;
}
