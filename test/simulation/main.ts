/** `npm run simulate`: many worlds with everything going wrong at random (docs/reliability.md). */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { readOptions, wholeNumber } from '../../src/dev/options.ts';
import { readAssets } from './assets.ts';
import { gapsOf } from './coverage.ts';
import { reportFailure, violationLine, violationOf } from './report.ts';
import { runMany } from './run-many.ts';
import type { Scenario } from './scenario.ts';
import { summaryOf } from './summary.ts';
import { timeLine } from './time-line.ts';

/** Only so many runs are sure to visit every row and every transition. */
const FULL_RUNS = 10_000;
const MOST_SHRUNK = 5;

const USAGE = 'npm run simulate -- [--runs N] [--seed S] [--workers W] [--keep-going] [--no-shrink] [--replay FILE]';

const options = readOptions(USAGE, () => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      replay: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      'no-shrink': { type: 'boolean', default: false },
    },
  });
  return {
    runs: wholeNumber('runs', values.runs, 1),
    firstSeed: wholeNumber('seed', values.seed, 0),
    workers: wholeNumber('workers', values.workers, 1),
    keepGoing: values['keep-going'],
    shrinks: !values['no-shrink'],
    replay: values.replay,
  };
});

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function replay(file: string): Promise<boolean> {
  const scenario = JSON.parse(await readFile(file, 'utf8')) as Scenario;
  const violation = await violationOf(scenario, await readAssets());
  print(violation === null ? 'it passes' : timeLine(scenario, violation));
  return violation === null;
}

async function simulate(): Promise<boolean> {
  const { runs, firstSeed, workers, keepGoing, shrinks } = options;
  const started = performance.now();
  const { tally, failures } = await runMany({
    runs,
    firstSeed,
    workers,
    keepGoing,
    progress(done, failure) {
      process.stderr.write(`\r${done}/${runs}`);
      if (failure !== null) print(violationLine(failure));
    },
  });
  process.stderr.write('\n');
  const seconds = (performance.now() - started) / 1000;
  if (shrinks) {
    const assets = await readAssets();
    for (const failure of failures.slice(0, MOST_SHRUNK)) print(`\n${await reportFailure(failure, assets)}`);
  }
  print(`\n${summaryOf(tally, seconds)}`);
  const gaps = gapsOf(tally);
  const complete = gaps.unexpected.length === 0 && (runs < FULL_RUNS || (gaps.rows.length === 0 && gaps.unseen.length === 0));
  return failures.length === 0 && complete;
}

const passed = options.replay === undefined ? await simulate() : await replay(options.replay);
process.exitCode = passed ? 0 : 1;
