/**
 * `npm run explore`: every state of small worlds, and the nearest ones of larger ones; `npm run explore -- --whole` goes to the
 * last state wherever at most one fault happens, which takes half an hour or more. With other options one world only:
 * `npm run explore -- --max 2 --min 1 --handles 2 --faults 1 --kinds crash,restart --fine --limit 100000`.
 */
import { parseArgs } from 'node:util';
import { type Exploration, explore } from './explore.ts';
import { ROUNDS, type Round } from './rounds.ts';
import { FAULTS } from './state.ts';

const USAGE = `usage: npm run explore -- --whole | [--max N] [--min N] [--handles N] [--faults N] [--kinds ${FAULTS.join()}] [--fine] [--limit N]\n`;

const rounds = readRounds();
if (rounds === null) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  process.exitCode = run(rounds) ? 0 : 1;
}

function readRounds(): readonly Round[] | null {
  try {
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
    if (values.whole === true)
      return ROUNDS.map((round) => (round.limits.faults > 1 ? round : { ...round, most: Number.POSITIVE_INFINITY }));
    const named = values.kinds?.split(',');
    const limits = {
      maxRunners: count(values.max ?? '2'),
      minRunners: count(values.min ?? '1'),
      handles: count(values.handles ?? '2'),
      faults: count(values.faults ?? '1'),
      kinds: FAULTS.filter((fault) => named === undefined || named.includes(fault)),
      fine: values.fine === true,
    };
    if (named !== undefined && named.length !== limits.kinds.length) return null;
    const most = values.limit === undefined ? Number.POSITIVE_INFINITY : count(values.limit);
    return [{ name: 'as asked', limits, most }];
  } catch {
    return null;
  }
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is no number`);
  return Number(text);
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
