import { describe, expect, test } from 'vitest';
import { isExplained } from '../../src/pool/explained.ts';
import {
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  endsSeen,
  holding,
  jobEnd,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
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
  endedJob,
  fateOf,
  finalizeOf,
  justEndedJob,
  planOf,
  settledOf,
  slotOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const tags = tagsOf('a', { handle: 'handle-1' });
const warm = warmTagsOf('a');
const ended = { phase: 'failed', lastTask: 20 } as const;
const damaged = secretOf(warm, { complete: false });
const died = 'the runner died: killed (SIGKILL) (runner a, exit code 137)';

describe('the guard before a registration goes', () => {
  test.each([
    {
      because: 'nobody has read a list since the end was seen: wait',
      world: worldOf([endedJob(warm, 137, rowOf(warm))], {
        forgejo: answered({ registrations: [rowOf(warm)], registrationsReadAt: secondsAgo(8), jobsReadAt: secondsAgo(8) }),
      }),
      does: [],
    },
    { because: 'its end is seen only now: wait', world: worldOf([justEndedJob(warm, 137, rowOf(warm))]), does: [] },
    {
      because: 'registrations were read since, but not the queue: nobody knows which task it may hold',
      world: worldOf([endedJob(warm, 137, rowOf(warm))], {
        forgejo: answered({ registrations: [rowOf(warm)], jobsReadAt: secondsAgo(8) }),
      }),
      does: [],
    },
    {
      because: 'both were read since the end was seen',
      world: worldOf([endedJob(warm, 137, rowOf(warm))]),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'a running task that it may hold: ask once, as that runner',
      world: worldOf([endedJob(warm, 137, rowOf(warm), ended)], { jobs: [aRunningJob(1, 7)] }),
      does: ['ask a 7'],
    },
    {
      because: 'a task that was handed out after its end can not be its own',
      world: worldOf([endedJob(warm, 137, rowOf(warm), ended)], { jobs: [aRunningJob(1, 21)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'a task that was handed out before it was registered can not be its own',
      world: worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, sinceTask: 7 })], { jobs: [aRunningJob(2, 8), aRunningJob(1, 7)] }),
      does: ['ask a 8'],
    },
    {
      because: 'a daemon whose Secret was deleted, and whose Pod has crashed and is not deleted: it would be started again',
      world: worldOf([
        {
          workload: deploymentOf(warm),
          pod: podOf(warm, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', state: terminated(1), restarts: 4 }),
          row: rowOf(warm, { status: 'offline', ephemeral: false }),
          memory: remembered('a', { ...ended, handle: null }),
        },
      ]),
      does: [],
    },
    {
      because: 'the same, deleted',
      world: worldOf([
        {
          workload: deploymentOf(warm),
          pod: podOf(warm, {
            ownerUid: 'a-replica-set',
            ownerKind: 'ReplicaSet',
            state: terminated(1),
            restarts: 4,
            deletionAt: secondsAgo(1),
          }),
          row: rowOf(warm, { status: 'offline', ephemeral: false }),
          memory: remembered('a', { ...ended, handle: null }),
        },
      ]),
      does: ['deregister a when offline'],
    },
    {
      because: 'what was learned while it waited says nothing of one that has run since',
      world: worldOf([endedJob(warm, 137, rowOf(warm), { phase: 'draining', lastTask: 7 })], { jobs: [aRunningJob(1, 9)] }),
      does: ['ask a 9'],
    },
    {
      because: 'its Pod was removed by force and may still run: nothing is reported while its row is online',
      world: aWorld({
        secrets: [secretOf(tags)],
        rows: [rowOf(tags)],
        jobs: [aRunningJob(1, 7)],
        runners: [remembered('a', { ...ended, phase: 'ended', since: secondsAgo(60), task: 7 })],
      }),
      does: [],
    },
    {
      because: 'the same, silent for a minute',
      world: aWorld({
        secrets: [secretOf(tags)],
        rows: [rowOf(tags, { status: 'offline' })],
        jobs: [aRunningJob(1, 7)],
        runners: [
          remembered('a', {
            ...ended,
            phase: 'ended',
            since: secondsAgo(60),
            task: 7,
            cause: { reason: 'Drained', message: 'x', exitCode: null },
          }),
        ],
      }),
      does: ['report a 7: the runner died: x (runner a)'],
    },
    {
      because: 'it was asked about it before',
      world: worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, asked: [7] })], { jobs: [aRunningJob(1, 7)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'another runner was made for that job',
      world: worldOf([endedJob(warm, 137, rowOf(warm), ended), busyAssigned('b', { handle: 'handle-1' })], { jobs: [aRunningJob(1, 7)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'an assigned runner can hold its own job only',
      world: worldOf([endedJob(tags, 137, rowOf(tags), ended)], { jobs: [aRunningJob(2, 8), aRunningJob(1, 7)] }),
      does: ['ask a 7'],
    },
    {
      because: 'a waiting job is no task',
      world: worldOf([endedJob(tags, 137, rowOf(tags), ended)], { jobs: [aJob(1)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'no more than eight questions at once, latest tasks first',
      world: worldOf([endedJob(warm, 137, rowOf(warm), ended)], {
        jobs: Array.from({ length: 9 }, (_, index) => aRunningJob(index + 1, index + 1)),
      }),
      does: [9, 8, 7, 6, 5, 4, 3, 2].map((task) => `ask a ${task}`),
    },
    {
      because: 'it is known to hold the task and no longer active: report, with the reason',
      world: worldOf([endedJob(tags, 137, rowOf(tags), { ...ended, task: 7 })], { jobs: [aRunningJob(1, 7)] }),
      does: [`report a 7: ${died}`],
    },
    {
      because: 'it is still active: wait',
      world: worldOf([endedJob(tags, 137, rowOf(tags, { status: 'active' }), { ...ended, task: 7 })], { jobs: [aRunningJob(1, 7)] }),
      does: [],
    },
    {
      because: 'the question itself made it active: wait 10 s',
      world: worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, asked: [7], askedAt: secondsAgo(9.9) })], { jobs: [aRunningJob(1, 7)] }),
      does: [],
    },
    {
      because: 'ten seconds later',
      world: worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, asked: [7], askedAt: secondsAgo(10) })], { jobs: [aRunningJob(1, 7)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'active although nobody asked: wait',
      world: worldOf([endedJob(warm, 137, rowOf(warm, { status: 'active' }), ended)]),
      does: [],
    },
    {
      because: 'it never declared itself, so it never had a task',
      world: worldOf([endedJob(warm, 1, undeclaredRowOf(warm), ended)], { jobs: [aRunningJob(1, 7)] }),
      does: ['deregister a when offline or idle'],
    },
    {
      because: 'its Secret is gone: only when offline, and without a question',
      world: worldOf([{ ...endedJob(warm, 137, rowOf(warm, { status: 'offline' }), ended), secret: secretOf(tagsOf('b')) }], {
        jobs: [aRunningJob(1, 7)],
      }),
      does: ['deregister a when offline'],
    },
    {
      because: 'its Secret is gone and somebody polls as that runner: wait',
      world: aWorld({
        workloads: [jobOf(warm, { end: jobEnd() })],
        rows: [rowOf(warm)],
        runners: [remembered('a', ended)],
        memory: endsSeen('a'),
      }),
      does: [],
    },
    {
      because: 'its Secret is damaged: only when offline, and without a question',
      world: worldOf([{ ...endedJob(warm, 137, rowOf(warm, { status: 'offline' }), ended), secret: damaged }], {
        jobs: [aRunningJob(1, 7)],
      }),
      does: ['deregister a when offline'],
    },
    {
      because: 'its Secret is damaged, and its registration not offline yet: wait, without a question',
      world: worldOf([{ ...endedJob(warm, 137, rowOf(warm), ended), secret: damaged }], { jobs: [aRunningJob(1, 7)] }),
      does: [],
    },
    {
      because: 'its Secret is damaged, so the task that it is known to hold can not be reported as it',
      world: worldOf([{ ...endedJob(tags, 137, rowOf(tags), { ...ended, task: 7 }), secret: secretOf(tags, { complete: false }) }], {
        jobs: [aRunningJob(1, 7)],
      }),
      does: [],
    },
    {
      because: 'its Secret is damaged, but its credentials are in memory',
      world: worldOf([{ ...endedJob(warm, 137, rowOf(warm), ended), secret: damaged }], {
        jobs: [aRunningJob(1, 7)],
        memory: holding(warm),
      }),
      does: ['ask a 7'],
    },
    {
      because: 'its Secret is damaged, and it never declared itself, so it never had a task',
      world: worldOf([{ ...endedJob(warm, 1, undeclaredRowOf(warm), ended), secret: damaged }], { jobs: [aRunningJob(1, 7)] }),
      does: ['deregister a when offline'],
    },
    { because: 'its registration is gone', world: worldOf([endedJob(tags, 137, null, ended)], { jobs: [aRunningJob(1, 7)] }), does: [] },
    { because: 'Forgejo does not answer', world: worldOf([endedJob(tags, 137, null, ended)], { forgejo: unavailable() }), does: [] },
  ])('$because', ({ world, does }) => {
    expect(asked(planOf(world))).toEqual(does);
  });

  test.each([
    {
      because: 'asked all the same: without a task its registration can go',
      memory: ended,
      does: ['ask a 7'],
    },
    { because: 'left with its task until Forgejo itself has ended that', memory: { ...ended, task: 7 }, does: [] },
    { because: 'it does not hold the task', memory: { ...ended, asked: [7] }, does: ['deregister a when offline or idle'] },
  ])('of a pool that reports nothing, a dead runner is $because', ({ memory, does }) => {
    const world = worldOf([endedJob(tags, 137, rowOf(tags), memory)], { jobs: [aRunningJob(1, 7)], spec: { reportDeadRunners: false } });
    expect(asked(planOf(world))).toEqual(does);
    expect(fateOf(planOf(world), 'a')).toMatchObject({ secret: 'keep', workload: 'keep' });
  });

  test('however many tasks of others run, each is asked about once', () => {
    const jobs = Array.from({ length: 60 }, (_, index) => aRunningJob(index + 1, index + 1));
    const told = jobs.slice(0, 59).map(({ taskId }) => taskId);
    const world = worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, lastTask: 60, asked: told })], { jobs });
    expect(asked(planOf(world))).toEqual(['ask a 60']);
    expect(settledOf(world).memory.runners).toMatchObject([{ asked: told }]);
  });

  test('of a pool that reports nothing, the registration goes when Forgejo has ended the task', () => {
    const world = worldOf([endedJob(tags, 137, rowOf(tags), { ...ended, task: 7 })], { spec: { reportDeadRunners: false } });
    expect(asked(planOf(world))).toEqual(['deregister a when offline or idle']);
  });

  test.each([
    { because: 'assigned', own: tags, code: 2 },
    { because: 'warm, and stopped while it seemed idle', own: warm, code: 0 },
  ])('a runner whose fetch got lost is reported with words: $because', ({ own, code }) => {
    const world = worldOf([endedJob(own, code, rowOf(own), { phase: 'idleExit', lastTask: 20, task: 7 })], { jobs: [aRunningJob(1, 7)] });
    expect(asked(planOf(world))).toEqual([
      `report a 7: nobody works on this job: the answer of its fetch got lost (runner a, exit code ${code})`,
    ]);
  });

  test('later tasks than those of the first list after the end are not its own', () => {
    const world = worldOf([endedJob(warm, 137, rowOf(warm, { status: 'active' }))], { jobs: [aRunningJob(2, 31), aRunningJob(1, 7)] });
    expect(settledOf(world).memory.runners).toMatchObject([{ name: 'a', phase: 'failed', lastTask: 31 }]);
  });

  test('it wakes up when the question is forgotten', () => {
    const world = worldOf([endedJob(warm, 137, rowOf(warm), { ...ended, askedAt: secondsAgo(4) })]);
    expect(planOf(world).wakeAt).toBe(secondsAgo(-6));
  });

  test('a Secret goes only when the registration is gone', () => {
    expect(fateOf(planOf(worldOf([endedJob(warm, 137, rowOf(warm), ended)])), 'a')).toMatchObject({ secret: 'keep' });
    expect(fateOf(planOf(worldOf([endedJob(warm, 137, null, ended)])), 'a')).toMatchObject({ secret: 'drop' });
  });

  test('a runner whose registration nobody knows has nothing to take back', () => {
    const unknown = tagsOf('a', { registration: null });
    const world = aWorld({ secrets: [secretOf(unknown)], runners: [remembered('a', { phase: 'stopping' })] });
    expect(fateOf(planOf(world), 'a')).toMatchObject({ phase: 'ended', secret: 'drop' });
  });

  test('a Pod that can never start is waited for all the same', () => {
    const world = aWorld({
      workloads: [jobOf(tags)],
      pods: [podOf(tags, { state: waiting() })],
      rows: [undeclaredRowOf(tags)],
      runners: [remembered('a', { phase: 'failed', lastTask: 3 })],
    });
    expect(fateOf(planOf(world), 'a')).toMatchObject({ phase: 'failed', workload: 'drop' });
    expect(asked(planOf(world))).toEqual([]);
  });
});

