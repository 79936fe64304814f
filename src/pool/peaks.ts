/**
 * The most runners that a persistent pool wanted within its `idleTimeoutSeconds`: what it keeps, so that a short pause of
 * the demand costs nothing. Only this process knows it; one that has just begun takes what it finds for wanted until now.
 */
import type { Instant } from './instant.ts';

/** Later entries want fewer and were true later: at most one for each number of runners. */
export interface Peak {
  readonly wanted: number;
  /** The last sync that wanted so many. */
  readonly lastAt: Instant;
}

export interface PeakWindow {
  /** What counts, ms. */
  readonly windowMs: number;
  /** A longer time without a sync may have seen anything, ms. */
  readonly gapMs: number;
}

/** The peaks after a sync that wants `wanted` runners and finds `there`. Never empty; the first one counts. */
export function recordWanted(
  peaks: readonly Peak[],
  seen: { readonly wanted: number; readonly there: number },
  { windowMs, gapMs }: PeakWindow,
  now: Instant,
): readonly [Peak, ...Peak[]] {
  const last = peaks.at(-1);
  const isKnown = windowMs === 0 || (last !== undefined && now - last.lastAt <= gapMs);
  const wanted = isKnown ? seen.wanted : Math.max(seen.wanted, seen.there);
  const [first, ...rest] = peaks.filter((peak) => now - peak.lastAt < windowMs && peak.wanted > wanted);
  const latest = { wanted, lastAt: now };
  return first === undefined ? [latest] : [first, ...rest, latest];
}

/** When the peak that counts is forgotten for a lower one; null when there is no lower one. */
export function peakEndsAt(peaks: readonly Peak[], windowMs: number): Instant | null {
  const [first, second] = peaks;
  return first === undefined || second === undefined ? null : first.lastAt + windowMs;
}
