import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchEventLoopDelay } from '../../src/service/event-loop-delay.ts';

it('an event loop that is blocked again and again is late, and one that rests is not', async () => {
  const watched = watchEventLoopDelay();
  expect(watched.meanMs()).toBe(0);
  for (let round = 0; round < 6; round += 1) {
    const until = performance.now() + 200;
    while (performance.now() < until);
    await delay(0);
  }
  expect(watched.meanMs()).toBeGreaterThan(50);
  await delay(2500);
  expect(watched.meanMs()).toBeLessThan(50);
  watched.stop();
});
