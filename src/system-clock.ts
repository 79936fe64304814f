/** The machine's clock. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';

export const systemClock: Clock = { now: Date.now, sleep };

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // The timer rejects for nothing but an abort, which ends the sleep like its time does.
    if (signal?.aborted !== true) throw error;
  }
}
