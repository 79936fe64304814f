import { expect, test } from 'vitest';
import { readAssets } from './assets.ts';
import { generateScenario } from './generate.ts';
import { runScenario } from './run.ts';

test.each([2, 3, 6])('seed %i gives the same run twice', async (seed) => {
  const assets = await readAssets();
  const first = await runScenario(generateScenario(seed), assets);
  expect(await runScenario(generateScenario(seed), assets)).toEqual(first);
});

test('a scenario is plain data', () => {
  const scenario = generateScenario(7);
  expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
});
