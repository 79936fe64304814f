import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findings } from '../../src/pool/conditions.ts';
import { shareOut, usageOf } from '../../src/pool/fairness.ts';
import type { QueuedJob } from '../../src/pool/forgejo.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { aBackoff, aJob, aRunningJob, secondsAhead, tagsOf } from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  created,
  drainingWarm,
  endedJob,
  idleWarm,
  persistentRunner,
  planOf,
  type RunnerParts,
  settledOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const NOBODY = { byRepository: new Map<number, number>(), byOwner: new Map<number, number>() };

function of(repositoryId: number, ownerId = 6): { readonly repositoryId: number; readonly ownerId: number } {
  return { repositoryId, ownerId };
}

/** Jobs 1 to 5 of repository 1, job 6 of repository 2, job 7 of repository 3; 1 and 2 are acme's, 3 is another's. */
const QUEUE = [1, 2, 3, 4, 5].map((id) => aJob(id, of(1))).concat(aJob(6, of(2)), aJob(7, of(3, 9)));

describe('whose job gets the next place', () => {
  test.each([
    { because: 'the oldest first', fairness: { order: 'OldestFirst' }, used: [], ids: [1, 2, 3, 4, 5, 6, 7] },
    { because: 'in turns, the oldest of equals first', fairness: { order: 'RoundRobin' }, used: [], ids: [1, 6, 7, 2, 3, 4, 5] },
    { because: 'in turns with what runs already', fairness: { order: 'RoundRobin' }, used: [2, 2, 3], ids: [1, 2, 7, 3, 6, 4, 5] },
    {
      because: 'a repository has its share',
      fairness: { order: 'OldestFirst', maxRunnersPerRepository: 2 },
      used: [],
      ids: [1, 2, 6, 7],
    },
    {
      because: 'what runs already is part of the share',
      fairness: { order: 'OldestFirst', maxRunnersPerRepository: 2 },
      used: [1, 2, 2],
      ids: [1, 7],
    },
    {
      because: 'an owner has a share over all repositories',
      fairness: { order: 'OldestFirst', maxRunnersPerOwner: 3 },
      used: [2],
      ids: [1, 2, 7],
    },
    {
      because: 'both shares hold, in turns too',
      fairness: { order: 'RoundRobin', maxRunnersPerRepository: 2, maxRunnersPerOwner: 2 },
      used: [],
      ids: [1, 6, 7],
    },
  ] as const)('$because', ({ fairness, used, ids }) => {
    const runners = used.map((repositoryId, index) => busyAssigned(`r${index}`, { handle: `busy-${index}`, repositoryId }));
    const jobs = [...QUEUE, ...used.map((id, index) => aRunningJob(90 + index, 50 + index, of(id, id === 3 ? 9 : 6)))];
    const usage = usageOf(judge(worldOf(runners, { jobs })), jobs);
    const { chosen, limited } = shareOut(QUEUE, () => false, usage, fairness, 100);
    expect(chosen.map(({ id }) => id)).toEqual(ids);
    expect(limited).toBe(ids.length < QUEUE.length);
  });

  test('untried jobs come before those that were tried in vain, also when it is another repository’s turn', () => {
    const { chosen } = shareOut(QUEUE, (job) => job.id < 6, NOBODY, { order: 'RoundRobin' }, 100);
    expect(chosen.map(({ id }) => id)).toEqual([6, 7, 1, 2, 3, 4, 5]);
  });

  test('a repository whose untried jobs have used up its share gets no retry either', () => {
    const { chosen } = shareOut(QUEUE, (job) => job.id === 1, NOBODY, { order: 'OldestFirst', maxRunnersPerRepository: 2 }, 100);
    expect(chosen.map(({ id }) => id)).toEqual([2, 3, 6, 7]);
  });

  test('that there are more than may be chosen is no limit of fairness', () => {
    expect(shareOut(QUEUE, () => false, NOBODY, { order: 'OldestFirst' }, 3)).toMatchObject({ chosen: { length: 3 }, limited: false });
  });
});

