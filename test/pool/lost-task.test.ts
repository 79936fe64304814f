import { describe, expect, test } from 'vitest';
import type { QueuedJob } from '../../src/pool/forgejo.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Memory, Outcome, RememberedRunner, World } from '../../src/pool/model.ts';
import type { ObservedPod } from '../../src/pool/observed.ts';
import { openTasks } from '../../src/pool/open-tasks.ts';
import {
  aJob,
  answered,
  aRunningJob,
  deploymentOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  type WorldParts,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { asked, busyAssigned, idleWarm, persistentRunner, planOf, settledOf, slotOf, stopped, worldOf } from './support/runners.ts';

const warm = warmTagsOf('a');
/** A task of ours to serve that has had no runner for that many seconds. */
function openFor(seconds: number, taskId = 7): Partial<Memory> {
  return { openTasks: new Map([[taskId, secondsAgo(seconds)]]) };
}

/** The row of `a` has been idle for that many seconds, in lists two seconds apart. */
function quietFor(seconds: number): Partial<Memory> {
  return {
    rowIdleSince: new Map([['a', secondsAgo(seconds + 1)]]),
    listed: { since: secondsAgo(seconds + 1), last: secondsAgo(3) },
  };
}

function idleRunner(memory: Partial<RememberedRunner> = {}) {
  return { ...idleWarm('a'), memory: remembered('a', { phase: 'idle', handle: null, repositoryId: null, ...memory }) };
}

const onePool = { spec: { minRunners: 1 } } as const;
const jobs = [aRunningJob(1, 7)];

describe('an idle runner that takes any job is asked for a task', () => {
  test.each([
    { because: 'nobody explains it for 15 s', parts: { memory: openFor(15) }, does: ['ask a 7'] },
    { because: 'whoever took it may still be found', parts: { memory: openFor(14.9) }, does: [] },
    { because: 'it is seen for the first time', parts: {}, does: [] },
    { because: 'it is waiting, so no task', parts: { memory: openFor(60), jobs: [aJob(1)] }, does: [] },
    {
      because: 'the labels of this pool do not cover it',
      parts: { memory: openFor(60), jobs: [aRunningJob(1, 7, { runsOn: ['windows'] })] },
      does: [],
    },
    { because: 'nothing is ever reported', parts: { memory: openFor(60), spec: { minRunners: 1, reportDeadRunners: false } }, does: [] },
    { because: 'Forgejo does not answer', parts: { memory: openFor(60), forgejo: unavailable() }, does: [] },
  ] satisfies readonly { because: string; parts: WorldParts; does: readonly string[] }[])('$because: $does', ({ parts, does }) => {
    expect(asked(planOf(worldOf([idleRunner()], { jobs, ...onePool, ...parts })))).toEqual(does);
  });

  test.each([
    { because: 'each pair is asked once', runner: idleRunner({ asked: [7] }), does: [] },
    { because: 'it was asked about another one just now', runner: idleRunner({ askedAt: secondsAgo(29) }), does: [] },
    { because: 'it was asked about another one long ago', runner: idleRunner({ askedAt: secondsAgo(32) }), does: ['ask a 7'] },
    {
      because: 'it reads active, so it may have a task',
      runner: { ...idleRunner(), row: rowOf(warm, { status: 'active' }) },
      does: ['ask a 7'],
    },
    {
      because: 'its Secret is damaged: nobody can speak as it',
      runner: { ...idleRunner(), secret: secretOf(warm, { complete: false }) },
      does: [],
    },
    { because: 'it is a daemon', runner: persistentRunner('a', 'idle'), does: ['ask a 7'], mode: 'Persistent' as const },
  ])('$because: $does', ({ runner, does, mode }) => {
    const spec = { minRunners: 1, ...(mode === undefined ? {} : { mode }) };
    expect(asked(planOf(worldOf([runner], { jobs, memory: openFor(60), spec })))).toEqual(does);
  });

  test('a runner that is asked stays what it is: neither busy, nor stopped, nor replaced', () => {
    const runner = { ...idleRunner({ askedAt: secondsAgo(8) }), row: rowOf(warm, { status: 'active' }) };
    const world = worldOf([runner], { jobs, memory: openFor(60), ...onePool });
    expect(slotOf(world, 'a').phase).toBe('idle');
    expect(planOf(world)).toMatchObject({ desired: 1, effects: [] });
    expect(stopped(planOf(world))).toEqual([]);
  });

  test('one that is active after that, or was busy before, is busy', () => {
    const active = { row: rowOf(warm, { status: 'active' }) };
    expect(slotOf(worldOf([{ ...idleRunner({ askedAt: secondsAgo(11.1) }), ...active }]), 'a').phase).toBe('busy');
    expect(slotOf(worldOf([{ ...idleRunner({ phase: 'busy', askedAt: secondsAgo(5) }), ...active }]), 'a').phase).toBe('busy');
  });
});

describe('tasks that nobody explains', () => {
  const handles = (parts: WorldParts, ...runners: Parameters<typeof worldOf>[0]): readonly QueuedJob[] => {
    const world = worldOf(runners, { jobs, ...parts });
    return openTasks(world, judge(world));
  };
  const foreign = (status: 'active' | 'idle') => {
    const ownership = { poolUid: 'another', handle: 'handle-1', attempt: 1, createdAt: secondsAgo(60) };
    return { rows: [rowOf(tagsOf('z'), { ownership, status })] };
  };

  test.each([
    { because: 'there is no runner', open: handles({}) },
    { because: 'the idle one is not known to hold it', open: handles({}, idleRunner()) },
    { because: 'another pool made a runner for it, which does not work', open: handles(foreign('idle')) },
  ])('are open: $because', ({ open }) => {
    expect(open.map(({ taskId }) => taskId)).toEqual([7]);
  });

  test.each([
    { because: 'a live runner was made for it', open: handles({}, busyAssigned('b', { handle: 'handle-1' })) },
    { because: 'a live runner is known to hold it', open: handles({}, idleRunner({ task: 7 })) },
    { because: 'a live runner is known to hold it beside a later one', open: handles({}, idleRunner({ task: 9, lostTasks: [7] })) },
    { because: 'a runner that another pool made for it works', open: handles(foreign('active')) },
  ])('are not: $because', ({ open }) => {
    expect(open).toEqual([]);
  });

  test('are remembered since they were first seen, as long as they are open', () => {
    const world = worldOf([idleRunner()], { jobs: [aRunningJob(1, 7), aRunningJob(2, 8)], memory: openFor(9) });
    expect(settledOf(world).memory.openTasks).toEqual(
      new Map([
        [8, now],
        [7, secondsAgo(9)],
      ]),
    );
  });
});

describe('a task that an idle runner holds', () => {
  const lost = 'report a 7: nobody works on this job: the answer of its fetch got lost (runner a)';
  const ofWarm = (memory: Partial<Memory>, runner: Partial<RememberedRunner> = {}, parts: WorldParts = {}): World =>
    worldOf([idleRunner({ task: 7, askedAt: secondsAgo(200), ...runner })], { jobs, ...onePool, memory, ...parts });
  const daemon = (memory: Partial<Memory>, runner: Partial<RememberedRunner> = {}, pods: readonly ObservedPod[] = []): World =>
    worldOf([persistentRunner('a', 'idle', { task: 7, askedAt: secondsAgo(200), ...runner })], {
      jobs,
      memory,
      pods,
      spec: { mode: 'Persistent', minRunners: 1 },
    });

  test.each([
    { because: 'a warm one that polls for 125 s has none', world: ofWarm(quietFor(125)), does: [lost] },
    { because: 'the probe of its entrypoint may be what polls', world: ofWarm(quietFor(124)), does: [] },
    { because: 'a daemon that polls for 65 s has none', world: daemon(quietFor(65)), does: [lost] },
    { because: 'cut off it would read idle for as long', world: daemon(quietFor(64)), does: [] },
    { because: 'our question itself kept it online', world: daemon(quietFor(200), { askedAt: secondsAgo(75) }), does: [] },
    { because: 'the question is forgotten', world: daemon(quietFor(200), { askedAt: secondsAgo(77) }), does: [lost] },
    {
      because: 'the lists were too far apart: a report may have been missed',
      world: daemon({ ...quietFor(200), listed: { since: secondsAgo(200), last: secondsAgo(10) } }),
      does: [],
    },
    {
      because: 'the lists have been close together for too short a time',
      world: daemon({ ...quietFor(200), listed: { since: secondsAgo(30), last: secondsAgo(3) } }),
      does: [],
    },
    { because: 'a new process has seen no lists', world: daemon({}), does: [] },
    {
      because: 'two Pods can work as that runner',
      world: daemon(quietFor(200), {}, [podOf(warm, { name: 'a-2', ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-600) })]),
      does: [],
    },
    {
      because: 'the task has ended',
      world: worldOf([idleRunner({ task: 7 })], { memory: quietFor(200), ...onePool }),
      does: [],
    },
    {
      because: 'nothing is ever reported',
      world: ofWarm(quietFor(200), {}, { spec: { minRunners: 1, reportDeadRunners: false } }),
      does: [],
    },
  ])('$because: $does', ({ world, does }) => {
    expect(asked(planOf(world))).toEqual(does);
  });

  test('that is active is its work', () => {
    const runner = { ...persistentRunner('a', 'busy', { task: 7, askedAt: secondsAgo(200) }) };
    expect(asked(planOf(worldOf([runner], { jobs, memory: quietFor(200), spec: { mode: 'Persistent' } })))).toEqual([]);
  });

  test('is not reported twice for a list that does not show it yet, and the report is no work of the runner', () => {
    const world = daemon(quietFor(200));
    const [effect] = planOf(world).effects;
    if (effect?.kind !== 'report') throw new Error('nothing is reported');
    const { memory } = settledOf(world, [{ kind: 'reported', effect }]);
    expect(memory.runners).toMatchObject([{ name: 'a', phase: 'idle', task: 7, askedAt: now }]);
    expect(asked(planOf({ ...world, memory }))).toEqual([]);
  });
});

