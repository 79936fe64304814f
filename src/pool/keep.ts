/**
 * What is kept from call to call is told anew by each, and mostly says the same. Then the value of before stays: to replace what
 * is old costs the garbage collector far more than to drop what is new, and what was made of it (`kept-by.ts`) stays with it.
 */
import { isSame } from './same.ts';

/** `now`, or `before` when it says the same. */
export function keep<T>(before: T, now: T): T {
  return isSame(before, now) ? before : now;
}

/** `now` with every part that says the same taken from `before`. */
export function keepParts<T extends object>(before: T, now: T): T {
  const kept = { ...now };
  for (const part in now) kept[part] = keep(before[part], now[part]);
  return kept;
}

/** `now` with every item that says the same taken from `before`, whatever its place; all of `before` when nothing has changed. */
export function keepItems<T>(before: readonly T[], now: readonly T[], keyOf: (item: T) => string | number): readonly T[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  const kept = now.map((item) => keep(known.get(keyOf(item)) ?? item, item));
  return keep(before, kept);
}
