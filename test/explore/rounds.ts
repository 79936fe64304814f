/** What `npm run explore` explores: small worlds to their last state, the larger ones as far as a few minutes go. */
import { FAULTS, type Fault, type Limits } from './state.ts';

export interface Round {
  readonly name: string;
  readonly limits: Limits;
  /** How many states are looked at, nearest first. */
  readonly most: number;
}

const POOL = { maxRunners: 2, minRunners: 1 } as const;
const ALL = Number.POSITIVE_INFINITY;
/** Where the second fault finds what the first one left. */
const PAIRS: readonly (readonly [Fault, Fault])[] = [
  ['lostAnswer', 'deletePool'],
  ['lostAnswer', 'restart'],
  ['restart', 'deletePool'],
  ['crash', 'restart'],
  ['staleInformer', 'restart'],
];
/** Per pair. */
const MOST_OF_TWO_FAULTS = 20_000;
/** Per fault; without a bound one fault in a world of two jobs takes minutes, all of them half an hour. */
const MOST_OF_TWO_JOBS = 40_000;

export const ROUNDS: readonly Round[] = [
  { name: 'one job, no fault, every end a step of its own', limits: { ...POOL, handles: 1, faults: 0, kinds: [], fine: true }, most: ALL },
  { name: 'two jobs, no fault', limits: { ...POOL, handles: 2, faults: 0, kinds: [], fine: false }, most: ALL },
  ...FAULTS.map((fault) => ({
    name: `one job, ${fault}`,
    limits: { ...POOL, handles: 1, faults: 1, kinds: [fault], fine: false },
    most: ALL,
  })),
  ...PAIRS.map((pair) => ({
    name: `one job, ${pair.join(' and ')}`,
    limits: { ...POOL, handles: 1, faults: 2, kinds: pair, fine: false },
    most: MOST_OF_TWO_FAULTS,
  })),
  ...FAULTS.map((fault) => ({
    name: `two jobs, ${fault}`,
    limits: { ...POOL, handles: 2, faults: 1, kinds: [fault], fine: false },
    most: MOST_OF_TWO_JOBS,
  })),
];

/** For `npm test`. */
export const BOUNDED: readonly (Round & { readonly atLeast: number })[] = [
  { name: 'one job, no fault', limits: { ...POOL, handles: 1, faults: 0, kinds: [], fine: false }, most: ALL, atLeast: 800 },
  { name: 'one job, restart', limits: { ...POOL, handles: 1, faults: 1, kinds: ['restart'], fine: false }, most: ALL, atLeast: 4_000 },
  { name: 'one job, crash', limits: { ...POOL, handles: 1, faults: 1, kinds: ['crash'], fine: false }, most: ALL, atLeast: 10_000 },
  { name: 'two jobs, every fault', limits: { ...POOL, handles: 2, faults: 1, kinds: FAULTS, fine: false }, most: 2_000, atLeast: 2_000 },
];
