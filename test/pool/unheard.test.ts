/** Runners that are to end and poll on, or never start: what ends them, and what protects a task that they may have. */
import { describe, expect, test } from 'vitest';
import type { RememberedRunner, World } from '../../src/pool/model.ts';
import type { ObservedPod } from '../../src/pool/observed.ts';
import {
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
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { asked, fateOf, finalizeOf, planOf, settledOf, slotOf, worldOf } from './support/runners.ts';

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
  readonly jobs?: World['forgejo'] extends infer _ ? readonly ReturnType<typeof aRunningJob>[] : never;
}

/** A warm runner that was told to end 200 s ago. */
function unheard({
  memory = {},
  status = 'idle',
  idleFor = 200,
  mute = false,
  pods,
  listed = [200, 3],
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
    { because: 'a task that nobody explains: it is asked', world: unheard(), does: ['ask a 7'] },
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
        memory: { asked: [7], askedAt: secondsAgo(5) },
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
  ])('$because', ({ world, does }) => {
    expect(asked(planOf(world))).toEqual(does);
    expect(asked(finalizeOf(world))).toEqual(does);
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
    expect(planOf(unheard()).needsFreshReads).toBe(true);
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
