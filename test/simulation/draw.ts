/** Choices of a seeded generator. */
import type { Random } from '../../src/dev/forgejo/random.ts';

/** In [from, to), whole. */
export function between(random: Random, from: number, to: number): number {
  return Math.floor(from + random.next() * (to - from));
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** Throws when there is nothing to choose from. */
export function oneOf<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random.next() * values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

/** One of the values, each as often as its weight says. */
export function weighted<T>(random: Random, values: readonly (readonly [weight: number, value: T])[]): T {
  let left = random.next() * values.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of values) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new Error('nothing to choose from');
}

/** The element at a fraction of the list; undefined when it is empty. */
export function at<T>(values: readonly T[], which: number): T | undefined {
  return values[Math.floor(which * values.length)];
}
