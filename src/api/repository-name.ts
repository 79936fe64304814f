/** How repositories are named in a spec: `OWNER/NAME`, or by the id that Forgejo gave them. */

/** Owner, user or organization. No name may be a relative path segment, since names become part of a URL. */
export const OWNER_PATTERN = '[A-Za-z0-9_][A-Za-z0-9._-]*';
export const REPOSITORY_PATTERN = `^${OWNER_PATTERN}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]*$`;
/** Decimal digits, as many as the largest exact integer of JSON has. */
export const REPOSITORY_ID_PATTERN = '^[1-9][0-9]{0,15}$';

const repository = new RegExp(REPOSITORY_PATTERN);
const id = new RegExp(REPOSITORY_ID_PATTERN);

export type NamedRepository =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'name'; readonly owner: string; readonly name: string };

/** Null for what is neither `OWNER/NAME` nor an id from 1 to 2^53 - 1. */
export function parseRepository(text: string): NamedRepository | null {
  if (id.test(text)) return Number.isSafeInteger(Number(text)) ? { kind: 'id', id: Number(text) } : null;
  if (!repository.test(text)) return null;
  const [owner = '', name = ''] = text.split('/');
  return { kind: 'name', owner, name };
}
