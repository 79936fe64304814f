import { describe, expect, test } from 'vitest';
import {
  aBackoff,
  aJob,
  aRunningJob,
  deploymentOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  unavailable,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { created, persistentRunner, planOf, type RunnerParts, settledOf, stopped, worldOf } from './support/runners.ts';

const OLD = { specHash: 'spec-of-old' } as const;

function idle(name: string, seconds = 400, tags = {}): RunnerParts {
  return persistentRunner(name, 'idle', { since: secondsAgo(seconds) }, tags);
}

function busy(name: string, memory = {}, tags = {}): RunnerParts {
  return persistentRunner(name, 'busy', memory, tags);
}

function starting(name: string, tags = {}): RunnerParts {
  const own = warmTagsOf(name, tags);
  const pod = podOf(own, { ownerKind: 'ReplicaSet', state: waiting() });
  return { secret: secretOf(own), workload: deploymentOf(own), pod, row: undeclaredRowOf(own) };
}

describe('a persistent pool', () => {
  test.each([
    { because: 'its minimum', runners: [], jobs: [], spec: { minRunners: 2 }, makes: 2 },
    { because: 'a runner for each job, those that are idle first', runners: [idle('a')], jobs: [aJob(1), aJob(2)], spec: {}, makes: 1 },
    { because: 'busy ones and one for each waiting job', runners: [busy('a')], jobs: [aRunningJob(9, 7), aJob(1)], spec: {}, makes: 1 },
    { because: 'never more than maxRunners', runners: [busy('a')], jobs: [aJob(1), aJob(2)], spec: { maxRunners: 2 }, makes: 1 },
    { because: 'a minimum above the maximum is cut', runners: [], jobs: [], spec: { minRunners: 5, maxRunners: 3 }, makes: 3 },
    { because: 'one that is being started will do', runners: [starting('a')], jobs: [aJob(1)], spec: {}, makes: 0 },
    { because: 'paused', runners: [], jobs: [aJob(1)], spec: { paused: true, minRunners: 2 }, makes: 0 },
    { because: 'jobs of other labels are not its own', runners: [], jobs: [aJob(1, { runsOn: ['windows'] })], spec: {}, makes: 0 },
  ])('makes as many as it wants: $because', ({ runners, jobs, spec, makes }) => {
    const made = planOf(worldOf(runners, { jobs, spec: { mode: 'Persistent', ...spec } }));
    expect(created(made)).toHaveLength(makes);
    expect(stopped(made)).toEqual([]);
  });

  test('registers them as runners that stay', () => {
    const [effect] = planOf(worldOf([], { spec: { mode: 'Persistent', minRunners: 1 } })).effects;
    expect(effect).toMatchObject({ kind: 'register', ephemeral: false, tags: { handle: null } });
  });

  test('waits while its runners fail to start', () => {
    const world = worldOf([], { spec: { mode: 'Persistent', minRunners: 1 }, memory: { backoff: [aBackoff('warm')] } });
    expect(created(planOf(world))).toEqual([]);
  });

  test.each([
    { because: 'an idle one whose time is over', runners: [idle('a', 300)], spec: {}, stops: ['a'] },
    { because: 'not before', runners: [idle('a', 299)], spec: {}, stops: [] },
    { because: 'the longest idle first', runners: [idle('a', 400), idle('b', 900), idle('c', 500)], spec: { minRunners: 2 }, stops: ['b'] },
    { because: 'busy ones are left', runners: [busy('a'), idle('b', 900)], spec: {}, stops: ['b'] },
    { because: 'not below the minimum', runners: [idle('a', 900)], spec: { minRunners: 1 }, stops: [] },
    {
      because: 'a lowered maximum does not wait for the time to be over',
      runners: [idle('a', 5), idle('b', 9), busy('c')],
      spec: { maxRunners: 2 },
      stops: ['b'],
    },
    {
      because: 'the maximum never stops a busy one',
      runners: [busy('a'), busy('b')],
      spec: { maxRunners: 1 },
      stops: [],
    },
  ])('stops the idle that are not wanted: $because', ({ runners, spec, stops }) => {
    expect(stopped(planOf(worldOf(runners, { spec: { mode: 'Persistent', ...spec } })))).toEqual(stops);
  });
});

describe('outdated persistent runners', () => {
  test.each([
    { because: 'one idle one at a time', runners: [idle('a', 5, OLD), idle('b', 9, OLD)], spec: { minRunners: 2 }, stops: ['b'] },
    { because: 'none while a replacement starts', runners: [idle('a', 5, OLD), starting('b')], spec: { minRunners: 2 }, stops: [] },
    { because: 'none while another is missing', runners: [idle('a', 5, OLD)], spec: { minRunners: 2 }, stops: [] },
    {
      because: 'none of a paused pool, which could not replace it',
      runners: [idle('a', 5, OLD)],
      spec: { minRunners: 1, paused: true },
      stops: [],
    },
    {
      because: 'of a surplus the outdated first and at once, and no more than the surplus',
      runners: [idle('a', 5, OLD), idle('b', 9, OLD), idle('c', 400)],
      spec: { minRunners: 2 },
      stops: ['b'],
    },
    {
      because: 'of a surplus that only starts none that works: nobody knows whether the others ever will',
      runners: [idle('a', 5, OLD), starting('b'), starting('c')],
      spec: { minRunners: 2, idleTimeoutSeconds: 0 },
      stops: [],
    },
    { because: 'a busy one goes on', runners: [busy('a', { outdatedSince: secondsAgo(11_399) }, OLD)], spec: { minRunners: 1 }, stops: [] },
    {
      because: 'until it has had its time',
      runners: [busy('a', { outdatedSince: secondsAgo(11_400) }, OLD)],
      spec: { minRunners: 1 },
      stops: ['a'],
    },
    {
      because: 'since when it is outdated is not known yet',
      runners: [busy('a', {}, OLD)],
      spec: { minRunners: 1, drainTimeoutSeconds: 0 },
      stops: [],
    },
  ])('$because', ({ runners, spec, stops }) => {
    expect(stopped(planOf(worldOf(runners, { spec: { mode: 'Persistent', ...spec } })))).toEqual(stops);
  });

  test('above a lowered maximum what has not started goes first, and of those that work no more than may be away', () => {
    const old = ['a', 'b', 'c', 'd', 'e'].map((name, index) => idle(name, 5 + index, OLD));
    const fresh = ['f', 'g', 'h', 'i', 'j'].map((name) => starting(name));
    const peaks = [{ wanted: 10, lastAt: secondsAgo(2) }];
    const world = worldOf([...old, ...fresh], { memory: { peaks }, spec: { mode: 'Persistent', maxRunners: 5 } });
    expect(stopped(planOf(world)).toSorted()).toEqual(['e', 'f', 'g', 'h', 'i']);
  });

  test('the next is not stopped while one of them goes', () => {
    const own = warmTagsOf('b', OLD);
    const pod = podOf(own, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-600) });
    const world = worldOf([idle('a', 5, OLD), { secret: secretOf(own), pod }], { spec: { mode: 'Persistent', minRunners: 1 } });
    expect(stopped(planOf(world))).toEqual([]);
  });
});

