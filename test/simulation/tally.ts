/** What one run, or many, have come to: numbers that say whether the simulation has seen anything at all. */
import { NO_RECORDS, type Records, worse } from './records.ts';

export interface Tally {
  readonly runs: number;
  /** Runs below the floor: they prove nothing and don't count. */
  readonly thin: number;
  readonly virtualSeconds: number;
  readonly syncs: number;
  readonly statusWrites: number;
  /** Calls of Forgejo's REST API. */
  readonly calls: number;
  readonly jobsQueued: number;
  /** Jobs by how their last attempt ended; `open`: nobody was left to serve them. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Faults and interventions that took effect, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Decisions by the row of the slot table that ruled. */
  readonly rows: Readonly<Record<string, number>>;
  /** `before>after`, of one runner from one decision to the next. */
  readonly transitions: Readonly<Record<string, number>>;
  /** From the last fault to the end of the last job that could run, virtual ms. */
  readonly longestWaitMs: number;
  readonly records: Records;
}

export const EMPTY_TALLY: Tally = {
  runs: 0,
  thin: 0,
  virtualSeconds: 0,
  syncs: 0,
  statusWrites: 0,
  calls: 0,
  jobsQueued: 0,
  jobs: {},
  faults: {},
  rows: {},
  transitions: {},
  longestWaitMs: 0,
  records: NO_RECORDS,
};

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    runs: a.runs + b.runs,
    thin: a.thin + b.thin,
    virtualSeconds: a.virtualSeconds + b.virtualSeconds,
    syncs: a.syncs + b.syncs,
    statusWrites: a.statusWrites + b.statusWrites,
    calls: a.calls + b.calls,
    jobsQueued: a.jobsQueued + b.jobsQueued,
    jobs: addCounts(a.jobs, b.jobs),
    faults: addCounts(a.faults, b.faults),
    rows: addCounts(a.rows, b.rows),
    transitions: addCounts(a.transitions, b.transitions),
    longestWaitMs: Math.max(a.longestWaitMs, b.longestWaitMs),
    records: worse(a.records, b.records),
  };
}

type Counts = Readonly<Record<string, number>>;

export function addCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

/** A run below it has hardly been one. */
const FLOOR = { syncs: 40, jobsEnded: 3, faults: 3 } as const;

export function isThin({ syncs, jobs, faults }: Pick<Tally, 'syncs' | 'jobs' | 'faults'>): boolean {
  const { open: _servedByNobody, ...ended } = jobs;
  return syncs < FLOOR.syncs || total(ended) < FLOOR.jobsEnded || total(faults) < FLOOR.faults;
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
