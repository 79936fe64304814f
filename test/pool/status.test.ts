import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { type RunnerPoolStatus, RunnerPoolStatusSchema } from '../../src/api/status.ts';
import { decodeMemory } from '../../src/hooks/decode-status.ts';
import { findings } from '../../src/pool/conditions.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import { type Previous, renderStatus, statusForInvalidSpec } from '../../src/pool/status.ts';
import {
  aBackoff,
  aJob,
  answered,
  aRecent,
  aRunningJob,
  aWorld,
  now,
  remembered,
  rowOf,
  secondsAgo,
  tagsOf,
  unavailable,
  undeclaredRowOf,
  warmTagsOf,
} from './support/builders.ts';
import { busyAssigned, busyWarm, drainingWarm, endedJob, idleWarm, startingWarm, worldOf } from './support/runners.ts';

const NOTHING: Previous = { conditions: [], status: () => ({}) };

function statusOf(world: World, previous: Previous = NOTHING): RunnerPoolStatus {
  const slots = judge(world);
  const made = plan(world, slots);
  const settled = settle(world, slots, made, []);
  return renderStatus(world, made, settled, findings(world, made, settled, false), previous);
}

const busy = worldOf(
  [
    busyAssigned('a', { handle: 'handle-1' }),
    busyWarm('b', {}, { task: 9, since: secondsAgo(0.4) }),
    drainingWarm('c'),
    endedJob(tagsOf('d', { handle: null }), 137, rowOf(tagsOf('d'))),
  ],
  {
    jobs: [aJob(3, { runsOn: ['windows'] }), aJob(2), aRunningJob(1, 7)],
    memory: { backoff: [aBackoff('handle-2')], recent: [aRecent('z')] },
  },
);

