/** A call that changes nothing, which is what most calls are, beside the least that any service has to do for it. */

import { createCaller } from '../fixture/caller.ts';
import { startEcho, startService } from '../fixture/child.ts';
import { clonePool } from '../fixture/clone-pool.ts';
import { growPool } from '../fixture/grown-pool.ts';
import { startReplayedForgejo } from '../fixture/replayed-forgejo.ts';
import { assertSteady } from '../fixture/steady.ts';
import { interleave, timed } from '../interleave.ts';
import type { Description, Measure, Pair, Run } from '../measure.ts';

interface Size {
  readonly runners: number;
  readonly atMost: number;
  readonly warmUps: number;
  readonly pairs: number;
}

/** Small calls are short: more pairs for the same patience. */
const SIZES: readonly Size[] = [
  { runners: 1, atMost: 2, warmUps: 300, pairs: 400 },
  { runners: 20, atMost: 2, warmUps: 100, pairs: 200 },
  { runners: 200, atMost: 2.5, warmUps: 20, pairs: 60 },
  { runners: 1000, atMost: 2.5, warmUps: 5, pairs: 25 },
];
const QUICK_SHARE = 5;
/** The longest there is, so that what is measured is the call and not the read that every few of them share. */
const POLL_SECONDS = 300;

const description: Description = {
  name: 'sync',
  measures: '/sync without effects',
  beside: 'a bare fastify route that parses the same body and serialises the same answer',
  cases: SIZES.map(({ runners, atMost }) => ({ name: caseName(runners), unit: 'ms', goal: { kind: 'ratio', atMost } })),
};

export const sync: Measure = { description, pairs };

async function* pairs({ quick, note }: Run): AsyncGenerator<Pair> {
  const forgejo = await startReplayedForgejo();
  const [service, echo] = await Promise.all([startService(forgejo.url), startEcho()]);
  const [toService, toEcho] = [createCaller(service.url), createCaller(echo.url)];
  for (const [index, { runners, warmUps, pairs: wanted }] of SIZES.entries()) {
    const grown = await growPool({ forgejoUrl: forgejo.url, runners, pollIntervalSeconds: POLL_SECONDS });
    const { body, forgejo: answers } = clonePool(grown, { pool: index, organization: index });
    forgejo.add(answers);
    const answer = await toService.post('/sync', body);
    assertSteady(body, answer);
    await toEcho.post(`/answers/${runners}`, answer);
    note(
      `${caseName(runners)}: a body of ${kilobytes(body)} kB (${kilobytes(body, runners)} kB a runner), an answer of ${kilobytes(answer)} kB`,
    );
    yield* interleave({
      case: caseName(runners),
      ours: timed(() => toService.post('/sync', body)),
      beside: timed(() => toEcho.post(`/echo/${runners}`, body)),
      warmUps: quick ? Math.ceil(warmUps / QUICK_SHARE) : warmUps,
      pairs: quick ? Math.ceil(wanted / QUICK_SHARE) : wanted,
    });
    assertSteady(body, await toService.post('/sync', body));
  }
  forgejo.check();
  await Promise.all([toService.close(), toEcho.close()]);
  await Promise.all([service.stop(), echo.stop(), forgejo.close()]);
}

function caseName(runners: number): string {
  return runners === 1 ? '1 runner' : `${runners} runners`;
}

function kilobytes(text: string, by = 1): string {
  return (Buffer.byteLength(text) / 1000 / by).toFixed(1);
}
