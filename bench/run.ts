/**
 * `npm run bench`: every measure beside its limit, as a table and, of a whole run,
 * in bench/results.json. With `--check` a goal that is missed is an exit code of 1.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { namesOf, readOptions } from '../src/dev/options.ts';
import type { Measure, Pair } from './measure.ts';
import { burst } from './measures/burst.ts';
import { cpu } from './measures/cpu.ts';
import { decide } from './measures/decide.ts';
import { latency } from './measures/latency.ts';
import { memory } from './measures/memory.ts';
import { reads } from './measures/reads.ts';
import { sync } from './measures/sync.ts';
import { type Row, summarize } from './summary.ts';
import { drawTable } from './table.ts';

const MEASURES: readonly Measure[] = [sync, decide, reads, burst, latency, memory, cpu];
const RESULTS = new URL('results.json', import.meta.url);

const NAMES = MEASURES.map(({ description }) => description.name);

const { values, only } = readOptions('npm run bench -- [--only NAME,NAME] [--quick] [--check]', () => {
  const parsed = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  return { ...parsed, only: parsed.values.only === undefined ? NAMES : namesOf('only', parsed.values.only, NAMES) };
});

interface Measured {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

async function take({ description, pairs }: Measure): Promise<Measured> {
  const notes: string[] = [];
  const taken: Pair[] = [];
  const note = (line: string): void => {
    notes.push(`${description.name}: ${line}`);
    say(`  ${line}`);
  };
  say(`${description.name}: ${description.measures}, beside ${description.beside}`);
  for await (const pair of pairs({ quick: values.quick, note })) taken.push(pair);
  return { rows: summarize(description, taken), notes };
}

/** Progress is no result. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function machine() {
  return { node: process.version, cpus: availableParallelism(), model: cpus()[0]?.model ?? 'unknown', load: loadavg()[0] ?? 0 };
}

const chosen = MEASURES.filter(({ description }) => only.includes(description.name));
const startedAt = new Date();
const before = machine();
const measured: Measured[] = [];
for (const measure of chosen) measured.push(await take(measure));
const rows = measured.flatMap((each) => each.rows);
const notes = measured.flatMap((each) => each.notes);
const missed = rows.filter(({ met }) => !met).length;
process.stdout.write(
  `${drawTable(
    rows,
    chosen.map(({ description }) => description),
  )}\n`,
);
process.stdout.write(`${missed === 0 ? 'every goal is met' : `${missed} of ${rows.length} goals are missed`}\n`);
const results = { date: startedAt.toISOString(), machine: { ...before, loadAfter: loadavg()[0] ?? 0 }, rows, notes };
if (values.quick || values.only !== undefined) say('bench/results.json is left as it is: it keeps whole runs');
else await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = values.check && missed > 0 ? 1 : 0;
