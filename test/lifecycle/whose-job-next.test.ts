/** Items 5 and 6: jobs that wait for others, shares, turns, overflow pools and repositories, in a world that runs. */
import { describe, expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const GROUP = 'deploy';

/** Jobs of one concurrency group: they run one after the other, whoever waits for them. */
function queueGroup(lab: Lab, jobs: number, durationMs: number): readonly string[] {
  return Array.from(
    { length: jobs },
    (_, index) =>
      lab.forgejo.queueJob({ repository: 'acme/app', name: `deploy ${index}`, runsOn: ['docker'], durationMs, concurrencyGroup: GROUP })
        .handle,
  );
}

/** From the end of each job to the beginning of the next, seconds. */
function gaps(lab: Lab, handles: readonly string[]): readonly number[] {
  const jobs = handles.map((handle) => lab.job(handle));
  return jobs.slice(1).map((job, index) => ((job.startedAt ?? 0) - (jobs[index]?.stoppedAt ?? 0)) / 1000);
}

function allDone(lab: Lab, handles: readonly string[]): boolean {
  return handles.every((handle) => lab.job(handle).status === 'success');
}

describe('jobs of one concurrency group', () => {
  it('follow each other within seconds, and the runners that try in vain are few', async () => {
    const lab = await openLab({ spec: { maxRunners: 10 } });
    const handles = queueGroup(lab, 5, 60_000);
    await lab.clock.advance(30_000);
    expect(lab.status().queue).toMatchObject({ running: 1 });
    expect((lab.status().queue?.blocked ?? 0) + (lab.status().queue?.waiting ?? 0)).toBe(4);
    await lab.until('all have run', () => allDone(lab, handles), 900_000);
    expect(Math.max(...gaps(lab, handles))).toBeLessThan(15);
    expect(lab.forgejo.counters.create).toBeLessThan(40);
    lab.close();
  });

  it('are taken by the idle runner of a pool that keeps one, and few others are tried', async () => {
    const lab = await openLab({ spec: { minRunners: 1, maxRunners: 10 } });
    await lab.clock.advance(20_000);
    const handles = queueGroup(lab, 4, 60_000);
    await lab.until('all have run', () => allDone(lab, handles), 900_000);
    expect(Math.max(...gaps(lab, handles))).toBeLessThan(10);
    expect(lab.forgejo.counters.create).toBeLessThan(20);
    lab.close();
  });

  it('do not keep a persistent pool large: one idle runner waits for the next', async () => {
    const lab = await openLab({ spec: { mode: 'Persistent' } });
    const handles = queueGroup(lab, 6, 120_000);
    await lab.clock.advance(110_000);
    expect(lab.status().queue).toMatchObject({ waiting: 0, running: 1, blocked: 5 });
    expect(lab.status().counts).toMatchObject({ busy: 1, idle: 1, desired: 2 });
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=False WithinLimits');
    await lab.until('all have run', () => allDone(lab, handles), 1_800_000);
    expect(Math.max(...gaps(lab, handles))).toBeLessThan(10);
    lab.close();
  });

  it('are tried again by an operator that was away when their turn came', async () => {
    const lab = await openLab();
    const [first = '', second = ''] = queueGroup(lab, 2, 280_000);
    await lab.clock.advance(270_000);
    expect(lab.status().queue).toMatchObject({ blocked: 1 });
    lab.forgejo.setFaults([{ when: { endpoints: ['jobs'] }, fault: { kind: 'answer', status: 502 } }]);
    await lab.until('the first has run', () => lab.job(first).status === 'success', 60_000);
    lab.restartOperator();
    lab.forgejo.setFaults([]);
    await lab.until('the second runs', () => lab.job(second).status === 'running', 75_000);
    lab.close();
  });
});

describe('who is next', () => {
  const busyAndQuiet = async (fairness: object) => {
    const lab = await openLab({ spec: { maxRunners: 2, fairness } });
    const busy = Array.from({ length: 8 }, (_, index) => lab.queue(`busy ${index}`, 60_000));
    await lab.clock.advance(20_000);
    const quiet = lab.queue('quiet', 10_000, { repository: 'acme/site' });
    await lab.until('the quiet repository is served', () => lab.job(quiet).status === 'success', 900_000);
    const before = busy.filter((handle) => lab.job(handle).status === 'success').length;
    await lab.until('all are served', () => allDone(lab, busy), 900_000);
    lab.close();
    return before;
  };

  it.each([
    { because: 'the oldest first: after all of the busy one', fairness: { order: 'OldestFirst' }, before: 8 },
    { because: 'in turns: as soon as a runner is free', fairness: { order: 'RoundRobin' }, before: 2 },
    { because: 'a share of one leaves a place free', fairness: { maxRunnersPerRepository: 1 }, before: 0 },
  ])('a repository with one job beside a busy one: $because', async ({ fairness, before }) => {
    expect(await busyAndQuiet(fairness)).toBe(before);
  });
});

describe('two pools on one scope', () => {
  it('an overflow pool takes what the first one has no place for, and no job is served twice', async () => {
    const lab = await openLab({ clusters: 2, spec: { maxRunners: 2 } });
    const [, second] = lab.clusters;
    lab.applyPool({ maxRunners: 10, claimDelaySeconds: 30 }, second);
    const uid = lab.poolUid(second);
    const handles = Array.from({ length: 4 }, (_, index) => lab.queue(`build ${index}`, 90_000));
    await lab.clock.advance(25_000);
    expect(lab.rows(uid)).toEqual([]);
    await lab.until('all run', () => handles.every((handle) => lab.job(handle).status === 'running'), 60_000);
    expect(lab.rows(uid)).toHaveLength(2);
    await lab.until('all have run', () => allDone(lab, handles), 300_000);
    expect(lab.forgejo.counters.create).toBe(4);
    lab.close();
  });
});

describe('a pool that serves some repositories', () => {
  it('serves none of another, and keeps serving one that is renamed', async () => {
    const lab = await openLab({ spec: { repositories: { allow: ['acme/app'] } } });
    const other = lab.queue('not ours', 1_000, { repository: 'acme/site' });
    const own = lab.queue('ours', 1_000);
    await lab.until('ours has run', () => lab.job(own).status === 'success', 60_000);
    lab.forgejo.renameRepository('acme/app', 'new');
    const renamed = lab.queue('ours still', 1_000, { repository: 'acme/new' });
    await lab.until('the renamed one is served', () => lab.job(renamed).status === 'success', 60_000);
    await lab.clock.advance(10_000);
    expect(lab.job(other).status).toBe('waiting');
    expect(lab.status().queue).toMatchObject({ waiting: 0, blocked: 0 });
    expect(lab.forgejo.counters.repository).toBe(1);
    lab.close();
  });

  it('serves nobody by a name that means nobody any more, and says what to do', async () => {
    const lab = await openLab({ spec: { repositories: { allow: ['acme/app'] } } });
    await lab.clock.advance(5_000);
    lab.forgejo.renameRepository('acme/app', 'new');
    lab.restartOperator();
    const handle = lab.queue('ours no more', 1_000, { repository: 'acme/new' });
    await lab.clock.advance(30_000);
    expect(lab.job(handle).status).toBe('waiting');
    expect(lab.condition('ScalingLimited')).toBe('ScalingLimited=True RepositoriesUnresolved');
    lab.applyPool({ repositories: { allow: ['acme/new'] } });
    await lab.until('its new name is served', () => lab.job(handle).status === 'success', 60_000);
    lab.close();
  });

  it('lets a runner that works end, and stops one that does not yet, when their repository is denied', async () => {
    const lab = await openLab({ spec: { maxRunners: 2 } });
    const working = lab.queue('working', 60_000);
    await lab.until('it works', () => lab.job(working).status === 'running', 60_000);
    lab.cluster.armPodFault({ kind: 'imagePullFails' });
    const starting = lab.queue('starting', 1_000);
    await lab.clock.advance(10_000);
    expect(lab.status().counts).toMatchObject({ busy: 1, starting: 1 });
    lab.applyPool({ repositories: { deny: ['acme/app'] } });
    await lab.until('nothing is left of the second', () => lab.rows().length === 1, 90_000);
    await lab.until('the first has run', () => lab.job(working).status === 'success', 90_000);
    await lab.clock.advance(60_000);
    expect(lab.job(starting).status).toBe('waiting');
    expect(lab.rows()).toEqual([]);
    lab.close();
  });
});