describe('outdated persistent runners, two at a time', () => {
  const TWO = { updateStrategy: { maxUnavailable: 2 } } as const;
  const going = (name: string): RunnerParts => {
    const own = warmTagsOf(name, OLD);
    const memory = remembered(name, { phase: 'stopping', handle: null });
    return { secret: secretOf(own), pod: podOf(own, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-600) }), row: rowOf(own), memory };
  };

  test.each([
    {
      because: 'the two that are idle for longest',
      runners: [idle('a', 5, OLD), idle('b', 9, OLD), idle('c', 7, OLD)],
      spec: { minRunners: 3 },
      stops: ['b', 'c'],
    },
    {
      because: 'one more while one goes',
      runners: [idle('a', 5, OLD), idle('b', 9, OLD), going('c')],
      spec: { minRunners: 3 },
      stops: ['b'],
    },
    {
      because: 'none while two replacements start',
      runners: [idle('a', 5, OLD), starting('b'), starting('c')],
      spec: { minRunners: 3 },
      stops: [],
    },
    {
      because: 'none while two are missing, though nothing is on its way',
      runners: [idle('a', 5, OLD)],
      spec: { minRunners: 3, maxRunners: 3 },
      stops: [],
    },
    {
      because: 'none while replacements back off',
      runners: [idle('a', 5, OLD), idle('b', 9, OLD)],
      spec: { minRunners: 2 },
      memory: { backoff: [aBackoff('warm')] },
      stops: [],
    },
    {
      because: 'what has not started goes first, and costs nothing',
      runners: [idle('a', 5, OLD), starting('b', OLD), starting('c', OLD)],
      spec: { minRunners: 3 },
      stops: ['b', 'c'],
    },
    {
      because: 'busy ones count among those that are there',
      runners: [busy('a', {}, OLD), busy('b', {}, OLD), idle('c', 5, OLD)],
      spec: { minRunners: 3 },
      stops: ['c'],
    },
  ])('$because', ({ runners, spec, memory = {}, stops }) => {
    expect(stopped(planOf(worldOf(runners, { memory, spec: { mode: 'Persistent', ...TWO, ...spec } })))).toEqual(stops);
  });

  test('are made up for as long as the window says that so many are wanted', () => {
    const peaks = [
      { wanted: 3, lastAt: secondsAgo(100) },
      { wanted: 0, lastAt: secondsAgo(2) },
    ];
    const world = worldOf([idle('a', 5, OLD), going('b'), idle('c', 5)], { memory: { peaks }, spec: { mode: 'Persistent' } });
    expect(created(planOf(world))).toHaveLength(1);
    expect(stopped(planOf(world))).toEqual([]);
  });

  test('of a paused pool stay, also when they are at work for long', () => {
    const runners = [idle('a', 5, OLD), starting('b', OLD), busy('c', { outdatedSince: secondsAgo(20_000) }, OLD)];
    const world = worldOf(runners, { spec: { mode: 'Persistent', minRunners: 3, paused: true } });
    expect(stopped(planOf(world))).toEqual([]);
    expect(created(planOf(world))).toEqual([]);
  });
});

