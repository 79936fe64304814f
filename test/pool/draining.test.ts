import { describe, expect, test } from 'vitest';
import { draining } from '../../src/pool/draining.ts';
import { judge } from '../../src/pool/judge.ts';
import { plan } from '../../src/pool/plan.ts';
import { podOf, remembered, rowOf, secondsAgo, secretOf, unavailable, warmTagsOf } from './support/builders.ts';
import { busyWarm, drainingWarm, idleWarm, persistentRunner, type RunnerParts, startingWarm, worldOf } from './support/runners.ts';

const OLD = { specHash: 'spec-of-old' } as const;
const LONG_AGO = secondsAgo(11_400);

function said(runners: readonly RunnerParts[], parts: Parameters<typeof worldOf>[1] = {}) {
  const world = worldOf(runners, parts);
  const { reason, message } = draining(plan(world, judge(world)), false, world);
  return { reason, message };
}

/** A persistent runner that was told to end while it was busy: its Pod has its grace to end the job. */
function endingItsJob(name: string, outdatedSince: number, status: 'active' | 'idle' = 'active'): RunnerParts {
  const own = warmTagsOf(name, OLD);
  return {
    secret: secretOf(own),
    pod: podOf(own, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-600) }),
    row: rowOf(own, { status, ephemeral: false }),
    memory: remembered(name, { phase: 'stopping', handle: null, outdatedSince, worked: true }),
  };
}

describe('runners of an older spec', () => {
  test.each([
    { because: 'one', runners: [busyWarm('a', OLD)], spec: {}, says: '1 runner of an older spec is left: ' },
    {
      because: 'all that are there, whatever they do',
      runners: [busyWarm('a', OLD), idleWarm('b', 9, OLD), startingWarm('c', OLD), drainingWarm('d', OLD), idleWarm('e')],
      spec: { minRunners: 3 },
      says: '4 runners of an older spec are left: ',
    },
    { because: 'what becomes of them', runners: [busyWarm('a', OLD)], spec: {}, says: 'busy ones first end their job' },
    {
      because: 'how many are replaced at a time',
      runners: [idleWarm('a', 9, OLD)],
      spec: { minRunners: 1, updateStrategy: { maxUnavailable: 3 } },
      says: 'idle ones are replaced 3 at a time',
    },
    {
      because: 'a paused pool replaces none',
      runners: [idleWarm('a', 9, OLD)],
      spec: { minRunners: 1, paused: true },
      says: 'idle ones stay while spec.paused is true',
    },
  ])('are counted: $because', ({ runners, spec, says }) => {
    const { reason, message } = said(runners, { spec });
    expect(reason).toBe('OutdatedRunners');
    expect(message).toContain(says);
  });

  test('when none is left that is said', () => {
    expect(said([idleWarm('a')], { spec: { minRunners: 1 } })).toEqual({
      reason: 'NotDraining',
      message: 'No runner of an older spec is left.',
    });
  });
});

describe('a busy runner that has had its time', () => {
  const persistent = { mode: 'Persistent', minRunners: 1 } as const;
  const busy = persistentRunner('a', 'busy', { outdatedSince: LONG_AGO }, OLD);

  test('is named, with what happens to its job', () => {
    expect(said([busy], { spec: persistent })).toEqual({
      reason: 'DrainTimeout',
      message:
        'Runner a: told to end after 11400 s at work with an older spec (spec.drainTimeoutSeconds). A job in hand may go on for 10800 s (spec.jobTimeoutSeconds). Wait, or cancel the job in Forgejo.',
    });
  });

  test.each([
    { because: 'it has not', runners: [persistentRunner('a', 'busy', { outdatedSince: secondsAgo(11_399) }, OLD)], spec: persistent },
    { because: 'the pool is paused', runners: [busy], spec: { ...persistent, paused: true } },
    { because: 'an ephemeral one ends by itself', runners: [busyWarm('a', OLD, { outdatedSince: LONG_AGO })], spec: {} },
    { because: 'it went while it was idle', runners: [endingItsJob('a', LONG_AGO, 'idle')], spec: persistent },
    { because: 'it went before its time, turning busy at that moment', runners: [endingItsJob('a', secondsAgo(60))], spec: persistent },
  ])('is not yet, or not for that: $because', ({ runners, spec }) => {
    expect(said(runners, { spec }).reason).toBe('OutdatedRunners');
  });

  test('is named until its job has ended', () => {
    expect(said([endingItsJob('a', LONG_AGO), endingItsJob('b', LONG_AGO)], { spec: persistent }).message).toMatch(
      /^Runners a, b: told to end/,
    );
  });

  test('is not stopped while Forgejo is away', () => {
    expect(said([busy], { spec: persistent, forgejo: unavailable() }).reason).toBe('OutdatedRunners');
  });
});
