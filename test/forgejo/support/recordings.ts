import { readFileSync } from 'node:fs';
import type { HttpRequest, HttpResponse, Transport } from '../../../src/forgejo/transport.ts';

const FOLDER = new URL('../../fixtures/recordings/forgejo/', import.meta.url);

export interface Recorded {
  readonly label: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    /** Name of the API token; absent for the runner protocol. */
    readonly token?: string | null;
    readonly body: unknown;
  };
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly raw?: string;
}

export function recordingFiles(): readonly string[] {
  return [
    'actions-disabled',
    'jobs',
    'jobs-scopes',
    'misc',
    'paging',
    'runners-admin',
    'runners-org',
    'runners-repo',
    'runners-user',
    'stuck-jobs',
    'unit-off',
  ].map((name) => `${name}.jsonl`);
}

export function recordings(file: string): readonly Recorded[] {
  return readFileSync(new URL(file, FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recorded => JSON.parse(line));
}

export function authorizationMatrix(): Readonly<Record<string, readonly [number, string]>> {
  return JSON.parse(readFileSync(new URL('authz-matrix.json', FOLDER), 'utf8'));
}

/** The recorder kept the first 4000 characters of the text; the parsed body is whole. */
const RAW_LIMIT = 4_000;

export function responseOf(row: Recorded): HttpResponse {
  const text = typeof row.body === 'string' ? row.body : JSON.stringify(row.body);
  const whole = row.raw !== undefined && row.raw.length < RAW_LIMIT;
  return { status: row.status, headers: row.headers ?? {}, body: whole ? row.raw : text };
}

/** Answers with the recorded rows of the same method, path, token label and body, each once, the last one for ever. */
export function replay(rows: readonly Recorded[]): Transport {
  const used = new Set<Recorded>();
  return (request) => {
    const matching = rows.filter((row) => fits(row, request));
    const row = matching.find((candidate) => !used.has(candidate)) ?? matching.at(-1);
    if (row === undefined) return Promise.reject(new Error(`nothing recorded for ${request.method} ${request.url}`));
    used.add(row);
    return Promise.resolve(responseOf(row));
  };
}

function fits(row: Recorded, request: HttpRequest): boolean {
  const url = new URL(request.url);
  if (row.request.method !== request.method || row.request.path !== `${url.pathname}${url.search}`) return false;
  const token = row.request.token;
  if (token !== undefined && token !== null && request.headers.authorization !== `token ${token}`) return false;
  return request.body === undefined || JSON.stringify(row.request.body) === request.body;
}
