/** A job that can not be had is tried again, and less and less often. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { handleOf, ownerOf } from './seen.ts';

const WINDOW_MS = 60_000;
/** The back-off from 5 s on makes five of them, the early retries of a job that is held back six; people make some more. */
const MOST_IN_WINDOW = 8;

export const retriesBackOff: Invariant = {
  name: 'retriesBackOff',
  because: 'a job that waits for its concurrency group must not cost a registration and a Pod every few seconds',
  start() {
    const known = new Set<string>();
    const births = new Map<string, readonly number[]>();
    return (seen) => {
      const fresh = seen.rows.filter(({ uuid }) => !known.has(uuid));
      for (const { uuid } of fresh) known.add(uuid);
      return firstOf(fresh, (row) => {
        const pool = ownerOf(row);
        const handle = handleOf(row);
        if (pool === null || handle === null) return null;
        const key = `${pool} ${handle}`;
        const recent = [...(births.get(key) ?? []).filter((at) => at > seen.now - WINDOW_MS), seen.now];
        births.set(key, recent);
        return recent.length > MOST_IN_WINDOW ? `${recent.length} runners within a minute for one job, the last one ${row.name}` : null;
      });
    };
  },
};
