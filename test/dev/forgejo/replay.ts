/** Replays recorded requests against an embedded Forgejo and compares what matters of the answers. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { HttpResponse } from '../../../src/forgejo/transport.ts';
import type { Lab } from './lab.ts';

export interface RecordedRow {
  readonly label: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly token?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the recording does not show of a request, by label. */
export interface Unrecorded {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What happened besides the recorded requests, or instead of one. */
export interface Step {
  /** Row of the file, from 0. */
  readonly row: number;
  readonly because: string;
  readonly instead?: boolean;
  readonly run?: (lab: Lab) => Promise<unknown> | void;
}

const COMPARED_HEADERS = ['x-total-count', 'link', 'location', 'warning', 'content-type'] as const;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const DEFAULT_ROOT = 'http://127.0.0.1:3300';

/** The form POSTs of the runner files: the recordings show no body that was not JSON. */
export const UNRECORDED_BODIES: Readonly<Record<string, Unrecorded>> = {
  'create not json': { headers: { 'content-type': 'application/json' }, body: 'hello' },
  'create no body': { headers: { 'content-type': 'application/json' }, body: '' },
  'create form encoded': { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'name=formy' },
  'create no content-type': { headers: {}, body: '{"name":"x"}' },
};

export function readRows(file: string): readonly RecordedRow[] {
  const text = readFileSync(new URL(`../../fixtures/recordings/forgejo/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Names ids, uuids and tokens by their first appearance, so that two worlds can be compared. */
export function createNames(): (text: string) => string {
  const names = new Map<string, string>();
  const name = (kind: string, value: string): string => {
    const known = names.get(value) ?? `${kind}-${names.size}`;
    names.set(value, known);
    return known;
  };
  return (text) =>
    text
      .replace(UUID, (uuid) => name('uuid', uuid))
      .replace(/"token":"([^"]+)"/g, (_, token: string) => `"token":"${name('token', token)}"`);
}

export async function replay(
  lab: Lab,
  rows: readonly RecordedRow[],
  options: { readonly steps?: readonly Step[]; readonly unrecorded?: Readonly<Record<string, Unrecorded>>; readonly root?: string } = {},
): Promise<void> {
  const recordedNames = createNames();
  const ownNames = createNames();
  for (const [index, row] of rows.entries()) {
    const steps = (options.steps ?? []).filter((step) => step.row === index);
    for (const step of steps) await step.run?.(lab);
    if (steps.some((step) => step.instead)) continue;
    const answer = await send(lab, row, options.unrecorded?.[row.label], options.root ?? DEFAULT_ROOT);
    expect({ label: row.label, ...seen(answer, ownNames) }).toEqual({ label: row.label, ...recorded(row, recordedNames) });
  }
}

function send(lab: Lab, row: RecordedRow, unrecorded: Unrecorded | undefined, root: string): Promise<HttpResponse> {
  const { method, path, token, body } = row.request;
  const sha1 = token == null ? undefined : (lab.tokens.get(token) ?? token);
  return lab.forgejo.handle({
    method,
    url: root + path,
    headers: {
      ...(unrecorded?.headers ?? { 'content-type': 'application/json' }),
      ...(sha1 === undefined || unrecorded?.headers?.['authorization'] !== undefined ? {} : { authorization: `token ${sha1}` }),
    },
    body: unrecorded?.body ?? (body == null ? '' : JSON.stringify(body)),
    timeoutMs: 10_000,
  });
}

function recorded(row: RecordedRow, names: (text: string) => string): object {
  const body = typeof row.body === 'string' ? row.body : JSON.stringify(row.body);
  return { status: row.status, headers: compared(row.headers ?? {}), body: parsed(names(body)) };
}

function seen(answer: HttpResponse, names: (text: string) => string): object {
  const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
  const body = isJson ? JSON.stringify(JSON.parse(answer.body)) : answer.body;
  return { status: answer.status, headers: compared(answer.headers), body: parsed(names(body)) };
}

function compared(headers: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(COMPARED_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
