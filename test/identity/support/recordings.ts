/** What a real Forgejo 15 and a real OpenBao 2.6.2 said to each other's clients; tokens and signatures are masked. */
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../fixtures/recordings/openbao/', import.meta.url);

export type Claims = Readonly<Record<string, unknown>>;

export interface RecordedJwt {
  readonly header: { readonly alg: string };
  readonly claims: Claims;
}

export interface Pair {
  readonly label: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RecordedClaims {
  /** What was done to Forgejo. */
  readonly label: string;
  /** Absent when the job got no ID token. */
  readonly claims?: Claims;
}

function linesOf(name: string): readonly unknown[] {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** In the order in which they were recorded; one row of another shape, about latency, is left out. */
export const pairs = (linesOf('pairs.jsonl') as readonly Partial<Pair>[]).filter((row): row is Pair => row.request !== undefined);

export const events = linesOf('claims.jsonl') as readonly RecordedClaims[];

/** The first of that label. */
export function pairOf(label: string): Pair {
  const pair = pairs.find((candidate) => candidate.label === label);
  if (pair === undefined) throw new Error(`nothing recorded as "${label}"`);
  return pair;
}

/** What OpenBao called wrong; none for a good answer. */
export function errorsOf({ body }: Pick<Pair, 'body'>): readonly string[] {
  const { errors } = (typeof body === 'object' && body !== null ? body : {}) as { readonly errors?: readonly string[] };
  return errors ?? [];
}

/** The token of a recorded login, or null where it is masked whole or no token was sent. */
export function jwtOf({ request }: Pair): RecordedJwt | null {
  const jwt = request.body?.['jwt'];
  return typeof jwt === 'object' && jwt !== null ? (jwt as { readonly JWT: RecordedJwt }).JWT : null;
}

/** The claims of a job that did this. `where` picks one of several, for an action can start several jobs. */
export function claimsOf(label: string, where: Claims = {}): Claims {
  const wanted = Object.entries(where);
  const found = events.find((event) => event.label === label && wanted.every(([name, value]) => event.claims?.[name] === value));
  if (found?.claims === undefined) throw new Error(`no claims recorded for "${label}"`);
  return found.claims;
}
