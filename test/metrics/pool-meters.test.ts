import { describe, expect, it } from 'vitest';
import type { SyncView } from '../../src/hooks/observer.ts';
import { MOST_OWN } from '../../src/metrics/delay-histograms.ts';
import { KEPT_FOR_MS } from '../../src/metrics/pool-meters.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';
import { aBusyWorld } from '../hooks/support/busy-world.ts';
import { failing, viewOf } from '../hooks/support/views.ts';
import { aJob, aRecent, aWorld, now, remembered, secondsAgo, secretOf, tagsOf, unavailable } from '../pool/support/builders.ts';
import { aRegistry, renamed } from './support/scrape.ts';

const POOL = 'namespace="ci",pool="linux"';

async function scrapeOf(...views: readonly SyncView[]): Promise<Readonly<Record<string, number>>> {
  const meters = aRegistry();
  for (const view of views) meters.pools.synced(view);
  return meters.scrape();
}

describe('a pool in full swing', async () => {
  const series = await scrapeOf(viewOf(aBusyWorld()));

  it.each([
    { name: 'queue_waiting', value: 1, because: 'a new job waits' },
    { name: 'queue_blocked', value: 1, because: 'another was tried in vain' },
    { name: 'queue_running', value: 2, because: 'one runs, and one whose runner is dead' },
    { name: 'queue_oldest_wait_seconds', value: 40, because: 'the blocked one does not count' },
    { name: 'min_runners', value: 0, because: 'the spec says so' },
    { name: 'max_runners', value: 10, because: 'the spec says so' },
    { name: 'ready', value: 1, because: 'no wanted runner is stuck' },
    { name: 'last_sync_timestamp_seconds', value: now / 1000, because: 'the call was answered then' },
    { name: 'stray_registrations', value: 0, because: 'the one that there was has just been removed' },
  ])('shows $name $value: $because', ({ name, value }) => {
    expect(series[`runnerpool_${name}{${POOL}}`]).toBe(value);
  });

  it.each([
    { phase: 'starting', value: 1 },
    { phase: 'idle', value: 0 },
    { phase: 'busy', value: 1 },
    { phase: 'draining', value: 1 },
  ])('shows $value $phase runners', ({ phase, value }) => {
    expect(series[`runnerpool_runners{${POOL},phase="${phase}"}`]).toBe(value);
  });

  it('counts each thing that the call did by one word, and nothing else', () => {
    const counted = Object.entries(series).filter(([name]) => name.includes('_total{'));
    expect(Object.fromEntries(counted.map(([name, value]) => [name.replace(`${POOL},`, ''), value]))).toEqual({
      'runnerpool_registrations_total{result="made"}': 1,
      'runnerpool_deregistrations_total{reason="idleExit"}': 1,
      'runnerpool_deregistrations_total{reason="stray"}': 1,
      'runnerpool_dead_runner_reports_total{reason="OOMKilled"}': 1,
      'runnerpool_runner_stops_total{reason="notNeeded"}': 1,
      'runnerpool_runner_ends_total{reason="Completed"}': 1,
      'runnerpool_runner_ends_total{reason="NoTask"}': 1,
      'runnerpool_runner_ends_total{reason="OOMKilled"}': 1,
    });
  });

  it.each([
    { name: 'job_creation_delay_seconds', seconds: 40, below: '15', from: '60' },
    { name: 'job_pickup_delay_seconds', seconds: 90, below: '60', from: '300' },
  ])('shows a $name of $seconds s', ({ name, seconds, below, from }) => {
    expect(series[`runnerpool_${name}_sum{${POOL}}`]).toBe(seconds);
    expect(series[`runnerpool_${name}_bucket{le="${below}",${POOL}}`]).toBe(0);
    expect(series[`runnerpool_${name}_bucket{le="${from}",${POOL}}`]).toBe(1);
  });

  it('shows of its conditions the one that asks for attention', () => {
    const conditions = Object.keys(series).filter((name) => name.startsWith('runnerpool_condition{'));
    expect(conditions).toEqual([`runnerpool_condition{${POOL},type="ScalingLimited",reason="BackingOff"}`]);
  });
});

it('a pool at rest has gauges and no series of things that never happened', async () => {
  const names = Object.keys(await scrapeOf(viewOf(aWorld())));
  expect(names.filter((name) => /_total|_bucket|condition/.test(name))).toEqual([]);
  expect(names).toContain(`runnerpool_queue_oldest_wait_seconds{${POOL}}`);
});

describe('registering', () => {
  const WHERE = { method: 'POST', path: '/api/v1/orgs/acme/actions/runners' } as const;
  const failures: readonly { readonly failure: ForgejoFailure; readonly result: string; readonly because: string }[] = [
    { failure: { ...WHERE, kind: 'forbidden', because: 'notOwner' }, result: 'refused', because: 'Forgejo said no' },
    { failure: { ...WHERE, kind: 'timeout', afterMs: 4000 }, result: 'failed', because: 'nobody answered' },
    { failure: { ...WHERE, kind: 'serverError', status: 502 }, result: 'failed', because: 'a proxy answered' },
  ];

  it.each(failures)('is counted as $result: $because', async ({ failure, result }) => {
    const series = await scrapeOf(viewOf(aWorld({ jobs: [aJob(1)] }), failing(failure)));
    expect(series[`runnerpool_registrations_total{${POOL},result="${result}"}`]).toBe(1);
  });
});

