/** Item 7: a window opens and closes by the operator's clock, to the second, and the status says which are open. */
import { expect, it } from 'vitest';
import { openLab } from './support/lab.ts';

/** The world begins at 2026-11-24T00:00:00Z, which is one o'clock in Berlin. */
const SCHEDULES = [
  { name: 'early', timeZone: 'Europe/Berlin', start: '2 1 * * *', duration: '3m', minRunners: 2 },
  { name: 'tight', timeZone: 'UTC', start: '3 0 * * TUE', duration: '1m', minRunners: 0, maxRunners: 1 },
];

it.each(['Ephemeral', 'Persistent'])('a %s pool follows its windows', async (mode) => {
  const lab = await openLab({ spec: { mode, schedules: SCHEDULES, pollIntervalSeconds: 300 } });
  await lab.clock.advance(119_000);
  expect(lab.status().limits).toEqual({ minRunners: 0, maxRunners: 4, schedules: [] });
  expect(lab.rows()).toEqual([]);
  await lab.clock.advance(3_000);
  expect(lab.status().limits).toEqual({ minRunners: 2, maxRunners: 4, schedules: ['early'] });
  expect(lab.rows()).toHaveLength(2);
  await lab.clock.advance(57_000);
  await lab.clock.advance(3_000);
  expect(lab.status().limits).toEqual({ minRunners: 0, maxRunners: 1, schedules: ['early', 'tight'] });
  await lab.clock.advance(60_000);
  expect(lab.status().limits).toEqual({ minRunners: 2, maxRunners: 4, schedules: ['early'] });
  await lab.clock.advance(60_000);
  expect(lab.status().limits).toEqual({ minRunners: 0, maxRunners: 4, schedules: [] });
  lab.close();
});

it('waiting for a window costs no more syncs than the polling does', async () => {
  const syncs = async (schedules: readonly object[]): Promise<number> => {
    const lab = await openLab({ spec: { schedules, pollIntervalSeconds: 10 } });
    await lab.clock.advance(240_000);
    lab.close();
    return lab.cluster.counters.calls.sync;
  };
  expect(await syncs(SCHEDULES)).toBeLessThanOrEqual((await syncs([])) + 20);
});
