/** One GET to OpenBao with the token that was given. Nothing is written, no redirect is followed. */
import type { Decoded } from '../../../forgejo/schemas.ts';
import { type HttpResponse, type Transport, TransportError } from '../../../forgejo/transport.ts';

/** Medians are a few ms; a standby that has lost its leader may take long. */
const TIMEOUT_MS = 5_000;

export interface BaoAccess {
  /** Base URL without a slash at its end. */
  readonly address: string;
  readonly token: string;
  /** null: the root namespace. */
  readonly namespace: string | null;
  /** PEM bundle to trust instead of the system's. */
  readonly ca?: string;
}

export type BaoFailure =
  | { readonly kind: 'denied' | 'sealed' | 'redirected' | 'throttled' | 'timeout'; readonly path: string }
  | { readonly kind: 'status'; readonly path: string; readonly status: number }
  | { readonly kind: 'unreachable'; readonly path: string; readonly code: string }
  | { readonly kind: 'nonsense'; readonly path: string; readonly problem: string };

export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly failure: BaoFailure };

/** `path`: below `/v1/`, its steps as they are, with its query. */
export type Read = <T>(path: string, decode: (body: string) => Decoded<T>) => Promise<Answer<T>>;

export function reader(transport: Transport, access: BaoAccess): Read {
  const { address, token, namespace, ca } = access;
  const headers = {
    accept: 'application/json',
    'x-vault-request': 'true',
    'x-vault-token': token,
    ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
  };
  return (path, decode) => ask(transport, { path, url: `${address}/v1/${path}`, headers, ...(ca === undefined ? {} : { ca }) }, decode);
}

interface Question {
  /** As findings name it. */
  readonly path: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: string;
}

export async function ask<T>(transport: Transport, question: Question, decode: (body: string) => Decoded<T>): Promise<Answer<T>> {
  const { path, ...request } = question;
  try {
    return judge(path, await transport({ method: 'GET', timeoutMs: TIMEOUT_MS, ...request }), decode);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const { because } = error;
    if (because.kind === 'timeout') return { kind: 'failed', failure: { kind: 'timeout', path } };
    return {
      kind: 'failed',
      failure: { kind: 'unreachable', path, code: because.kind === 'unreachable' ? because.code : 'address refused' },
    };
  }
}

/** Statuses are OpenBao's own, measured with 2.6: 404 is what is not there, 307 a standby whose leader is gone. */
function judge<T>(path: string, { status, body }: HttpResponse, decode: (body: string) => Decoded<T>): Answer<T> {
  if (status === 404) return { kind: 'absent' };
  if (status === 403 || status === 401) return { kind: 'failed', failure: { kind: 'denied', path } };
  if (status === 503) return { kind: 'failed', failure: { kind: 'sealed', path } };
  if (status === 429) return { kind: 'failed', failure: { kind: 'throttled', path } };
  if (status >= 300 && status < 400) return { kind: 'failed', failure: { kind: 'redirected', path } };
  if (status !== 200) return { kind: 'failed', failure: { kind: 'status', path, status } };
  const decoded = decode(body);
  return decoded.ok
    ? { kind: 'found', value: decoded.value }
    : { kind: 'failed', failure: { kind: 'nonsense', path, problem: decoded.problem } };
}

/** A name as steps of a path; null when a proxy or OpenBao would read another path. */
export function steps(name: string): string | null {
  const parts = name.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? null : parts.map(encodeURIComponent).join('/');
}
