/** Delta debugging: the shortest list of events that still breaks the same invariant. */
import type { Violation } from './run.ts';
import type { Scenario, SimulationEvent } from './scenario.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly violation: Violation;
  /** Runs that it took. */
  readonly runs: number;
}

export type Try = (scenario: Scenario) => Promise<Violation | null>;

/** So many runs are enough for a list of some thirty events. */
const MOST_RUNS = 300;

/** `attempt` plays a scenario and tells what broke. Drops chunks of events, ever smaller, down to single ones. */
export async function shrink(scenario: Scenario, violation: Violation, attempt: Try): Promise<Shrunk> {
  let best: Shrunk = { scenario, violation, runs: 0 };
  let runs = 0;
  for (let size = Math.ceil(scenario.events.length / 2); size >= 1 && runs < MOST_RUNS; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.scenario.events.length && runs < MOST_RUNS; ) {
      const shorter = { ...best.scenario, events: without(best.scenario.events, from, size) };
      runs += 1;
      const broken = await attempt(shorter);
      if (broken?.invariant === violation.invariant) best = { scenario: shorter, violation: broken, runs };
      else from += size;
    }
  }
  return { ...best, runs };
}

function without(events: readonly SimulationEvent[], from: number, count: number): readonly SimulationEvent[] {
  return [...events.slice(0, from), ...events.slice(from + count)];
}