describe('the status', () => {
  test('fits its schema, and nothing in it is null or undefined', () => {
    const status = statusOf(busy);
    expect([...Value.Errors(RunnerPoolStatusSchema, status)]).toEqual([]);
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
    expect(JSON.stringify(status)).not.toContain('null');
  });

  test('has its times in whole seconds', () => {
    const times = JSON.stringify(statusOf(busy)).match(/\d{4}-\d{2}-\d{2}T[^"]+/g) ?? [];
    expect(times.length).toBeGreaterThan(5);
    expect(times.filter((time) => !/^2026-11-2\dT\d{2}:\d{2}:\d{2}Z$/.test(time))).toEqual([]);
  });

  test('is remembered as it was written', () => {
    const slots = judge(busy);
    const { memory } = settle(busy, slots, plan(busy, slots), []);
    const again = decodeMemory({ ...statusOf(busy) });
    const whole = (at: number): number => Math.floor(at / 1000) * 1000;
    expect(again.runners).toEqual(memory.runners.map((runner) => ({ ...runner, since: whole(runner.since) })));
    expect(again.backoff).toEqual(memory.backoff);
    expect(again.recent.map(({ name }) => name)).toEqual(memory.recent.map(({ name }) => name));
    expect(again.lastWarmAttempt).toBe(memory.lastWarmAttempt);
  });

  test('says which limits hold, and which windows are open, and no time of theirs', () => {
    const noon = { name: 'noon', timeZone: 'UTC', start: '0 11 * * *', duration: '2h', minRunners: 1, maxRunners: 3 };
    const night = { ...noon, name: 'night', start: '0 22 * * *' };
    expect(statusOf(aWorld({ spec: { schedules: [noon, night] } })).limits).toEqual({ minRunners: 1, maxRunners: 3, schedules: ['noon'] });
    expect(statusOf(aWorld({ forgejo: unavailable() })).limits).toEqual({ minRunners: 0, maxRunners: 10, schedules: [] });
  });

  test('is the same two seconds later when nothing has happened', () => {
    const first = statusOf(busy);
    const slots = judge(busy);
    const { memory } = settle(busy, slots, plan(busy, slots), []);
    const later: World = { ...busy, now: now + 2000, memory: { ...memory, ...decodeMemory({ ...first }) } };
    const previous: Previous = {
      conditions: (first.conditions ?? []).map((each) => ({ ...each, lastTransitionTime: Date.parse(each.lastTransitionTime) })),
      status: () => first,
    };
    expect(statusOf(later, previous)).toEqual(first);
  });

  test.each([
    { because: 'a runner on its way', world: worldOf([startingWarm('a')], { spec: { minRunners: 1 } }), counts: { starting: 1 } },
    { because: 'an idle one', world: worldOf([idleWarm('a')], { spec: { minRunners: 1 } }), counts: { idle: 1 } },
    { because: 'a busy one', world: worldOf([busyWarm('a')]), counts: { busy: 1 } },
    { because: 'one that is being stopped', world: worldOf([idleWarm('a')]), counts: { draining: 1, desired: 0 } },
    {
      because: 'a registration on its way',
      world: aWorld({ rows: [undeclaredRowOf(warmTagsOf('a', { issuedAt: secondsAgo(5) }))] }),
      counts: { starting: 1 },
    },
    { because: 'what has ended does not count', world: worldOf([endedJob(tagsOf('a'), 0, null)]), counts: {} },
    { because: 'neither does a registration that somebody else uses', world: aWorld({ rows: [rowOf(warmTagsOf('a'))] }), counts: {} },
  ])('counts $because', ({ world, counts }) => {
    const none = { starting: 0, idle: 0, busy: 0, draining: 0 };
    const status = statusOf(world);
    expect(status.counts).toMatchObject({ ...none, ...counts });
    const { desired: _, ...live } = { desired: 0, ...none, ...counts };
    expect(status.replicas).toBe(Object.values(live).reduce((sum, count) => sum + count, 0));
  });

  test('tells of the queue what the labels cover', () => {
    expect(statusOf(busy).queue).toEqual({ waiting: 1, running: 1, blocked: 0, oldestWaitingSince: '2026-11-25T12:00:00Z' });
    expect(statusOf(aWorld()).queue).toEqual({ waiting: 0, running: 0, blocked: 0 });
  });

  test('counts a job that nobody can have now apart from those that wait', () => {
    const held = aBackoff('handle-1', { heldBack: true });
    const world = aWorld({ jobs: [aJob(2), aJob(1)], memory: { backoff: [held], firstSeen: new Map([['handle-1', secondsAgo(900)]]) } });
    expect(statusOf(world).queue).toEqual({ waiting: 1, running: 0, blocked: 1, oldestWaitingSince: '2026-11-25T12:00:00Z' });
    const alone = aWorld({ jobs: [aJob(1)], memory: { backoff: [held] } });
    expect(statusOf(alone).queue).toEqual({ waiting: 0, running: 0, blocked: 1 });
  });

  test('lists the versions that its own runners report, once', () => {
    const rows = [
      rowOf(warmTagsOf('a')),
      rowOf(warmTagsOf('b')),
      undeclaredRowOf(warmTagsOf('c')),
      rowOf(warmTagsOf('d'), { version: 'v12.5.0' }),
      rowOf(warmTagsOf('e'), { version: 'v1', ownership: null }),
    ];
    expect(statusOf(aWorld({ rows })).versions).toEqual(['v12.5.0', 'v12.8.2']);
  });

  test.each([
    { scope: { instance: {} }, says: 'instance' },
    { scope: { user: {} }, says: 'user' },
    { scope: { organization: 'acme' }, says: 'organization:acme' },
    { scope: { repository: 'acme/app' }, says: 'repository:acme/app' },
  ])('says in one word whose jobs are served: $says', ({ scope, says }) => {
    const { spec } = aWorld();
    expect(statusOf(aWorld({ spec: { forgejo: { ...spec.forgejo, scope } } })).scope).toBe(says);
  });

  test('keeps the scope of a pool whose spec.forgejo can not be read any more', () => {
    const world = aWorld({ forgejo: { kind: 'unavailable', failure: { kind: 'forgejoUnreadable' }, nextReadAt: now } });
    expect(statusOf(world, { ...NOTHING, status: () => ({ scope: 'user' }) }).scope).toBe('user');
    expect(statusOf(world)).not.toHaveProperty('scope');
  });

  test('says what the server says of itself, and goes on saying it until it is heard again', () => {
    const [before, after] = [
      { version: '15.0.3', ephemeral: true },
      { version: '15.0.4', ephemeral: true },
    ];
    const previous = { ...NOTHING, status: () => ({ server: before }) };
    expect(statusOf({ ...aWorld(), server: after }, previous).server).toEqual(after);
    expect(statusOf({ ...aWorld(), server: null }, previous).server).toEqual(before);
    expect(statusOf(aWorld())).not.toHaveProperty('server');
  });

  test('selects the Pods of this pool', () => {
    expect(statusOf(busy).selector).toBe(`forgejo-runner-operator.dev/pool-uid=${busy.pool.uid}`);
  });

  test.each([
    { because: 'they were known', before: { queue: { waiting: 4, running: 2 }, versions: ['v12.8.2'] } },
    { because: 'they were not', before: {} },
  ])('keeps queue and versions as they were while Forgejo is away: $because', ({ before }) => {
    const { queue, versions } = statusOf(aWorld({ forgejo: unavailable() }), {
      conditions: [],
      status: () => ({ ...before, replicas: 7 }),
    });
    expect({ ...(queue && { queue }), ...(versions && { versions }) }).toEqual(before);
  });

  test('of a refused spec is as it was, with the conditions that say so', () => {
    const before: RunnerPoolStatus = { replicas: 3, runners: [] };
    const status = statusForInvalidSpec(
      { conditions: [], status: () => before },
      [{ type: 'SpecValid', status: 'False', reason: 'SpecInvalid', message: 'm' }],
      now,
    );
    expect(status).toEqual({
      ...before,
      conditions: [{ type: 'SpecValid', status: 'False', reason: 'SpecInvalid', message: 'm', lastTransitionTime: '2026-11-25T12:00:00Z' }],
    });
  });
});

test('runners are listed by name, so that equal worlds have equal lists', () => {
  const world = worldOf([busyWarm('b'), busyWarm('a')], { runners: [remembered('gone')], forgejo: answered() });
  expect(statusOf(world).runners?.map(({ name }) => name)).toEqual(['a', 'b']);
});
