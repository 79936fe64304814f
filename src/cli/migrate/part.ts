/** What one look at the old set-up gives: fields of the new spec, and what is to be said of it. */
import type { Fields } from '../../api/objects.ts';
import { plainText } from '../manifests/plain-text.ts';

/** `todo`: to be done before the pool is applied, or it will not work. `left`: something that the pool does not have from the old set-up. */
export interface Note {
  readonly kind: 'todo' | 'left';
  readonly text: string;
}

export interface Part {
  /** Fields of `spec`, whole ones: two parts never share one. */
  readonly fields: Fields;
  readonly notes: readonly Note[];
}

/** Without `key` it is `token`. */
export interface TokenSecret {
  readonly name: string;
  readonly key?: string;
}

/** What `migrate` was told on its command line; null where the input is to decide. */
export interface Wishes {
  readonly url: string | null;
  readonly scope: Fields | null;
  readonly tokenSecret: TokenSecret | null;
  readonly namespace: string | null;
  readonly mode: 'Ephemeral' | 'Persistent' | null;
}

/** A pool that is not checked yet. */
export interface Draft extends Part {
  /** What it is made from: `Deployment ci/forgejo-runner (deploy/runner.yaml:2)`. */
  readonly origin: string;
  readonly name: string;
  readonly namespace: string | null;
}

export const NOTHING: Part = { fields: {}, notes: [] };

export function fields(fields: Fields): Part {
  return { fields, notes: [] };
}

/** Notes quote names of somebody else's. */
export function todo(text: string): Part {
  return { fields: {}, notes: [{ kind: 'todo', text: plainText(text) }] };
}

export function left(text: string): Part {
  return { fields: {}, notes: [{ kind: 'left', text: plainText(text) }] };
}

export function together(...parts: readonly Part[]): Part {
  return { fields: Object.fromEntries(parts.flatMap((part) => Object.entries(part.fields))), notes: parts.flatMap(({ notes }) => notes) };
}
