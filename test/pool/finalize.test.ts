import { describe, expect, test } from 'vitest';
import { isScopeGone } from '../../src/pool/finalize.ts';
import type { World } from '../../src/pool/model.ts';
import {
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  running,
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
import {
  asked,
  busyAssigned,
  busyWarm,
  created,
  drainingWarm,
  endedJob,
  fateOf,
  finalizeOf,
  idleWarm,
  justEndedJob,
  persistentRunner,
  planOf,
  slotOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const warm = warmTagsOf('a');
const pool = { deletionAt: secondsAgo(60) };
const at = { method: 'GET', path: '/api/v1/orgs/acme/actions/runners' } as const;
const away = (failure: (World['forgejo'] & { kind: 'unavailable' })['failure']): World['forgejo'] => ({
  kind: 'unavailable',
  failure,
  nextReadAt: now,
});
const noToken = away({ kind: 'tokenSecretMissing', object: 'forgejo-token' });
const noOrganization = { ...at, kind: 'notFound', what: 'organization' } as const;

describe('the runners of a deleted pool', () => {
  const gone = { secret: 'keep', workload: 'drop', phase: 'stopping' } as const;
  const stays = { secret: 'keep', workload: 'keep' } as const;

  test.each([
    { because: 'idle: stopped', runner: idleWarm('a'), fate: gone },
    { because: 'starting: stopped', runner: startingAssigned('a'), fate: gone },
    { because: 'busy: its task runs to its end', runner: busyAssigned('a'), fate: { ...stays, phase: 'busy' } },
    { because: 'busy, of any job: alike', runner: busyWarm('a'), fate: { ...stays, phase: 'busy' } },
    {
      because: 'a busy daemon ends with its job, and left alone it would take the next',
      runner: persistentRunner('a', 'busy'),
      fate: gone,
    },
    {
      because: 'silent: its Pod shields what it may hold',
      runner: { ...busyWarm('a'), row: rowOf(warm, { status: 'offline' }) },
      fate: gone,
    },
    { because: 'its Pod runs out its grace', runner: drainingWarm('a'), fate: { ...stays, phase: 'draining' } },
    {
      because: 'without its Secret and idle: stopped',
      runner: { workload: jobOf(warm), pod: podOf(warm), row: rowOf(warm) },
      fate: gone,
    },
    {
      because: 'without its Secret and at work: stays',
      runner: { workload: jobOf(warm), pod: podOf(warm), row: rowOf(warm, { status: 'active' }) },
      fate: { ...stays, phase: 'detached' },
    },
    {
      because: 'a daemon without its Secret: stopped',
      runner: {
        workload: deploymentOf(warm),
        pod: podOf(warm, { ownerKind: 'ReplicaSet' as const }),
        row: rowOf(warm, { status: 'active' }),
      },
      fate: gone,
    },
    {
      because: 'its registration is gone and its Pod will follow',
      runner: {
        secret: secretOf(warm),
        workload: jobOf(warm),
        pod: podOf(warm),
        memory: remembered('a', { phase: 'finishing', since: secondsAgo(10) }),
      },
      fate: { ...stays, phase: 'finishing' },
    },
    {
      because: 'its Pod did not follow',
      runner: {
        secret: secretOf(warm),
        workload: jobOf(warm),
        pod: podOf(warm),
        memory: remembered('a', { phase: 'finishing', since: secondsAgo(31) }),
      },
      fate: gone,
    },
    {
      because: 'its end is seen only now: no list can judge it yet',
      runner: justEndedJob(warm, 137, null),
      fate: { ...stays, phase: 'finishing' },
    },
    { because: 'ended, and still registered', runner: endedJob(warm, 137, rowOf(warm)), fate: { ...stays, phase: 'failed' } },
    {
      because: 'ended: no history is kept',
      runner: endedJob(warm, 137, null),
      fate: { secret: 'drop', workload: 'drop', phase: 'failed' },
    },
    {
      because: 'a registration on its way',
      runner: { row: undeclaredRowOf(warmTagsOf('a', { issuedAt: secondsAgo(9) })) },
      fate: { ...stays, phase: 'issued' },
    },
    { because: 'a registration that somebody uses', runner: { row: rowOf(warm) }, fate: { ...stays, phase: 'inUse' } },
  ] as const)('$because', ({ runner, fate }) => {
    const made = finalizeOf(worldOf([runner], { pool }));
    expect(fateOf(made, 'a')).toEqual(fate);
    expect(made.finalized).toBe(false);
  });

  test('get no companions', () => {
    const made = finalizeOf(worldOf([], { pool, jobs: [aJob(1)], spec: { minRunners: 3 } }));
    expect(created(made)).toEqual([]);
    expect(made).toMatchObject({ desired: 0, atMaximum: false });
  });

  test.each([
    {
      because: 'what ended goes behind the guard',
      runner: endedJob(warm, 137, rowOf(warm), { phase: 'failed', lastTask: 9 }),
      does: ['ask a 7'],
    },
    {
      because: 'but not before a list can tell',
      runner: justEndedJob(warm, 137, rowOf(warm)),
      does: [],
    },
    {
      because: 'what ended with a damaged Secret can not be asked',
      runner: {
        ...endedJob(warm, 137, rowOf(warm, { status: 'offline' }), { phase: 'failed' as const, lastTask: 9 }),
        secret: secretOf(warm, { complete: false }),
      },
      does: ['deregister a when offline'],
    },
    { because: 'a stray', runner: { row: undeclaredRowOf(warm) }, does: ['deregister a when offline'] },
    { because: 'a busy one is left', runner: busyWarm('a'), does: [] },
  ])('at Forgejo: $because', ({ runner, does }) => {
    expect(asked(finalizeOf(worldOf([runner], { pool, jobs: [aRunningJob(1, 7)] })))).toEqual(does);
  });
});

describe('an orphaned Pod that has never started', () => {
  const waits = (since: number, changes: Parameters<typeof podOf>[1] = {}): World =>
    worldOf(
      [
        {
          pod: podOf(warm, { ownerUid: null, ownerKind: null, state: waiting('CreateContainerConfigError'), ...changes }),
          row: undeclaredRowOf(warm),
          memory: remembered('a', { phase: 'draining', since: secondsAgo(since) }),
        },
      ],
      { pool },
    );

  test.each([
    { because: 'its Secret never came, and nobody deletes it', world: waits(65), does: ['deregister a when offline'] },
    { because: 'its owner may still delete it', world: waits(64.9), does: [] },
    { because: 'it was deleted', world: waits(65, { deletionAt: secondsAgo(-600) }), does: [] },
    {
      because: 'its container has failed to start, again and again',
      world: waits(65, { ownerKind: 'ReplicaSet', state: terminated(1), restarts: 3 }),
      does: ['deregister a when offline'],
    },
    { because: 'it runs', world: waits(65, { state: { kind: 'running', startedAt: secondsAgo(1) } }), does: [] },
  ])('loses its registration: $because', ({ world, does }) => {
    expect(asked(finalizeOf(world, { observesChildren: false }))).toEqual(does);
  });

  test('is not waited for without it', () => {
    const pod = podOf(warm, { ownerUid: null, ownerKind: null, state: waiting('CreateContainerConfigError') });
    const world = worldOf([{ pod, memory: remembered('a', { phase: 'draining', since: secondsAgo(65) }) }], { pool });
    expect(finalizeOf(world, { observesChildren: false }).finalized).toBe(true);
  });
});

describe('a Pod that nobody sends TERM, or that did not hear it', () => {
  const polling = (
    changes: Parameters<typeof podOf>[1],
    row: Parameters<typeof rowOf>[1] = {},
    idle: number | null = 65,
    since = 65,
  ): World =>
    worldOf(
      [
        {
          secret: secretOf(warm),
          pod: podOf(warm, { ownerUid: null, ownerKind: null, ...changes }),
          row: rowOf(warm, row),
          memory: remembered('a', { phase: 'draining', since: secondsAgo(since) }),
        },
      ],
      { pool, memory: idle === null ? {} : { rowIdleSince: new Map([['a', secondsAgo(idle)]]) } },
    );
  const deleted = { deletionAt: secondsAgo(-600) };
  const does = 'deregister a when idle';

  test.each([
    { because: 'an orphan, idle for 65 s: it ends when its registration goes', world: polling({}), ends: true },
    { because: 'told to end, and idle for 65 s since', world: polling(deleted), ends: true },
    { because: 'not idle for so long', world: polling({}, {}, 64.9), ends: false },
    { because: 'not told for so long', world: polling(deleted, {}, 90, 64.9), ends: false },
    { because: 'never seen idle before', world: polling({}, {}, null), ends: false },
    { because: 'at work', world: polling({}, { status: 'active' }), ends: false },
    { because: 'offline', world: polling({}, { status: 'offline' }), ends: false },
  ])('$because', ({ world, ends }) => {
    expect(asked(finalizeOf(world, { observesChildren: false }))).toEqual(ends ? [does] : []);
  });

  test('a runner that could not report for a while reads idle as well: its task protects it', () => {
    const busy = podOf(tagsOf('a', { handle: 'handle-1' }), { deletionAt: secondsAhead(600) });
    const parts = {
      secret: secretOf(busy.tags),
      pod: busy,
      row: rowOf(busy.tags),
      memory: remembered('a', { phase: 'draining', since: secondsAgo(65) }),
    };
    const idle = { rowIdleSince: new Map([['a', secondsAgo(65)]]) };
    expect(asked(planOf(worldOf([parts], { memory: idle, jobs: [aRunningJob(1, 7, { handle: 'handle-1' })] })))).toEqual([]);
    const warmParts = { ...parts, secret: secretOf(warm), pod: podOf(warm, { deletionAt: secondsAhead(600) }), row: rowOf(warm) };
    const known = remembered('a', { phase: 'draining', since: secondsAgo(65), task: 7 });
    expect(asked(planOf(worldOf([{ ...warmParts, memory: known }], { memory: idle, jobs: [aRunningJob(1, 7)] })))).toEqual([]);
    expect(asked(planOf(worldOf([warmParts], { memory: idle, jobs: [aRunningJob(1, 7)] })))).toEqual(['ask a 7']);
  });

  test('a pool that is not deleted leaves orphans, whose workload may be on its way', () => {
    expect(asked(planOf(polling(deleted)))).toEqual([does]);
    expect(asked(planOf(polling({})))).toEqual([]);
  });

  test('cut off with its node, it polls on: it goes like the others, and a pool that goes on leaves it its registration', () => {
    const lost = (ofPool: { readonly deletionAt?: number }): World =>
      worldOf(
        [
          {
            pod: podOf(warm, { deletionAt: secondsAgo(100) }),
            row: rowOf(warm),
            memory: remembered('a', { phase: 'lost', since: secondsAgo(65) }),
          },
        ],
        { pool: ofPool, memory: { rowIdleSince: new Map([['a', secondsAgo(65)]]) } },
      );
    expect(asked(finalizeOf(lost(pool), { observesChildren: false }))).toEqual([does]);
    expect(slotOf(lost({}), 'a').phase).toBe('lost');
    expect(asked(planOf(lost({})))).toEqual([]);
  });

  test('a row that is idle in a list from before its end was seen says nothing', () => {
    const policy = jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', exitCode: 2 });
    const world = worldOf(
      [{ workload: jobOf(warm, { end: policy }), row: rowOf(warm), memory: remembered('a', { phase: 'lost', since: secondsAgo(60) }) }],
      { pool, memory: { rowIdleSince: new Map([['a', secondsAgo(60)]]) } },
    );
    expect(slotOf(world, 'a')).toMatchObject({ phase: 'lost', pods: [] });
    expect(asked(finalizeOf(world))).toEqual([]);
  });

  test('a Pod of a Job that is present is no orphan', () => {
    const world = worldOf(
      [
        {
          ...busyWarm('a', {}, { phase: 'draining', since: secondsAgo(65) }),
          pod: podOf(warm, { ownerUid: 'uid-of-an-earlier-one' }),
          row: rowOf(warm),
        },
      ],
      {
        pool,
        memory: { rowIdleSince: new Map([['a', secondsAgo(65)]]) },
      },
    );
    expect(asked(finalizeOf(world))).toEqual([]);
  });
});

describe('when a deleted pool has ended', () => {
  const orphanedDaemon = (changes: Partial<ReturnType<typeof podOf>> = {}): ReturnType<typeof podOf> =>
    podOf(warm, { ownerKind: 'ReplicaSet', ownerUid: 'uid-of-its-replica-set', ...changes });
  const lost = { pod: podOf(warm, { deletionAt: secondsAgo(100) }) };

  test.each([
    { because: 'nothing is left', world: worldOf([], { pool }), children: false, ends: true },
    { because: 'a child of any kind is still there', world: worldOf([], { pool }), children: true, ends: false },
    { because: 'a Pod is', world: worldOf([drainingWarm('a')], { pool }), children: false, ends: false },
    { because: 'a registration is', world: worldOf([{ row: rowOf(warm, { status: 'offline' }) }], { pool }), children: false, ends: false },
    {
      because: 'another pool’s registration does not count',
      world: worldOf([{ row: rowOf(warm, { ownership: null }) }], { pool }),
      children: false,
      ends: true,
    },
    {
      because: 'the list may miss rows',
      world: worldOf([], { pool, forgejo: answered({ registrationsComplete: false }) }),
      children: false,
      ends: false,
    },
    { because: 'the Pod of a lost node is waited for no longer', world: worldOf([lost], { pool }), children: false, ends: true },
    {
      because: 'unless its registration is there',
      world: worldOf([{ ...lost, row: rowOf(warm) }], { pool }),
      children: false,
      ends: false,
    },
    { because: 'or its Secret', world: worldOf([{ ...lost, secret: secretOf(warm) }], { pool }), children: true, ends: false },
    {
      because: 'an orphaned daemon that lost its registration does nothing more, and nobody ends it',
      world: worldOf([{ pod: orphanedDaemon() }], { pool }),
      children: false,
      ends: true,
    },
    {
      because: 'one that is registered takes jobs',
      world: worldOf([{ pod: orphanedDaemon(), row: rowOf(warm) }], { pool }),
      children: false,
      ends: false,
    },
    {
      because: 'one that was told to end will do so',
      world: worldOf([{ pod: orphanedDaemon({ deletionAt: secondsAhead(60) }) }], { pool }),
      children: false,
      ends: false,
    },
    {
      because: 'an orphaned Job’s Pod ends by itself once its registration is gone',
      world: worldOf([{ pod: podOf(warm) }], { pool }),
      children: false,
      ends: false,
    },
  ])('$because', ({ world, children, ends }) => {
    expect(finalizeOf(world, { observesChildren: children })).toMatchObject({ finalized: ends, leftBehind: [] });
  });
});

describe('a deleted pool never hangs', () => {
  const busy = (parts: Parameters<typeof worldOf>[1] = {}): World => worldOf([busyAssigned('a')], { pool, ...parts });

  test.each([
    { because: 'drainTimeoutSeconds are over', world: busy({ spec: { drainTimeoutSeconds: 59 } }), facts: {}, ends: true },
    { because: 'they are not', world: busy({ spec: { drainTimeoutSeconds: 60 } }), facts: {}, ends: false },
    {
      because: 'they do not begin before the deletion',
      world: busy({ spec: { drainTimeoutSeconds: 0 }, pool: { deletionAt: null } }),
      facts: {},
      ends: false,
    },
    {
      because: 'the token has been gone for 60 s',
      world: busy({ forgejo: noToken }),
      facts: { withoutTokenSince: secondsAgo(60) },
      ends: true,
    },
    {
      because: 'it may come back',
      world: busy({ forgejo: noToken }),
      facts: { withoutTokenSince: secondsAgo(59) },
      ends: false,
    },
    {
      because: 'spec.forgejo could not be read for 60 s',
      world: busy({ forgejo: away({ kind: 'forgejoUnreadable' }) }),
      facts: { withoutTokenSince: secondsAgo(60) },
      ends: true,
    },
    {
      because: 'spec.forgejo may be mended',
      world: busy({ forgejo: away({ kind: 'forgejoUnreadable' }) }),
      facts: { withoutTokenSince: secondsAgo(59) },
      ends: false,
    },
    { because: 'an outage ends some day', world: busy({ forgejo: unavailable() }), facts: {}, ends: false },
  ])('$because', ({ world, facts, ends }) => {
    const made = finalizeOf(world, facts);
    expect(made).toMatchObject({ finalized: ends, leftBehind: ends ? ['a'] : [], effects: [] });
    expect(fateOf(made, 'a')).toMatchObject({ secret: 'keep', workload: 'keep' });
  });

  test.each([
    { because: 'nobody can be asked', forgejo: noToken, left: ['a'] },
    { because: 'a fresh list lacks its row', forgejo: answered(), left: [] },
  ])('a runner of which only the status knows is named as left behind when $because', ({ forgejo, left }) => {
    const memory = { runners: [remembered('a', { phase: 'stopping' })] };
    const world = aWorld({ pool, forgejo, memory, spec: { drainTimeoutSeconds: 1 } });
    expect(finalizeOf(world, { observesChildren: false })).toMatchObject({ finalized: true, leftBehind: left });
  });

  test('what is surely dead is not named as left behind', () => {
    const world = worldOf([{ pod: podOf(warm, { deletionAt: secondsAgo(100) }) }], { pool, spec: { drainTimeoutSeconds: 1 } });
    expect(finalizeOf(world)).toMatchObject({ finalized: true, leftBehind: [] });
  });

  test('while Forgejo is away what was being stopped goes on stopping, what was idle is stopped, what was busy stays', () => {
    const world = worldOf(
      [
        { ...idleWarm('a'), memory: remembered('a', { phase: 'stopping' }) },
        { ...idleWarm('b'), memory: remembered('b', { phase: 'idle' }) },
        busyAssigned('c', { handle: 'handle-1' }),
      ],
      {
        pool,
        forgejo: unavailable(),
      },
    );
    expect(fateOf(finalizeOf(world), 'a')).toMatchObject({ workload: 'drop' });
    expect(fateOf(finalizeOf(world), 'b')).toMatchObject({ workload: 'drop' });
    expect(fateOf(finalizeOf(world), 'c')).toMatchObject({ workload: 'keep' });
  });
});

describe('when the scope is gone, or hidden from the token', () => {
  const forAMinute = { scopeGoneSince: secondsAgo(60) } as const;
  const runners = [busyAssigned('a'), endedJob(tagsOf('b'), 137, null)];

  test.each([
    { because: 'no such repository or user', failure: { ...at, kind: 'notFound', what: 'target' } },
    { because: 'no such organization', failure: noOrganization },
    { because: 'renamed', failure: { ...at, kind: 'moved', location: '/api/v1/orgs/new' } },
  ] as const)('everything is dropped after 60 s, and named while it is known: $because', ({ failure }) => {
    const made = finalizeOf(worldOf(runners, { pool, forgejo: away(failure) }), forAMinute);
    expect(isScopeGone(failure)).toBe(true);
    expect(made).toMatchObject({ finalized: false, leftBehind: ['a', 'b'], effects: [] });
    expect(fateOf(made, 'a')).toEqual({ secret: 'drop', workload: 'drop', phase: 'stopping' });
    expect(fateOf(made, 'b')).toMatchObject({ secret: 'drop', workload: 'drop' });
  });

  test.each([
    { because: 'it is said for the first time', scopeGoneSince: null },
    { because: 'it has been said for less than 60 s', scopeGoneSince: secondsAgo(59.999) },
  ])('everything stays: $because', ({ scopeGoneSince }) => {
    const world = worldOf([...runners, { ...idleWarm('c'), memory: remembered('c', { phase: 'stopping' }) }], {
      pool,
      forgejo: away(noOrganization),
    });
    const made = finalizeOf(world, { scopeGoneSince });
    expect(made).toMatchObject({ finalized: false, leftBehind: [], effects: [] });
    expect(fateOf(made, 'a')).toEqual({ secret: 'keep', workload: 'keep', phase: 'busy' });
    expect(fateOf(made, 'b')).toMatchObject({ secret: 'keep', workload: 'keep' });
    expect(fateOf(made, 'c'), 'what was being stopped goes on stopping').toMatchObject({ secret: 'keep', workload: 'drop' });
  });

  test.each([
    { because: 'a proxy’s 404 while Forgejo restarts', failure: { ...at, kind: 'notFound', what: 'other' } },
    { because: 'one row is gone', failure: { ...at, kind: 'notFound', what: 'runner' } },
    { because: 'the row is another scope’s', failure: { ...at, kind: 'notOurs' } },
    { because: 'the token may not see it', failure: { ...at, kind: 'forbidden', because: 'notOrganizationOwner' } },
    { because: 'the token is refused', failure: { ...at, kind: 'unauthorized' } },
    { because: 'Forgejo is away', failure: { ...at, kind: 'serverError', status: 502 } },
    { because: 'the token is gone', failure: { kind: 'tokenSecretMissing', object: 'forgejo-token' } },
  ] as const)('that does not say that the scope is gone, for however long: $because', ({ failure }) => {
    const made = finalizeOf(worldOf(runners, { pool, forgejo: away(failure) }), { scopeGoneSince: secondsAgo(3600) });
    expect(isScopeGone(failure)).toBe(false);
    expect(made).toMatchObject({ finalized: false, leftBehind: [], effects: [] });
    expect(fateOf(made, 'a')).toEqual({ secret: 'keep', workload: 'keep', phase: 'busy' });
    expect(fateOf(made, 'b')).toMatchObject({ secret: 'keep', workload: 'keep' });
  });

  test('a list that was read counts, whatever was said before', () => {
    const made = finalizeOf(worldOf([busyAssigned('a')], { pool }), forAMinute);
    expect(made).toMatchObject({ finalized: false, leftBehind: [] });
    expect(fateOf(made, 'a')).toEqual({ secret: 'keep', workload: 'keep', phase: 'busy' });
  });

  test.each([
    { because: 'nothing is left', parts: {}, ends: true, left: [] },
    {
      because: 'a Pod still runs',
      parts: { pods: [podOf(warm, { deletionAt: secondsAgo(-60), state: running() })] },
      ends: false,
      left: ['a'],
    },
    {
      because: 'its Pod has ended, and nobody can say what became of its registration',
      parts: { pods: [podOf(warm, { state: terminated(0) })] },
      ends: true,
      left: ['a'],
    },
    { because: 'its Pod is lost', parts: { pods: [podOf(warm, { deletionAt: secondsAgo(100) })] }, ends: true, left: ['a'] },
  ])('it ends: $because', ({ parts, ends, left }) => {
    const world = aWorld({ pool, forgejo: away(noOrganization), ...parts });
    expect(finalizeOf(world, { ...forAMinute, observesChildren: false })).toMatchObject({ finalized: ends, leftBehind: left });
  });
});