describe('a runner that Forgejo shows at work', () => {
  const wantedOf = (runners: readonly RunnerParts[], jobs: Parameters<typeof aRunningJob>[]): number =>
    planOf(worldOf(runners, { jobs: jobs.map((job) => aRunningJob(...job)), spec: { mode: 'Persistent', idleTimeoutSeconds: 0 } })).desired;

  test('counts for no more than there are jobs: it reads so for 10 s after its task', () => {
    expect(wantedOf([busy('a'), busy('b'), busy('c')], [[9, 7]])).toBe(1);
    expect(
      wantedOf(
        [busy('a')],
        [
          [9, 7],
          [8, 6],
        ],
      ),
    ).toBe(1);
  });

  test('with an older spec counts: its job may ask for a label that was taken away', () => {
    expect(wantedOf([busy('a', {}, OLD)], [])).toBe(1);
  });
});

describe('runners that take turns at few jobs', () => {
  const names = ['a', 'b', 'c', 'd'];
  const turns = names.map((name, index) => (name === 'a' ? busy(name) : idle(name, 10 + index)));
  const jobs = [aRunningJob(9, 7)];
  const spec = { mode: 'Persistent', idleTimeoutSeconds: 300 } as const;

  test.each([
    {
      because: 'two were wanted lately',
      peaks: [
        { wanted: 2, lastAt: secondsAgo(299) },
        { wanted: 1, lastAt: secondsAgo(2) },
      ],
      stops: ['c', 'd'],
    },
    {
      because: 'four were',
      peaks: [
        { wanted: 4, lastAt: secondsAgo(299) },
        { wanted: 1, lastAt: secondsAgo(2) },
      ],
      stops: [],
    },
    {
      because: 'that is too long ago',
      peaks: [
        { wanted: 4, lastAt: secondsAgo(300) },
        { wanted: 1, lastAt: secondsAgo(2) },
      ],
      stops: ['b', 'c', 'd'],
    },
    { because: 'a process that has just begun does not know', peaks: [], stops: [] },
    { because: 'nor does one that has not looked for long', peaks: [{ wanted: 1, lastAt: secondsAgo(301) }], stops: [] },
  ])('become fewer: $because', ({ peaks, stops }) => {
    expect(stopped(planOf(worldOf(turns, { jobs, spec, memory: { peaks } }))).toSorted()).toEqual(stops);
  });

  test('the longest idle first', () => {
    const peaks = [
      { wanted: 3, lastAt: secondsAgo(100) },
      { wanted: 1, lastAt: secondsAgo(2) },
    ];
    expect(stopped(planOf(worldOf(turns, { jobs, spec, memory: { peaks } })))).toEqual(['d']);
  });

  test('the pool looks again when the peak is over', () => {
    const peaks = [
      { wanted: 4, lastAt: secondsAgo(290) },
      { wanted: 1, lastAt: secondsAgo(2) },
    ];
    expect(planOf(worldOf(turns, { jobs, spec, memory: { peaks } })).wakeAt).toBe(secondsAhead(10));
  });

  test('what was wanted is remembered, without Forgejo too', () => {
    const peaks = [{ wanted: 4, lastAt: secondsAgo(290) }];
    const seen = settledOf(worldOf(turns, { jobs, spec, memory: { peaks } })).memory.peaks;
    expect(seen).toEqual([...peaks, { wanted: 1, lastAt: now }]);
    expect(settledOf(worldOf(turns, { forgejo: unavailable(), spec, memory: { peaks } })).memory.peaks).toEqual(peaks);
  });

  test('a lowered maximum takes idle ones at once and busy ones never', () => {
    const peaks = [{ wanted: 4, lastAt: secondsAgo(2) }];
    const two = worldOf(turns, { jobs, spec: { ...spec, maxRunners: 2 }, memory: { peaks } });
    expect(stopped(planOf(two))).toEqual(['c', 'd']);
    const none = worldOf([busy('a'), busy('b')], { spec: { ...spec, maxRunners: 0 }, memory: { peaks } });
    expect(stopped(planOf(none))).toEqual([]);
  });

  test('an open window keeps its minimum, and its end lets them go after their time', () => {
    const schedules = [{ name: 'noon', timeZone: 'UTC', start: '0 11 * * *', duration: '2h', minRunners: 4 }];
    const peaks = [{ wanted: 1, lastAt: secondsAgo(2) }];
    expect(stopped(planOf(worldOf(turns, { jobs, spec: { ...spec, schedules }, memory: { peaks } })))).toEqual([]);
    expect(created(planOf(worldOf([], { spec: { ...spec, schedules }, memory: { peaks } })))).toHaveLength(4);
  });
});

test('a persistent pool at its maximum says so', () => {
  const world = worldOf([busy('a')], { jobs: [aRunningJob(9, 7), aJob(1)], spec: { mode: 'Persistent', maxRunners: 1 } });
  expect(planOf(world)).toMatchObject({ desired: 1, atMaximum: true });
});