describe('in any queue', () => {
  const job = fc.record({ id: fc.integer({ min: 1, max: 60 }), repository: fc.integer({ min: 1, max: 5 }) });
  const queue = fc
    .uniqueArray(job, { selector: ({ id }) => id, maxLength: 30 })
    .map((jobs) => jobs.toSorted((a, b) => a.id - b.id).map(({ id, repository }) => aJob(id, of(repository, repository % 2))));
  const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
  const used = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 4 }))).map((pairs) => new Map(pairs));
  const count = (jobs: readonly QueuedJob[], pick: (job: QueuedJob) => number, id: number): number =>
    jobs.filter((each) => pick(each) === id).length;

  test('nobody gets more than a share, and who waits in spite of room has his', () => {
    fc.assert(
      fc.property(
        queue,
        used,
        limit,
        limit,
        fc.constantFrom('OldestFirst' as const, 'RoundRobin' as const),
        (jobs, byRepository, perRepository, perOwner, order) => {
          const owners = [0, 1].map(
            (owner) => [owner, [...byRepository].reduce((sum, [id, runs]) => sum + (id % 2 === owner ? runs : 0), 0)] as const,
          );
          const fairness = {
            order,
            ...(perRepository === undefined ? {} : { maxRunnersPerRepository: perRepository }),
            ...(perOwner === undefined ? {} : { maxRunnersPerOwner: perOwner }),
          };
          const { chosen, limited } = shareOut(jobs, () => false, { byRepository, byOwner: new Map(owners) }, fairness, 100);
          const runs = (id: number): number => (byRepository.get(id) ?? 0) + count(chosen, (each) => each.repositoryId, id);
          const runsOfOwner = (owner: number): number => (new Map(owners).get(owner) ?? 0) + count(chosen, (each) => each.ownerId, owner);
          for (const each of chosen) {
            expect(runs(each.repositoryId)).toBeLessThanOrEqual(perRepository ?? 100);
            expect(runsOfOwner(each.ownerId)).toBeLessThanOrEqual(perOwner ?? 200);
          }
          const passedOver = jobs.filter((each) => !chosen.includes(each));
          expect(limited).toBe(passedOver.length > 0);
          for (const each of passedOver) {
            expect(runs(each.repositoryId) >= (perRepository ?? 1000) || runsOfOwner(each.ownerId) >= (perOwner ?? 1000)).toBe(true);
          }
          for (const repository of [1, 2, 3, 4, 5]) {
            const own = chosen.filter((each) => each.repositoryId === repository).map(({ id }) => id);
            expect(own).toEqual(own.toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });

  test('in turns, no repository that waits falls behind one that was served by more than one runner', () => {
    fc.assert(
      fc.property(queue, fc.integer({ min: 0, max: 12 }), (jobs, places) => {
        const { chosen } = shareOut(jobs, () => false, NOBODY, { order: 'RoundRobin' }, places);
        const counts = [1, 2, 3, 4, 5].map((id) => ({
          got: count(chosen, (each) => each.repositoryId, id),
          waits: count(jobs, (each) => each.repositoryId, id) > count(chosen, (each) => each.repositoryId, id),
        }));
        const most = Math.max(...counts.map(({ got }) => got));
        for (const { got, waits } of counts) if (waits) expect(most - got).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('which runners count for a repository and its owner', () => {
  const jobs = [aRunningJob(9, 7, of(17))];
  const counts = (runner: RunnerParts, queue: readonly QueuedJob[] = jobs, spec = {}) => {
    const usage = usageOf(judge(worldOf([runner], { jobs: queue, spec })), queue);
    return { repository: usage.byRepository.get(17) ?? 0, owner: usage.byOwner.get(6) ?? 0 };
  };

  test.each([
    { because: 'it has its job', runner: busyAssigned('a', { handle: 'handle-9' }), repository: 1, owner: 1 },
    { because: 'it is being started for one', runner: startingAssigned('a', { handle: 'handle-1' }), repository: 1, owner: 1 },
    { because: 'its job has just ended, and it has not', runner: endedJob(tagsOf('a'), 0, null), repository: 0, owner: 0 },
    { because: 'it takes any job, and has none', runner: idleWarm('a'), repository: 0, owner: 0 },
    { because: 'it takes any job, and nobody knows which it has', runner: busyWarm('a'), repository: 0, owner: 0 },
    {
      because: 'it takes any job, and is known to have one',
      runner: busyWarm('a', {}, { repositoryId: 17, task: 7 }),
      repository: 1,
      owner: 1,
    },
    { because: 'it is running out its grace', runner: drainingWarm('a', { repositoryId: 17 }), repository: 1, owner: 1 },
  ])('$because', ({ runner, repository, owner }) => {
    expect(counts(runner)).toEqual({ repository, owner });
  });

  test('a persistent one counts for the job that it has', () => {
    const runner = persistentRunner('a', 'busy', { repositoryId: 17, task: 7 });
    expect(counts(runner, jobs, { mode: 'Persistent' })).toEqual({ repository: 1, owner: 1 });
  });

  test('of a transferred repository its newest job names the owner, in whatever order they are listed', () => {
    const moved = [aRunningJob(9, 7, of(17, 5)), aJob(10, of(17))];
    const runner = busyAssigned('a', { handle: 'handle-9' });
    expect([counts(runner, moved), counts(runner, moved.toReversed())]).toEqual([
      { repository: 1, owner: 1 },
      { repository: 1, owner: 1 },
    ]);
  });

  test('whose a repository is can not be told when none of its jobs is listed', () => {
    expect(counts(startingAssigned('a', { handle: 'handle-1' }), [])).toEqual({ repository: 1, owner: 0 });
  });
});

describe('a pool whose spec shares runners out', () => {
  const busy = [1, 2].map((id) => busyAssigned(`b${id}`, { handle: `handle-${id}`, repositoryId: 1 }));
  const jobs = [aRunningJob(1, 5, of(1)), aRunningJob(2, 6, of(1)), ...[3, 4, 5, 6].map((id) => aJob(id, of(1))), aJob(7, of(2))];
  const limited = (fairness: World['spec']['fairness'], changes: Partial<World['spec']> = {}): World =>
    worldOf(busy, { jobs, spec: { fairness, ...changes } });
  const scaling = (world: World) => {
    const found = findings(world, planOf(world), settledOf(world), false);
    return found.find(({ type }) => type === 'ScalingLimited');
  };

  test('makes no runner for a repository that has its share, wants none, and says so', () => {
    const world = limited({ order: 'OldestFirst', maxRunnersPerRepository: 2 });
    expect(created(planOf(world))).toEqual(['handle-7']);
    expect(planOf(world)).toMatchObject({ desired: 3, atMaximum: false });
    expect(scaling(world)).toMatchObject({ status: 'True', reason: 'FairnessLimit', message: expect.stringContaining('spec.fairness') });
  });

  test('says that the maximum is reached when that is what the next job waits for', () => {
    const world = limited({ order: 'OldestFirst', maxRunnersPerRepository: 2 }, { maxRunners: 2 });
    expect(created(planOf(world))).toEqual([]);
    expect(scaling(world)).toMatchObject({ reason: 'AtMaximum' });
  });

  test('says nothing of it when everybody is served', () => {
    expect(scaling(limited({ order: 'RoundRobin', maxRunnersPerRepository: 6 }))).toMatchObject({ reason: 'WithinLimits' });
  });

  test('says nothing of it when it is not limited but a job is tried again later', () => {
    const world = worldOf([], { jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1')] } });
    expect(scaling(world)).toMatchObject({ reason: 'BackingOff' });
  });

  test('does not let a busy repository starve another that came later', () => {
    const [first, second] = (['OldestFirst', 'RoundRobin'] as const).map((order) => created(planOf(limited({ order }, { maxRunners: 3 }))));
    expect({ first, second }).toEqual({ first: ['handle-3'], second: ['handle-7'] });
  });

  test('lets a warm runner take the oldest, whatever the order', () => {
    const world = worldOf([idleWarm('a')], {
      jobs: [aJob(2, of(2)), aJob(1, of(1))],
      spec: { minRunners: 0, fairness: { order: 'RoundRobin' } },
    });
    expect(created(planOf(world))).toEqual(['handle-2']);
  });

  test('scales a persistent one no further than the shares', () => {
    const runners = [1, 2].map((id) => persistentRunner(`p${id}`, 'busy', { repositoryId: 1, task: id + 4 }));
    const world = worldOf(runners, {
      jobs,
      spec: { mode: 'Persistent', fairness: { order: 'OldestFirst', maxRunnersPerRepository: 2 } },
    });
    expect(created(planOf(world))).toHaveLength(1);
    expect(planOf(world)).toMatchObject({ desired: 3 });
  });

  test('frees the place when a runner ends', () => {
    const ended = endedJob(tagsOf('b1', { handle: 'handle-1', repositoryId: 1 }), 0, null, { phase: 'busy' });
    const world = worldOf([ended, ...busy.slice(1)], {
      jobs: jobs.filter(({ id }) => id !== 1),
      spec: { fairness: { order: 'OldestFirst', maxRunnersPerRepository: 2 } },
    });
    expect(created(planOf(world))).toEqual(['handle-3', 'handle-7']);
  });

  test('wakes for a back-off and not for a share: whose runner ends shows in the next read', () => {
    expect(planOf(limited({ order: 'OldestFirst', maxRunnersPerRepository: 2 })).wakeAt).toBeNull();
    const waits = worldOf(busy, { jobs, memory: { backoff: [aBackoff('handle-3', { until: secondsAhead(7) })] } });
    expect(planOf(waits).wakeAt).toBe(secondsAhead(7));
  });
});
