/** How much of each pool a page shows: many pools with all their tables would be too much for a phone, and for the service. */

export interface Detail {
  /** Of each table at most; 0: there are no tables. */
  readonly rows: number;
  /** Whether the tables of what moves are open until a reader folds them. */
  readonly open: boolean;
}

const BY_POOLS = [
  { upTo: 4, detail: { rows: 20, open: true } },
  { upTo: 50, detail: { rows: 20, open: false } },
  { upTo: 200, detail: { rows: 5, open: false } },
] as const;
const NO_TABLES: Detail = { rows: 0, open: false };

export function detailFor(pools: number): Detail {
  return BY_POOLS.find(({ upTo }) => pools <= upTo)?.detail ?? NO_TABLES;
}