describe('a persistent runner whose process died in mid-task', () => {
  const restarted = { restarts: 1, lastExitCode: 137, lastReason: 'OOMKilled', memoryLimit: '2Gi' } as const;
  const pod = (changes: Partial<ObservedPod> = {}): ObservedPod => podOf(warm, { ownerKind: 'ReplicaSet', ownerUid: 'rs', ...changes });
  const two = [aRunningJob(1, 7), aRunningJob(2, 9)];

  function runnerWith(
    status: 'idle' | 'active' | 'offline',
    pods: readonly ObservedPod[],
    memory: Partial<RememberedRunner>,
    parts: WorldParts = {},
  ): World {
    const own = { secret: secretOf(warm), workload: deploymentOf(warm), row: rowOf(warm, { status, ephemeral: false }) };
    const runner = remembered('a', { phase: 'busy', handle: null, repositoryId: null, worked: true, askedAt: secondsAgo(200), ...memory });
    return worldOf([{ ...own, memory: runner }], { pods, jobs: two, spec: { mode: 'Persistent', minRunners: 1 }, ...parts });
  }

  const oom = 'report a 7: the runner died: OOMKilled, limit 2Gi (runner a, exit code 137)';

  test.each([
    {
      because: 'it has another task for 30 s: a daemon works on one at a time',
      world: runnerWith('active', [pod(restarted)], { task: 9, lostTasks: [7], lostSince: secondsAgo(30) }),
      does: [oom],
    },
    {
      because: 'a second Pod may not show yet',
      world: runnerWith('active', [pod(restarted)], { task: 9, lostTasks: [7], lostSince: secondsAgo(29) }),
      does: [],
    },
    {
      because: 'the first of two Pods still runs out its grace',
      world: runnerWith('active', [pod({ ...restarted, deletionAt: secondsAgo(-600) }), pod({ name: 'a-2', uid: 'two' })], {
        task: 9,
        lostTasks: [7],
        lostSince: secondsAgo(60),
      }),
      does: [],
    },
    {
      because: 'no process of it is known to have died: a Pod that was removed by force may still work',
      world: runnerWith('active', [pod()], { task: 9, lostTasks: [7], lostSince: secondsAgo(60) }),
      does: [],
    },
    {
      because: 'its first Pod was seen to be killed before it went, and a second works',
      world: runnerWith('active', [pod({ name: 'a-2' })], {
        task: 9,
        lostTasks: [7],
        lostSince: secondsAgo(60),
        cause: { reason: 'Drained', message: 'evicted through the API', exitCode: 137 },
      }),
      does: ['report a 7: the runner died: evicted through the API (runner a, exit code 137)'],
    },
    {
      because: 'its first Pod was evicted, and a second works',
      world: runnerWith(
        'active',
        [pod({ createdAt: secondsAgo(600), state: terminated(137, { reason: 'Evicted' }), eviction: 'nodeMemory' }), pod({ name: 'a-2' })],
        { task: 9, lostTasks: [7], lostSince: secondsAgo(60) },
      ),
      does: ['report a 7: the runner died: evicted: node was low on memory (runner a, exit code 137)'],
    },
    {
      because: 'its container waits to be started again, and nobody reports as it',
      world: runnerWith('idle', [pod({ ...restarted, state: waiting('CrashLoopBackOff') })], { task: 7 }, { jobs }),
      does: [oom],
    },
    {
      because: 'it reads active: a process may have been started meanwhile',
      world: runnerWith('active', [pod({ ...restarted, state: waiting('CrashLoopBackOff') })], { task: 7 }, { jobs }),
      does: [],
    },
    {
      because: 'it was asked less than 10 s ago: an informer may lag',
      world: runnerWith(
        'idle',
        [pod({ ...restarted, state: waiting('CrashLoopBackOff') })],
        { task: 7, askedAt: secondsAgo(11) },
        { jobs },
      ),
      does: [],
    },
    {
      because: 'its Pod is gone, which is no proof of its death',
      world: runnerWith('idle', [], { task: 7 }, { jobs }),
      does: [],
    },
    {
      because: 'its Pod is gone and Forgejo has not heard of it for a minute',
      world: runnerWith('offline', [], { task: 7 }, { jobs }),
      does: ['report a 7: nobody works on this job: the answer of its fetch got lost (runner a)'],
    },
    {
      because: 'it is busy with a known task: an earlier one may be its own as well',
      world: runnerWith('active', [pod(restarted)], { task: 9 }, { memory: openFor(20) }),
      does: ['ask a 7'],
    },
    {
      because: 'it never was restarted: what others do is not asked for',
      world: runnerWith('active', [pod()], { task: 9 }, { memory: openFor(20) }),
      does: [],
    },
    {
      because: 'its container waits: the task that nobody explains may be its own',
      world: runnerWith(
        'idle',
        [pod({ ...restarted, state: waiting('CrashLoopBackOff') })],
        { phase: 'starting' },
        {
          jobs,
          memory: openFor(20),
        },
      ),
      does: ['ask a 7'],
    },
  ])('$because: $does', ({ world, does }) => {
    expect(asked(planOf(world))).toEqual(does);
  });

  test('of two tasks that it holds the later is its work, whichever was found first', () => {
    const effect = { kind: 'ask', runner: 'a', registration: { id: 1, uuid: 'u' } } as const;
    const holds = (taskId: number): Outcome => ({ kind: 'asked', effect: { ...effect, taskId }, holds: true, at: now });
    const later = settledOf(runnerWith('active', [pod(restarted)], { task: 7 }), [holds(9)]);
    const earlier = settledOf(runnerWith('active', [pod(restarted)], { task: 9 }), [holds(7)]);
    for (const { memory } of [later, earlier]) expect(memory.runners).toMatchObject([{ task: 9, lostTasks: [7], lostSince: now }]);
  });

  test('its time counts anew while two Pods can run', () => {
    const memory = { task: 9, lostTasks: [7], lostSince: secondsAgo(20) };
    const both = settledOf(runnerWith('active', [pod({ deletionAt: secondsAgo(-60) }), pod({ name: 'a-2' })], memory));
    expect(both.memory.runners).toMatchObject([{ lostSince: now }]);
    expect(settledOf(runnerWith('active', [pod(restarted)], memory)).memory.runners).toMatchObject([{ lostSince: secondsAgo(20) }]);
  });

  test('how a Pod of it ended is remembered as long as it holds a task', () => {
    const ended = pod({ deletionAt: secondsAgo(1), state: terminated(137), disruption: 'EvictionByEvictionAPI' });
    const { memory } = settledOf(runnerWith('active', [ended, pod({ name: 'a-2' })], { task: 7 }, { jobs }));
    expect(memory.runners[0]?.cause).toMatchObject({ reason: 'Drained', exitCode: 137 });
    const cause = memory.runners[0]?.cause ?? null;
    const later = settledOf(runnerWith('active', [pod({ name: 'a-2' })], { task: 7, cause }, { jobs }));
    expect(later.memory.runners[0]?.cause).toEqual(cause);
    const free = settledOf(runnerWith('idle', [pod({ name: 'a-2' })], { cause }, { jobs: [] }));
    expect(free.memory.runners[0]?.cause).toBeNull();
  });

  test('what has ended is forgotten', () => {
    const world = runnerWith(
      'active',
      [pod(restarted)],
      { task: 9, lostTasks: [7], lostSince: secondsAgo(60) },
      { jobs: [aRunningJob(2, 9)] },
    );
    expect(settledOf(world).memory.runners).toMatchObject([{ task: 9, lostTasks: [], lostSince: null }]);
  });
});

describe('lists that miss no report', () => {
  const after = (last: number, answeringSince = 3600): Memory['listed'] =>
    settledOf(
      worldOf([], {
        memory: { listed: { since: secondsAgo(100), last: secondsAgo(last) } },
        forgejo: answered({ answeringSince: secondsAgo(answeringSince) }),
      }),
    ).memory.listed;

  test.each([
    { because: 'eight seconds apart', listed: after(9), since: secondsAgo(100) },
    { because: 'more than that', listed: after(9.1), since: secondsAgo(1) },
    { because: 'an outage between them', listed: after(3, 50), since: secondsAgo(1) },
  ])('$because', ({ listed, since }) => {
    expect(listed).toEqual({ since, last: secondsAgo(1) });
  });

  test('begin anew when Forgejo does not answer', () => {
    expect(settledOf(worldOf([], { forgejo: unavailable() })).memory.listed).toBeNull();
  });
});
