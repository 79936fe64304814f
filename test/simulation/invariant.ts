/** What must hold at every step of every run. An invariant is started once per run and may remember what it has seen. */
import type { Seen } from './seen.ts';
import type { Simulation } from './simulation.ts';

/** The broken rule in a sentence, or null. */
export type Check = (seen: Seen) => string | null;

export interface Invariant {
  readonly name: string;
  readonly because: string;
  readonly start: (simulation: Simulation) => Check;
}

/** The first sentence that is one. */
export function firstOf<T>(values: Iterable<T>, check: (value: T) => string | null): string | null {
  for (const value of values) {
    const broken = check(value);
    if (broken !== null) return broken;
  }
  return null;
}
