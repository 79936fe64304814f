/** The runners API of one scope, after authorization. */
import type { HttpResponse } from '../../forgejo/transport.ts';
import type { Target } from './authorize.ts';
import { listJobs } from './job-list.ts';
import { pageOf } from './paging.ts';
import { runningTasks } from './queue.ts';
import { randomText } from './random.ts';
import { emptyResponse, errorResponse, jsonResponse } from './respond.ts';
import { decodeRunnerForm } from './runner-form.ts';
import { createRunner, isOwn, isVisible, listRunners, viewOf } from './runners.ts';
import type { Runner, State } from './state.ts';

const REGISTRATION_TOKEN_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const MAX_INT64 = 2n ** 63n - 1n;

export type RunnerEndpoint =
  | { readonly kind: 'list' }
  | { readonly kind: 'create' }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'jobs' }
  | { readonly kind: 'registrationToken' };

export interface RunnerRequest {
  readonly target: Target;
  readonly endpoint: RunnerEndpoint;
  /** Absolute URL without query, as `Link` shows it. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: string;
}

export function answerRunnerRequest(state: State, request: RunnerRequest): HttpResponse {
  const { endpoint, target } = request;
  switch (endpoint.kind) {
    case 'list':
      return list(state, request);
    case 'create':
      return create(state, request);
    case 'get': {
      const runner = find(state, target, endpoint.id);
      return runner === undefined ? missing(state, endpoint.id) : jsonResponse(200, viewOf(state, runner));
    }
    case 'delete':
      return remove(state, target, endpoint.id);
    case 'jobs':
      return jsonResponse(200, listJobs(state, target, request.query.get('labels')));
    case 'registrationToken':
      return jsonResponse(200, { token: registrationToken(state, target) });
  }
}

function list(state: State, request: RunnerRequest): HttpResponse {
  const rows = listRunners(state, request.target, request.query.get('visible') === 'true');
  const page = pageOf(rows, request.query, request.url);
  const total = { 'x-total-count': String(rows.length) };
  return jsonResponse(
    200,
    page.rows.map((runner) => viewOf(state, runner)),
    page.link === null ? total : { ...total, link: page.link },
  );
}

function create(state: State, request: RunnerRequest): HttpResponse {
  const decoded = decodeRunnerForm(request.contentType, request.body);
  if (decoded.kind === 'invalid') return errorResponse(state, 422, decoded.message);
  const { id, uuid, token } = createRunner(state, request.target, decoded.form);
  return jsonResponse(201, { id, uuid, token });
}

/** Without any protection of a busy runner: its job stays `running` until the zombie time-out. */
function remove(state: State, target: Target, id: string): HttpResponse {
  const runner = find(state, target, id);
  if (runner === undefined) return missing(state, id);
  if (target.kind !== 'instance' && !isOwn(target, runner)) {
    return errorResponse(state, 404, 'No permission to delete this runner');
  }
  state.deletions.push({
    id: runner.id,
    uuid: runner.uuid,
    name: runner.name,
    runningTask: runningTasks(state, runner)[0]?.id ?? null,
    at: state.clock.now(),
  });
  state.runners.delete(runner.id);
  return emptyResponse(204);
}

function find(state: State, target: Target, id: string): Runner | undefined {
  const runner = state.runners.get(Number(idOf(id)));
  return runner !== undefined && isVisible(target, runner) ? runner : undefined;
}

function missing(state: State, id: string): HttpResponse {
  return errorResponse(state, 404, `runner with ID ${idOf(id)}: resource does not exist`);
}

/** As Go's ParseInt leaves it: 0 for what is no number, the largest int64 for what is too large. */
function idOf(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) return 0n;
  const id = BigInt(text.replace('+', ''));
  if (id > MAX_INT64) return MAX_INT64;
  return id < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : id;
}

/** Reusable, the same until it is reset. */
function registrationToken(state: State, target: Target): string {
  const key = `${target.kind}/${target.ownerId}/${target.repositoryId}`;
  const token = state.registrationTokens.get(key) ?? randomText(state.random, REGISTRATION_TOKEN_ALPHABET, 43);
  state.registrationTokens.set(key, token);
  return token;
}
