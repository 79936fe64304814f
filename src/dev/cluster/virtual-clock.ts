import type { Clock } from '../../clock.ts';

/** A clock whose time moves only when it is told to: what a simulation of hours needs to run in a second. */
export interface VirtualClock extends Clock {
  /** Lets that many milliseconds pass; everything that was due in them has run when it resolves. */
  advance(ms: number): Promise<void>;
  /** Goes from wake-up to wake-up until the predicate holds (true), or until the limit is over (false). */
  runUntil(predicate: () => boolean, limitMs: number): Promise<boolean>;
  /** How many sleeps are under way. */
  pending(): number;
}

export interface VirtualClockOptions {
  /** Turns of the event loop granted to promises after each wake-up; an in-process HTTP server needs some (default 8). */
  readonly turns?: number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** `startMs`: milliseconds since the Unix epoch. Sleepers wake one at a time, by time and then by creation. */
export function createVirtualClock(startMs: number, options: VirtualClockOptions = {}): VirtualClock {
  const turns = options.turns ?? 8;
  const sleepers: Sleeper[] = [];
  let nowMs = startMs;
  let order = 0;

  function insert(sleeper: Sleeper): void {
    let low = 0;
    let high = sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = sleepers[middle];
      if (other !== undefined && (other.at < sleeper.at || (other.at === sleeper.at && other.order < sleeper.order))) low = middle + 1;
      else high = middle;
    }
    sleepers.splice(low, 0, sleeper);
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const onAbort = (): void => {
        const index = sleepers.indexOf(sleeper);
        if (index >= 0) sleepers.splice(index, 1);
        resolve();
      };
      order += 1;
      const sleeper: Sleeper = {
        at: nowMs + Math.max(0, ms),
        order,
        wake() {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      insert(sleeper);
    });
  }

  async function drain(): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function runUntil(predicate: () => boolean, limitMs: number): Promise<boolean> {
    const end = nowMs + limitMs;
    await drain();
    while (!predicate()) {
      const next = sleepers[0];
      if (next === undefined || next.at > end) {
        nowMs = end;
        return predicate();
      }
      sleepers.shift();
      nowMs = Math.max(nowMs, next.at);
      next.wake();
      await drain();
    }
    return true;
  }

  return {
    now: () => nowMs,
    sleep,
    async advance(ms) {
      await runUntil(() => false, ms);
    },
    runUntil,
    pending: () => sleepers.length,
  };
}
