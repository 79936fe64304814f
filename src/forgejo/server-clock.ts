/** Forgejo's time: own clock plus an offset per server, as the `Date` header of its last answer shows it. */
import type { Clock } from '../clock.ts';
import type { Instant } from '../pool/instant.ts';

/**
 * `Date` has whole seconds, so the offset is up to 1 s too small and never too large; the request travels before the
 * server's clock is read. A read's beginning is put back by this much, so that "began after" is never claimed wrongly.
 */
const READ_MARGIN_MS = 1_000;

export interface ServerClock {
  /** Takes the `Date` of an answer that has just come; null is ignored. */
  note(url: string, serverDate: number | null): void;
  /** An own-clock instant in Forgejo's time; unchanged as long as the server has not answered. */
  toServerTime(url: string, at: number): Instant;
  /** When a read that was sent at that own-clock instant began, in Forgejo's time, at the latest possible reckoning before it. */
  readBegan(url: string, sentAt: number): Instant;
}

export function createServerClock(clock: Clock): ServerClock {
  const offsets = new Map<string, number>();
  const toServerTime = (url: string, at: number): Instant => at + (offsets.get(url) ?? 0);
  return {
    note(url, serverDate) {
      if (serverDate !== null) offsets.set(url, serverDate - clock.now());
    },
    toServerTime,
    readBegan: (url, sentAt) => toServerTime(url, sentAt) - READ_MARGIN_MS,
  };
}
