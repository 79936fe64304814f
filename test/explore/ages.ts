/** Instants as ages: exact while a decision may still turn on them, one word after that. */
import type { Instant } from '../../src/pool/instant.ts';

/** Collected while a state is written: what time alone will change. */
export interface Ages {
  readonly now: Instant;
  /** When the list was read that may yet be decided on; null: whatever is decided on is still to be read. */
  readonly listReadAt: Instant | null;
  /** The next moment at which an age changes a decision. */
  dueAt: Instant | null;
  /** When the first slot that starts is given up. */
  overdueAt: Instant | null;
}

/** A list that is read a moment after something knows of it; the service's margins for clocks are not in this world. */
export const MOMENT_MS = 1;
const SECOND_MS = 1_000;

export function agesAt(now: Instant, listReadAt: Instant | null): Ages {
  return { now, listReadAt, dueAt: null, overdueAt: null };
}

/** In seconds, so that moments don't count; `-` when it is past `cap`. */
export function ageText(at: Instant, cap: number, ages: Ages): string {
  const age = ages.now - at;
  return age >= cap ? '-' : String(Math.round(age / SECOND_MS));
}

/** The same, and the clock is to reach the cap some time. */
export function dueText(at: Instant, cap: number, ages: Ages): string {
  const due = at + cap;
  if (due > ages.now && (ages.dueAt === null || due < ages.dueAt)) ages.dueAt = due;
  return ageText(at, cap, ages);
}

/** For what only has to be older than a list: a list that is still to be read knows it. */
export function freshText(at: Instant, { listReadAt }: Ages): string {
  return listReadAt !== null && at >= listReadAt ? 'unlisted' : '';
}

/** A deadline that only a fault lets pass. */
export function overdueText(at: Instant, cap: number, ages: Ages): string {
  const due = at + cap;
  if (due > ages.now && (ages.overdueAt === null || due < ages.overdueAt)) ages.overdueAt = due;
  return ageText(at, cap, ages);
}
