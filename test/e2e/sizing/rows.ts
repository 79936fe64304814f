/** What is measured, in an order in which pools are only added. */
import type { Tuning } from './tuning.ts';

export interface Row {
  readonly tuning: Tuning;
  /** Instances; each has an equal share of the pools, by a label. */
  readonly metacontrollers: 1 | 2;
  readonly pools: number;
  readonly pollSeconds: number;
  /** Warm runners of each pool, as idle Pods. */
  readonly runners: number;
}

const one = { metacontrollers: 1, runners: 0 } as const;

/** No two neighbours are alike, so that each begins with a first sync of every pool. */
export const ROWS: readonly Row[] = [
  { ...one, tuning: 'its defaults', pools: 10, pollSeconds: 5 },
  { ...one, tuning: 'its defaults', pools: 10, pollSeconds: 2 },
  { ...one, tuning: 'its defaults', pools: 100, pollSeconds: 2 },
  { ...one, tuning: 'its defaults', pools: 100, pollSeconds: 30 },
  { ...one, tuning: 'as shipped', pools: 100, pollSeconds: 2 },
  { ...one, tuning: 'as shipped', pools: 400, pollSeconds: 5 },
  { ...one, tuning: 'as shipped', pools: 400, pollSeconds: 1 },
  { ...one, tuning: 'as shipped', pools: 1000, pollSeconds: 30 },
  { ...one, tuning: 'as shipped', pools: 1000, pollSeconds: 2 },
  { ...one, tuning: 'as shipped', pools: 1000, pollSeconds: 10 },
  { ...one, tuning: 'without a limit', pools: 1000, pollSeconds: 2 },
  { tuning: 'as shipped', metacontrollers: 2, pools: 1000, pollSeconds: 10, runners: 0 },
  { tuning: 'as shipped', metacontrollers: 2, pools: 1000, pollSeconds: 2, runners: 0 },
];

/** In a world of its own, for pools are only added. */
export const ROWS_OF_TEN_THOUSAND: readonly Row[] = [{ ...one, tuning: 'as shipped', pools: 10_000, pollSeconds: 60 }];

/** In a world of their own: pools with runners. */
export const ROWS_WITH_RUNNERS: readonly Row[] = [
  { ...one, tuning: 'as shipped', pools: 20, pollSeconds: 2, runners: 1 },
  { ...one, tuning: 'as shipped', pools: 20, pollSeconds: 2, runners: 10 },
];
