import { describe, expect, it } from 'vitest';
import { createChangeLog } from '../../src/hooks/change-log.ts';
import type { PoolObserver, SyncView } from '../../src/hooks/observer.ts';
import { createLog } from '../../src/log.ts';
import { aWorld, jobOf, now, podOf, remembered, rowOf, secondsAgo, secretOf, unavailable, warmTagsOf } from '../pool/support/builders.ts';
import { aBusyWorld } from './support/busy-world.ts';
import { viewOf } from './support/views.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

function logOf(say: (changes: PoolObserver, clock: { at: number }) => void): readonly Line[] {
  const lines: Line[] = [];
  const clock = { at: now };
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  say(createChangeLog(log, { now: () => clock.at }), clock);
  return lines.map((line) => ({ ...line, time: undefined }));
}

function synced(...views: readonly SyncView[]): readonly Line[] {
  return logOf((changes) => {
    for (const view of views) changes.synced(view);
  });
}

const WARM = warmTagsOf('warm');
const STEADY = aWorld({
  spec: { minRunners: 1 },
  secrets: [secretOf(WARM)],
  workloads: [jobOf(WARM)],
  pods: [podOf(WARM)],
  rows: [rowOf(WARM)],
  runners: [remembered('warm', { phase: 'idle', handle: null })],
});

it('a steady pool says nothing', () => {
  expect(synced(viewOf(STEADY), viewOf(STEADY), viewOf(STEADY))).toEqual([]);
});

it('each thing that changes in a busy pool is one line, with pool, namespace, runner and reason', () => {
  const pool = { namespace: 'ci', pool: 'linux' };
  expect(synced(viewOf(aBusyWorld()))).toEqual([
    expect.objectContaining({ ...pool, msg: 'stopped a runner', runner: 'surplus', reason: 'notNeeded' }),
    expect.objectContaining({ ...pool, msg: 'a runner has ended', runner: 'completed', reason: 'Completed', exitCode: 0 }),
    expect.objectContaining({ ...pool, msg: 'a runner has ended', runner: 'failed', reason: 'OOMKilled', exitCode: 137 }),
    expect.objectContaining({ ...pool, msg: 'a runner has ended', runner: 'in-vain', reason: 'NoTask', exitCode: 2 }),
    expect.objectContaining({ ...pool, msg: 'backed off', runner: 'in-vain', reason: 'jobNotToBeHad', key: 'handle-in-vain', failures: 1 }),
    expect.objectContaining({ ...pool, msg: 'other jobs are blocked than before', blocked: 1 }),
  ]);
});

describe('a condition', () => {
  const [well, ill] = [viewOf(STEADY), viewOf({ ...STEADY, forgejo: unavailable() })];

  it('that turns bad is a warning, and said once; well again it is told', () => {
    const lines = synced(well, ill, ill, well).map(({ level, condition, status, reason }) => [level, condition, status, reason]);
    expect(lines).toEqual([
      ['info', 'Authorized', 'Unknown', 'NotAsked'],
      ['warn', 'ForgejoReachable', 'False', 'ForgejoServerError'],
      ['warn', 'Ready', 'False', 'ForgejoServerError'],
      ['info', 'Authorized', 'True', 'TokenAccepted'],
      ['info', 'ForgejoReachable', 'True', 'ForgejoAnswered'],
      ['info', 'Ready', 'True', 'RunnersReady'],
    ]);
  });

  it('that is bad when the process begins is said then', () => {
    expect(synced(ill).map(({ condition }) => condition)).toEqual(['ForgejoReachable', 'Ready']);
  });

  it("of every pool's life is no warning", () => {
    const paused = viewOf({ ...STEADY, spec: { ...STEADY.spec, paused: true } });
    expect(synced(well, paused).map(({ level, condition, reason }) => [level, condition, reason])).toEqual([
      ['info', 'ScalingLimited', 'Paused'],
    ]);
  });
});

it('limits that a window changes are told', () => {
  const limits = { minRunners: 3, maxRunners: 20, open: ['office'] };
  const lines = synced(viewOf(STEADY), viewOf({ ...STEADY, limits: { ...STEADY.limits, ...limits } }));
  expect(lines.filter(({ msg }) => msg === 'other limits hold than before')).toEqual([
    expect.objectContaining({ minRunners: 3, maxRunners: 20, schedules: ['office'] }),
  ]);
});

it('the end of a pool is told once, and nothing after it, however often it is called again', () => {
  const last = viewOf(aWorld({ pool: { deletionAt: secondsAgo(60) } }));
  const lines = logOf((changes) => {
    for (const view of [last, { ...last, decided: null }, { ...last, decided: null }]) {
      changes.synced(view);
      changes.ended(view.pool);
    }
  });
  expect(lines).toEqual([expect.objectContaining({ level: 'info', namespace: 'ci', pool: 'linux', msg: 'a deleted pool has ended' })]);
});

it('what was said of a pool that nobody calls for any more is forgotten', () => {
  const ill = viewOf({ ...STEADY, forgejo: unavailable() });
  const other = { ...ill.pool, uid: 'other', name: 'other' };
  const lines = logOf((changes, clock) => {
    changes.synced(ill);
    clock.at += 3_700_000;
    changes.synced({ ...viewOf(STEADY), pool: other, at: clock.at });
    changes.synced({ ...ill, at: clock.at });
  });
  expect(lines.map(({ condition }) => condition)).toEqual(['ForgejoReachable', 'Ready', 'ForgejoReachable', 'Ready']);
});
