/** Pools of one scope share their reads, however many there are and whenever each of them is polled. Virtual time. */
import { Type } from '@sinclair/typebox';
import { createVirtualClock, type VirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { createEmbeddedForgejo } from '../../src/dev/forgejo/embedded.ts';
import type { Operator } from '../../src/hooks/reply.ts';
import { checked } from '../fixture/checked.ts';
import { specFor } from '../fixture/kube-objects.ts';
import { newPoolBody } from '../fixture/new-pool-body.ts';
import { createVirtualOperator } from '../fixture/virtual-operator.ts';
import type { Case, Description, Measure, Pair, Run } from '../measure.ts';

const POOLS = [1, 10, 100, 1000];
const FORGEJO_URL = 'http://forgejo.test';
const STARTED_AT = Date.parse('2026-11-24T00:00:00Z');
/** What a read of an empty queue took on a real server, rounded up (recorded: 5.5 to 13 ms). */
const LATENCY_MS = 10;
const INTERVAL_MS = 2_000;
const POLLED_MS = 120_000;
const QUICK_POLLED_MS = 20_000;
/** The queue, and the list of runners. */
const READS = 2;

const description: Description = {
  name: 'reads',
  measures: 'requests to Forgejo per poll, of all pools on one scope',
  beside: 'one',
  cases: POOLS.map((pools): Case => ({ name: caseName(pools), unit: 'requests', goal: { kind: 'value', atMost: READS } })),
};

export const reads: Measure = { description, pairs };

async function* pairs({ quick }: Run): AsyncGenerator<Pair> {
  for (const pools of POOLS) {
    yield { case: caseName(pools), ours: await requestsPerPoll(pools, quick ? QUICK_POLLED_MS : POLLED_MS), beside: 1 };
  }
}

async function requestsPerPoll(pools: number, polledMs: number): Promise<number> {
  const clock = createVirtualClock(STARTED_AT, { turns: 0 });
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: FORGEJO_URL, latencyMs: LATENCY_MS });
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  const token = forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  const askedAt: number[] = [];
  const operator = await createVirtualOperator(clock, (request) => {
    askedAt.push(clock.now());
    return forgejo.handle(request);
  });
  const stopped = new AbortController();
  const polling = Array.from({ length: pools }, async (_, index) => {
    const body = newPoolBody({ index, spec: specFor(FORGEJO_URL, 'acme'), token, createdAt: '2026-11-23T00:00:00Z' });
    // They come one after another over the first interval, as pools do that were applied at different times.
    await clock.sleep((INTERVAL_MS * index) / pools);
    return poll(operator, body, clock, stopped.signal);
  });
  await clock.advance(polledMs);
  stopped.abort('measured');
  await clock.advance(INTERVAL_MS);
  await Promise.all(polling);
  const [first = 0, last = 0] = [askedAt[0], askedAt.at(-1)];
  return askedAt.length / (Math.round((last - first) / INTERVAL_MS) + 1);
}

const Answer = Type.Object({ resyncAfterSeconds: Type.Number() });

/** As Metacontroller does: again when the answer says so. */
async function poll(operator: Operator, body: object, clock: VirtualClock, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const reply = await operator.sync(body);
    await clock.sleep(checked(Answer, reply.body).resyncAfterSeconds * 1000, stopped);
  }
}

function caseName(pools: number): string {
  return pools === 1 ? '1 pool' : `${pools} pools`;
}
