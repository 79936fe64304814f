/**
 * Which limits a pool has at a moment: its own, or those of the windows that are open. A window is open from a start, which
 * is a local time of its zone, until its duration has elapsed: a change of the clocks moves its start and makes it neither
 * longer nor shorter.
 */
import type { Cron } from 'croner';
import { parseCron } from '../api/cron.ts';
import { durationMs } from '../api/rules/schedule-rules.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Instant } from './instant.ts';

/** Times are those of the clock that `limitsAt` was asked with. */
export interface Limits {
  /** Never above `maxRunners`. */
  readonly minRunners: number;
  readonly maxRunners: number;
  /** Names of the windows that are open, in the order of the spec. */
  readonly open: readonly string[];
  /** No later than the next change, and after `at`; null when nothing will ever change. */
  readonly nextChangeAt: Instant | null;
}

type Limited = Pick<RunnerPoolSpec, 'minRunners' | 'maxRunners' | 'schedules'>;
type Schedule = RunnerPoolSpec['schedules'][number];

/** While several windows are open, each limit is that of the last one in the list that sets it. */
export function limitsAt(spec: Limited, at: Instant): Limits {
  const windows = spec.schedules.map((schedule) => ({ schedule, ...stateOf(schedule, at) }));
  const open = windows.filter((window) => window.isOpen).map(({ schedule }) => schedule);
  const maxRunners = open.findLast((window) => window.maxRunners !== undefined)?.maxRunners ?? spec.maxRunners;
  const minRunners = open.findLast((window) => window.minRunners !== undefined)?.minRunners ?? spec.minRunners;
  const changes = windows.flatMap((window) => window.changesAt ?? []);
  return {
    minRunners: Math.min(minRunners, maxRunners),
    maxRunners,
    open: open.map(({ name }) => name),
    nextChangeAt: changes.length === 0 ? null : Math.min(...changes),
  };
}

/** The open window that sets the maximum; null when it is the pool's own. */
export function windowOfMaximum(spec: Pick<RunnerPoolSpec, 'schedules'>, limits: Limits): string | null {
  return spec.schedules.findLast(({ name, maxRunners }) => maxRunners !== undefined && limits.open.includes(name))?.name ?? null;
}

/** An open window closes no sooner than its last start's duration is over; a later start may keep it open. */
function stateOf(schedule: Schedule, at: Instant): { readonly isOpen: boolean; readonly changesAt: Instant | null } {
  const cron = parseCron(schedule.start, schedule.timeZone);
  if (cron === null) return { isOpen: false, changesAt: null };
  const { last, next } = startsAround(cron, at);
  const closesAt = last + durationMs(schedule.duration);
  if (closesAt > at) return { isOpen: true, changesAt: closesAt };
  return { isOpen: false, changesAt: Number.isFinite(next) ? next : null };
}

interface Starts {
  readonly last: Instant;
  readonly next: Instant;
}

/** Syncs ask for the same pair again and again, and finding one costs a tenth of a millisecond. */
const lastAsked = new WeakMap<Cron, Starts>();

/** The last start at or before `at`, and the first after it. */
function startsAround(cron: Cron, at: Instant): Starts {
  const known = lastAsked.get(cron);
  if (known !== undefined && known.last <= at && at < known.next) return known;
  const starts = {
    last:
      cron
        .previousRuns(1, new Date(at + 1))
        .at(0)
        ?.getTime() ?? Number.NEGATIVE_INFINITY,
    next: cron.nextRun(new Date(at))?.getTime() ?? Number.POSITIVE_INFINITY,
  };
  lastAsked.set(cron, starts);
  return starts;
}
