import { expect, test } from 'vitest';
import { generateScenario } from './generate.ts';
import type { Violation } from './run.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

const broken: Violation = { kind: 'violation', invariant: 'noTaskIsLost', at: 1, detail: 'x' };

/** Breaks as long as both of two events are there. */
function needs(a: number, b: number) {
  return async (scenario: Scenario): Promise<Violation | null> => {
    const times = scenario.events.map(({ at }) => at);
    return times.includes(a) && times.includes(b) ? broken : null;
  };
}

test('a scenario shrinks to the events that it takes', async () => {
  const scenario = generateScenario(5);
  const first = scenario.events[3]?.at ?? 0;
  const last = scenario.events.at(-1)?.at ?? 0;
  const shrunk = await shrink(scenario, broken, needs(first, last));
  expect([...new Set(shrunk.scenario.events.map(({ at }) => at))]).toEqual([first, last]);
});

test('another invariant is no reason to drop an event', async () => {
  const scenario = generateScenario(5);
  const other = async (): Promise<Violation> => ({ ...broken, invariant: 'comesToRest' });
  const shrunk = await shrink(scenario, broken, other);
  expect(shrunk.scenario.events).toEqual(scenario.events);
});
