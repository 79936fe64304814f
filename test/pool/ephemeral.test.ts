import { describe, expect, test } from 'vitest';
import { aBackoff, aJob, aRunningJob, holding, secondsAgo, tagsOf, undeclaredRowOf, warmTagsOf } from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  created,
  drainingWarm,
  endedJob,
  idleWarm,
  planOf,
  startingAssigned,
  startingWarm,
  stopped,
  worldOf,
} from './support/runners.ts';

const OLD = { specHash: 'spec-of-old' } as const;
const brake = aBackoff('pool', { attempts: 5, until: secondsAgo(-30) });

describe('runners for waiting jobs', () => {
  test.each([
    { because: 'one runner for each job', world: worldOf([], { jobs: [aJob(2), aJob(1)] }), makes: ['handle-1', 'handle-2'] },
    { because: 'nothing waits', world: worldOf([]), makes: [] },
    { because: 'maxRunners is 1', world: worldOf([], { jobs: [aJob(2), aJob(1)], spec: { maxRunners: 1 } }), makes: ['handle-1'] },
    {
      because: 'runners that count for maxRunners leave less room',
      world: worldOf([busyAssigned('a', { handle: 'handle-9' })], { jobs: [aRunningJob(9, 7), aJob(2), aJob(1)], spec: { maxRunners: 2 } }),
      makes: ['handle-1'],
    },
    {
      because: 'a maximum below what is there creates nothing',
      world: worldOf([busyWarm('a'), busyWarm('b')], { jobs: [aJob(1)], spec: { maxRunners: 1 } }),
      makes: [],
    },
    {
      because: 'its runner is being started',
      world: worldOf([startingAssigned('a', { handle: 'handle-1' })], { jobs: [aJob(1)] }),
      makes: [],
    },
    {
      because: 'what has ended does not count',
      world: worldOf([endedJob(tagsOf('a', { handle: 'handle-9' }), 0, null)], { jobs: [aJob(1)], spec: { maxRunners: 1 } }),
      makes: ['handle-1'],
    },
    { because: 'paused', world: worldOf([], { jobs: [aJob(1)], spec: { paused: true, minRunners: 2 } }), makes: [] },
    { because: 'the namespace is being deleted', world: worldOf([], { jobs: [aJob(1)], namespaceTerminating: true }), makes: [] },
    { because: 'the pool is braked', world: worldOf([], { jobs: [aJob(1)], memory: { backoff: [brake] } }), makes: [] },
    {
      because: 'a braked pool tries one a minute',
      world: worldOf([], { jobs: [aJob(2), aJob(1)], spec: { minRunners: 3 }, memory: { backoff: [{ ...brake, until: secondsAgo(1) }] } }),
      makes: ['handle-1'],
    },
  ])('$because', ({ world, makes }) => {
    expect(created(planOf(world))).toEqual(makes);
  });

  test('the next attempt of a handle has a name of its own', () => {
    const first = endedJob(tagsOf('a', { handle: 'handle-1', attempt: 2 }), 137, null);
    const [effect] = planOf(worldOf([first], { jobs: [aJob(1)] })).effects;
    expect(effect).toMatchObject({ kind: 'register', ephemeral: true, tags: { handle: 'handle-1', attempt: 3, job: 'build 1' } });
    expect(effect).toHaveProperty('description', expect.stringMatching(/pool=\S+ handle=handle-1 attempt=3 created=2026-11-25T12:00:00/));
  });

  test.each([
    { because: 'its handle has left a fresh queue', jobs: [], stops: ['a'] },
    { because: 'its job still waits', jobs: [aJob(1)], stops: [] },
  ])('a starting runner when $because', ({ jobs, stops }) => {
    expect(stopped(planOf(worldOf([startingAssigned('a', { handle: 'handle-1' })], { jobs })))).toEqual(stops);
  });

  test('a busy runner whose handle has left the queue is never stopped', () => {
    expect(stopped(planOf(worldOf([busyAssigned('a', { handle: 'handle-1', ...OLD })], { spec: { maxRunners: 0 } })))).toEqual([]);
  });
});

