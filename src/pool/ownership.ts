/** Whose a registration is: its description names the pool by uid, which nobody but the pool's operator writes. */
import { NO_HANDLE } from '../api/keys.ts';
import type { Ownership, Registration } from './forgejo.ts';
import { keptBy } from './kept-by.ts';

/** Kubernetes' uids and Forgejo's handles are UUIDs; a server may write any text, and no long one is looked through or kept. */
const PATTERN = /^forgejo-runner-operator pool=(\S{1,64}) handle=(\S{1,64}) attempt=(\d{1,15}) created=(\S{1,40})$/;

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

export interface OwnRegistration extends Registration {
  readonly ownership: Ownership;
}

/** The registrations of one pool, in the order of the list. */
export function ownRegistrations(rows: readonly Registration[], poolUid: string): readonly OwnRegistration[] {
  return ownByPool(rows).get(poolUid) ?? [];
}

const ownByPool = keptBy(
  (rows: readonly Registration[]): ReadonlyMap<string, readonly OwnRegistration[]> =>
    Map.groupBy(rows.filter(isOwned), ({ ownership }) => ownership.poolUid),
);

function isOwned(row: Registration): row is OwnRegistration {
  return row.ownership !== null;
}
