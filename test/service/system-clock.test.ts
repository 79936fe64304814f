import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/system-clock.ts';

describe('the clock of the machine', () => {
  it('tells the time', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });

  it('sleeps for as long as it was told', async () => {
    const started = performance.now();
    await systemClock.sleep(30);
    expect(performance.now() - started).toBeGreaterThanOrEqual(28);
  });

  it('wakes at once when the signal aborts', async () => {
    const abort = new AbortController();
    const started = performance.now();
    const sleeping = systemClock.sleep(10_000, abort.signal);
    abort.abort();
    await sleeping;
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('does not sleep when the signal has aborted before', async () => {
    await expect(systemClock.sleep(10_000, AbortSignal.abort())).resolves.toBeUndefined();
  }, 1000);
});
