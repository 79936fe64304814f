import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';

describe('virtual clock', () => {
  test('sleepers wake by time, then in the order in which they went to sleep', async () => {
    const clock = createVirtualClock(1000);
    const woken: string[] = [];
    for (const [name, ms] of [
      ['late', 20],
      ['first', 10],
      ['second', 10],
    ] as const)
      void clock.sleep(ms).then(() => woken.push(`${name} ${clock.now()}`));
    await clock.advance(30);
    expect(woken).toEqual(['first 1010', 'second 1010', 'late 1020']);
    expect(clock.now()).toBe(1030);
  });

  test('what a wake-up starts runs in the same advance', async () => {
    const clock = createVirtualClock(0);
    const seen: number[] = [];
    void (async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    })();
    await clock.advance(25);
    expect(seen).toEqual([10, 20]);
    expect(clock.pending()).toBe(1);
  });

  test('an aborted sleep resolves at once and is forgotten', async () => {
    const clock = createVirtualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(1000, controller.signal);
    controller.abort();
    await sleeping;
    expect([clock.now(), clock.pending()]).toEqual([0, 0]);
  });

  test('runUntil stops at the wake-up that makes the predicate true, and at the limit', async () => {
    const clock = createVirtualClock(0);
    let done = false;
    void clock.sleep(70).then(() => {
      done = true;
    });
    expect(await clock.runUntil(() => done, 50)).toBe(false);
    expect(clock.now()).toBe(50);
    expect(await clock.runUntil(() => done, 50)).toBe(true);
    expect(clock.now()).toBe(70);
  });
});
