/** Processor time for a thousand pools, reads of Forgejo included, beside a bare route under the same load. */
import { createCaller } from '../fixture/caller.ts';
import { type Child, startEcho, startService } from '../fixture/child.ts';
import { manyPools, POOLS } from '../fixture/many-pools.ts';
import { pollRound } from '../fixture/poll-round.ts';
import { startReplayedForgejo } from '../fixture/replayed-forgejo.ts';
import { assertSteady } from '../fixture/steady.ts';
import { interleave, type Work } from '../interleave.ts';
import type { Description, Measure, Pair, Run } from '../measure.ts';

const POLL_SECONDS = 5;
/** A pool of two, one busy and one idle: with twenty the bare route alone would fill a core at this pace. */
const RUNNERS = 2;
/** V8 goes on compiling for some forty thousand calls, which is three minutes of this load; what a service does for weeks comes after. */
const WARM_UP_ROUNDS = 40;
const QUICK_WARM_UP_ROUNDS = 2;
const CASE = `${POOLS} pools, one round`;

const description: Description = {
  name: 'cpu',
  measures: `CPU at ${POOLS} pools every ${POLL_SECONDS} s`,
  beside: 'the echo route under the same load',
  cases: [{ name: CASE, unit: 'ms of CPU', goal: { kind: 'ratio', atMost: 2 } }],
};

export const cpu: Measure = { description, pairs };

async function* pairs({ quick, note }: Run): AsyncGenerator<Pair> {
  const forgejo = await startReplayedForgejo();
  const { bodies, organizations, mebibytes } = await manyPools(forgejo, RUNNERS, POLL_SECONDS);
  note(`pools of ${RUNNERS} runners in ${organizations} organizations; the bodies of one round are ${mebibytes.toFixed(0)} MiB`);
  const [service, echo] = await Promise.all([startService(forgejo.url), startEcho()]);
  const [toService, toEcho] = [createCaller(service.url, 5), createCaller(echo.url, 5)];
  const body = bodies[0] ?? Buffer.of();
  const callService = (index: number): Promise<unknown> => toService.post('/sync', bodies[index] ?? body);
  const callEcho = (index: number): Promise<unknown> => toEcho.post('/echo/pool', bodies[index] ?? body);
  const answer = await toService.post('/sync', body);
  assertSteady(body.toString(), answer);
  await toEcho.post('/answers/pool', answer);
  const warmUp = [cpuOf(service, 0, callService), cpuOf(echo, 0, callEcho)] as const;
  const [first, firstOfEcho] = [await warmUp[0](), await warmUp[1]()];
  note(`the first round of the process: ${first.toFixed(0)} ms of CPU, of the bare route ${firstOfEcho.toFixed(0)} ms`);
  for (let round = 1; round < (quick ? QUICK_WARM_UP_ROUNDS : WARM_UP_ROUNDS); round += 1) for (const work of warmUp) await work();
  const before = forgejo.reads();
  yield* interleave({
    case: CASE,
    ours: cpuOf(service, POLL_SECONDS * 1000, callService),
    beside: cpuOf(echo, POLL_SECONDS * 1000, callEcho),
    warmUps: 1,
    pairs: quick ? 3 : 9,
  });
  const rounds = quick ? 4 : 10;
  note(`${((forgejo.reads() - before) / rounds).toFixed(0)} reads of Forgejo a round`);
  forgejo.check();
  await Promise.all([toService.close(), toEcho.close()]);
  await Promise.all([service.stop(), echo.stop(), forgejo.close()]);
}

/** Milliseconds of processor time that one round of all pools takes, spread over `roundMs`. */
function cpuOf(child: Child, roundMs: number, call: (index: number) => Promise<unknown>): Work {
  return async () => {
    const before = await child.usage();
    await pollRound(POOLS, roundMs, call);
    return (await child.usage()).cpuMs - before.cpuMs;
  };
}
