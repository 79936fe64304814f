import type { Clock } from '../../../src/clock.ts';

export interface ManualClock extends Clock {
  /** Lets that many milliseconds pass; timers fire in order, and what waits for them runs in between. */
  advance(ms: number): Promise<void>;
}

/** 2026-11-24T12:00:00Z, a whole second like every `Date` header. */
export const NOON = Date.UTC(2026, 10, 24, 12);

export function manualClock(start = NOON): ManualClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted === true) return resolve();
      const timer = { at: now + ms, fire: resolve };
      timers.add(timer);
      signal?.addEventListener('abort', () => {
        timers.delete(timer);
        resolve();
      });
    });
  }

  async function advance(ms: number): Promise<void> {
    const end = now + ms;
    await settle();
    for (;;) {
      const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers.delete(next);
      now = next.at;
      next.fire();
      await settle();
    }
    now = end;
    await settle();
  }

  return { now: () => now, sleep, advance };
}

/** Everything that does not wait for a timer has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
