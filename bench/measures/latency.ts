/**
 * How long a job waits until the Job of its runner stands in an answer. Virtual time: requests to Forgejo take what was
 * recorded, computing takes none (what it takes is measured by `sync`), so that the polling is seen without the machine.
 */
import { createVirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { createMeasure } from '../../src/dev/demo/measure.ts';
import { createEmbeddedForgejo } from '../../src/dev/forgejo/embedded.ts';
import { createRandom } from '../../src/dev/forgejo/random.ts';
import { namespaceObject, newPool, specFor, tokenSecret } from '../fixture/kube-objects.ts';
import { createVirtualCluster } from '../fixture/virtual-cluster.ts';
import type { Description, Measure, Pair, Run } from '../measure.ts';

const FORGEJO_URL = 'http://forgejo.test';
const STARTED_AT = Date.parse('2026-11-24T00:00:00Z');
/** What POSTing a registration took on a real server with SQLite (facts: Forgejo, section 6). */
const LATENCY_MS = 10;
const POOLS = 20;
const POLL_SECONDS = 2;
const JOBS = 1000;
const QUEUED_WITHIN_MS = 300_000;
const SEEDS = 3;
const HALF_SECONDS = POLL_SECONDS / 2;

const description: Description = {
  name: 'latency',
  measures: `queue -> Job in the answer, ${POOLS} pools at ${POLL_SECONDS} s polling`,
  beside: 'half the polling interval',
  cases: [
    { name: 'p50', unit: 's', goal: { kind: 'ratio', atMost: 1.2 } },
    { name: 'p99', unit: 's', goal: { kind: 'ratio', atMost: 2.5 } },
  ],
};

export const latency: Measure = { description, pairs };

async function* pairs({ quick, note }: Run): AsyncGenerator<Pair> {
  note('virtual time: computing takes none of it, a request to Forgejo takes 10 ms');
  for (let seed = 1; seed <= (quick ? 1 : SEEDS); seed += 1) {
    const { p50, p99 } = await waits(seed);
    yield { case: 'p50', ours: p50, beside: HALF_SECONDS };
    yield { case: 'p99', ours: p99, beside: HALF_SECONDS };
  }
}

async function waits(seed: number): Promise<{ readonly p50: number; readonly p99: number }> {
  const clock = createVirtualClock(STARTED_AT, { turns: 0 });
  const random = createRandom(seed);
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: FORGEJO_URL, latencyMs: LATENCY_MS, seed });
  const measure = createMeasure(clock.now);
  const cluster = await createVirtualCluster(clock, forgejo, measure.watch, seed);
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  forgejo.addRepository({ path: 'acme/app' });
  cluster.apply(namespaceObject());
  cluster.apply(tokenSecret(forgejo.addToken({ user: 'dev', scopes: ['write:organization'] })));
  for (let pool = 0; pool < POOLS; pool += 1) {
    const spec = { ...specFor(FORGEJO_URL, 'acme', labelOf(pool)), maxRunners: 100, pollIntervalSeconds: POLL_SECONDS };
    cluster.apply(newPool(`pool-${pool}`, spec));
  }
  await clock.advance(10_000);
  const moments = Array.from({ length: JOBS }, () => random.next() * QUEUED_WITHIN_MS).toSorted((a, b) => a - b);
  const queuing = moments.map(async (moment, index) => {
    await clock.sleep(moment);
    const job = { repository: 'acme/app', name: `job-${index}`, runsOn: [labelOf(index % POOLS)] };
    measure.queued(forgejo.queueJob(job).handle);
  });
  await clock.advance(QUEUED_WITHIN_MS + 60_000);
  await Promise.all(queuing);
  const left = forgejo.jobs().filter(({ status }) => status !== 'success').length;
  if (left > 0) throw new Error(`${left} jobs have not ended a minute after the last was queued`);
  cluster.check();
  cluster.stop();
  const { p50, p99 } = measure.queueToJobSeconds();
  if (p50 === null || p99 === null) throw new Error('no job was seen in an answer');
  return { p50, p99 };
}

function labelOf(pool: number): string {
  return `label-${pool}`;
}
