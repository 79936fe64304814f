import { describe, expect, test } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { aBackoff, aJob, endsSeen, undeclaredRowOf, warmTagsOf } from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  created,
  drainingWarm,
  endedJob,
  idleWarm,
  justEndedJob,
  planOf,
  type RunnerParts,
  startingAssigned,
  startingWarm,
  stopped,
  worldOf,
} from './support/runners.ts';

const OLD = { specHash: 'spec-of-old' } as const;
const TWO = { updateStrategy: { maxUnavailable: 2 } } as const;

/** Idle ones of an older spec, the longest idle first. */
function old(...names: readonly string[]): readonly RunnerParts[] {
  return names.map((name, index) => idleWarm(name, 90 - index, OLD));
}

function decided(runners: readonly RunnerParts[], spec: Partial<RunnerPoolSpec>, more: Parameters<typeof worldOf>[1] = {}) {
  const made = planOf(worldOf(runners, { ...more, spec }));
  return { makes: created(made).length, stops: stopped(made) };
}

describe('outdated warm runners are replaced maxUnavailable at a time', () => {
  test.each([
    { because: 'two more than the minimum are started', runners: old('a', 'b', 'c'), spec: { minRunners: 3 }, makes: 2, stops: [] },
    {
      because: 'none goes while there is room for its replacement and that is starting',
      runners: [...old('a', 'b', 'c'), startingWarm('d'), startingWarm('e')],
      spec: { minRunners: 3 },
      makes: 0,
      stops: [],
    },
    {
      because: 'one goes for one that is idle',
      runners: [...old('a', 'b', 'c'), idleWarm('d', 1), startingWarm('e')],
      spec: { minRunners: 3 },
      makes: 0,
      stops: ['a'],
    },
    {
      because: 'two go for two',
      runners: [...old('a', 'b', 'c'), idleWarm('d', 1), idleWarm('e', 1)],
      spec: { minRunners: 3 },
      makes: 0,
      stops: ['a', 'b'],
    },
    {
      because: 'one that is going counts',
      runners: [...old('b', 'c'), drainingWarm('a', OLD), idleWarm('d', 1), idleWarm('e', 1)],
      spec: { minRunners: 2 },
      makes: 0,
      stops: ['b'],
    },
    {
      because: 'without room two go at once',
      runners: old('a', 'b', 'c'),
      spec: { minRunners: 3, maxRunners: 3 },
      makes: 0,
      stops: ['a', 'b'],
    },
    {
      because: 'without room no third one while the two are going',
      runners: [...old('c'), drainingWarm('a', OLD), drainingWarm('b', OLD)],
      spec: { minRunners: 3, maxRunners: 3 },
      makes: 0,
      stops: [],
    },
    {
      because: 'nor while their Jobs say how they ended',
      runners: [...old('c', 'd'), justEndedJob(warmTagsOf('a', OLD), 0, null), justEndedJob(warmTagsOf('b', OLD), 0, null)],
      spec: { minRunners: 4, maxRunners: 4 },
      makes: 0,
      stops: [],
    },
    {
      because: 'nor while their replacements start',
      runners: [...old('c', 'd'), startingWarm('e'), startingWarm('f')],
      spec: { minRunners: 4, maxRunners: 4 },
      makes: 0,
      stops: [],
    },
    {
      because: 'one for each replacement that is idle',
      runners: [...old('c', 'd'), idleWarm('e', 1), startingWarm('f')],
      spec: { minRunners: 4, maxRunners: 4 },
      makes: 0,
      stops: ['c'],
    },
    {
      because: 'a broken replacement that is gone is still missing',
      runners: old('c', 'd'),
      spec: { minRunners: 4, maxRunners: 4 },
      makes: 2,
      stops: [],
    },
    {
      because: 'with little room one more is started before any goes',
      runners: old('a', 'b', 'c'),
      spec: { minRunners: 3, maxRunners: 4 },
      makes: 1,
      stops: [],
    },
    {
      because: 'what has not started goes first, for it costs nothing',
      runners: [idleWarm('a', 90, OLD), startingWarm('b', OLD), startingWarm('c', OLD)],
      spec: { minRunners: 3, maxRunners: 3 },
      makes: 0,
      stops: ['b', 'c'],
    },
    {
      because: 'a lowered minimum keeps those that work, not those that are on their way',
      runners: [...old('a', 'b', 'c'), startingWarm('d'), startingWarm('e'), startingWarm('f')],
      spec: { minRunners: 3 },
      makes: 0,
      stops: ['a'],
    },
  ])('$because', ({ runners, spec, makes, stops }) => {
    expect(decided(runners, { ...TWO, ...spec })).toEqual({ makes, stops });
  });

  test('a lowered minimum never takes more than maxUnavailable of the idle ones while new ones start', () => {
    const runners = [...old('a', 'b'), ...['c', 'd', 'e', 'f'].map((name) => startingWarm(name))];
    expect(decided(runners, { minRunners: 2 })).toEqual({ makes: 0, stops: ['a', 'c', 'd'] });
  });

  test.each([
    { because: 'while warm runners back off', memory: { backoff: [aBackoff('warm')] } },
    { because: 'while the pool is braked', memory: { backoff: [aBackoff('pool', { attempts: 5 })] } },
  ])('none goes without room $because', ({ memory }) => {
    expect(decided(old('a', 'b', 'c'), { ...TWO, minRunners: 3, maxRunners: 3 }, { memory })).toEqual({ makes: 0, stops: [] });
  });

  test('where jobs take the room of a replacement the old one goes first', () => {
    const runners = [...old('a'), busyAssigned('b', { handle: 'handle-1' })];
    expect(decided(runners, { minRunners: 1, maxRunners: 2 }, { jobs: [aJob(1, { status: 'running', taskId: 7 })] })).toEqual({
      makes: 0,
      stops: ['a'],
    });
  });
});

