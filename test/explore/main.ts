/**
 * `npm run explore`: every state of small worlds, and the nearest ones of larger ones; `npm run explore -- --whole` goes to the
 * last state wherever at most one fault happens, which takes half an hour or more. With other options one world only:
 * `npm run explore -- --max 2 --min 1 --handles 2 --faults 1 --kinds crash,restart --fine --limit 100000`.
 */
import { parseArgs } from 'node:util';
import { namesOf, readOptions, wholeNumber } from '../../src/dev/options.ts';
import { type Exploration, explore } from './explore.ts';
import { ROUNDS, type Round } from './rounds.ts';
import { FAULTS } from './state.ts';

const USAGE = `npm run explore -- --whole | [--max N] [--min N] [--handles N] [--faults N] [--kinds ${FAULTS.join()}] [--fine] [--limit N]`;

process.exitCode = run(readOptions(USAGE, readRounds)) ? 0 : 1;

function readRounds(): readonly Round[] {
  const { values } = parseArgs({
    options: {
      max: { type: 'string' },
      min: { type: 'string' },
      handles: { type: 'string' },
      faults: { type: 'string' },
      kinds: { type: 'string' },
      fine: { type: 'boolean' },
      limit: { type: 'string' },
      whole: { type: 'boolean' },
    },
  });
  if (Object.keys(values).length === 0) return ROUNDS;
  if (values.whole === true) return ROUNDS.map((round) => (round.limits.faults > 1 ? round : { ...round, most: Number.POSITIVE_INFINITY }));
  const limits = {
    maxRunners: wholeNumber('max', values.max ?? '2', 0),
    minRunners: wholeNumber('min', values.min ?? '1', 0),
    handles: wholeNumber('handles', values.handles ?? '2', 0),
    faults: wholeNumber('faults', values.faults ?? '1', 0),
    kinds: values.kinds === undefined ? FAULTS : namesOf('kinds', values.kinds, FAULTS),
    fine: values.fine === true,
  };
  const most = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', values.limit, 0);
  return [{ name: 'as asked', limits, most }];
}

/** True when no rule was broken. */
function run(all: readonly Round[]): boolean {
  const explored = all.map((round) => {
    const startedAt = Date.now();
    const result = explore(round.limits, round.most);
    say(`${round.name}: ${sentence(result)}, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    for (const { broken, path } of result.findings) {
      say(`  BROKEN: ${broken.join('; ')}`);
      for (const [index, step] of path.entries()) say(`    ${index + 1}. ${step}`);
    }
    return result;
  });
  const states = explored.reduce((sum, each) => sum + each.states, 0);
  const findings = explored.reduce((sum, each) => sum + each.findings.length, 0);
  say(`${states} states, ${findings === 0 ? 'no rule broken' : `${findings} rules broken`}`);
  return findings === 0;
}

function sentence({ states, transitions, depth, atRest, longestRest, complete }: Exploration): string {
  const extent = complete ? 'all of them' : 'the nearest ones';
  return `${states} states (${extent}), ${transitions} transitions, depth ${depth}, ${atRest} at rest, at most ${longestRest} steps to rest`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
