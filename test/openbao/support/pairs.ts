/** What a real OpenBao 2.6.2 was asked and answered. */
import { readFileSync } from 'node:fs';
import type { HttpResponse } from '../../../src/forgejo/transport.ts';

export interface Pair {
  readonly label: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly token?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** In place of what the recorder masked: a token of OpenBao, or a value in its store. */
export const UNMASKED = 's.bao0canary0of0a0token00';

const file = new URL('../../fixtures/recordings/openbao/pairs.jsonl', import.meta.url);

export const PAIRS: readonly Pair[] = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
  .filter((row) => 'request' in row);

export const LOGINS = PAIRS.filter(({ request }) => /^\/v1\/auth\/.*\/login$/.test(request.path));
export const READS = PAIRS.filter(({ request }) => request.method === 'GET' && /^\/v1\/(kv|secret)\/data\//.test(request.path));
export const HEALTHS = PAIRS.filter(({ request }) => request.method === 'GET' && request.path.startsWith('/v1/sys/health'));

/** The one pair of that label, or the given one of several. Throws when there is none. */
export function pair(label: string, index = 0): Pair {
  const found = PAIRS.filter((row) => row.label === label)[index];
  if (found === undefined) throw new Error(`no recorded pair is called ${label}`);
  return found;
}

export function responseOf({ status, headers, body }: Pair): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: text.replaceAll(/<masked[^>]*>/g, UNMASKED) };
}
