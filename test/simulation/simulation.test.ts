/**
 * Three hundred runs of the whole world with faults: no invariant breaks. A failure prints its seed, the events that are
 * enough for it, and how to play them again. `npm run simulate` plays as many as wanted.
 */
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readAssets } from './assets.ts';
import { gapsOf } from './coverage.ts';
import { reportFailure } from './report.ts';
import { runMany } from './run-many.ts';

const RUNS = 300;
const FIRST_SEED = 1;
const TIMEOUT_MS = 600_000;

test(`${RUNS} runs with faults: no task lost, no registration left, no job waiting for ever`, { timeout: TIMEOUT_MS }, async () => {
  const { tally, failures } = await runMany({ runs: RUNS, firstSeed: FIRST_SEED, workers: availableParallelism(), keepGoing: false });
  const assets = await readAssets();
  const reports: string[] = [];
  for (const failure of failures) reports.push(await reportFailure(failure, assets));
  expect(reports.join('\n\n')).toBe('');
  expect(tally.runs - tally.thin).toBe(RUNS);
  expect(gapsOf(tally).unexpected).toEqual([]);
});
