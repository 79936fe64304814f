import { describe, expect, it } from 'vitest';
import { backoffsOf, creationDelaysOf, endsOf, pickupDelaysOf, reasonOf, stopsOf, waitsOfRunning } from '../../src/hooks/changes.ts';
import type { Decided } from '../../src/hooks/observer.ts';
import type { World } from '../../src/pool/model.ts';
import {
  aBackoff,
  aJob,
  aRunningJob,
  aWorld,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  undeclaredRowOf,
  type WorldParts,
  warmTagsOf,
} from '../pool/support/builders.ts';
import { aBusyWorld } from './support/busy-world.ts';
import { viewOf } from './support/views.ts';

function decidedOn(world: World): Decided {
  const { decided } = viewOf(world);
  if (decided === null) throw new Error('nothing was decided');
  return decided;
}

const R = tagsOf('r', { handle: 'handle-1' });
const RUNS: WorldParts = { secrets: [secretOf(R)], workloads: [jobOf(R)], pods: [podOf(R)] };
const WARM = warmTagsOf('warm');
const IDLE: WorldParts = { secrets: [secretOf(WARM)], workloads: [jobOf(WARM)], pods: [podOf(WARM)], rows: [rowOf(WARM)] };

describe('what is stopped', () => {
  const late = tagsOf('late', { issuedAt: secondsAgo(3600) });
  const stuck: WorldParts = { secrets: [secretOf(late)], workloads: [jobOf(late)], rows: [undeclaredRowOf(late)], jobs: [aJob(1)] };

  it.each<{ reason: string; parts: WorldParts; because: string }>([
    { reason: 'notNeeded', parts: IDLE, because: 'it is idle, and none is wanted' },
    {
      reason: 'outdated',
      parts: { ...IDLE, secrets: [secretOf(warmTagsOf('warm', { specHash: 'old' }))] },
      because: 'the spec has changed',
    },
    { reason: 'stuck', parts: stuck, because: 'it did not start in time' },
    { reason: 'poolDeleted', parts: { ...IDLE, pool: { deletionAt: secondsAgo(5) } }, because: 'so is all of it' },
  ])('$reason: $because', ({ reason, parts }) => {
    expect(stopsOf(decidedOn(aWorld(parts))).map((stop) => stop.reason)).toEqual([reason]);
  });

  it('is said once: an informer that lags shows it for a while', () => {
    expect(stopsOf(decidedOn(aWorld({ ...IDLE, runners: [remembered('warm', { phase: 'stopping', handle: null })] })))).toEqual([]);
  });
});

it('every end of a busy pool is told with its reason, also where the pool is deleted', () => {
  const reasons = (world: World) => endsOf(decidedOn(world)).map(({ name, reason }) => `${name} ${reason}`);
  const all = ['completed Completed', 'failed OOMKilled', 'in-vain NoTask'];
  expect(reasons(aBusyWorld())).toEqual(all);
  expect(reasons(aBusyWorld({ deletionAt: secondsAgo(5) }))).toEqual(all);
});

describe('a back-off', () => {
  const entry = aBackoff('handle-1', { until: secondsAhead(60) });

  it('is told when it begins', () => {
    expect(backoffsOf(decidedOn(aBusyWorld())).map(({ key, heldBack }) => [key, heldBack])).toEqual([['handle-in-vain', true]]);
  });

  it('is not told while it lasts', () => {
    expect(backoffsOf(decidedOn(aWorld({ jobs: [aJob(1)], memory: { backoff: [entry] } })))).toEqual([]);
  });
});

describe('how long a job waited for its runner to be made', () => {
  const waited = (firstSeen: number): WorldParts => ({ jobs: [aJob(1)], memory: { firstSeen: new Map([['handle-1', firstSeen]]) } });

  it('counts from when it was first seen to the answer, with the time that registering took', () => {
    expect(creationDelaysOf(decidedOn(aWorld(waited(secondsAgo(12)))), now + 300)).toEqual([12_300]);
  });

  it('is nothing for a warm runner, which is made for no job', () => {
    const decided = decidedOn(aWorld({ spec: { minRunners: 1 } }));
    expect(decided.outcomes.map(({ kind }) => kind)).toEqual(['registered']);
    expect(creationDelaysOf(decided, now)).toEqual([]);
  });
});

describe('how long a job waited for a runner to hold it', () => {
  const firstSeen = new Map([['handle-1', secondsAgo(30)]]);
  const running = { jobs: [aRunningJob(1, 10)], memory: { firstSeen } };

  it.each<{ delays: readonly number[]; parts: WorldParts; because: string }>([
    {
      delays: [30_000],
      parts: { ...RUNS, ...running, rows: [rowOf(R, { status: 'active' })], runners: [remembered('r')] },
      because: 'its runner is at work for the first time',
    },
    {
      delays: [],
      parts: { ...RUNS, ...running, rows: [rowOf(R, { status: 'active' })], runners: [remembered('r', { phase: 'silent', worked: true })] },
      because: 'it was at work before',
    },
    {
      delays: [30_000],
      parts: {
        secrets: [secretOf(R)],
        workloads: [jobOf(R, { end: jobEnd() })],
        pods: [podOf(R, { state: terminated(0) })],
        runners: [remembered('r')],
        memory: { firstSeen, endSeenAt: new Map([['r', secondsAgo(8)]]) },
      },
      because: 'it was so short that nobody saw it run',
    },
    {
      delays: [30_000],
      parts: {
        ...IDLE,
        ...running,
        rows: [rowOf(WARM, { status: 'active' })],
        runners: [remembered('warm', { phase: 'idle', handle: null })],
      },
      because: 'a runner that takes any job was asked and has it',
    },
    {
      delays: [],
      parts: { ...RUNS, jobs: [aRunningJob(1, 10)], rows: [rowOf(R, { status: 'active' })], runners: [remembered('r')] },
      because: 'nobody knows when it came: the process is new',
    },
  ])('$delays: $because', ({ delays, parts }) => {
    const decided = decidedOn(aWorld(parts));
    expect(pickupDelaysOf(decided, waitsOfRunning(decided, new Map()))).toEqual(delays);
  });

  it('ends when somebody takes it, also where it is found out later whose it is', () => {
    const taken = decidedOn(aWorld({ ...IDLE, ...running, runners: [remembered('warm', { phase: 'idle', handle: null })] }));
    const waits = waitsOfRunning(taken, new Map());
    expect([...waits]).toEqual([['handle-1', 30_000]]);
    expect(pickupDelaysOf(taken, waits)).toEqual([]);
    const found = decidedOn(aWorld({ ...IDLE, jobs: running.jobs, rows: [rowOf(WARM, { status: 'active' })], now: secondsAhead(4) }));
    expect(pickupDelaysOf(found, waitsOfRunning(found, waits))).toEqual([30_000]);
  });

  it('is forgotten when the job has left the list', () => {
    expect(waitsOfRunning(decidedOn(aWorld()), new Map([['handle-1', 30_000]])).size).toBe(0);
  });

  it('stands while Forgejo is away', () => {
    const waits = new Map([['handle-1', 30_000]]);
    expect(waitsOfRunning(decidedOn(aWorld({ forgejo: unavailable() })), waits)).toBe(waits);
  });
});

it('an outcome has the phase of its runner as its reason, a report the cause of death, a registration none', () => {
  const { outcomes, slots } = decidedOn(aBusyWorld());
  expect(outcomes.map((outcome) => `${outcome.kind} ${reasonOf(outcome, slots)}`).toSorted()).toEqual([
    'deregistered idleExit',
    'deregistered stray',
    'registered null',
    'reported OOMKilled',
  ]);
});
