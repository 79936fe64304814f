/**
 * The scope's whole runner list. Without `page` Forgejo answers with every row in one consistent read; paged, rows move
 * between pages while runners poll (473 of 509 walks missed or doubled rows), so a walk is the last resort and says
 * whether it can prove an absence (facts: section 1, "Paging"; runner lifecycle, section 5).
 */

import type { Scope } from '../api/scope.ts';
import type { Registration } from '../pool/forgejo.ts';
import { type Connection, call, deadlineOf, type Result } from './call.ts';
import { type Decoded, decodeRegistrations } from './schemas.ts';
import { runnersPath } from './scope-path.ts';

export interface RegistrationList {
  /** Distinct ids. */
  readonly rows: readonly Registration[];
  /** False when the rows and `X-Total-Count` do not agree: then a missing row is no absence. */
  readonly complete: boolean;
}

/** Forgejo's MAX_RESPONSE_ITEMS, which caps `limit`. */
const PAGE_SIZE = 50;
/** 10 000 rows; a walk that long has lost its meaning. */
const MAX_PAGES = 200;

interface Page {
  readonly rows: readonly Registration[];
  readonly total: number;
}

export async function listRegistrations(connection: Connection, scope: Scope): Promise<Result<RegistrationList>> {
  const deadline = deadlineOf(connection);
  for (const _ of ['first', 'again']) {
    const whole = await readPage(connection, scope, '', deadline);
    if (!whole.ok) return whole;
    const rows = distinct(whole.value.rows);
    if (rows.length === whole.value.total) return { ...whole, value: { rows, complete: true } };
  }
  return walk(connection, scope, deadline);
}

/** Ends at an empty page, at one without a new row, when all rows are there, or when the time is over. */
async function walk(connection: Connection, scope: Scope, deadline: number): Promise<Result<RegistrationList>> {
  const pages: Page[] = [];
  let rows: readonly Registration[] = [];
  let serverDate: number | null = null;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await readPage(connection, scope, `?page=${page}&limit=${PAGE_SIZE}`, deadline);
    if (!answer.ok) return answer;
    serverDate = answer.serverDate;
    pages.push(answer.value);
    const seen = rows.length;
    rows = distinct([...rows, ...answer.value.rows]);
    if (rows.length === seen || rows.length >= answer.value.total || connection.clock.now() >= deadline) break;
  }
  return { ok: true, value: { rows, complete: pages.every(({ total }) => total === rows.length) }, serverDate };
}

function readPage(connection: Connection, scope: Scope, query: string, deadline: number): Promise<Result<Page>> {
  return call(connection, {
    method: 'GET',
    path: runnersPath(scope),
    query,
    success: 200,
    decode: decodePage,
    deadline,
  });
}

function decodePage(body: string, headers: Readonly<Record<string, string>>): Decoded<Page> {
  const total = headers['x-total-count'] ?? '';
  if (!/^\d{1,9}$/.test(total)) return { ok: false, problem: 'header x-total-count: not a number' };
  const rows = decodeRegistrations(body);
  return rows.ok ? { ok: true, value: { rows: rows.value, total: Number(total) } } : rows;
}

/** The last row seen of an id is the freshest. */
function distinct(rows: readonly Registration[]): readonly Registration[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
