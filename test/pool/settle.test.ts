import { describe, expect, test } from 'vitest';
import { judge } from '../../src/pool/judge.ts';
import type { Effect, Outcome, World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import {
  aBackoff,
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  holding,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  unavailable,
  undeclaredRowOf,
  warmTagsOf,
} from './support/builders.ts';
import {
  busyAssigned,
  busyWarm,
  endedJob,
  idleWarm,
  justEndedJob,
  persistentRunner,
  planOf,
  settledOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const failure = { kind: 'timeout', method: 'POST', path: '/api/v1/orgs/acme/actions/runners', afterMs: 5000 } as const;
const warm = warmTagsOf('a');

function firstOf<K extends Effect['kind']>(world: Parameters<typeof planOf>[0], kind: K): Effect & { kind: K } {
  const found = planOf(world).effects.find((effect): effect is Effect & { kind: K } => effect.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

describe('a registration', () => {
  const world = aWorld({ jobs: [aJob(1)] });
  const effect = firstOf(world, 'register');
  const registration = { id: 5, uuid: 'uuid-of-5' };

  test('has its Secret and its workload in the same answer, and is remembered', () => {
    const { children, memory, failures } = settledOf(world, [{ kind: 'registered', effect, registration, issuedAt: now + 1000 }]);
    const { job } = effect.tags;
    const tags = { ...effect.tags, registration, issuedAt: now + 1000 };
    expect(children).toEqual([
      { kind: 'renderSecret', tags },
      { kind: 'renderWorkload', tags },
    ]);
    expect(memory.runners).toEqual([remembered(tags.runner, { since: now, handle: 'handle-1', job, sinceTask: 0 })]);
    expect(failures).toEqual([]);
  });

  test.each<{ because: string; outcome: Outcome; fails: boolean }>([
    { because: 'Forgejo refused it', outcome: { kind: 'failed', effect, failure, ambiguous: false }, fails: true },
    { because: 'its answer was lost', outcome: { kind: 'failed', effect, failure, ambiguous: true }, fails: true },
    { because: 'it was put off', outcome: { kind: 'deferred', effect }, fails: false },
  ])('that did not come to be has no children: $because', ({ outcome, fails }) => {
    const { children, memory, failures } = settledOf(world, [outcome]);
    expect(children).toEqual([]);
    expect(memory.runners).toEqual([]);
    expect(failures).toEqual(fails ? [failure] : []);
  });
});

describe('registrations that Forgejo refuses', () => {
  const refusal = { kind: 'forbidden', because: 'notOrganizationOwner', method: 'POST', path: failure.path } as const;
  const world = aWorld({ jobs: [aJob(2), aJob(1)] });
  const refused = (at: World): readonly Outcome[] =>
    planOf(at).effects.map((effect) => ({ kind: 'failed', effect, failure: refusal, ambiguous: false }));

  test('hold all others back, longer each time', () => {
    const first = settledOf(world, refused(world));
    expect(first.children).toEqual([]);
    expect(first.memory.backoff).toEqual([
      {
        key: 'register',
        attempts: 1,
        failures: 1,
        until: secondsAhead(10),
        heldBack: false,
        lastRunner: firstOf(world, 'register').tags.runner,
      },
    ]);

    const held: World = { ...world, now: secondsAhead(2), memory: first.memory };
    expect(planOf(held)).toMatchObject({ effects: [], wakeAt: secondsAhead(10) });
    expect(settledOf(held).memory.backoff).toEqual(first.memory.backoff);

    const due: World = { ...world, now: secondsAhead(10), memory: first.memory };
    expect(planOf(due).effects).toHaveLength(1);
    expect(settledOf(due, refused(due)).memory.backoff).toMatchObject([{ key: 'register', attempts: 2, until: secondsAhead(30) }]);
  });

  test('hold nothing back once one succeeds', () => {
    const due: World = { ...world, memory: { ...world.memory, backoff: [aBackoff('register', { until: now, attempts: 4 })] } };
    const effect = firstOf(due, 'register');
    const { memory } = settledOf(due, [{ kind: 'registered', effect, registration: { id: 5, uuid: 'uuid-of-5' }, issuedAt: now }]);
    expect(memory.backoff).toEqual([]);
  });

  test('do not keep runners that are there from being stopped or deregistered', () => {
    const backoff = [aBackoff('register')];
    expect(settledOf(worldOf([idleWarm('a')], { memory: { backoff } })).children).toEqual([{ kind: 'keepSecret', runner: 'a' }]);
    const ended = worldOf([endedJob(warm, 137, rowOf(warm), { phase: 'failed', lastTask: 0 })], { memory: { backoff } });
    expect(firstOf(ended, 'deregister').runner).toBe('a');
  });
});

describe('which numbers of warm runners are used up', () => {
  const world = aWorld({ spec: { minRunners: 1 }, memory: { lastWarmAttempt: 6 } });
  const effect = firstOf(world, 'register');

  test.each<{ because: string; outcome: Outcome; last: number }>([
    { because: 'it was registered', outcome: { kind: 'registered', effect, registration: { id: 1, uuid: 'u' }, issuedAt: now }, last: 7 },
    { because: 'the answer was lost: Forgejo may have it', outcome: { kind: 'failed', effect, failure, ambiguous: true }, last: 7 },
    {
      because: 'it was refused: the status must not count every try',
      outcome: { kind: 'failed', effect, failure, ambiguous: false },
      last: 6,
    },
    { because: 'it was put off', outcome: { kind: 'deferred', effect }, last: 6 },
  ])('$because', ({ outcome, last }) => {
    expect(settledOf(world, [outcome]).memory.lastWarmAttempt).toBe(last);
  });
});

describe('a question', () => {
  const world = worldOf([busyWarm('a', {}, { asked: [3] })], {
    jobs: [aRunningJob(2, 9, { name: 'release', repositoryId: 44 }), aRunningJob(1, 3)],
  });
  const effect = firstOf(world, 'ask');

  test('that was answered yes tells the job and its repository', () => {
    const { memory } = settledOf(world, [{ kind: 'asked', effect, holds: true, at: now }]);
    expect(memory.runners).toMatchObject([{ task: 9, job: 'release', repositoryId: 44, asked: [3], askedAt: now, phase: 'busy' }]);
  });

  test('that was answered no is not asked again', () => {
    const { memory } = settledOf(world, [{ kind: 'asked', effect, holds: false, at: now }]);
    expect(memory.runners).toMatchObject([{ task: null, job: null, asked: [3, 9] }]);
  });

  test('that failed is asked again, no sooner than one that was answered', () => {
    const { memory } = settledOf(world, [{ kind: 'failed', effect, failure, ambiguous: false }]);
    expect(memory.runners).toMatchObject([{ task: null, asked: [3], askedAt: now }]);
  });

  test('about a task that is over is forgotten, and so is the task', () => {
    const over = worldOf([busyWarm('a', {}, { asked: [3, 9], task: 9, job: 'release' })]);
    expect(settledOf(over).memory.runners).toMatchObject([{ task: null, asked: [], job: 'release' }]);
  });

  test('is not forgotten while Forgejo is away', () => {
    const away = worldOf([busyWarm('a', {}, { asked: [3], task: 9 })], { forgejo: unavailable() });
    expect(settledOf(away).memory.runners).toMatchObject([{ task: 9, asked: [3] }]);
  });
});

describe('a registration that is taken back', () => {
  const world = worldOf([endedJob(warm, 137, rowOf(warm), { phase: 'failed', lastTask: 0 })]);
  const effect = firstOf(world, 'deregister');

  test.each<{ because: string; outcome: Outcome; kept: readonly string[] }>([
    { because: 'it is gone: so is the Secret', outcome: { kind: 'deregistered', effect }, kept: ['keepWorkload'] },
    { because: 'it was in use', outcome: { kind: 'spared', effect, status: 'active' }, kept: ['keepSecret', 'keepWorkload'] },
    { because: 'nobody knows', outcome: { kind: 'failed', effect, failure, ambiguous: true }, kept: ['keepSecret', 'keepWorkload'] },
    { because: 'it was put off', outcome: { kind: 'deferred', effect }, kept: ['keepSecret', 'keepWorkload'] },
  ])('$because', ({ outcome, kept }) => {
    expect(settledOf(world, [outcome]).children.map(({ kind }) => kind)).toEqual(kept);
  });

  test('a report leaves everything until a list shows what came of it', () => {
    const held = worldOf([endedJob(warm, 137, rowOf(warm), { phase: 'failed', lastTask: 9, task: 9 })], { jobs: [aRunningJob(1, 9)] });
    const report = firstOf(held, 'report');
    expect(settledOf(held, [{ kind: 'reported', effect: report }]).children.map(({ kind }) => kind)).toEqual([
      'keepSecret',
      'keepWorkload',
    ]);
  });
});

describe('children', () => {
  test('are rendered again from credentials in memory', () => {
    const tags = tagsOf('a', { issuedAt: secondsAgo(5), handle: 'handle-1' });
    const world = aWorld({ rows: [undeclaredRowOf(tags)], jobs: [aJob(1)], memory: holding(tags) });
    expect(settledOf(world).children).toEqual([
      { kind: 'renderSecret', tags },
      { kind: 'renderWorkload', tags },
    ]);
  });

  test('that are stopped lose their workload and keep their Secret', () => {
    expect(settledOf(worldOf([idleWarm('a')])).children).toEqual([{ kind: 'keepSecret', runner: 'a' }]);
  });

  test('of a row alone are none', () => {
    expect(settledOf(aWorld({ rows: [rowOf(warm)] })).children).toEqual([]);
  });
});

describe('what is remembered of a runner', () => {
  test.each([
    {
      because: 'since when it is in its phase',
      world: worldOf([idleWarm('a', 77)], { spec: { minRunners: 1 } }),
      is: { phase: 'idle', since: secondsAgo(77) },
    },
    {
      because: 'a new phase begins now',
      world: worldOf([{ ...idleWarm('a'), memory: remembered('a') }], { spec: { minRunners: 1 } }),
      is: { phase: 'idle', since: now },
    },
    {
      because: 'the job of its handle',
      world: worldOf([busyAssigned('a', { handle: 'handle-1' })], { jobs: [aRunningJob(1, 7)] }),
      is: { job: 'build 1', worked: true },
    },
    {
      because: 'the job that its workload names, when the queue and the memory have lost it',
      world: worldOf([busyAssigned('a', { handle: 'handle-1', job: 'build 1' })]),
      is: { job: 'build 1' },
    },
    {
      because: 'an idle persistent one has no job any more',
      world: worldOf([persistentRunner('a', 'idle', { job: 'build 1', repositoryId: 4 })], { spec: { mode: 'Persistent', minRunners: 1 } }),
      is: { job: null, repositoryId: null },
    },
    {
      because: 'the job of a busy persistent one is over: the next is not known yet',
      world: worldOf([persistentRunner('a', 'busy', { task: 7, job: 'build 1', repositoryId: 4 })], { spec: { mode: 'Persistent' } }),
      is: { job: null, repositoryId: null },
    },
    {
      because: 'a warm one that ends has had its job',
      world: worldOf([busyWarm('a', {}, { task: 7, job: 'build 1', repositoryId: 4 })]),
      is: { job: 'build 1', repositoryId: 4 },
    },
    { because: 'since when it is outdated', world: worldOf([busyWarm('a', { specHash: 'spec-of-old' })]), is: { outdatedSince: now } },
    {
      because: 'and not since now, when it was known before',
      world: worldOf([busyWarm('a', { specHash: 'spec-of-old' }, { outdatedSince: secondsAgo(9) })]),
      is: { outdatedSince: secondsAgo(9) },
    },
    {
      because: 'a spec that was changed back',
      world: worldOf([busyWarm('a', {}, { outdatedSince: secondsAgo(9) })]),
      is: { outdatedSince: null },
    },
    {
      because: 'why it does not start',
      world: worldOf([startingAssigned('a', { handle: 'handle-1' })], { jobs: [aJob(1)] }),
      is: { reason: 'ContainerCreating' },
    },
    { because: 'a runner at work waits for nothing', world: worldOf([busyAssigned('a')]), is: { reason: null } },
  ])('$because', ({ world, is }) => {
    expect(settledOf(world).memory.runners).toMatchObject([is]);
  });

  test.each([
    {
      because: 'a Job that is kept for its logs',
      world: aWorld({
        workloads: [
          jobOf(warm, { end: { type: 'Complete', reason: 'CompletionsReached', exitCode: null, disrupted: false, at: secondsAgo(50) } }),
        ],
      }),
    },
    { because: 'a Deployment that is gone', world: aWorld({ runners: [remembered('a', { phase: 'stopping' })] }) },
  ])('nothing: $because', ({ world }) => {
    expect(settledOf(world).memory.runners).toEqual([]);
  });
});

describe('a runner of which nothing is to be seen any more', () => {
  const memory = { runners: [remembered('a', { phase: 'stopping' })] };

  test('is remembered while Forgejo can not say whether it is registered', () => {
    expect(settledOf(aWorld({ forgejo: unavailable(), memory })).memory.runners).toEqual(memory.runners);
  });

  test('is forgotten with the list that lacks it', () => {
    expect(settledOf(aWorld({ memory })).memory.runners).toEqual([]);
  });
});

describe('what only a row of reads can tell', () => {
  const goneSince = (seconds: number): ReadonlyMap<string, number> => new Map([['a', secondsAgo(seconds)]]);
  const silent = [{ ...busyWarm('a'), row: rowOf(warm, { status: 'offline' }) }];

  test('a row is gone since the list that first lacked it', () => {
    expect(settledOf(worldOf(silent)).memory.rowGoneSince).toEqual(new Map([['a', secondsAgo(1)]]));
    expect(settledOf(worldOf(silent, { memory: { rowGoneSince: goneSince(50) } })).memory.rowGoneSince).toEqual(goneSince(50));
  });

  test('it counts anew when it came back', () => {
    expect(settledOf(worldOf([busyWarm('a')], { memory: { rowGoneSince: goneSince(50) } })).memory.rowGoneSince).toEqual(new Map());
  });

  test.each([
    { because: 'Forgejo does not answer', forgejo: unavailable(), after: new Map() },
    {
      because: 'Forgejo was away since',
      forgejo: answered({ registrations: [rowOf(warm, { status: 'offline' })], answeringSince: secondsAgo(20) }),
      after: new Map([['a', secondsAgo(1)]]),
    },
  ])('an outage is no silence: $because', ({ forgejo, after }) => {
    const memory = { rowGoneSince: goneSince(50), rowIdleSince: goneSince(50) };
    const settled = settledOf(worldOf(silent, { forgejo, memory }));
    expect(settled.memory.rowGoneSince).toEqual(after);
    expect(settled.memory.rowIdleSince).toEqual(new Map());
  });

  test('a row is idle since the list that first showed it', () => {
    expect(settledOf(worldOf([idleWarm('a')], { spec: { minRunners: 1 } })).memory.rowIdleSince).toEqual(new Map([['a', secondsAgo(1)]]));
  });

  test('an end is seen when it is seen', () => {
    expect(settledOf(worldOf([justEndedJob(warm, 0, null)])).memory.endSeenAt).toEqual(new Map([['a', now]]));
    expect(settledOf(worldOf([endedJob(warm, 0, null)])).memory.endSeenAt).toEqual(new Map([['a', secondsAgo(8)]]));
    expect(settledOf(worldOf([justEndedJob(warm, 0, null)], { forgejo: unavailable() })).memory.endSeenAt).toEqual(new Map([['a', now]]));
    expect(settledOf(worldOf([busyWarm('a')])).memory.endSeenAt).toEqual(new Map());
  });

  test.each([
    { because: 'first seen now', memory: {}, seen: [0, 0], oldest: 0 },
    { because: 'first seen before', memory: { firstSeen: new Map([['handle-1', secondsAgo(40)]]) }, seen: [40, 0], oldest: 40 },
    {
      because: 'after a restart the oldest is dated by the status',
      memory: { oldestWaitingSince: secondsAgo(90) },
      seen: [90, 0],
      oldest: 90,
    },
  ])('how long jobs wait: $because', ({ memory, seen, oldest }) => {
    const settled = settledOf(aWorld({ jobs: [aJob(2), aJob(1)], memory, spec: { paused: true } }));
    expect([...settled.memory.firstSeen.values()]).toEqual(seen.map(secondsAgo));
    expect(settled.memory.oldestWaitingSince).toBe(secondsAgo(oldest));
  });

  test('nothing waits', () => {
    expect(settledOf(aWorld({ memory: { oldestWaitingSince: secondsAgo(9) } })).memory.oldestWaitingSince).toBeNull();
  });

  test('it is as it was while Forgejo is away', () => {
    const memory = { firstSeen: new Map([['handle-1', secondsAgo(40)]]), oldestWaitingSince: secondsAgo(40) };
    expect(settledOf(aWorld({ forgejo: unavailable(), memory })).memory).toMatchObject(memory);
  });
});

test('several failures come in the order of their effects', () => {
  const world = aWorld({ jobs: [aJob(2), aJob(1)] });
  const slots = judge(world);
  const made = plan(world, slots);
  const outcomes = made.effects.map(
    (effect, index): Outcome => ({ kind: 'failed', effect, failure: { ...failure, afterMs: index }, ambiguous: false }),
  );
  expect(settle(world, slots, made, outcomes).failures.map((each) => ('afterMs' in each ? each.afterMs : null))).toEqual([0, 1]);
});

test('a Deployment is kept like a Job', () => {
  const pod = podOf(warm, { ownerKind: 'ReplicaSet' });
  const world = aWorld({
    spec: { mode: 'Persistent', minRunners: 1 },
    secrets: [secretOf(warm)],
    workloads: [deploymentOf(warm)],
    pods: [pod],
    rows: [rowOf(warm)],
  });
  expect(settledOf(world).children.map(({ kind }) => kind)).toEqual(['keepSecret', 'keepWorkload']);
});
