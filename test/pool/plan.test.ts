import { describe, expect, test } from 'vitest';
import {
  aBackoff,
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  holding,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  unavailable,
  undeclaredRowOf,
  type WorldParts,
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
  idleWarm,
  justEndedJob,
  persistentRunner,
  planOf,
  type RunnerParts,
  settledOf,
  slotOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const tags = tagsOf('a', { handle: 'handle-1' });
const warm = warmTagsOf('a');

describe('what a runner’s objects come to', () => {
  test.each([
    { because: 'busy: stays', world: worldOf([busyAssigned('a')]), fate: { secret: 'keep', workload: 'keep', phase: 'busy' } },
    {
      because: 'its workload is on its way, and is answered again',
      world: aWorld({
        secrets: [secretOf({ ...tags, issuedAt: secondsAgo(5) })],
        rows: [undeclaredRowOf(tags)],
        jobs: [aJob(1)],
        runners: [remembered('a')],
      }),
      fate: { secret: 'keep', workload: 'render', phase: 'starting' },
    },
    {
      because: 'its workload could not show before the grace is over, and the place is taken anew then',
      world: aWorld({
        secrets: [secretOf({ ...tags, issuedAt: secondsAgo(25) })],
        rows: [undeclaredRowOf(tags)],
        jobs: [aJob(1)],
        runners: [remembered('a')],
      }),
      fate: { secret: 'keep', workload: 'keep', phase: 'starting' },
    },
    {
      because: 'nothing is rendered in a namespace that is being deleted',
      world: aWorld({
        secrets: [secretOf({ ...tags, issuedAt: secondsAgo(5) })],
        rows: [undeclaredRowOf(tags)],
        runners: [remembered('a')],
        jobs: [aJob(1)],
        namespaceTerminating: true,
      }),
      fate: { secret: 'keep', workload: 'keep', phase: 'starting' },
    },
    {
      because: 'too long in starting: stopped',
      world: worldOf([{ ...startingAssigned('a', { handle: 'handle-1' }), memory: remembered('a', { since: secondsAgo(901) }) }], {
        jobs: [aJob(1)],
      }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'stopped before: stopped again, whatever a stale read shows',
      world: worldOf([{ ...idleWarm('a'), memory: remembered('a', { phase: 'stopping' }) }], { spec: { minRunners: 1 } }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'silent since it was idle: stopped',
      world: worldOf([{ ...idleWarm('a'), row: rowOf(warm, { status: 'offline' }) }], { spec: { minRunners: 1 } }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'silent since it looked idle, but it is known to hold a task: cut off from Forgejo, not idle',
      world: worldOf([{ ...idleWarm('a'), row: rowOf(warm, { status: 'offline' }), memory: remembered('a', { phase: 'idle', task: 7 }) }], {
        jobs: [aRunningJob(1, 7)],
        spec: { minRunners: 1 },
      }),
      fate: { secret: 'keep', workload: 'keep', phase: 'silent' },
    },
    {
      because: 'silent since it was busy: it may hold a task',
      world: worldOf([{ ...busyWarm('a'), row: rowOf(warm, { status: 'offline' }) }]),
      fate: { secret: 'keep', workload: 'keep', phase: 'silent' },
    },
    {
      because: 'its registration is gone and its Pod will follow',
      world: aWorld({
        secrets: [secretOf(tags)],
        workloads: [jobOf(tags)],
        pods: [podOf(tags)],
        runners: [remembered('a', { phase: 'finishing', since: secondsAgo(30) })],
      }),
      fate: { secret: 'keep', workload: 'keep', phase: 'finishing' },
    },
    {
      because: 'its Pod did not follow within the grace: stopped',
      world: aWorld({
        secrets: [secretOf(tags)],
        workloads: [jobOf(tags)],
        pods: [podOf(tags)],
        runners: [remembered('a', { phase: 'finishing', since: secondsAgo(31) })],
      }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'a Deployment without registration: stopped',
      world: aWorld({ spec: { mode: 'Persistent' }, secrets: [secretOf(warm)], workloads: [deploymentOf(warm)] }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'its Secret was deleted by hand, and its Pod runs on',
      world: aWorld({ workloads: [jobOf(warm)], pods: [podOf(warm)], rows: [rowOf(warm, { status: 'active' })] }),
      fate: { secret: 'keep', workload: 'keep', phase: 'detached' },
    },
    {
      because: 'its Secret was deleted by hand, and it is idle: stopped before its next job',
      world: aWorld({ workloads: [jobOf(warm)], pods: [podOf(warm)], rows: [rowOf(warm)] }),
      fate: { secret: 'keep', workload: 'drop', phase: 'stopping' },
    },
    {
      because: 'its Secret was deleted by hand, and it is about to take its job',
      world: aWorld({ workloads: [jobOf(tags)], pods: [podOf(tags)], rows: [rowOf(tags)], jobs: [aJob(1, { handle: tags.handle ?? '' })] }),
      fate: { secret: 'keep', workload: 'keep', phase: 'detached' },
    },
    {
      because: 'its Pod runs out its grace',
      world: worldOf([drainingWarm('a')]),
      fate: { secret: 'keep', workload: 'keep', phase: 'draining' },
    },
    {
      because: 'somebody uses a registration that has no objects',
      world: aWorld({ rows: [rowOf(warm)] }),
      fate: { secret: 'keep', workload: 'keep', phase: 'inUse' },
    },
  ])('$because', ({ world, fate }) => {
    expect(fateOf(planOf(world), 'a')).toEqual(fate);
  });

  test('a Pod that may still run keeps its workload from being rendered beside it', () => {
    const own = tagsOf('a', { issuedAt: secondsAgo(5), handle: 'handle-1' });
    const world = aWorld({
      secrets: [secretOf(own)],
      pods: [podOf(own, { state: waiting() })],
      rows: [undeclaredRowOf(own)],
      jobs: [aJob(1)],
      runners: [remembered('a')],
    });
    // Its workload may only be late to show.
    expect(fateOf(planOf(world), 'a')).toMatchObject({ phase: 'starting', workload: 'keep' });
  });
});

describe('which job a runner that takes any has', () => {
  test.each([
    {
      because: 'the tasks that nobody explains, the latest first',
      runners: [busyWarm('a')],
      jobs: [aRunningJob(1, 7), aRunningJob(2, 9)],
      does: ['ask a 9', 'ask a 7'],
    },
    {
      because: 'a task that our labels do not cover can not be its own',
      runners: [busyWarm('a')],
      jobs: [aRunningJob(1, 7, { runsOn: ['gpu'] })],
      does: [],
    },
    {
      because: 'it reads active because of our last question',
      runners: [busyWarm('a', {}, { asked: [9], askedAt: secondsAgo(8) })],
      jobs: [aRunningJob(1, 7), aRunningJob(2, 9)],
      does: [],
    },
    {
      because: 'it was asked about that one',
      runners: [busyWarm('a', {}, { asked: [9] })],
      jobs: [aRunningJob(1, 7), aRunningJob(2, 9)],
      does: ['ask a 7'],
    },
    { because: 'it is known', runners: [busyWarm('a', {}, { task: 7 })], jobs: [aRunningJob(1, 7), aRunningJob(2, 9)], does: [] },
    { because: 'what it held has ended', runners: [busyWarm('a', {}, { task: 7 })], jobs: [aRunningJob(2, 9)], does: ['ask a 9'] },
    {
      because: 'the task is an assigned runner’s',
      runners: [busyWarm('a'), busyAssigned('b', { handle: 'handle-1' })],
      jobs: [aRunningJob(1, 7)],
      does: [],
    },
    {
      because: 'an assigned runner is not asked',
      runners: [busyAssigned('a', { handle: 'handle-1' })],
      jobs: [aRunningJob(1, 7), aRunningJob(2, 9)],
      does: [],
    },
    {
      because: 'nobody can ask without its Secret',
      runners: [{ ...busyWarm('a'), secret: secretOf(tagsOf('x', { registration: null })) }],
      jobs: [aRunningJob(1, 7)],
      does: [],
    },
    {
      because: 'nobody can ask with a damaged Secret',
      runners: [{ ...busyWarm('a'), secret: secretOf(warm, { complete: false }) }],
      jobs: [aRunningJob(1, 7)],
      does: [],
    },
    { because: 'an idle runner has none', runners: [idleWarm('a')], jobs: [aRunningJob(1, 7)], does: [] },
  ])('$because', ({ runners, jobs, does }) => {
    expect(asked(planOf(worldOf(runners, { jobs, spec: { minRunners: 1 } }))).filter((effect) => effect.startsWith('ask'))).toEqual(does);
  });
});

describe('when the clock alone will change a decision', () => {
  const POLLS_SELDOM = { pollIntervalSeconds: 300 } as const;
  const issued = (seconds: number): WorldParts => ({ rows: [undeclaredRowOf(warmTagsOf('a', { issuedAt: secondsAgo(seconds) }))] });
  const finishing = (seconds: number): RunnerParts => ({
    secret: secretOf(tags),
    workload: jobOf(tags),
    pod: podOf(tags),
    memory: remembered('a', { phase: 'finishing', since: secondsAgo(seconds) }),
  });
  const starting = (seconds: number): RunnerParts => ({
    ...startingAssigned('a', { handle: 'handle-1' }),
    memory: remembered('a', { since: secondsAgo(seconds) }),
  });

  test.each<{ because: string; runners: readonly RunnerParts[]; parts: WorldParts; wakeAt: number | null }>([
    { because: 'nothing is due', runners: [busyWarm('a')], parts: {}, wakeAt: null },
    {
      because: 'a starting one is given up after pendingTimeoutSeconds',
      runners: [starting(20)],
      parts: { jobs: [aJob(1)], spec: { pendingTimeoutSeconds: 90 } },
      wakeAt: secondsAhead(70),
    },
    { because: 'one that only now begins to start', runners: [], parts: issued(9), wakeAt: secondsAhead(30) },
    {
      because: 'an answer on its way counts from when it was first seen',
      runners: [],
      parts: { ...issued(9), runners: [remembered('a', { phase: 'issued', since: secondsAgo(8), handle: null })] },
      wakeAt: secondsAhead(22),
    },
    { because: 'a Pod without registration is stopped after its grace', runners: [finishing(12)], parts: {}, wakeAt: secondsAhead(18) },
    { because: 'what is over is not due any more', runners: [finishing(30)], parts: {}, wakeAt: null },
    { because: 'an end that is seen only now', runners: [justEndedJob(tags, 0, null)], parts: {}, wakeAt: secondsAhead(30) },
    {
      because: 'a Pod that does not hear TERM ends after 65 s',
      runners: [{ ...drainingWarm('a'), memory: remembered('a', { phase: 'draining', since: secondsAgo(4), handle: null }) }],
      parts: { memory: { rowIdleSince: new Map([['a', secondsAgo(30)]]) } },
      wakeAt: secondsAhead(61),
    },
    {
      because: 'it has to be idle for so long',
      runners: [{ ...drainingWarm('a'), memory: remembered('a', { phase: 'draining', since: secondsAgo(30), handle: null }) }],
      parts: { memory: { rowIdleSince: new Map([['a', secondsAgo(4)]]) } },
      wakeAt: secondsAhead(61),
    },
    {
      because: 'and after a question for 10 s more',
      runners: [
        {
          ...drainingWarm('a'),
          memory: remembered('a', { phase: 'draining', since: secondsAgo(90), handle: null, askedAt: secondsAgo(3) }),
        },
      ],
      parts: { memory: { rowIdleSince: new Map([['a', secondsAgo(80)]]) } },
      wakeAt: secondsAhead(7),
    },
    {
      because: 'an idle persistent one is stopped after idleTimeoutSeconds',
      runners: [persistentRunner('a', 'idle', { since: secondsAgo(100) })],
      parts: { spec: { mode: 'Persistent', idleTimeoutSeconds: 120 } },
      wakeAt: secondsAhead(20),
    },
    { because: 'an idle ephemeral one has no time', runners: [idleWarm('a')], parts: { spec: { minRunners: 1 } }, wakeAt: null },
    {
      because: 'a handle is tried again',
      runners: [],
      parts: { jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1', { until: secondsAhead(40) })] } },
      wakeAt: secondsAhead(40),
    },
    {
      because: 'a warm runner is tried again',
      runners: [],
      parts: { spec: { minRunners: 1 }, memory: { backoff: [aBackoff('warm', { until: secondsAhead(50) })] } },
      wakeAt: secondsAhead(50),
    },
    {
      because: 'the brake allows a try',
      runners: [],
      parts: { memory: { backoff: [aBackoff('pool', { attempts: 5, until: secondsAhead(60) })] } },
      wakeAt: secondsAhead(60),
    },
    {
      because: 'a refused registration is tried again',
      runners: [],
      parts: { memory: { backoff: [aBackoff('register', { until: secondsAhead(70) })] } },
      wakeAt: secondsAhead(70),
    },
    {
      because: 'a back-off that ends now is over',
      runners: [],
      parts: { spec: { paused: true }, memory: { backoff: [aBackoff('warm', { until: secondsAhead(0) })] } },
      wakeAt: null,
    },
    {
      because: 'the back-off of a handle that left the queue is over',
      runners: [],
      parts: { memory: { backoff: [aBackoff('handle-9')] } },
      wakeAt: null,
    },
    {
      because: 'a back-off that begins in this very sync',
      runners: [endedJob(tags, 2, rowOf(tags), { phase: 'starting', worked: false })],
      parts: { jobs: [aJob(1)] },
      wakeAt: secondsAhead(5),
    },
    {
      because: 'the question to a dead runner is forgotten',
      runners: [endedJob(warm, 137, rowOf(warm), { phase: 'failed', lastTask: 0, askedAt: secondsAgo(4) })],
      parts: {},
      wakeAt: secondsAhead(6),
    },
    {
      because: 'the earliest counts',
      runners: [starting(20)],
      parts: {
        jobs: [aJob(1)],
        memory: { backoff: [aBackoff('pool', { until: secondsAhead(900) }), aBackoff('warm', { until: secondsAhead(3) })] },
      },
      wakeAt: secondsAhead(3),
    },
  ])('it wakes up: $because', ({ runners, parts, wakeAt }) => {
    expect(planOf(worldOf(runners, { ...parts, spec: { ...POLLS_SELDOM, ...parts.spec } })).wakeAt).toBe(wakeAt);
  });
});

describe('while Forgejo can not be read', () => {
  test('nothing is asked, created or counted, and everything stays', () => {
    const runners = [idleWarm('a'), busyAssigned('b'), startingAssigned('c')];
    const made = planOf(worldOf(runners, { spec: { minRunners: 5, maxRunners: 0 }, forgejo: unavailable() }));
    expect(made.effects).toEqual([]);
    expect(made.fates.map(({ slot, workload, phase }) => [slot.key, workload, phase])).toEqual([
      ['a', 'keep', 'idle'],
      ['b', 'keep', 'busy'],
      ['c', 'keep', 'starting'],
    ]);
    expect(made).toMatchObject({ desired: 3, atMaximum: false, wakeAt: null });
  });

  test('what was being stopped goes on stopping', () => {
    const world = worldOf([{ ...idleWarm('a'), memory: remembered('a', { phase: 'stopping' }) }], { forgejo: unavailable() });
    expect(fateOf(planOf(world), 'a')).toMatchObject({ workload: 'drop', phase: 'stopping' });
  });

  test('what is on its way is answered again', () => {
    const own = tagsOf('a', { issuedAt: secondsAgo(5) });
    const world = aWorld({ forgejo: unavailable(), memory: holding(own) });
    expect(fateOf(planOf(world), 'a')).toEqual({ secret: 'render', workload: 'render', phase: 'starting' });
    expect(fateOf(planOf({ ...world, namespaceTerminating: true }), 'a')).toMatchObject({ secret: 'keep', workload: 'keep' });
  });

  test('a runner that took too long to start is given up when Forgejo answers again', () => {
    const { memory, ...late } = { ...startingAssigned('a', { handle: 'handle-1' }), memory: remembered('a', { since: secondsAgo(901) }) };
    const { runners } = settledOf(worldOf([{ ...late, memory }], { forgejo: unavailable() })).memory;
    const world = worldOf([late], { jobs: [aJob(1)], runners });
    expect(slotOf(world, 'a').phase).toBe('stuck');
    expect(created(planOf(world))).toEqual([]);
  });
});

test('a list that may miss rows proves no absence', () => {
  const world = worldOf([busyAssigned('a')], { forgejo: answered({ registrationsComplete: false }) });
  expect(slotOf(world, 'a').phase).toBe('busy');
});
