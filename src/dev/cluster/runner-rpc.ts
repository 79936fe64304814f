/**
 * The runner's side of Forgejo's runner protocol in its JSON form: `POST {url}/api/actions/runner.v1.RunnerService/{method}`
 * with x-runner-uuid and x-runner-token (recordings/forgejo/dead-runner.jsonl, rpc-task.json).
 */
import type { Transport } from '../../forgejo/transport.ts';

export interface RunnerIdentity {
  readonly url: string;
  readonly uuid: string;
  readonly token: string;
  /** Names, without `:docker://…` or `:host`. */
  readonly labels: readonly string[];
}

export type RpcAnswer =
  | { readonly kind: 'ok'; readonly message: Readonly<Record<string, unknown>> }
  /** 401: the registration is unknown, deleted, or gone with its task. */
  | { readonly kind: 'unregistered' }
  | { readonly kind: 'failed' };

export type RpcMethod = 'Declare' | 'FetchSingleTask' | 'FetchTask' | 'UpdateTask' | 'UpdateLog';

/** One call of the protocol. */
export type RunnerRpc = (method: RpcMethod, message: object) => Promise<RpcAnswer>;

/** What the runner gives a call before it takes it for failed. */
const TIMEOUT_MS = 60_000;

export function createRunnerRpc(transport: Transport, identity: RunnerIdentity): RunnerRpc {
  return async (method, message) => {
    try {
      const response = await transport({
        method: 'POST',
        url: `${identity.url}/api/actions/runner.v1.RunnerService/${method}`,
        headers: { 'content-type': 'application/json', 'x-runner-uuid': identity.uuid, 'x-runner-token': identity.token },
        body: JSON.stringify(message),
        timeoutMs: TIMEOUT_MS,
      });
      if (response.status === 401) return { kind: 'unregistered' };
      if (response.status !== 200) return { kind: 'failed' };
      const body: unknown = JSON.parse(response.body);
      return typeof body === 'object' && body !== null ? { kind: 'ok', message: { ...body } } : { kind: 'failed' };
    } catch {
      // The runner retries whatever broke; what it was does not matter to it.
      return { kind: 'failed' };
    }
  };
}

export interface Task {
  readonly id: string;
  readonly durationMs: number;
  readonly result: 'RESULT_SUCCESS' | 'RESULT_FAILURE';
}

const DEFAULT_DURATION_MS = 1000;

/** The task of a fetch; its workflow's first `sleep SECONDS` says how long it takes, an `exit` other than 0 that it fails. */
export function taskOf(message: Readonly<Record<string, unknown>>): Task | null {
  const { task } = message;
  if (typeof task !== 'object' || task === null || !('id' in task) || typeof task.id !== 'string') return null;
  const payload = 'workflowPayload' in task && typeof task.workflowPayload === 'string' ? task.workflowPayload : '';
  const workflow = Buffer.from(payload, 'base64').toString();
  const seconds = /\bsleep ([0-9.]+)/.exec(workflow)?.[1];
  return {
    id: task.id,
    durationMs: seconds === undefined ? DEFAULT_DURATION_MS : Number(seconds) * 1000,
    result: /\bexit [1-9]/.test(workflow) ? 'RESULT_FAILURE' : 'RESULT_SUCCESS',
  };
}
