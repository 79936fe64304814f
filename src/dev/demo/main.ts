/** `npm run demo [-- --serve] [-- --json]`: the main job of the operator on an embedded world, with its checks. */
import { parseArgs } from 'node:util';
import { createLog } from '../../log.ts';
import { systemClock } from '../../system-clock.ts';
import { readOptions } from '../options.ts';
import { run } from '../start.ts';
import { type EmbeddedWorld, startEmbeddedWorld } from './embedded-world.ts';
import { createMeasure, type Measure } from './measure.ts';
import { setUp } from './pools.ts';
import { deletePools, runJobs, trickle } from './scenario.ts';
import { createScreen, type Screen } from './screen.ts';
import { checksOf, drawSummary, summarize } from './summary.ts';

/** Fixed while serving, so that a page can name them. */
const SERVED_PORTS = { forgejo: 3000, hooks: 8080, metrics: 9090 } as const;
const FREE_PORTS = { forgejo: 0, hooks: 0, metrics: 0 } as const;

const { values: options } = readOptions('npm run demo -- [--serve] [--json]', () =>
  parseArgs({ options: { serve: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } }),
);
await run(() => main(options));

async function main({ serve, json }: { readonly serve: boolean; readonly json: boolean }): Promise<void> {
  // With --json only the last line belongs to standard output.
  const screen = createScreen(json ? process.stderr : process.stdout);
  const measure = createMeasure(systemClock.now);
  const startedAt = systemClock.now();
  const world = await startEmbeddedWorld({ ports: serve ? SERVED_PORTS : FREE_PORTS, ui: serve }, createLog('error'), measure.watch);
  try {
    setUp(world);
    const stage = { world, clock: systemClock, measure, screen };
    if (serve) {
      const { forgejo, hooks, metrics } = world.urls;
      screen.say(`page ${metrics}/ui   Forgejo ${forgejo}   hooks ${hooks}   metrics ${metrics}/metrics`);
    }
    const ended = serve ? stopSignal() : null;
    const jobsRan = await runJobs(stage);
    if (ended !== null) await trickle(stage, ended);
    const poolsGone = await deletePools(stage);
    report(world, measure, screen, { elapsedMs: systemClock.now() - startedAt, jobsRan, poolsGone, json });
  } finally {
    await world.close();
  }
}

/** Aborts at the first Ctrl-C or TERM: what is under way comes to its end, and the pools are deleted. */
function stopSignal(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  return ended.signal;
}

function report(
  world: EmbeddedWorld,
  measure: Measure,
  screen: Screen,
  run: { readonly elapsedMs: number; readonly jobsRan: boolean; readonly poolsGone: boolean; readonly json: boolean },
): void {
  const summary = summarize(world, measure, run.elapsedMs);
  const checks = checksOf(world, measure, summary, run);
  for (const line of drawSummary(summary, checks)) screen.say(line);
  if (run.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (checks.some(({ held }) => !held)) process.exitCode = 1;
}
