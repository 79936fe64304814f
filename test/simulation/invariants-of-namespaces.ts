/** A namespace that goes away takes nothing new. */
import { firstOf, type Invariant } from './invariant.ts';
import { ownerOf } from './seen.ts';

/** How long a namespace may still look well to a decision: informers lag by 5 s, a call takes up to 10 s and is repeated. */
const REMEMBERED_MS = 30_000;

export const leavingNamespacesGetNothing: Invariant = {
  name: 'leavingNamespacesGetNothing',
  because: 'a registration whose Secret is refused is nobody’s, and Pods that start there are ended at once',
  start({ namespacesGone }) {
    const goneSince = new Map<number, number>();
    const known = new Set<string>();
    return (seen) => {
      for (const index of namespacesGone) if (!goneSince.has(index)) goneSince.set(index, seen.now);
      const fresh = seen.rows.filter(({ uuid }) => !known.has(uuid));
      for (const { uuid } of fresh) known.add(uuid);
      return firstOf(fresh, (row) => {
        const place = seen.clusters.find(({ pools }) => pools.some(({ metadata }) => metadata.uid === ownerOf(row)));
        const since = place === undefined ? undefined : goneSince.get(place.index);
        if (since === undefined || seen.now - since <= REMEMBERED_MS) return null;
        return `${row.name} was registered ${Math.round((seen.now - since) / 1000)} s after its namespace was deleted`;
      });
    };
  },
};
