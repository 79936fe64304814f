import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coveredJobs, type Demand, demandOf, waitingJobs } from '../../src/pool/demand.ts';
import type { QueuedJob, Registration } from '../../src/pool/forgejo.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Memory, World } from '../../src/pool/model.ts';
import { EVERY_REPOSITORY, type RepositoryFilter } from '../../src/pool/repositories.ts';
import {
  aBackoff,
  aJob,
  answered,
  aRunningJob,
  aSpec,
  now,
  POOL_UID,
  podOf,
  rowOf,
  secondsAgo,
  secondsAhead,
  tagsOf,
  warmTagsOf,
} from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  created,
  idleWarm,
  persistentRunner,
  planOf,
  settledOf,
  startingAssigned,
  startingWarm,
  stopped,
  worldOf,
} from './support/runners.ts';

function idsOf(jobs: readonly QueuedJob[]): readonly number[] {
  return jobs.map(({ id }) => id);
}

describe('which jobs a pool is for', () => {
  test.each([
    { because: 'Forgejo lists newest first, the oldest is served first', jobs: [aJob(3), aJob(2), aJob(1)], ids: [1, 2, 3] },
    { because: 'every label must be among the pool’s names', jobs: [aJob(1, { runsOn: ['docker', 'large'] })], ids: [1] },
    { because: 'one label that is not covered is enough', jobs: [aJob(1, { runsOn: ['docker', 'windows'] })], ids: [] },
    { because: 'names are compared as they are, case and all', jobs: [aJob(1, { runsOn: ['Docker'] })], ids: [] },
    { because: 'a job may name the label only, not its image', jobs: [aJob(1, { runsOn: ['docker:docker://node:22-bookworm'] })], ids: [] },
    { because: 'an empty runs-on is listed for ever and never taken', jobs: [aJob(1, { runsOn: [] })], ids: [] },
    { because: 'a running job is covered too', jobs: [aRunningJob(1, 7)], ids: [1] },
  ])('$because', ({ jobs, ids }) => {
    expect(idsOf(coveredJobs(jobs, aSpec()))).toEqual(ids);
  });

  test('only waiting jobs want a runner', () => {
    expect(idsOf(waitingJobs([aJob(2), aRunningJob(1, 7)]))).toEqual([2]);
  });
});

const MINUTE = 60;

function demandIn(world: World): Demand {
  const { forgejo } = world;
  return forgejo.kind === 'answered' ? demandOf(world, judge(world), forgejo.snapshot) : expect.fail('Forgejo was not read');
}

/** When these jobs were first seen, seconds ago. */
function seen(seconds: number, ...ids: readonly number[]): Pick<Memory, 'firstSeen'> {
  return { firstSeen: new Map(ids.map((id) => [`handle-${id}`, secondsAgo(seconds)])) };
}

/** Since when the rows of these runners have been idle, seconds ago. */
function rowsIdle(seconds: number, ...names: readonly string[]): Pick<Memory, 'rowIdleSince'> {
  return { rowIdleSince: new Map(names.map((name) => [name, secondsAgo(seconds)])) };
}

describe('which waiting jobs want a runner of their own', () => {
  const jobs = [aJob(3), aJob(2), aJob(1)];
  test.each([
    { because: 'nothing serves them', world: worldOf([], { jobs }), ids: [1, 2, 3] },
    { because: 'a live runner was made for it', world: worldOf([startingAssigned('a', { handle: 'handle-2' })], { jobs }), ids: [1, 3] },
    { because: 'it is backing off', world: worldOf([], { jobs, memory: { backoff: [aBackoff('handle-1')] } }), ids: [2, 3] },
    {
      because: 'its back-off is over, but what was never tried comes first',
      world: worldOf([], { jobs, memory: { backoff: [aBackoff('handle-1', { until: secondsAgo(1) })] } }),
      ids: [2, 3, 1],
    },
    {
      because: 'its runner was only drained',
      world: worldOf([], { jobs, memory: { backoff: [aBackoff('handle-1', { until: secondsAgo(1), failures: 0 })] } }),
      ids: [1, 2, 3],
    },
    { because: 'an idle warm runner takes the oldest', world: worldOf([idleWarm('a')], { jobs, memory: seen(2, 1, 2, 3) }), ids: [2, 3] },
    { because: 'each idle warm runner takes one', world: worldOf([idleWarm('a'), idleWarm('b')], { jobs }), ids: [3] },
    { because: 'one that is being started takes none yet', world: worldOf([startingWarm('a')], { jobs }), ids: [1, 2, 3] },
    { because: 'ten seconds are not more than ten', world: worldOf([idleWarm('a')], { jobs, memory: seen(10, 1) }), ids: [2, 3] },
    {
      because: 'the warm runner has only just turned idle, and takes a younger one',
      world: worldOf([idleWarm('a')], { jobs, memory: { ...seen(10.001, 1), ...rowsIdle(2, 'a') } }),
      ids: [1, 3],
    },
    {
      because: 'a held handle needs no cover',
      world: worldOf([idleWarm('a'), startingAssigned('b', { handle: 'handle-1' })], { jobs }),
      ids: [3],
    },
    { because: 'a running one has its runner', world: worldOf([], { jobs: [aJob(2), aRunningJob(1, 7)] }), ids: [2] },
  ])('$because', ({ world, ids }) => {
    expect(idsOf(demandIn(world).wanted)).toEqual(ids);
  });

  test('no more are put in order than the maximum, and one to say that there are more', () => {
    const many = Array.from({ length: 40 }, (_, index) => aJob(40 - index));
    expect(idsOf(demandIn(worldOf([], { jobs: many, spec: { maxRunners: 3 } })).wanted)).toEqual([1, 2, 3, 4]);
  });
});

