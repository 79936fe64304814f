/** One call to the API: time-outs, one retry where repeating is harmless, and every answer turned into a value or a failure. */
import type { Clock } from '../clock.ts';
import type { ForgejoFailure } from '../pool/failure.ts';
import type { Access } from './access.ts';
import { failureOfError, failureOfResponse, type Where } from './failures.ts';
import type { Decoded } from './schemas.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts';

/** One request: medians are 5 to 70 ms, the slowest of 200 parallel ones took 0.85 s, and two must fit into a hook's 10 s. */
export const REQUEST_TIMEOUT_MS = 4_000;
/** One call with its retry, or one list with all its pages: leaves 4 of a hook's 10 s for deciding and answering. */
export const CALL_BUDGET_MS = 6_000;
/** A retry with less time than this would only wait in vain. */
const LEAST_RETRY_MS = 500;

/** Who is asked, and how. */
export interface Connection {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly access: Access;
  /** Per request, ms; REQUEST_TIMEOUT_MS when not given. */
  readonly timeoutMs?: number;
  /** Per call with retries and pages, ms; CALL_BUDGET_MS when not given. */
  readonly budgetMs?: number;
}

/** `serverDate`: the `Date` header of the last answer, ms since the epoch; null without one. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly serverDate: number | null }
  | { readonly ok: false; readonly failure: ForgejoFailure; readonly serverDate: number | null };

export interface Call<T> extends Where {
  /** Query with its `?`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly success: number;
  readonly decode: (body: string, headers: HttpResponse['headers']) => Decoded<T>;
  /** What another status means when it is an answer all the same; null when it is a failure. */
  readonly otherwise?: (response: HttpResponse) => T | null;
  /** Own clock; the call ends by then. Only the first request is made for sure. */
  readonly deadline: number;
}

/** The moment by which a call that begins now has to end, own clock. */
export function deadlineOf(connection: Connection): number {
  return connection.clock.now() + (connection.budgetMs ?? CALL_BUDGET_MS);
}

/** GET and DELETE are tried again once when the connection broke, the time was over or the answer was 5xx; POST never. */
export async function call<T>(connection: Connection, request: Call<T>): Promise<Result<T>> {
  const first = await attempt(connection, request);
  if (first.ok || request.method === 'POST' || !isPassing(first.failure)) return first;
  if (request.deadline - connection.clock.now() < LEAST_RETRY_MS) return first;
  return attempt(connection, request);
}

async function attempt<T>(connection: Connection, request: Call<T>): Promise<Result<T>> {
  const where: Where = { method: request.method, path: request.path };
  const left = Math.max(request.deadline - connection.clock.now(), LEAST_RETRY_MS);
  const timeoutMs = Math.min(connection.timeoutMs ?? REQUEST_TIMEOUT_MS, left);
  try {
    const response = await connection.transport(httpRequest(connection.access, request, timeoutMs));
    return read(where, request, response);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ok: false, failure: failureOfError(where, error, timeoutMs), serverDate: null };
  }
}

function httpRequest<T>(access: Access, request: Call<T>, timeoutMs: number): HttpRequest {
  const headers = request.headers ?? { authorization: `token ${access.token}` };
  return {
    method: request.method,
    url: `${access.url.replace(/\/+$/, '')}${request.path}${request.query ?? ''}`,
    headers: { accept: 'application/json', ...(request.body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    timeoutMs,
    ...(access.ca === undefined ? {} : { ca: access.ca }),
  };
}

function read<T>(where: Where, request: Call<T>, response: HttpResponse): Result<T> {
  const serverDate = parseDate(response.headers.date);
  const other = response.status === request.success ? null : (request.otherwise?.(response) ?? null);
  if (other !== null) return { ok: true, value: other, serverDate };
  if (response.status >= 300) return { ok: false, failure: failureOfResponse(where, response), serverDate };
  if (response.status !== request.success) {
    return { ok: false, failure: { ...where, kind: 'nonsense', problem: `status ${response.status}` }, serverDate };
  }
  const decoded = request.decode(response.body, response.headers);
  if (!decoded.ok) return { ok: false, failure: { ...where, kind: 'nonsense', problem: decoded.problem }, serverDate };
  return { ok: true, value: decoded.value, serverDate };
}

/** What comes later can be neither written as RFC 3339 nor meant. */
const LATEST_DATE = Date.UTC(9000, 0, 1);

function parseDate(header: string | undefined): number | null {
  const date = Date.parse(header ?? '');
  return date >= 0 && date < LATEST_DATE ? date : null;
}

function isPassing(failure: ForgejoFailure): boolean {
  return failure.kind === 'timeout' || failure.kind === 'unreachable' || failure.kind === 'serverError';
}
