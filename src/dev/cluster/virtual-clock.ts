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
  /**
   * Turns of the event loop granted after each wake-up, for an in-process HTTP server (default 8). With 0 only promises run:
   * enough, and much faster, when everything is a plain function.
   */
  readonly turns?: number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** So many wake-ups without a turn of the event loop at most: timers and messages of the process must get theirs. */
const WAKE_UPS_PER_TURN = 200;

/** `startMs`: milliseconds since the Unix epoch. Sleepers wake one at a time, by time and then by creation. */
export function createVirtualClock(startMs: number, options: VirtualClockOptions = {}): VirtualClock {
  const turns = options.turns ?? 8;
  const sleepers: Sleeper[] = [];
  /** One listener for each signal, however many sleep on it: Node looks through all listeners to add one. */
  const bySignal = new WeakMap<AbortSignal, Set<Sleeper>>();
  let nowMs = startMs;
  let order = 0;
  let wakeUps = 0;

  /** Where the sleeper stands, or would stand. */
  function indexOf(sleeper: Sleeper): number {
    let low = 0;
    let high = sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = sleepers[middle];
      if (other !== undefined && (other.at < sleeper.at || (other.at === sleeper.at && other.order < sleeper.order))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function sleepersOn(signal: AbortSignal): Set<Sleeper> {
    const known = bySignal.get(signal);
    if (known !== undefined) return known;
    const sleeping = new Set<Sleeper>();
    bySignal.set(signal, sleeping);
    const onAbort = (): void => {
      for (const sleeper of sleeping) {
        sleepers.splice(indexOf(sleeper), 1);
        sleeper.wake();
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return sleeping;
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      order += 1;
      const sleeping = signal === undefined ? null : sleepersOn(signal);
      const sleeper: Sleeper = {
        at: nowMs + Math.max(0, ms),
        order,
        wake() {
          sleeping?.delete(sleeper);
          resolve();
        },
      };
      sleeping?.add(sleeper);
      sleepers.splice(indexOf(sleeper), 0, sleeper);
    });
  }

  async function drain(): Promise<void> {
    // Node runs a tick when no promise is left to run.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    wakeUps += 1;
    const granted = turns === 0 && wakeUps % WAKE_UPS_PER_TURN === 0 ? 1 : turns;
    for (let turn = 0; turn < granted; turn += 1) await new Promise((resolve) => setImmediate(resolve));
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