describe('the last free place', () => {
  const over = aBackoff('handle-1', { until: secondsAgo(1), heldBack: true });
  test.each([
    { because: 'the older job was tried in vain, the younger never', jobs: [aJob(2), aJob(1)], makes: ['handle-2'] },
    { because: 'no other waits', jobs: [aJob(1)], makes: ['handle-1'] },
    {
      because: 'a repository in whose turn it would be counts for less than that',
      jobs: [aJob(2, { repositoryId: 18 }), aJob(1)],
      makes: ['handle-2'],
    },
  ])('goes to one that was never tried before it goes to one that was: $because', ({ jobs, makes }) => {
    for (const order of ['OldestFirst', 'RoundRobin'] as const) {
      const busy = busyAssigned('b', { handle: 'handle-9', repositoryId: 18 });
      const running = aRunningJob(9, 7, { repositoryId: 18 });
      const world = worldOf([busy], {
        jobs: [running, ...jobs],
        spec: { maxRunners: 2, fairness: { order } },
        memory: { backoff: [over] },
      });
      expect(created(planOf(world))).toEqual(makes);
    }
  });

  test('is not taken from an untried job by a retried one in any queue', () => {
    const queue = fc.uniqueArray(
      fc.record({ id: fc.integer({ min: 1, max: 40 }), tried: fc.boolean(), repository: fc.integer({ min: 1, max: 4 }) }),
      {
        selector: ({ id }) => id,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(
        queue,
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom('OldestFirst' as const, 'RoundRobin' as const),
        (entries, maxRunners, order) => {
          const world = worldOf([], {
            jobs: entries.map(({ id, repository }) => aJob(id, { repositoryId: repository })),
            spec: { maxRunners, fairness: { order } },
            memory: { backoff: entries.filter(({ tried }) => tried).map(({ id }) => aBackoff(`handle-${id}`, { until: secondsAgo(1) })) },
          });
          const makes = new Set(created(planOf(world)));
          const without = entries.filter(({ id }) => !makes.has(`handle-${id}`));
          const retried = entries.some(({ id, tried }) => tried && makes.has(`handle-${id}`));
          expect(retried && without.some(({ tried }) => !tried)).toBe(false);
          expect(makes.size).toBe(Math.min(maxRunners, entries.length));
        },
      ),
    );
  });
});

describe('a job that another pool’s runner is made for', () => {
  const OTHER = '11111111-2222-3333-4444-555555555555';
  const rowFor = (handle: string | null, changes: Partial<Registration>, seconds = 60, poolUid = OTHER): Registration => ({
    ...rowOf(tagsOf('theirs')),
    ownership: { poolUid, handle, attempt: 1, createdAt: secondsAgo(seconds) },
    ...changes,
  });
  const undeclared = { status: 'offline', declared: false } as const;
  test.each([
    { because: 'it is about to take it', row: rowFor('handle-1', {}), ids: [] },
    { because: 'it is at work, and the queue is older than the list', row: rowFor('handle-1', { status: 'active' }), ids: [] },
    { because: 'it has been about to take it for long: it never will', row: rowFor('handle-1', {}, 5000), ids: [1] },
    { because: 'it is being started', row: rowFor('handle-1', undeclared), ids: [] },
    { because: 'it has had its time to start', row: rowFor('handle-1', undeclared, 900), ids: [1] },
    { because: 'it has started, fallen silent, and is young', row: rowFor('handle-1', { status: 'offline' }, 899), ids: [] },
    { because: 'it has fallen silent, and had its time', row: rowFor('handle-1', { status: 'offline' }, 5000), ids: [1] },
    { because: 'its operator’s clock is a little ahead', row: rowFor('handle-1', undeclared, -60), ids: [] },
    { because: 'it says that it was made tomorrow', row: rowFor('handle-1', undeclared, -86_400), ids: [1] },
    { because: 'it is made for another job', row: rowFor('handle-2', {}), ids: [1] },
    { because: 'it is made for any job', row: rowFor(null, {}), ids: [1] },
    { because: 'it is nobody’s', row: rowFor('handle-1', { ownership: null }), ids: [1] },
    { because: 'it is our own, left by an attempt before', row: rowFor('handle-1', undeclared, 60, POOL_UID), ids: [1] },
  ])('$because', ({ row, ids }) => {
    const { wanted, waiting } = demandIn(worldOf([], { jobs: [aJob(1)], rows: [row] }));
    expect({ wanted: idsOf(wanted), waiting: idsOf(waiting) }).toEqual({ wanted: ids, waiting: [1] });
  });

  test('is looked at again when the time of that runner is over', () => {
    const world = worldOf([], { jobs: [aJob(1)], rows: [rowFor('handle-1', undeclared, 890)] });
    expect(planOf(world)).toMatchObject({ wakeAt: secondsAhead(10), desired: 0 });
  });

  test('of several runners for it the last one counts', () => {
    const rows = [
      rowFor('handle-1', { ...undeclared, id: 1, uuid: '1' }, 899),
      rowFor('handle-1', { ...undeclared, id: 2, uuid: '2' }, 800),
    ];
    expect(planOf(worldOf([], { jobs: [aJob(1)], rows })).wakeAt).toBe(secondsAhead(100));
  });
});

describe('a job that is not old enough for this pool', () => {
  const spec = { claimDelaySeconds: 60 };
  test.each([
    { because: 'it is seen for the first time', memory: {}, ids: [], wakeAt: secondsAhead(60) },
    { because: 'it was first seen a moment too late', memory: seen(59.999, 1), ids: [], wakeAt: now + 1 },
    { because: 'its time is over', memory: seen(60, 1), ids: [1], wakeAt: null },
    {
      because: 'a restarted process dates the oldest by the status',
      memory: { oldestWaitingSince: secondsAgo(90) },
      ids: [1],
      wakeAt: null,
    },
    {
      because: 'a process that knows the queue does not',
      memory: { ...seen(5, 1), oldestWaitingSince: secondsAgo(90) },
      ids: [],
      wakeAt: secondsAhead(55),
    },
  ])('$because', ({ memory, ids, wakeAt }) => {
    const made = planOf(worldOf([], { jobs: [aJob(1)], spec, memory }));
    expect(idsOf(made.demand?.wanted ?? [])).toEqual(ids);
    expect(idsOf(made.demand?.waiting ?? [])).toEqual([1]);
    expect(made).toMatchObject({ desired: ids.length, wakeAt });
  });

  test('after a restart only the oldest is dated by the status, and one that is held back is not the oldest', () => {
    const memory = { oldestWaitingSince: secondsAgo(90), backoff: [aBackoff('handle-1', { heldBack: true, until: secondsAhead(200) })] };
    const world = worldOf([], { jobs: [aJob(3), aJob(2), aJob(1)], spec, memory });
    expect(demandIn(world).firstSeen).toEqual(
      new Map([
        ['handle-1', now],
        ['handle-2', secondsAgo(90)],
        ['handle-3', now],
      ]),
    );
    expect(idsOf(demandIn(world).wanted)).toEqual([2]);
  });

  test('what was first seen is remembered from answer to answer', () => {
    const first = settledOf(worldOf([], { jobs: [aJob(1)], spec })).memory;
    const later = worldOf([], { jobs: [aJob(2), aJob(1)], spec, memory: first, now: secondsAhead(60) });
    expect(idsOf(demandIn(later).wanted)).toEqual([1]);
  });
});

describe('a job that nobody can have now', () => {
  const held = (seconds: number) => aBackoff('handle-1', { heldBack: true, until: secondsAhead(seconds) });
  const old = { ...seen(12, 1), ...rowsIdle(12, 'a') };
  const blockedIn = (world: World): readonly string[] => [...demandIn(world).blocked];

  test.each([
    { because: 'a runner tried in vain', world: worldOf([], { jobs: [aJob(1)], memory: { backoff: [held(5)] } }), blocked: true },
    { because: 'it is time to try again', world: worldOf([], { jobs: [aJob(1)], memory: { backoff: [held(0)] } }), blocked: false },
    {
      because: 'its runner failed to start: that is no fault of the job',
      world: worldOf([], { jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1')] } }),
      blocked: false,
    },
    { because: 'an idle runner has left it for long', world: worldOf([idleWarm('a')], { jobs: [aJob(1)], memory: old }), blocked: true },
    {
      because: 'the job has not waited for so long',
      world: worldOf([idleWarm('a')], { jobs: [aJob(1)], memory: { ...old, ...seen(11, 1) } }),
      blocked: false,
    },
    {
      because: 'the runner has not been idle for so long',
      world: worldOf([idleWarm('a')], { jobs: [aJob(1)], memory: { ...old, ...rowsIdle(11, 'a') } }),
      blocked: false,
    },
    {
      because: 'neither was looked at again since',
      world: worldOf([idleWarm('a')], {
        memory: { ...seen(100, 1), ...rowsIdle(101, 'a') },
        forgejo: answered({
          jobs: [aJob(1)],
          jobsReadAt: secondsAgo(101),
          registrations: [rowOf(warmTagsOf('a'))],
          registrationsReadAt: secondsAgo(101),
        }),
      }),
      blocked: false,
    },
    {
      because: 'the runner is of an older spec, perhaps of other labels',
      world: worldOf([idleWarm('a', 60, { specHash: 'spec-of-old' })], { jobs: [aJob(1)], memory: old }),
      blocked: false,
    },
    {
      because: 'the runner has turned busy',
      world: worldOf([busyWarm('a')], { jobs: [aJob(1), aRunningJob(9, 7)], memory: seen(12, 1) }),
      blocked: false,
    },
    {
      because: 'after five minutes a runner for that job alone makes sure',
      world: worldOf([idleWarm('a')], { jobs: [aJob(1)], memory: { ...seen(5 * MINUTE, 1), ...rowsIdle(900, 'a') } }),
      blocked: false,
    },
    {
      because: 'a persistent runner has left it',
      world: worldOf([persistentRunner('a', 'idle')], { jobs: [aJob(1)], memory: old, spec: { mode: 'Persistent' } }),
      blocked: true,
    },
    {
      because: 'in a persistent pool there is no runner for that job alone',
      world: worldOf([persistentRunner('a', 'idle')], {
        jobs: [aJob(1)],
        memory: { ...seen(900, 1), ...rowsIdle(900, 'a') },
        spec: { mode: 'Persistent' },
      }),
      blocked: true,
    },
  ])('$because', ({ world, blocked }) => {
    expect(blockedIn(world)).toEqual(blocked ? ['handle-1'] : []);
    expect(idsOf(demandIn(world).waiting)).toEqual(blocked ? [] : [1]);
  });

  const idle = persistentRunner('a', 'idle', { since: secondsAgo(4000) });
  const many = Array.from({ length: 12 }, (_, index) => aJob(index + 1));
  const ids = many.map(({ id }) => id);
  const left = { ...seen(20, ...ids), ...rowsIdle(4000, 'a') };

  test('does not scale a persistent pool up, nor make it say that its maximum is reached', () => {
    const made = planOf(worldOf([idle], { jobs: many, memory: left, spec: { mode: 'Persistent' } }));
    expect(created(made)).toEqual([]);
    expect(made).toMatchObject({ desired: 1, atMaximum: false });
  });

  test('keeps one idle runner, which takes the first that is freed', () => {
    const second = persistentRunner('b', 'idle', { since: secondsAgo(3000) });
    const memory = { ...left, ...rowsIdle(4000, 'a', 'b') };
    expect(stopped(planOf(worldOf([idle, second], { jobs: many, memory, spec: { mode: 'Persistent' } })))).toEqual(['a']);
  });

  test('counts again when that runner has taken one of them', () => {
    const busy = persistentRunner('a', 'busy');
    const jobs = [...many, aRunningJob(90, 7)];
    expect(created(planOf(worldOf([busy], { jobs, memory: seen(20, ...ids), spec: { mode: 'Persistent', maxRunners: 5 } })))).toHaveLength(
      4,
    );
  });

  test('does not scale a pool with idle runners up either', () => {
    const world = worldOf([idleWarm('a')], { jobs: many, memory: left, spec: { minRunners: 1, maxRunners: 1 } });
    expect(created(planOf(world))).toEqual([]);
    expect(planOf(world)).toMatchObject({ desired: 1, atMaximum: false });
  });

  test('is tried once by a process that has just begun, when no running job of its repository can hold it', () => {
    const restarted = worldOf([], { jobs: [aJob(1)], memory: { backoff: [held(200)], runningTasks: null } });
    expect(created(planOf(restarted))).toEqual(['handle-1']);
    const next = worldOf([], { jobs: [aJob(1)], memory: { ...settledOf(restarted).memory, backoff: [held(200)] } });
    expect(created(planOf(next))).toEqual([]);
  });

  test('is tried at once by that process when the job that it saw running has ended', () => {
    const jobs = [aJob(1), aRunningJob(9, 7)];
    const first = worldOf([], { jobs, memory: { backoff: [held(200)], runningTasks: null } });
    expect(created(planOf(first))).toEqual([]);
    expect(created(planOf(worldOf([], { jobs: [aJob(1)], memory: settledOf(first).memory })))).toEqual(['handle-1']);
  });

  test('is not the one that waits longest', () => {
    const memory = {
      ...seen(400, 1),
      firstSeen: new Map([
        ['handle-1', secondsAgo(400)],
        ['handle-2', secondsAgo(30)],
      ]),
      backoff: [held(100)],
    };
    const settled = settledOf(worldOf([], { jobs: [aJob(2), aJob(1)], memory, spec: { paused: true } }));
    expect(settled.memory.oldestWaitingSince).toBe(secondsAgo(30));
    expect(settled.memory.firstSeen.get('handle-1')).toBe(secondsAgo(400));
  });
});

describe('repositories that are not served', () => {
  const jobs = [aJob(2, { repositoryId: 18 }), aJob(1), aRunningJob(8, 5, { repositoryId: 18 }), aRunningJob(9, 6)];
  const filter = (changes: Partial<RepositoryFilter>): RepositoryFilter => ({ ...EVERY_REPOSITORY, ...changes });
  const unknown = (list: 'allow' | 'deny'): Pick<RepositoryFilter, 'unresolved'> => ({
    unresolved: [{ list, name: 'acme/app', failure: null }],
  });

  test.each([
    { because: 'nothing is said of any', repositories: filter({}), makes: ['handle-1', 'handle-2'] },
    { because: 'one is allowed', repositories: filter({ allow: new Set([17]) }), makes: ['handle-1'] },
    { because: 'one is denied', repositories: filter({ deny: new Set([17]) }), makes: ['handle-2'] },
    {
      because: 'what is allowed and denied is denied',
      repositories: filter({ allow: new Set([17, 18]), deny: new Set([18]) }),
      makes: ['handle-1'],
    },
    { because: 'none is allowed', repositories: filter({ allow: new Set() }), makes: [] },
    { because: 'the allowed one is not known', repositories: filter({ allow: new Set([18]), ...unknown('allow') }), makes: ['handle-2'] },
    { because: 'the denied one is not known: it may be any', repositories: filter(unknown('deny')), makes: [] },
  ])('have no runner made for them: $because', ({ repositories, makes }) => {
    expect(created(planOf(worldOf([], { jobs, repositories })))).toEqual(makes);
  });

  test('are not in the counts of the queue', () => {
    const { waiting, running } = demandIn(worldOf([], { jobs, repositories: filter({ allow: new Set([17]) }) }));
    expect({ waiting: idsOf(waiting), running }).toEqual({ waiting: [1], running: 1 });
  });

  const starting = startingAssigned('a', { handle: 'handle-1' });
  test.each([
    { because: 'its repository is denied now', repositories: filter({ deny: new Set([17]) }), runner: starting, stops: ['a'] },
    { because: 'its repository is not allowed any more', repositories: filter({ allow: new Set([18]) }), runner: starting, stops: ['a'] },
    { because: 'it is still served', repositories: filter({ allow: new Set([17]) }), runner: starting, stops: [] },
    {
      because: 'a name of allow is not known: it may be this one',
      repositories: filter({ allow: new Set([18]), ...unknown('allow') }),
      runner: starting,
      stops: [],
    },
    { because: 'a name of deny is not known', repositories: filter(unknown('deny')), runner: starting, stops: [] },
    {
      because: 'it is running: it may be taking its job at this moment',
      repositories: filter({ deny: new Set([17]) }),
      runner: { ...starting, pod: podOf(tagsOf('a', { handle: 'handle-1' })) },
      stops: [],
    },
    {
      because: 'it is busy',
      repositories: filter({ deny: new Set([17]) }),
      runner: busyAssigned('a', { handle: 'handle-9' }),
      stops: [],
    },
  ])('a runner that is there: $because', ({ repositories, runner, stops }) => {
    expect(stopped(planOf(worldOf([runner], { jobs, repositories })))).toEqual(stops);
  });
});
