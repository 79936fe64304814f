import { describe, expect, test } from 'vitest';
import {
  aBackoff,
  aJob,
  aRunningJob,
  deploymentOf,
  podOf,
  secondsAgo,
  secretOf,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { created, persistentRunner, planOf, type RunnerParts, stopped, worldOf } from './support/runners.ts';

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

  test('the next is not stopped while one of them goes', () => {
    const own = warmTagsOf('b', OLD);
    const pod = podOf(own, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-600) });
    const world = worldOf([idle('a', 5, OLD), { secret: secretOf(own), pod }], { spec: { mode: 'Persistent', minRunners: 1 } });
    expect(stopped(planOf(world))).toEqual([]);
  });
});

test('a persistent pool at its maximum says so', () => {
  const world = worldOf([busy('a')], { jobs: [aJob(1)], spec: { mode: 'Persistent', maxRunners: 1 } });
  expect(planOf(world)).toMatchObject({ desired: 1, atMaximum: true });
});