it('a cause that somebody wrote into the status is no label', async () => {
  const tags = tagsOf('r');
  const cause = { reason: 'a job name', message: '', exitCode: 1 };
  const before = remembered('r', { phase: 'finishing', worked: true, cause });
  const series = await scrapeOf(viewOf(aWorld({ secrets: [secretOf(tags)], runners: [before], jobs: [aJob(1)] })));
  expect(Object.keys(series).filter((name) => name.startsWith('runnerpool_runner_ends_total'))).toHaveLength(1);
  expect(Object.keys(series).join()).not.toContain('a job name');
});

it('the longest wait goes on growing between two calls', async () => {
  const meters = aRegistry();
  meters.pools.synced(viewOf(aBusyWorld()));
  meters.clock.at += 7_000;
  expect((await meters.scrape())[`runnerpool_queue_oldest_wait_seconds{${POOL}}`]).toBe(47);
});

it('while Forgejo is away the last numbers stand, with what is wrong', async () => {
  const busy = viewOf(aBusyWorld());
  const series = await scrapeOf(busy, viewOf(aBusyWorld({}, { forgejo: unavailable() })));
  expect(series[`runnerpool_queue_waiting{${POOL}}`]).toBe(1);
  expect(series[`runnerpool_ready{${POOL}}`]).toBe(0);
  expect(series[`runnerpool_condition{${POOL},type="ForgejoReachable",reason="ForgejoServerError"}`]).toBe(1);
});

it('a pool whose spec is refused from the beginning is shown as not ready', async () => {
  const { pool, at } = viewOf(aWorld());
  const refused = { type: 'SpecValid', status: 'False', reason: 'SpecInvalid', message: '', lastTransitionTime: '' } as const;
  const series = await scrapeOf({ pool, at, decided: null, status: { conditions: [refused] } });
  expect(series[`runnerpool_ready{${POOL}}`]).toBe(0);
  expect(series[`runnerpool_condition{${POOL},type="SpecValid",reason="SpecInvalid"}`]).toBe(1);
});

describe('the series of a pool go', () => {
  it('when it has ended, and no others', async () => {
    const meters = aRegistry();
    const view = viewOf(aBusyWorld());
    meters.pools.synced(view);
    meters.pools.synced(renamed(view, 'ci', 'other'));
    meters.pools.ended(view.pool);
    const names = Object.keys(await meters.scrape());
    expect(names.filter((name) => name.includes('"linux"'))).toEqual([]);
    expect(names.filter((name) => name.includes('"other"')).length).toBeGreaterThan(25);
  });

  it('ten minutes after its last call', async () => {
    const meters = aRegistry();
    meters.pools.synced(viewOf(aBusyWorld()));
    meters.clock.at += KEPT_FOR_MS;
    expect(Object.keys(await meters.scrape()).length).toBeGreaterThan(25);
    meters.clock.at += 1;
    await meters.scrape();
    expect(await meters.scrape()).toEqual({});
  });

  it('without a scrape too: a call for another pool looks after it', async () => {
    const meters = aRegistry();
    const view = viewOf(aBusyWorld());
    meters.pools.synced(view);
    meters.clock.at += KEPT_FOR_MS + 1;
    meters.pools.synced({ ...renamed(view, 'ci', 'other'), at: meters.clock.at });
    expect(Object.keys(await meters.scrape()).filter((name) => name.includes('"linux"'))).toEqual([]);
  });

  it('when a new pool has its name, which counts from the beginning', async () => {
    const view = viewOf(aBusyWorld());
    const series = await scrapeOf(view, view, { ...view, pool: { ...view.pool, uid: 'another' } });
    expect(series[`runnerpool_registrations_total{${POOL},result="made"}`]).toBe(1);
    expect(series[`runnerpool_job_pickup_delay_seconds_count{${POOL}}`]).toBe(1);
  });
});

it('beyond so many pools the delays are kept by namespace, and go with its last pool', async () => {
  const meters = aRegistry();
  const view = viewOf(aBusyWorld());
  for (let index = 0; index < MOST_OWN; index += 1) meters.pools.synced(renamed(view, 'first', `pool-${index}`));
  const late = [renamed(view, 'late', 'a'), renamed(view, 'late', 'b')];
  for (const each of late) meters.pools.synced(each);
  const shared = 'runnerpool_job_pickup_delay_seconds_count{namespace="late",pool=""}';
  expect((await meters.scrape())[shared]).toBe(2);
  const [a, b] = late;
  if (a !== undefined) meters.pools.ended(a.pool);
  expect((await meters.scrape())[shared]).toBe(2);
  if (b !== undefined) meters.pools.ended(b.pool);
  expect(await meters.scrape()).not.toHaveProperty([shared]);
});

it('an end that the status names already is not counted again', async () => {
  const world = aBusyWorld({}, {});
  const recent = ['completed', 'failed', 'in-vain'].map((name) => aRecent(name, { at: secondsAgo(5) }));
  const series = await scrapeOf(viewOf({ ...world, memory: { ...world.memory, recent } }));
  expect(Object.keys(series).filter((name) => name.startsWith('runnerpool_runner_ends_total'))).toEqual([]);
});
