/** What a process keeps in memory for many pools, and whether it grows while nothing happens. */
import { createCaller } from '../fixture/caller.ts';
import { startService } from '../fixture/child.ts';
import { manyPools, POOLS } from '../fixture/many-pools.ts';
import { pollRound } from '../fixture/poll-round.ts';
import { startReplayedForgejo } from '../fixture/replayed-forgejo.ts';
import { assertSteady } from '../fixture/steady.ts';
import type { Description, Measure, Pair, Run } from '../measure.ts';
import { quantile } from '../summary.ts';

const RUNNERS = 20;
/** A poll of all pools: two cores must have time for both ends of it. */
const ROUND_MS = 30_000;
const SAMPLE_MS = 500;
const AT_MOST_MIB = 150;
/** A heap breathes: what a collection leaves is not always the same. */
const GROWTH = 1.05;
/** Minutes of the load at which memory is compared, each as the median of the half minute before it. */
const MINUTES = { from: 2, to: 5 };
const QUICK_MINUTES = { from: 0.75, to: 1.5 };
const WINDOW_MS = 30_000;

const description: Description = {
  name: 'memory',
  measures: `resident memory, ${POOLS} pools x ${RUNNERS} runners, polled every ${ROUND_MS / 1000} s for ${MINUTES.to} minutes`,
  beside: 'the bodies of one round',
  cases: [
    { name: 'at its highest', unit: 'MiB', goal: { kind: 'value', atMost: AT_MOST_MIB } },
    { name: `minute ${MINUTES.to} beside minute ${MINUTES.from}`, unit: 'MiB', goal: { kind: 'ratio', atMost: GROWTH } },
  ],
};

export const memory: Measure = { description, pairs };

interface Sample {
  readonly atMs: number;
  readonly rssMiB: number;
}

async function* pairs({ quick, note }: Run): AsyncGenerator<Pair> {
  const minutes = quick ? QUICK_MINUTES : MINUTES;
  const forgejo = await startReplayedForgejo();
  const { bodies, organizations, mebibytes } = await manyPools(forgejo, RUNNERS, ROUND_MS / 1000);
  note(
    `${POOLS} pools of ${organizations} organizations, polled for ${minutes.to} minutes and compared with minute ${minutes.from}; the bodies of one round are ${mebibytes.toFixed(0)} MiB`,
  );
  const service = await startService(forgejo.url);
  const toService = createCaller(service.url, 5);
  const { rssMiB: idle } = await service.usage();
  note(`before the first call: ${idle.toFixed(0)} MiB`);

  const startedAt = performance.now();
  const samples: Sample[] = [];
  const sampling = setInterval(() => {
    const atMs = performance.now() - startedAt;
    service.usage().then(
      ({ rssMiB }) => samples.push({ atMs, rssMiB }),
      () => undefined,
    );
  }, SAMPLE_MS);
  let polled = 0;
  while (performance.now() - startedAt < minutes.to * 60_000) {
    await pollRound(bodies.length, ROUND_MS, async (index) => {
      const body = bodies[index] ?? Buffer.of();
      const answer = await toService.post('/sync', body);
      polled += 1;
      if (index === 0) assertSteady(body.toString(), answer);
    });
  }
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  note(`${(polled / seconds).toFixed(0)} calls a second over ${seconds.toFixed(0)} s`);
  forgejo.check();

  const windowMs = Math.min(WINDOW_MS, (minutes.from * 60_000) / 2);
  const at = (minute: number): number => around(samples, minute * 60_000, windowMs);
  yield { case: 'at its highest', ours: Math.max(...samples.map(({ rssMiB }) => rssMiB)), beside: mebibytes };
  yield { case: `minute ${MINUTES.to} beside minute ${MINUTES.from}`, ours: at(minutes.to), beside: at(minutes.from) };
  await toService.close();
  await Promise.all([service.stop(), forgejo.close()]);
}

function around(samples: readonly Sample[], untilMs: number, windowMs: number): number {
  return quantile(
    samples.filter(({ atMs }) => atMs > untilMs - windowMs && atMs <= untilMs).map(({ rssMiB }) => rssMiB),
    0.5,
  );
}
