/** Runners that are to end and poll on, or never start: what ends them, and what protects a task that they may have. */
import { describe, expect, test } from 'vitest';
import type { RememberedRunner, World } from '../../src/pool/model.ts';
import type { ObservedPod } from '../../src/pool/observed.ts';
import {
  aJob,
  answered,
  aRunningJob,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { asked, created, fateOf, finalizeOf, planOf, settledOf, slotOf, worldOf } from './support/runners.ts';

const warm = warmTagsOf('a');
const pool = { deletionAt: secondsAgo(60) };
const foreign = [aRunningJob(1, 7, { handle: 'of-another-pool' })];
const goes = 'deregister a when idle';

interface Parts {
  readonly memory?: Partial<RememberedRunner>;
  readonly status?: 'idle' | 'active' | 'offline';
  readonly idleFor?: number | null;
  readonly mute?: boolean;
  readonly pods?: readonly ObservedPod[];
  /** Since when the lists have been close together, and when the last one was, in seconds ago. */
  readonly listed?: readonly [since: number, last: number];
  readonly poll?: number;
  readonly jobs?: World['forgejo'] extends infer _ ? readonly ReturnType<typeof aRunningJob>[] : never;
}

/** It has been due for 25 s: it is still asked about each task. */
const lately = { since: secondsAgo(90) } as const;

/** A warm runner that was told to end 200 s ago. */
function unheard({
  memory = {},
  status = 'idle',
  idleFor = 200,
  mute = false,
  pods,
  listed = [200, 3],
  poll = 2,
  jobs = foreign,
}: Parts = {}): World {
  const row = rowOf(warm, { status });
  return worldOf(
    [
      {
        ...(mute ? {} : { secret: secretOf(warm) }),
        row,
        memory: remembered('a', { phase: 'draining', since: secondsAgo(200), handle: null, ...memory }),
      },
    ],
    {
      pool,
      spec: { pollIntervalSeconds: poll },
      pods: pods ?? [podOf(warm, { deletionAt: secondsAhead(600) })],
      jobs,
      memory: {
        rowIdleSince: idleFor === null ? new Map() : new Map([['a', secondsAgo(idleFor)]]),
        listed: { since: secondsAgo(listed[0]), last: secondsAgo(listed[1]) },
      },
    },
  );
}

describe('a runner that did not hear its TERM, on a scope that others use', () => {
  test.each([
    { because: 'a task that nobody explains: it is asked', world: unheard({ memory: lately }), does: ['ask a 7'] },
    { because: 'it does not hold that one', world: unheard({ memory: { asked: [7] } }), does: [goes] },
    {
      because: 'its row is active for our own question',
      world: unheard({ memory: { asked: [7], askedAt: secondsAgo(5) }, status: 'active' }),
      does: [],
    },
    { because: 'the question is still too young', world: unheard({ memory: { asked: [7], askedAt: secondsAgo(9) } }), does: [] },
    { because: 'ten seconds after it', world: unheard({ memory: { asked: [7], askedAt: secondsAgo(10) } }), does: [goes] },
    {
      because: 'another task began meanwhile: asked too, at once',
      world: unheard({
        memory: { ...lately, asked: [7], askedAt: secondsAgo(5) },
        status: 'active',
        jobs: [...foreign, aRunningJob(2, 8, { handle: 'another' })],
      }),
      does: ['ask a 8'],
    },
    {
      because: 'it is active for longer than a question explains: it has a task',
      world: unheard({ memory: { asked: [7], askedAt: secondsAgo(12) }, status: 'active' }),
      does: [],
    },
    {
      because: 'others begin one task after another, and it has been asked for half a minute: it is left alone, to be seen polling',
      world: unheard({ memory: { askedAt: secondsAgo(130) } }),
      does: [],
    },
    {
      because: 'what was learned while its container had not run says nothing: now it runs',
      world: unheard({ memory: { ...lately, lastTask: 6 } }),
      does: ['ask a 7'],
    },
    { because: 'half a minute is not over', world: unheard({ memory: { since: secondsAgo(94.9) } }), does: ['ask a 7'] },
    { because: 'half a minute is over', world: unheard({ memory: { since: secondsAgo(95), askedAt: secondsAgo(11) } }), does: [] },
    {
      because: 'left alone it has polled for so long that a task would have shown',
      world: unheard({ memory: { askedAt: secondsAgo(137) } }),
      does: [goes],
    },
    { because: 'lists that are too far apart can not show that it polls', world: unheard({ listed: [200, 10] }), does: ['ask a 7'] },
    { because: 'nor can those of a pool that polls seldom', world: unheard({ poll: 300 }), does: ['ask a 7'] },
  ])('$because', ({ world, does }) => {
    expect(asked(planOf(world))).toEqual(does);
    expect(asked(finalizeOf(world))).toEqual(does);
  });

  test('whatever number of tasks others have, each answer counts', () => {
    const tasks = Array.from({ length: 60 }, (_, index) => index + 7);
    const jobs = tasks.map((taskId) => aRunningJob(taskId, taskId, { handle: `of-others-${taskId}` }));
    expect(settledOf(unheard({ jobs, memory: { asked: tasks } })).memory.runners).toMatchObject([{ asked: tasks }]);
  });

  test('our own question does not end the row of idle lists that shows that it polls', () => {
    const since = (world: World): number | undefined => settledOf(world).memory.rowIdleSince.get('a');
    const active = { status: 'active', jobs: [] } as const;
    expect(since(unheard({ ...active, memory: { askedAt: secondsAgo(5) } }))).toBe(secondsAgo(200));
    expect(since(unheard({ ...active, memory: { askedAt: secondsAgo(12) } })), 'it is active by itself').toBeUndefined();
    expect(since(unheard({ ...active, memory: { phase: 'busy', askedAt: secondsAgo(5) } })), 'it was at work').toBeUndefined();
    const back = { workloads: [jobOf(warm)], pods: [podOf(warm)], rows: [rowOf(warm, { status: 'active' })] };
    const runners = [remembered('a', { phase: 'lost', handle: null, askedAt: secondsAgo(5) })];
    expect(slotOf(worldOf([], { ...back, secrets: [secretOf(warm)], runners }), 'a').phase, 'its Job has a Pod again').toBe('busy');
  });

  test('whatever is done to it is decided on reads that began after the call arrived', () => {
    expect(planOf(unheard({ memory: lately })).needsFreshReads).toBe(true);
    expect(planOf(unheard({ jobs: [] })).needsFreshReads).toBe(true);
    expect(finalizeOf(unheard({ jobs: [] })).needsFreshReads).toBe(true);
    expect(planOf(unheard({ memory: { since: secondsAgo(64) } })).needsFreshReads, 'not due yet').toBe(false);
    expect(finalizeOf(unheard({ memory: { since: secondsAgo(64) } })).needsFreshReads, 'not due yet').toBe(false);
  });

  test.each([
    { because: 'nobody has looked since it was due', age: 136, since: 200, needs: true },
    { because: 'somebody has', age: 134, since: 200, needs: false },
    { because: 'it is not due', age: 50, since: 64, needs: false },
  ])('a list that is too old to tell is read anew: $because', ({ age, since, needs }) => {
    const world = unheard({ status: 'active', memory: { since: secondsAgo(since) } });
    if (world.forgejo.kind !== 'answered') throw new Error('Forgejo answers here');
    const old = { ...world, forgejo: answered({ ...world.forgejo.snapshot, registrationsReadAt: secondsAgo(age) }) };
    expect(planOf(old).needsFreshReads).toBe(needs);
    expect(finalizeOf(old).needsFreshReads).toBe(needs);
    expect(planOf(old).effects).toEqual([]);
  });

  test('a deleted pool that polls seldom wakes up for it', () => {
    expect(finalizeOf(unheard({ memory: { since: secondsAgo(64) } })).wakeAt).toBe(secondsAhead(1));
  });
});

describe('one that nobody can ask', () => {
  const orphan = podOf(warm, { ownerUid: null, ownerKind: null });
  const daemon = podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' });
  test.each([
    { because: 'it has polled for so long that a task would have shown', world: unheard({ mute: true, pods: [orphan] }), does: [goes] },
    { because: 'not for so long', world: unheard({ mute: true, pods: [orphan], idleFor: 125 }), does: [] },
    { because: 'a daemon sooner: nothing else speaks for it', world: unheard({ mute: true, pods: [daemon], idleFor: 66 }), does: [goes] },
    { because: 'a daemon, not for so long', world: unheard({ mute: true, pods: [daemon], idleFor: 65 }), does: [] },
    { because: 'the lists were too far apart', world: unheard({ mute: true, pods: [orphan], listed: [200, 10] }), does: [] },
    {
      because: 'they have been close together for a short while',
      world: unheard({ mute: true, pods: [orphan], listed: [60, 3] }),
      does: [],
    },
    {
      because: 'two Pods of it run, and one may work while the other polls',
      world: unheard({ mute: true, pods: [daemon, { ...daemon, name: 'a-second', uid: 'a-second' }] }),
      does: [],
    },
    {
      because: 'without a task of others it need not have polled for so long',
      world: unheard({ mute: true, pods: [orphan], idleFor: 65, jobs: [] }),
      does: [goes],
    },
  ])('$because', ({ world, does }) => {
    expect(asked(finalizeOf(world, { observesChildren: false }))).toEqual(does);
  });
});

describe('a Pod that no workload has, and that waits', () => {
  const unschedulable = podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', state: waiting('Unschedulable') });
  const evicted = podOf(warm, {
    name: 'a-evicted',
    uid: 'a-evicted',
    ownerUid: 'a-replica-set',
    ownerKind: 'ReplicaSet',
    state: terminated(137),
    final: true,
  });
  const crashing = podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', state: terminated(1), restarts: 4 });
  const leaves = 'deregister a when offline';

  test.each([
    {
      because: 'it takes the place of one that had declared itself',
      world: unheard({ mute: true, status: 'offline', pods: [unschedulable] }),
      does: [leaves],
    },
    {
      because: 'the evicted one is still to be seen',
      world: unheard({ mute: true, status: 'offline', pods: [evicted, unschedulable] }),
      does: [leaves],
    },
    {
      because: 'its container is started again and again',
      world: unheard({ mute: true, status: 'offline', pods: [crashing] }),
      does: [leaves],
    },
    {
      because: 'the evicted one still runs',
      world: unheard({
        mute: true,
        status: 'offline',
        pods: [{ ...evicted, state: { kind: 'running', startedAt: 0 }, final: false }, unschedulable],
      }),
      does: [],
    },
    {
      because: 'not for long yet',
      world: unheard({ mute: true, status: 'offline', pods: [unschedulable], memory: { since: secondsAgo(64) } }),
      does: [],
    },
    {
      because: 'others begin one task after another: what began after the first question can not be its own',
      world: unheard({
        status: 'offline',
        pods: [unschedulable],
        memory: { lastTask: 7, askedAt: secondsAgo(70) },
        jobs: [aRunningJob(2, 8, { handle: 'another' })],
      }),
      does: [leaves],
    },
    {
      because: 'what had begun before is asked about however many others began since',
      world: unheard({
        status: 'offline',
        pods: [unschedulable],
        memory: { lastTask: 7, askedAt: secondsAgo(70) },
        jobs: [...foreign, aRunningJob(2, 8, { handle: 'another' })],
      }),
      does: ['ask a 7'],
    },
    { because: 'what it may have held is asked first', world: unheard({ status: 'offline', pods: [unschedulable] }), does: ['ask a 7'] },
    {
      because: 'it held none',
      world: unheard({ status: 'offline', pods: [unschedulable], memory: { asked: [7], askedAt: secondsAgo(70) } }),
      does: [leaves],
    },
  ])('loses its registration: $because', ({ world, does }) => {
    expect(slotOf(world, 'a').phase).toBe('draining');
    expect(asked(finalizeOf(world, { observesChildren: false }))).toEqual(does);
  });

  describe('remembers what the highest task was', () => {
    const jobs = [...foreign, aRunningJob(2, 8, { handle: 'another' })];
    const answer = {
      kind: 'asked',
      effect: { kind: 'ask', runner: 'a', registration: { id: 1, uuid: 'a' }, taskId: 7 },
      holds: false,
      at: secondsAgo(0),
    } as const;
    const before = { lastTask: 5 } as const;
    const ofItsEnd = { ...before, phase: 'failed' } as const;
    const evictedAndWaits = [evicted, unschedulable];
    const started = podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' });

    test.each([
      { because: 'when it is first asked', pods: evictedAndWaits, memory: {}, outcomes: [answer], lastTask: 8 },
      { because: 'from then on', pods: evictedAndWaits, memory: before, outcomes: [answer], lastTask: 5 },
      { because: 'also while it is not asked', pods: evictedAndWaits, memory: before, outcomes: [], lastTask: 5 },
      {
        because: 'what was remembered of another phase is another thing',
        pods: evictedAndWaits,
        memory: ofItsEnd,
        outcomes: [answer],
        lastTask: 8,
      },
      { because: 'not before it is asked', pods: evictedAndWaits, memory: {}, outcomes: [], lastTask: null },
      { because: 'not when its container has run: it may have had one', pods: [crashing], memory: {}, outcomes: [answer], lastTask: null },
      { because: 'no more once it has started', pods: [started], memory: before, outcomes: [], lastTask: null },
    ])('$because: $lastTask', ({ pods, memory, outcomes, lastTask }) => {
      const world = unheard({ status: 'offline', pods, memory, jobs });
      expect(slotOf(world, 'a').phase).toBe('draining');
      expect(settledOf(world, outcomes).memory.runners).toMatchObject([{ lastTask }]);
    });
  });

  describe('in a pool that goes on', () => {
    const tags = tagsOf('a', { handle: 'handle-1' });
    const pod = podOf(tags, { ownerUid: null, ownerKind: null, state: waiting('Unschedulable') });
    const memory = remembered('a', { phase: 'draining', since: secondsAgo(65), handle: 'handle-1' });
    const goneSince = (seconds: number) => ({ rowGoneSince: new Map([['a', secondsAgo(seconds)]]) });

    test('loses its registration too: its job must not wait for it', () => {
      const world = worldOf([{ secret: secretOf(tags), pod, row: undeclaredRowOf(tags), memory }]);
      expect(asked(planOf(world))).toEqual([leaves]);
    });

    test('and then its place: without a registration it can do nothing', () => {
      const world = (seconds: number): World => worldOf([{ secret: secretOf(tags), pod, memory }], { memory: goneSince(seconds) });
      expect(slotOf(world(120.9), 'a').phase).toBe('draining');
      expect(slotOf(world(121), 'a').phase).toBe('lost');
      expect(fateOf(planOf(world(121)), 'a')).toMatchObject({ secret: 'drop' });
      expect(planOf(world(121)).recent).toMatchObject([
        { reason: 'NotStarted', message: 'its workload was deleted before it had started' },
      ]);
    });

    test.each([
      { because: 'it ended at once', state: terminated(1) },
      { because: 'it waits to be started again', state: waiting('CrashLoopBackOff') },
    ])('a daemon leaves its place also when it starts after all: $because', ({ state }) => {
      const daemon = podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', state, restarts: 3 });
      const parts = { spec: { mode: 'Persistent', minRunners: 1, maxRunners: 1 }, memory: goneSince(121) } as const;
      const world = worldOf([{ pod: daemon, memory: { ...memory, handle: null } }], parts);
      expect(slotOf(world, 'a').phase).toBe('lost');
      expect(created(planOf(world))).toEqual(['warm 2']);
    });

    test('and keeps off it through a hiccup of Forgejo, which breaks every row of lists', () => {
      const jobs = [aJob(1)];
      const lost = worldOf([{ pod }], { jobs, spec: { maxRunners: 1 }, memory: goneSince(121) });
      expect(slotOf(lost, 'a').phase).toBe('lost');
      const away = { ...lost, memory: settledOf(lost).memory, forgejo: unavailable() };
      expect(slotOf(away, 'a').phase).toBe('lost');
      const back = { ...lost, memory: settledOf(away).memory };
      expect(back.memory.rowGoneSince).toEqual(new Map());
      expect(slotOf(back, 'a').phase).toBe('lost');
      expect(slotOf({ ...back, memory: { ...back.memory, runners: [] } }, 'a').phase, 'nobody knows').toBe('draining');
      const registered = { ...back, forgejo: answered({ registrations: [rowOf(tags)] }) };
      expect(slotOf(registered, 'a').phase, 'it is registered after all').toBe('draining');
    });

    test('but not when it has run before, or is registered', () => {
      const ran = worldOf([{ secret: secretOf(tags), pod: { ...pod, restarts: 1 }, memory }], { memory: goneSince(300) });
      expect(slotOf(ran, 'a').phase).toBe('draining');
      const registered = worldOf([{ secret: secretOf(tags), pod, row: undeclaredRowOf(tags), memory }], { memory: goneSince(300) });
      expect(slotOf(registered, 'a').phase).toBe('draining');
    });
  });
});

test('nothing is done to it while Forgejo does not answer', () => {
  const world = unheard();
  const away = { ...world, forgejo: answered({ registrations: [], registrationsComplete: false }) };
  expect(asked(planOf(away))).toEqual([]);
});