describe('the idle minimum', () => {
  test.each([
    { because: 'none is there', runners: [], spec: { minRunners: 2 }, makes: ['warm 1', 'warm 2'], stops: [] },
    { because: 'a busy one is refilled', runners: [busyWarm('a')], spec: { minRunners: 1 }, makes: ['warm 2'], stops: [] },
    { because: 'a starting one counts', runners: [startingWarm('a')], spec: { minRunners: 1 }, makes: [], stops: [] },
    { because: 'maxRunners limits it', runners: [busyWarm('a')], spec: { minRunners: 3, maxRunners: 2 }, makes: ['warm 2'], stops: [] },
    {
      because: 'the surplus is stopped, starting before idle',
      runners: [idleWarm('a', 90), startingWarm('b'), idleWarm('c', 30)],
      spec: { minRunners: 2 },
      makes: [],
      stops: ['b'],
    },
    {
      because: 'of idle ones the longest idle first',
      runners: [idleWarm('a', 30), idleWarm('b', 90), idleWarm('c', 60)],
      spec: { minRunners: 1 },
      makes: [],
      stops: ['b', 'c'],
    },
    {
      because: 'maxRunners was lowered below it',
      runners: [idleWarm('a', 30), idleWarm('b', 90), busyWarm('c')],
      spec: { minRunners: 2, maxRunners: 2 },
      makes: [],
      stops: ['b'],
    },
    { because: 'paused keeps what is there', runners: [idleWarm('a')], spec: { minRunners: 2, paused: true }, makes: [], stops: [] },
  ])('$because', ({ runners, spec, makes, stops }) => {
    const made = planOf(worldOf(runners, { spec }));
    expect(created(made)).toEqual(makes);
    expect(stopped(made)).toEqual(stops);
  });

  test('waits while warm runners fail to start', () => {
    expect(created(planOf(worldOf([], { spec: { minRunners: 1 }, memory: { backoff: [aBackoff('warm')] } })))).toEqual([]);
  });

  test('assigned runners come first when there is not room for all', () => {
    const world = worldOf([], { jobs: [aJob(1)], spec: { minRunners: 2, maxRunners: 2 } });
    expect(created(planOf(world))).toEqual(['handle-1', 'warm 1']);
    expect(planOf(world)).toMatchObject({ desired: 2, atMaximum: true });
  });

  test('a number that was ever used is not used again', () => {
    const world = worldOf([], { spec: { minRunners: 1 }, memory: { lastWarmAttempt: 41 } });
    expect(created(planOf(world))).toEqual(['warm 42']);
  });

  test('a registration without a Secret counts, and can not be stopped', () => {
    const tags = warmTagsOf('a', { issuedAt: secondsAgo(5) });
    const world = worldOf([], { rows: [undeclaredRowOf(tags)], spec: { minRunners: 0 } });
    expect(stopped(planOf(world))).toEqual([]);
    expect(created(planOf(worldOf([], { rows: [undeclaredRowOf(tags)], spec: { minRunners: 1 } })))).toEqual([]);
  });

  test('a runner whose credentials are in memory is rendered again', () => {
    const tags = warmTagsOf('a', { issuedAt: secondsAgo(5) });
    const world = worldOf([], { rows: [undeclaredRowOf(tags)], spec: { minRunners: 1 }, memory: holding(tags) });
    expect(planOf(world).fates).toMatchObject([{ secret: 'render', workload: 'render', phase: 'starting' }]);
  });
});

describe('outdated warm runners are replaced one at a time', () => {
  test.each([
    {
      because: 'first one more than the minimum is started',
      runners: [idleWarm('a', 90, OLD), idleWarm('b', 60, OLD)],
      spec: { minRunners: 2 },
      makes: ['warm 2'],
      stops: [],
    },
    {
      because: 'none is stopped before its replacement is idle',
      runners: [idleWarm('a', 90, OLD), idleWarm('b', 60, OLD), startingWarm('c')],
      spec: { minRunners: 2 },
      makes: [],
      stops: [],
    },
    {
      because: 'the longest idle goes when its replacement is idle',
      runners: [idleWarm('a', 60, OLD), idleWarm('b', 90, OLD), idleWarm('c', 1)],
      spec: { minRunners: 2 },
      makes: [],
      stops: ['b'],
    },
    {
      because: 'the next waits until the last has gone',
      runners: [idleWarm('a', 60, OLD), drainingWarm('b', OLD), idleWarm('c', 1), idleWarm('d', 1)],
      spec: { minRunners: 2 },
      makes: [],
      stops: [],
    },
    {
      because: 'without room for a replacement one goes at once',
      runners: [idleWarm('a', 90, OLD), idleWarm('b', 60, OLD)],
      spec: { minRunners: 2, maxRunners: 2 },
      makes: [],
      stops: ['a'],
    },
    {
      because: 'without room the next waits until the replacement is idle',
      runners: [startingWarm('a'), idleWarm('b', 60, OLD)],
      spec: { minRunners: 2, maxRunners: 2 },
      makes: [],
      stops: [],
    },
    {
      because: 'without a minimum nothing is replaced',
      runners: [idleWarm('a', 90, OLD)],
      spec: { minRunners: 0 },
      makes: [],
      stops: ['a'],
    },
    {
      because: 'a paused pool keeps what it has',
      runners: [idleWarm('a', 90, OLD)],
      spec: { minRunners: 1, paused: true },
      makes: [],
      stops: [],
    },
  ])('$because', ({ runners, spec, makes, stops }) => {
    const made = planOf(worldOf(runners, { spec }));
    expect(created(made)).toEqual(makes.map(() => expect.stringMatching(/^warm \d+$/)));
    expect(stopped(made)).toEqual(stops);
  });

  test.each([
    { because: 'the pool is braked', backoff: [brake] },
    { because: 'the pool is braked, and at its maximum', backoff: [brake], maxRunners: 2 },
    { because: 'warm runners are backing off', backoff: [aBackoff('warm')] },
    { because: 'warm runners are backing off at the maximum', backoff: [aBackoff('warm')], maxRunners: 2 },
  ])('a spec with which nothing starts does not cost the runners that work: $because', ({ backoff, maxRunners = 10 }) => {
    const runners = [idleWarm('a', 90, OLD), idleWarm('b', 60, OLD)];
    expect(stopped(planOf(worldOf(runners, { spec: { minRunners: 2, maxRunners }, memory: { backoff } })))).toEqual([]);
  });
});

describe('what the status says of the demand', () => {
  test.each([
    {
      because: 'live runners and those that are missing',
      world: worldOf([busyWarm('a')], { jobs: [aJob(1)] }),
      desired: 2,
      atMaximum: false,
    },
    {
      because: 'never more than the maximum',
      world: worldOf([], { jobs: [aJob(1), aJob(2)], spec: { maxRunners: 1 } }),
      desired: 1,
      atMaximum: true,
    },
  ])('$because', ({ world, desired, atMaximum }) => {
    expect(planOf(world)).toMatchObject({ desired, atMaximum });
  });
});
