/** What is known of one scope of one server as seen with one token: the last read, the one under way, our writes since. */
import type { ForgejoFailure } from '../pool/failure.ts';
import type { ForgejoView, QueuedJob } from '../pool/forgejo.ts';
import type { Instant } from '../pool/instant.ts';
import { keepItems } from '../pool/keep.ts';
import type { RegistrationList } from './list-registrations.ts';
import { applyWrites, type Write, writesAfter } from './overlay.ts';
import { backoff, readInterval } from './pace.ts';

/** A read's beginning, by own clock and in the sequence of reads and writes. */
export interface Beginning {
  readonly at: number;
  readonly order: number;
}

export type ReadOutcome =
  | {
      readonly kind: 'answered';
      readonly began: Beginning;
      /** How long both requests took, added up, ms. */
      readonly busyMs: number;
      readonly jobs: readonly QueuedJob[];
      readonly list: RegistrationList;
      /** Beginning of both reads, Forgejo's time. */
      readonly readAt: Instant;
    }
  | { readonly kind: 'failed'; readonly began: Beginning; readonly failure: ForgejoFailure; readonly endedAt: number };

type Answered = Extract<ReadOutcome, { readonly kind: 'answered' }>;

export interface ReadEntry {
  readonly last: ReadOutcome | null;
  readonly underWay: { readonly began: Beginning; readonly done: Promise<void> } | null;
  readonly failures: number;
  /** Beginning of the first read of an unbroken row of successes, Forgejo's time. */
  readonly answeringSince: Instant;
  readonly writes: readonly Write[];
  /** Own clock. */
  readonly usedAt: number;
}

export const EMPTY_ENTRY: Omit<ReadEntry, 'usedAt'> = { last: null, underWay: null, failures: 0, answeringSince: 0, writes: [] };

/** The entry after a read has come to its end. */
export function withOutcome(entry: ReadEntry, outcome: ReadOutcome): ReadEntry {
  switch (outcome.kind) {
    case 'failed':
      return { ...entry, last: outcome, underWay: null, failures: entry.failures + 1 };
    case 'answered':
      return {
        ...entry,
        last: withoutCopies(entry.last, outcome),
        underWay: null,
        failures: 0,
        answeringSince: entry.last?.kind === 'answered' ? entry.answeringSince : outcome.readAt,
        writes: writesAfter(outcome.began.order, entry.writes),
      };
  }
}

/** A row that says what it said in the last read is that one. */
function withoutCopies(last: ReadOutcome | null, read: Answered): Answered {
  if (last?.kind !== 'answered') return read;
  const rows = keepItems(last.list.rows, read.list.rows, ({ id }) => id);
  return { ...read, jobs: keepItems(last.jobs, read.jobs, ({ id }) => id), list: { ...read.list, rows } };
}

/** When the next read is due for a pool that wants one each `intervalMs`, own clock. */
export function dueAt(entry: ReadEntry, last: ReadOutcome, intervalMs: number): number {
  switch (last.kind) {
    case 'answered':
      return last.began.at + readInterval(intervalMs, last.busyMs);
    case 'failed':
      return last.endedAt + backoff(last.failure, entry.failures);
  }
}

/** The view of the last read, with our own writes since; `nextReadAt` in Forgejo's time. */
export function viewOf(entry: ReadEntry, last: ReadOutcome, nextReadAt: Instant): ForgejoView {
  switch (last.kind) {
    case 'failed':
      return { kind: 'unavailable', failure: last.failure, nextReadAt };
    case 'answered':
      return {
        kind: 'answered',
        snapshot: {
          jobs: last.jobs,
          jobsReadAt: last.readAt,
          registrations: applyWrites(last.list.rows, last.began.order, entry.writes),
          registrationsReadAt: last.readAt,
          registrationsComplete: last.list.complete,
          answeringSince: entry.answeringSince,
        },
        nextReadAt,
      };
  }
}
