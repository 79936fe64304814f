/** The extremes of a run, or of many: how close the worst case came to its bound. */
import type { Load } from './load.ts';

export interface Records {
  /** Most in any virtual minute, per pool. */
  readonly busiest: Load;
  /** Most in any virtual minute, per pool, of those that brought no new Pod and no fault. */
  readonly quietest: Load;
  /** From a runner's death to the end of its job in Forgejo, ms; of those that are to be reported. */
  readonly deadMs: number;
  /** From a cancel to the end of the runner's container, ms; of those that nothing else was done to. */
  readonly cancelMs: number;
}

export const NO_RECORDS: Records = {
  busiest: { syncs: 0, statusWrites: 0, calls: 0 },
  quietest: { syncs: 0, statusWrites: 0, calls: 0 },
  deadMs: 0,
  cancelMs: 0,
};

export function worse(a: Records, b: Partial<Records>): Records {
  const { busiest = NO_RECORDS.busiest, quietest = NO_RECORDS.quietest, deadMs = 0, cancelMs = 0 } = b;
  return {
    busiest: higher(a.busiest, busiest),
    quietest: higher(a.quietest, quietest),
    deadMs: Math.max(a.deadMs, deadMs),
    cancelMs: Math.max(a.cancelMs, cancelMs),
  };
}

function higher(a: Load, b: Load): Load {
  return {
    syncs: Math.max(a.syncs, b.syncs),
    statusWrites: Math.max(a.statusWrites, b.statusWrites),
    calls: Math.max(a.calls, b.calls),
  };
}
