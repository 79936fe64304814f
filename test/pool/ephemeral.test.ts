import { describe, expect, test } from 'vitest';
import {
  aBackoff,
  aJob,
  aRunningJob,
  holding,
  jobOf,
  podOf,
  remembered,
  rowOf,
  SPEC_HASH,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  undeclaredRowOf,
  warmTagsOf,
} from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  created,
  drainingWarm,
  endedJob,
  idleWarm,
  justEndedJob,
  planOf,
  startingAssigned,
  startingWarm,
  stopped,
  worldOf,
} from './support/runners.ts';

const OLD = { specHash: 'spec-of-old' } as const;
const KEPT_STORE = { type: 'Dind', dind: { storage: { claimName: 'layers' } } } as const;
const ENDED = tagsOf('a', { handle: 'handle-9' });
/** The runner's container is over, the Pod is not. */
const withLingeringSidecar = { ...endedJob(ENDED, 0, null), pod: podOf(ENDED, { state: terminated(0), final: false }) };
const CUT_OFF = {
  secret: secretOf(warmTagsOf('b')),
  row: rowOf(warmTagsOf('b'), { status: 'offline' }),
  pod: podOf(warmTagsOf('b'), { deletionAt: secondsAgo(500) }),
  memory: remembered('b', { phase: 'lost', handle: null }),
};
const brake = aBackoff('pool', { attempts: 5, until: secondsAgo(-30) });
const refusal = aBackoff('register', { until: secondsAgo(-30) });

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
    {
      because: 'what has ended does not count, though its sidecar still shuts down',
      world: worldOf([withLingeringSidecar], { jobs: [aJob(1)], spec: { maxRunners: 1 } }),
      makes: ['handle-1'],
    },
    {
      because: 'the sidecar of an ended runner has the one store open that the pool keeps',
      world: worldOf([withLingeringSidecar], { jobs: [aJob(1)], spec: { maxRunners: 1, containerMode: KEPT_STORE } }),
      makes: [],
    },
    {
      because: 'the store that the pool keeps was let go with the Pod',
      world: worldOf([endedJob(ENDED, 0, null)], {
        jobs: [aJob(1)],
        spec: { maxRunners: 1, containerMode: KEPT_STORE },
      }),
      makes: ['handle-1'],
    },
    {
      because: 'the node of a runner does not answer any more, and its sidecar may have the store open there',
      world: worldOf([CUT_OFF], { jobs: [aJob(1)], spec: { maxRunners: 1, containerMode: KEPT_STORE } }),
      makes: [],
    },
    {
      because: 'the node of a runner does not answer any more, and the pool keeps no store',
      world: worldOf([CUT_OFF], { jobs: [aJob(1)], spec: { maxRunners: 1 } }),
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
    {
      because: 'Forgejo refuses registrations',
      world: worldOf([], { jobs: [aJob(1)], spec: { minRunners: 1 }, memory: { backoff: [refusal] } }),
      makes: [],
    },
    {
      because: 'Forgejo refused registrations: one is tried when it is due',
      world: worldOf([], {
        jobs: [aJob(2), aJob(1)],
        spec: { minRunners: 3 },
        memory: { backoff: [{ ...refusal, until: secondsAgo(0) }] },
      }),
      makes: ['handle-1'],
    },
    {
      because: 'without a job the one that is tried is a warm one',
      world: worldOf([], { spec: { minRunners: 3 }, memory: { backoff: [{ ...refusal, until: secondsAgo(0) }] } }),
      makes: ['warm 1'],
    },
    {
      because: 'an end that no list can judge yet holds its handle',
      world: worldOf([justEndedJob(tagsOf('a', { handle: 'handle-1' }), 137, null)], { jobs: [aJob(1)] }),
      makes: [],
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

describe('an assigned runner of an older spec', () => {
  const old = { handle: 'handle-1', ...OLD } as const;
  const jobs = [aJob(1)];
  const tags = tagsOf('a', old);
  const young = tagsOf('a', { ...old, issuedAt: secondsAgo(5) });

  test.each([
    { because: 'its Pod is being started: its image may not exist', world: worldOf([startingAssigned('a', old)], { jobs }), stops: ['a'] },
    {
      because: 'it has no Pod yet',
      world: worldOf([{ secret: secretOf(tags), workload: jobOf(tags), row: undeclaredRowOf(tags), memory: remembered('a') }], { jobs }),
      stops: ['a'],
    },
    {
      because: 'its Pod runs: it may be taking its job at this moment',
      world: worldOf([{ ...startingAssigned('a', old), pod: podOf(tags) }], { jobs }),
      stops: [],
    },
    { because: 'it is of today’s spec', world: worldOf([startingAssigned('a', { handle: 'handle-1' })], { jobs }), stops: [] },
    { because: 'it has its job', world: worldOf([busyAssigned('a', old)], { jobs: [aRunningJob(1, 7)] }), stops: [] },
    {
      because: 'nothing of it is there yet that could be stopped',
      world: worldOf([], { jobs, rows: [undeclaredRowOf(young)], memory: holding(young) }),
      stops: [],
    },
    {
      because: 'a warm one is replaced, not stopped',
      world: worldOf([startingWarm('a', OLD)], { spec: { minRunners: 1 } }),
      stops: [],
    },
  ])('is stopped before it starts: $because', ({ world, stops }) => {
    expect(stopped(planOf(world))).toEqual(stops);
  });

  test('keeps its handle until nothing of it is left, and then its job gets the next attempt', () => {
    expect(created(planOf(worldOf([startingAssigned('a', old)], { jobs })))).toEqual([]);
    const gone = worldOf([{ secret: secretOf(tags), row: undeclaredRowOf(tags), memory: remembered('a', { phase: 'stopping' }) }], {
      jobs,
    });
    expect(created(planOf(gone))).toEqual(['handle-1']);
    const effect = planOf(gone).effects.find(({ kind }) => kind === 'register');
    expect(effect).toMatchObject({ tags: { handle: 'handle-1', attempt: 2, specHash: SPEC_HASH } });
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
    {
      because: 'one that ended badly may have to be waited for: a list will tell',
      runners: [justEndedJob(warmTagsOf('a'), 1, undeclaredRowOf(warmTagsOf('a')))],
      spec: { minRunners: 1 },
      makes: [],
      stops: [],
    },
    {
      because: 'beside it the rest is refilled',
      runners: [justEndedJob(warmTagsOf('a'), 1, undeclaredRowOf(warmTagsOf('a')))],
      spec: { minRunners: 2 },
      makes: ['warm 2'],
      stops: [],
    },
    {
      because: 'one that ended well is replaced before a list says so',
      runners: [justEndedJob(warmTagsOf('a'), 0, null)],
      spec: { minRunners: 1 },
      makes: ['warm 2'],
      stops: [],
    },
    {
      because: 'one that died at work is replaced as soon as a list can tell',
      runners: [endedJob(warmTagsOf('a'), 137, rowOf(warmTagsOf('a')))],
      spec: { minRunners: 1 },
      makes: ['warm 2'],
      stops: [],
    },
    {
      because: 'one that did not start is waited for',
      runners: [endedJob(warmTagsOf('a'), 1, undeclaredRowOf(warmTagsOf('a')), { phase: 'starting', worked: false })],
      spec: { minRunners: 1 },
      makes: [],
      stops: [],
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

  test('the minimum waits for the one store that the pool keeps, and is not held back by maxRunners', () => {
    const world = worldOf([withLingeringSidecar], { spec: { minRunners: 1, maxRunners: 1, containerMode: KEPT_STORE } });
    expect(created(planOf(world))).toEqual([]);
    expect(planOf(world).atMaximum).toBe(false);
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
    {
      because: 'one that is being stopped leaves',
      world: worldOf([busyWarm('a'), { ...idleWarm('b'), memory: remembered('b', { phase: 'stopping', handle: null }) }]),
      desired: 1,
      atMaximum: false,
    },
    { because: 'one that is stopped now leaves too', world: worldOf([busyWarm('a'), idleWarm('b')]), desired: 1, atMaximum: false },
    { because: 'one whose Pod runs out its grace leaves', world: worldOf([drainingWarm('a')]), desired: 0, atMaximum: false },
    {
      because: 'one whose end is still to be judged leaves',
      world: worldOf([justEndedJob(tagsOf('a', { handle: 'handle-9' }), 0, null)]),
      desired: 0,
      atMaximum: false,
    },
    {
      because: 'one that took too long to start leaves',
      world: worldOf([{ ...startingAssigned('a', { handle: 'handle-1' }), memory: remembered('a', { since: secondsAgo(901) }) }], {
        jobs: [aJob(1)],
      }),
      desired: 0,
      atMaximum: false,
    },
    {
      because: 'one of an older spec that is stopped before it starts leaves',
      world: worldOf([startingAssigned('a', { handle: 'handle-1', ...OLD })], { jobs: [aJob(1)] }),
      desired: 0,
      atMaximum: false,
    },
    {
      because: 'the replacement of one that leaves is wanted',
      world: worldOf([drainingWarm('a')], { spec: { minRunners: 1 } }),
      desired: 1,
      atMaximum: false,
    },
    {
      because: 'a silent one may be at work',
      world: worldOf([{ ...busyWarm('a'), row: rowOf(warmTagsOf('a'), { status: 'offline' }) }]),
      desired: 1,
      atMaximum: false,
    },
  ])('$because', ({ world, desired, atMaximum }) => {
    expect(planOf(world)).toMatchObject({ desired, atMaximum });
  });
});