describe('a paused pool', () => {
  const failed = warmTagsOf('z');

  test.each([
    { because: 'makes none', runners: [], spec: { minRunners: 2 }, stops: [] },
    { because: 'keeps its idle minimum, also of an older spec', runners: [idleWarm('a', 90, OLD)], spec: { minRunners: 1 }, stops: [] },
    { because: 'lets idle ones beyond it go', runners: [idleWarm('a', 90), idleWarm('b', 10)], spec: { minRunners: 1 }, stops: ['a'] },
    {
      because: 'lets a starting one of an older spec start: nothing would come in its place',
      runners: [startingAssigned('a', { handle: 'handle-1', ...OLD })],
      spec: {},
      stops: [],
    },
    { because: 'stops one whose job is gone', runners: [startingAssigned('a', { handle: 'handle-2' })], spec: {}, stops: ['a'] },
    { because: 'never stops a busy one', runners: [busyWarm('a', OLD), busyAssigned('b', OLD)], spec: { maxRunners: 0 }, stops: [] },
    {
      because: 'does not replace one that failed',
      runners: [endedJob(failed, 1, undeclaredRowOf(failed))],
      spec: { minRunners: 1 },
      stops: [],
    },
  ])('$because', ({ runners, spec, stops }) => {
    const jobs = [aJob(1)];
    expect(decided(runners, { paused: true, ...spec }, { jobs, memory: endsSeen() })).toEqual({ makes: 0, stops });
  });
});

describe('an open window', () => {
  const schedules = [
    { name: 'noon', timeZone: 'UTC', start: '0 11 * * *', duration: '2h', minRunners: 2, maxRunners: 3 },
    { name: 'night', timeZone: 'UTC', start: '0 22 * * *', duration: '8h', minRunners: 9, maxRunners: 9 },
  ];

  test('keeps its own minimum', () => {
    expect(decided([], { schedules })).toEqual({ makes: 2, stops: [] });
  });

  test('has its own maximum', () => {
    const jobs = [aJob(1), aJob(2), aJob(3), aJob(4)];
    const made = planOf(worldOf([], { spec: { schedules }, jobs }));
    expect(created(made)).toEqual(['handle-1', 'handle-2', 'handle-3']);
    expect(made).toMatchObject({ desired: 3, atMaximum: true });
  });

  test('lets the surplus go when it has closed', () => {
    const [, night] = schedules;
    expect(decided([idleWarm('a', 90), idleWarm('b', 10)], { schedules: night === undefined ? [] : [night] })).toEqual({
      makes: 0,
      stops: ['a', 'b'],
    });
  });
});
