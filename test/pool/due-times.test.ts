import { describe, expect, test } from 'vitest';
import { now, secondsAgo, secondsAhead, unavailable } from './support/builders.ts';
import { persistentRunner, planOf, worldOf } from './support/runners.ts';

const noon = { name: 'noon', timeZone: 'UTC', start: '5 12 * * *', duration: '1h', maxRunners: 20 };

describe('the next change of a schedule', () => {
  test('wakes the pool, and not a moment later', () => {
    expect(planOf(worldOf([], { spec: { schedules: [noon] } })).wakeAt).toBe(secondsAhead(300));
    expect(planOf(worldOf([], { spec: { schedules: [{ ...noon, start: '55 11 * * *' }] } })).wakeAt).toBe(secondsAhead(3300));
  });

  test('is reckoned from the clock of the cluster to that of Forgejo', () => {
    const world = worldOf([], { spec: { schedules: [noon] } });
    expect(planOf({ ...world, now: now + 600_000 }).wakeAt).toBe(secondsAhead(900));
  });

  test('gives way to what is due before', () => {
    const idle = persistentRunner('a', 'idle', { since: secondsAgo(200) });
    expect(planOf(worldOf([idle], { spec: { mode: 'Persistent', schedules: [noon] } })).wakeAt).toBe(secondsAhead(100));
  });

  test('is no hurry while Forgejo is away', () => {
    expect(planOf(worldOf([], { spec: { schedules: [noon] }, forgejo: unavailable() })).wakeAt).toBeNull();
  });
});

describe('the end of a busy runner’s time with an older spec', () => {
  test.each([
    { because: 'it is to come', since: secondsAgo(11_390), at: secondsAhead(10) },
    { because: 'it is over', since: secondsAgo(11_400), at: null },
    { because: 'it is of today’s spec', since: null, at: null },
  ])('wakes the pool: $because', ({ since, at }) => {
    const busy = persistentRunner('a', 'busy', { outdatedSince: since }, since === null ? {} : { specHash: 'spec-of-old' });
    expect(planOf(worldOf([busy], { spec: { mode: 'Persistent', minRunners: 1 } })).wakeAt).toBe(at);
  });
});
