/** How often a server is asked: the pools' wish, stretched by how long it takes, and back-off while it fails. */
import type { ForgejoFailure } from '../pool/failure.ts';

/** Reads take at most one part in ten of a server's time. */
const BUSY_SHARE = 10;
/** However slow the server: the longest that a job waits to be seen. */
const LONGEST_INTERVAL_MS = 300_000;
/** As long as the shortest usual poll interval … */
const FIRST_BACKOFF_MS = 2_000;
/** … up to a minute: a server that comes back is noticed within it. */
const LONGEST_BACKOFF_MS = 60_000;
/** Rights, names and tokens are changed by people, and Forgejo logs each refusal. */
const REFUSED_BACKOFF_MS = 15_000;

/** Milliseconds from the beginning of one read to the next; `busyMs` is how long the queue read and the list read took in all. */
export function readInterval(wantedMs: number, busyMs: number): number {
  return Math.max(wantedMs, Math.min(BUSY_SHARE * busyMs, LONGEST_INTERVAL_MS));
}

/** Milliseconds from the end of a failed read to the next; `failures` in a row, counting this one. */
export function backoff(failure: ForgejoFailure, failures: number): number {
  const doubled = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10), LONGEST_BACKOFF_MS);
  return Math.max(doubled, leastBackoff(failure));
}

function leastBackoff(failure: ForgejoFailure): number {
  switch (failure.kind) {
    case 'unauthorized':
    case 'scopeTooNarrow':
    case 'forbidden':
    case 'notFound':
    case 'notOurs':
    case 'moved':
      return REFUSED_BACKOFF_MS;
    case 'throttled':
      return Math.min((failure.retryAfterSeconds ?? 0) * 1_000, LONGEST_INTERVAL_MS);
    case 'rejected':
    case 'serverError':
    case 'timeout':
    case 'unreachable':
    case 'nonsense':
    case 'addressRefused':
      return 0;
  }
}
