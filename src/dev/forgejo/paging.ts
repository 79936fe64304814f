/**
 * Forgejo's paging of the runner list, with its traps: without `page >= 1` every row is sent, yet `Link` names a next page.
 * Recorded in recordings/forgejo/paging.jsonl.
 */
export const DEFAULT_PAGE_SIZE = 30;
export const MAX_PAGE_SIZE = 50;

export interface Page<T> {
  readonly rows: readonly T[];
  /** Null when there is but one page. */
  readonly link: string | null;
}

/** `url`: absolute, without query. */
export function pageOf<T>(rows: readonly T[], query: URLSearchParams, url: string): Page<T> {
  const asked = integer(query.get('page'));
  const size = pageSize(integer(query.get('limit')));
  const shown = asked < 1 ? rows : rows.slice((asked - 1) * size, asked * size);
  const last = Math.ceil(rows.length / size);
  const current = Math.min(Math.max(asked, 1), last);
  const links: string[] = [];
  if (current < last) links.push(linkTo(query, url, current + 1, 'next'), linkTo(query, url, last, 'last'));
  if (current > 1) links.push(linkTo(query, url, 1, 'first'), linkTo(query, url, current - 1, 'prev'));
  return { rows: shown, link: links.length === 0 ? null : links.join(',') };
}

function linkTo(query: URLSearchParams, url: string, page: number, relation: string): string {
  const parameters = new URLSearchParams(query);
  parameters.set('page', String(page));
  parameters.sort();
  return `<${url}?${parameters.toString()}>; rel="${relation}"`;
}

function pageSize(limit: number): number {
  if (limit <= 0) return DEFAULT_PAGE_SIZE;
  return Math.min(limit, MAX_PAGE_SIZE);
}

/** What Go's Atoi leaves of it: 0 for anything but a decimal integer. */
function integer(text: string | null): number {
  return text !== null && /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}
