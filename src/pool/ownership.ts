/** Whose a registration is: its description names the pool by uid, which nobody but the pool's operator writes. */
import { NO_HANDLE } from '../api/keys.ts';
import type { Registration } from './forgejo.ts';
import type { Instant } from './instant.ts';
import { keptBy } from './kept-by.ts';

export interface Ownership {
  readonly poolUid: string;
  readonly handle: string | null;
  readonly attempt: number;
  /** Forgejo's `Date` of the list read before the POST; serves only the age of rows without a Secret. */
  readonly createdAt: Instant;
}

const PATTERN = /^forgejo-runner-operator pool=(\S+) handle=(\S+) attempt=(\d{1,15}) created=(\S+)$/;

export function describeOwnership(ownership: Ownership): string {
  const created = new Date(ownership.createdAt).toISOString();
  return `forgejo-runner-operator pool=${ownership.poolUid} handle=${ownership.handle ?? NO_HANDLE} attempt=${ownership.attempt} created=${created}`;
}

/** Null for a registration that no pool of this operator made. */
export function readOwnership(description: string): Ownership | null {
  const match = PATTERN.exec(description);
  if (match === null) return null;
  const [, poolUid = '', handle = '', attempt = '', created = ''] = match;
  const createdAt = Date.parse(created);
  if (Number.isNaN(createdAt)) return null;
  return { poolUid, handle: handle === NO_HANDLE ? null : handle, attempt: Number(attempt), createdAt };
}

export interface OwnedRegistration {
  readonly row: Registration;
  readonly ownership: Ownership;
}

interface Owners {
  readonly all: readonly OwnedRegistration[];
  readonly byPool: ReadonlyMap<string, readonly OwnedRegistration[]>;
}

/** The registrations of one pool, with what their descriptions say. */
export function ownRegistrations(rows: readonly Registration[], poolUid: string): readonly OwnedRegistration[] {
  return ownersOf(rows).byPool.get(poolUid) ?? [];
}

/** Those of every pool of this operator, in the order of the list. */
export function ownedRegistrations(rows: readonly Registration[]): readonly OwnedRegistration[] {
  return ownersOf(rows).all;
}

const ownersOf = keptBy((rows: readonly Registration[]): Owners => {
  const all = rows.flatMap((row) => {
    const ownership = readOwnership(row.description);
    return ownership === null ? [] : [{ row, ownership }];
  });
  return { all, byPool: Map.groupBy(all, ({ ownership }) => ownership.poolUid) };
});
