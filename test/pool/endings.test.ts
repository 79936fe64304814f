import { describe, expect, test } from 'vitest';
import { hasJustEnded, hasJustStarted, mishapOf, recentRunner } from '../../src/pool/endings.ts';
import {
  aRecent,
  aRunningJob,
  aWorld,
  endsSeen,
  jobEnd,
  jobOf,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import {
  busyAssigned,
  endedJob,
  fateOf,
  idleWarm,
  justEndedJob,
  planOf,
  type RunnerParts,
  settledOf,
  slotOf,
  startingAssigned,
  worldOf,
} from './support/runners.ts';

const tags = tagsOf('a');
const warm = warmTagsOf('a');
const started = { phase: 'starting', worked: false } as const;

function lostWarm(): RunnerParts {
  return {
    secret: secretOf(warm),
    pod: podOf(warm, { deletionAt: secondsAgo(100) }),
    row: rowOf(warm, { status: 'offline' }),
    memory: remembered('a', { phase: 'draining' }),
  };
}

describe('what an end means for the next attempt', () => {
  test.each([
    { because: 'its job could not be had', world: worldOf([endedJob(tags, 2, rowOf(tags), started)]), kind: 'noTask' },
    {
      because: 'its Pod was deleted before it could take its job',
      world: worldOf([
        { ...endedJob(tags, 2, rowOf(tags), started), pod: podOf(tags, { state: terminated(2), deletionAt: secondsAgo(8) }) },
      ]),
      kind: 'disrupted',
    },
    {
      because: 'its node was drained',
      world: worldOf([
        { ...endedJob(tags, 2, rowOf(tags), started), pod: podOf(tags, { state: terminated(2), disruption: 'EvictionByEvictionAPI' }) },
      ]),
      kind: 'disrupted',
    },
    {
      because: 'its Job says that it was disrupted',
      world: worldOf([
        {
          secret: secretOf(tags),
          workload: jobOf(tags, { end: jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', disrupted: true }) }),
          row: rowOf(tags),
          memory: remembered('a'),
          endSeenAt: secondsAgo(8),
        },
      ]),
      kind: 'disrupted',
    },
    { because: 'it could not start', world: worldOf([endedJob(tags, 1, rowOf(tags), started)]), kind: 'failedStart' },
    { because: 'a warm one could not start', world: worldOf([endedJob(warm, 1, rowOf(warm), started)]), kind: 'failedStart' },
    {
      because: 'a warm one was evicted while it started',
      world: worldOf([
        { ...endedJob(warm, 137, rowOf(warm), started), pod: podOf(warm, { state: terminated(137), disruption: 'EvictionByEvictionAPI' }) },
      ]),
      kind: null,
    },
    {
      because: 'a warm one was stopped while idle',
      world: worldOf([endedJob(warm, 0, rowOf(warm), { phase: 'idle', worked: false })]),
      kind: null,
    },
    { because: 'its job has ended', world: worldOf([endedJob(tags, 0, null)]), kind: null },
    { because: 'it died with a task', world: worldOf([endedJob(tags, 137, rowOf(tags))]), kind: null },
    {
      because: 'it died holding a task that it was never seen with',
      world: worldOf([endedJob(tags, 2, rowOf(tags), { ...started, task: 7 })], { jobs: [aRunningJob(1, 7)] }),
      kind: null,
    },
    {
      because: 'its job runs',
      world: worldOf([endedJob(tags, 137, rowOf(tags), started)], { jobs: [aRunningJob(1, 7, { handle: tags.handle ?? '' })] }),
      kind: null,
    },
    {
      because: 'no list was read since its end: nobody can say yet what it means',
      world: worldOf([justEndedJob(tags, 2, rowOf(tags), started)]),
      kind: null,
    },
    {
      because: 'its end was counted before',
      world: worldOf([endedJob(tags, 1, rowOf(tags), { phase: 'failed', worked: false })]),
      kind: null,
    },
    {
      because: 'it took too long to start',
      world: worldOf([{ ...startingAssigned('a'), memory: remembered('a', { since: secondsAgo(901) }) }]),
      kind: 'failedStart',
    },
    {
      because: 'Secret and workload never showed: both were refused',
      world: worldOf([{ row: undeclaredRowOf(tags), memory: remembered('a') }]),
      kind: 'failedStart',
    },
    {
      because: 'an answer that another process lost is nobody’s failure',
      world: worldOf([{ row: undeclaredRowOf(tags), memory: remembered('a', { phase: 'issued' }) }]),
      kind: null,
    },
    { because: 'it runs', world: worldOf([busyAssigned('a')]), kind: null },
  ])('$because', ({ world, kind }) => {
    expect(mishapOf(slotOf(world, 'a'))?.kind ?? null).toBe(kind);
  });

  test('a mishap is counted in the sync that first can tell it', () => {
    const early = worldOf([justEndedJob(tags, 2, rowOf(tags), started)], { jobs: [aRunningJob(1, 7, { handle: tags.handle ?? '' })] });
    expect(planOf(early)).toMatchObject({ backoff: [], recent: [] });
    const world = worldOf([endedJob(tags, 2, rowOf(tags), started)], { jobs: [aRunningJob(1, 7, { handle: tags.handle ?? '' })] });
    expect(planOf(world).backoff).toEqual([
      { key: tags.handle, attempts: 1, failures: 1, until: world.now + 5000, heldBack: true, lastRunner: 'a' },
    ]);
    const later = worldOf([endedJob(tags, 2, rowOf(tags), { ...started, phase: 'idleExit' })]);
    expect(planOf(later).backoff).toEqual([]);
  });
});

describe('whether starting works', () => {
  test.each([
    { because: 'a warm one has become idle', world: worldOf([{ ...idleWarm('a'), memory: remembered('a') }]), starts: true },
    { because: 'it was idle before', world: worldOf([idleWarm('a')]), starts: false },
    {
      because: 'an assigned one has declared itself',
      world: worldOf([{ ...busyAssigned('a'), row: rowOf(tags), memory: remembered('a') }]),
      starts: true,
    },
    { because: 'it found no task, but it had declared itself', world: worldOf([endedJob(tags, 2, rowOf(tags), started)]), starts: true },
    { because: 'it ended between two syncs', world: worldOf([endedJob(tags, 0, null, started)]), starts: true },
    { because: 'it has not declared itself', world: worldOf([startingAssigned('a')]), starts: false },
    { because: 'it failed', world: worldOf([endedJob(tags, 1, undeclaredRowOf(tags), started)]), starts: false },
  ])('$because', ({ world, starts }) => {
    expect(hasJustStarted(slotOf(world, 'a'))).toBe(starts);
  });
});

describe('recent runners', () => {
  test.each([
    { reason: 'Completed', message: 'its job has ended', world: worldOf([endedJob(tags, 0, null)]) },
    {
      reason: 'Cancelled',
      message: 'its job was cancelled, or its registration removed in mid-task',
      world: worldOf([endedJob(tags, 75, null)]),
    },
    {
      reason: 'NoTask',
      message: 'its job could not be had: taken, cancelled, or held back',
      world: worldOf([endedJob(tags, 2, rowOf(tags))]),
    },
    { reason: 'Stopped', message: 'it was stopped while idle', world: worldOf([endedJob(warm, 0, rowOf(warm))]) },
    {
      reason: 'Stopped',
      message: 'it was stopped, or its workload was deleted',
      world: worldOf([{ secret: secretOf(warm), row: rowOf(warm), memory: remembered('a', { phase: 'stopping' }) }]),
    },
    { reason: 'NodeLost', message: 'its node no longer answers', world: worldOf([lostWarm()]) },
    {
      reason: 'Killed',
      message: 'killed (SIGKILL)',
      world: worldOf([endedJob(tags, 137, rowOf(tags))]),
    },
    {
      reason: 'Evicted',
      message: 'evicted: its node wanted its resources back',
      world: worldOf([{ ...endedJob(tags, 137, rowOf(tags)), pod: podOf(tags, { state: terminated(null, { reason: 'Evicted' }) }) }]),
    },
    {
      reason: 'Failed',
      message: 'its Job failed',
      world: aWorld({
        secrets: [secretOf(tags)],
        workloads: [jobOf(tags, { end: jobEnd({ type: 'Failed', reason: 'BackoffLimitExceeded' }) })],
        rows: [rowOf(tags)],
        memory: endsSeen('a'),
      }),
    },
    {
      reason: 'NotStarted',
      message: 'its workload could not be created; the events of the pool say why (kubectl describe runnerpool)',
      world: aWorld({ secrets: [secretOf(tags)], rows: [undeclaredRowOf(tags)], runners: [remembered('a')] }),
    },
  ])('$reason: $message', ({ world, reason, message }) => {
    const slot = slotOf(world, 'a');
    expect(hasJustEnded(slot)).toBe(true);
    expect(recentRunner(slot, world)).toMatchObject({ name: 'a', attempt: 1, at: world.now, reason, message });
  });

  test('tell the exit code and the repository, also of a warm runner whose job was found', () => {
    const [assigned] = planOf(worldOf([endedJob(tags, 137, rowOf(tags))])).recent;
    expect(assigned).toMatchObject({ handle: tags.handle, repositoryId: 17, exitCode: 137 });
    const found = { handle: null, repositoryId: 4, job: 'build' };
    expect(planOf(worldOf([endedJob(warm, 0, null, found)])).recent[0]).toMatchObject({ ...found, exitCode: 0, reason: 'Completed' });
    expect(planOf(worldOf([lostWarm()])).recent[0]).toMatchObject({ exitCode: null });
  });

  test('of a runner that was stopped in mid-task and killed tell that', () => {
    const pod = podOf(warm, { deletionAt: secondsAgo(5), state: terminated(137), ownerKind: 'ReplicaSet' });
    const own = { secret: secretOf(warm), row: rowOf(warm), memory: remembered('a', { phase: 'draining' }) };
    const { recent } = planOf(worldOf([own], { pods: [pod], spec: { mode: 'Persistent' } }));
    expect(recent[0]).toMatchObject({ reason: 'Deleted', exitCode: 137 });
  });

  test('are set right when it turns out that the answer of a fetch got lost', () => {
    const own = endedJob(tags, 2, rowOf(tags), { phase: 'idleExit', lastTask: 20, task: 7 });
    const recent = [aRecent('a', { reason: 'NoTask', message: 'its job could not be had' }), aRecent('b', { reason: 'NoTask' })];
    const world = worldOf([own], { jobs: [aRunningJob(1, 7, { handle: tags.handle ?? '' })], memory: { recent } });
    expect(planOf(world).recent.map(({ name, reason }) => [name, reason])).toEqual([
      ['a', 'FetchLost'],
      ['b', 'NoTask'],
    ]);
  });

  test('are listed once, newest first, ten of them', () => {
    const old = Array.from({ length: 10 }, (_, index) => aRecent(`old-${index}`));
    const { recent } = planOf(worldOf([endedJob(tags, 0, null)], { memory: { recent: old } }));
    expect(recent.map(({ name }) => name)).toEqual(['a', ...old.slice(0, 9).map(({ name }) => name)]);
    expect(planOf(worldOf([endedJob(tags, 0, null)], { memory: { recent } })).recent).toEqual(recent);
  });

  test('a registration that nobody uses is no runner that ended', () => {
    expect(planOf(worldOf([{ row: undeclaredRowOf(tags) }])).recent).toEqual([]);
  });
});

describe('Jobs that stay for their logs', () => {
  const history = (name: string, exitCode: number, endedAgo: number): RunnerParts => {
    const own = tagsOf(name, { handle: null });
    const end = jobEnd({ ...(exitCode === 0 ? {} : { type: 'Failed', reason: 'BackoffLimitExceeded' }), at: secondsAgo(endedAgo) });
    const state = terminated(exitCode, { finishedAt: secondsAgo(endedAgo) });
    return { workload: jobOf(own, { end }), pod: podOf(own, { state }) };
  };

  test('the newest of each kind stay, as many as history says', () => {
    const runners = [history('a', 0, 50), history('b', 0, 40), history('c', 137, 30), history('d', 75, 20), history('e', 1, 60)];
    const { fates } = planOf(worldOf(runners, { spec: { history: { succeeded: 1, failed: 2 } } }));
    expect(fates.filter(({ workload }) => workload === 'keep').map(({ slot }) => slot.key)).toEqual(['b', 'c', 'd']);
  });

  test('a failed one never pushes out one that succeeded, nor the other way round', () => {
    const failures = Array.from({ length: 5 }, (_, index) => history(`f${index}`, 137, 10 + index));
    const { fates } = planOf(worldOf([history('old', 0, 900), ...failures], { spec: { history: { succeeded: 1, failed: 3 } } }));
    expect(fates.filter(({ workload }) => workload === 'keep').map(({ slot }) => slot.key)).toEqual(['f0', 'f1', 'f2', 'old']);
  });

  test('and stay what they are while Forgejo is away', () => {
    const world = worldOf([history('a', 137, 50)], {
      forgejo: { kind: 'unavailable', failure: { kind: 'tokenSecretMissing', object: 'x' }, nextReadAt: 0 },
    });
    expect(slotOf(world, 'a').phase).toBe('failed');
    expect(settledOf(world).memory.runners).toEqual([]);
    expect(planOf(world).desired).toBe(0);
  });

  test('a runner that was stopped while idle leaves none, though its registration went first', () => {
    const world = worldOf([endedJob(warm, 0, rowOf(warm), { phase: 'idleExit', lastTask: 0 })]);
    const [effect] = planOf(world).effects;
    if (effect?.kind !== 'deregister') throw new Error('nothing is deregistered');
    expect(settledOf(world, [{ kind: 'deregistered', effect }]).children).toEqual([]);
  });

  test('one whose registration is still there stays with its Secret', () => {
    const own = endedJob(tags, 137, rowOf(tags, { status: 'active' }), { phase: 'failed' });
    expect(fateOf(planOf(worldOf([own], { spec: { history: { succeeded: 0, failed: 0 } } })), 'a')).toMatchObject({
      secret: 'keep',
      workload: 'keep',
    });
  });

  test('a Pod that never started leaves its workload to be dropped', () => {
    const own = { workload: jobOf(tags), pod: podOf(tags, { state: waiting() }), row: undeclaredRowOf(tags), memory: remembered('a') };
    expect(fateOf(planOf(worldOf([own])), 'a')).toMatchObject({ phase: 'failed', workload: 'drop' });
  });
});