describe('a lost runner', () => {
  const lost = (status: 'idle' | 'offline' | 'active', memory = {}) =>
    worldOf([
      {
        secret: secretOf(warm),
        pod: podOf(warm, { deletionAt: secondsAgo(100) }),
        row: rowOf(warm, { status }),
        memory: remembered('a', { phase: 'lost', since: secondsAgo(30), ...memory }),
      },
    ]);

  test.each([
    { because: 'it still polls', world: lost('idle'), does: [] },
    { because: 'it still reports', world: lost('active'), does: [] },
    { because: 'it is offline', world: lost('offline'), does: ['deregister a when offline'] },
    { because: 'it was seen as lost in this very sync', world: lost('offline', { phase: 'draining' }), does: [] },
    { because: 'the list is older than that', world: lost('offline', { since: secondsAgo(0.5) }), does: [] },
  ])('$because', ({ world, does }) => {
    expect(slotOf(world, 'a').phase).toBe('lost');
    expect(asked(planOf(world))).toEqual(does);
  });

  test('is reported when it held a task', () => {
    const world = worldOf(
      [
        {
          secret: secretOf(warm),
          pod: podOf(warm, { deletionAt: secondsAgo(100) }),
          row: rowOf(warm, { status: 'offline' }),
          memory: remembered('a', { phase: 'lost', lastTask: 9, task: 7 }),
        },
      ],
      { jobs: [aRunningJob(1, 7)] },
    );
    expect(asked(planOf(world))).toEqual(['report a 7: the runner died: its node no longer answers (runner a)']);
  });
});

describe('registrations without objects', () => {
  const own = warmTagsOf('a', { issuedAt: secondsAgo(40) });

  test.each([
    { because: 'never used, older than the grace', row: undeclaredRowOf(own), does: ['deregister a when offline'] },
    { because: 'offline', row: rowOf(own, { status: 'offline' }), does: ['deregister a when offline'] },
    { because: 'somebody polls with it: leave it', row: rowOf(own), does: [] },
    { because: 'an answer may be on its way', row: undeclaredRowOf(warmTagsOf('a', { issuedAt: secondsAgo(20) })), does: [] },
    { because: 'it is another pool’s', row: undeclaredRowOf(own, { ownership: null }), does: [] },
  ])('$because', ({ row, does }) => {
    expect(asked(planOf(aWorld({ rows: [row] })))).toEqual(does);
  });

  test('one that was stopped is not started again, though its credentials are in memory', () => {
    const young = warmTagsOf('a', { issuedAt: secondsAgo(10) });
    const world = aWorld({
      rows: [undeclaredRowOf(young)],
      runners: [remembered('a', { phase: 'ended', since: secondsAgo(5) })],
      memory: holding(young),
      spec: { minRunners: 1 },
    });
    expect(fateOf(planOf(world), 'a')).toMatchObject({ phase: 'ended', secret: 'keep' });
    expect(asked(planOf(world))).toEqual(['deregister a when offline or idle']);
  });
});

describe('which runner explains a task', () => {
  test.each([
    { because: 'it is the runner in question', other: busyAssigned('a', { handle: 'handle-1' }), explained: false },
    { because: 'another was made for that handle', other: busyAssigned('b', { handle: 'handle-1' }), explained: true },
    {
      because: 'another was made for that handle, and has not started: the one in question may hold it',
      other: startingAssigned('b', { handle: 'handle-1' }),
      explained: false,
    },
    {
      because: 'another is known to hold it',
      other: { ...busyAssigned('b'), memory: remembered('b', { phase: 'busy', task: 7 }) },
      explained: true,
    },
    { because: 'another holds another', other: busyAssigned('b', { handle: 'handle-2' }), explained: false },
    { because: 'what has ended explains nothing', other: endedJob(tagsOf('b', { handle: 'handle-1' }), 137, null), explained: false },
  ])('$because', ({ other, explained }) => {
    const world = worldOf([endedJob(warm, 137, rowOf(warm)), other].slice(other.secret?.tags.runner === 'a' ? 1 : 0));
    const slots = planOf(world).fates.map(({ slot }) => slot);
    expect(isExplained(aRunningJob(1, 7), slotOf(world, 'a'), slots)).toBe(explained);
  });
});

test('a Deployment that was stopped is deregistered when its last Pod is gone', () => {
  const gone = worldOf([{ secret: secretOf(warm), row: rowOf(warm), memory: remembered('a', { phase: 'ended', lastTask: 0 }) }], {
    spec: { mode: 'Persistent' },
  });
  expect(asked(planOf(gone))).toEqual(['deregister a when offline or idle']);
  const pods = [podOf(warm, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-60) })];
  expect(asked(planOf({ ...gone, observed: { ...gone.observed, pods } }))).toEqual([]);
  const ended2 = [podOf(warm, { ownerKind: 'ReplicaSet', deletionAt: secondsAgo(-60), state: terminated(0) })];
  expect(asked(planOf({ ...gone, observed: { ...gone.observed, pods: ended2 } }))).toEqual(['deregister a when offline or idle']);
  expect(finalizeOf({ ...gone, observed: { ...gone.observed, workloads: [deploymentOf(warm, { terminating: true })] } }).finalized).toBe(
    false,
  );
});
