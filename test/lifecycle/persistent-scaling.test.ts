/** Item 9: a persistent pool follows its jobs, and runners that take turns at few jobs become fewer. */
import { expect, it } from 'vitest';
import { type Lab, openLab } from './support/lab.ts';

const SPEC = { mode: 'Persistent', maxRunners: 5, idleTimeoutSeconds: 60 };

function replicas(lab: Lab): number {
  return lab.status().replicas ?? 0;
}

/** Four runners, made by four jobs at once that are done. */
async function fourIdle(): Promise<Lab> {
  const lab = await openLab({ spec: SPEC });
  for (const name of ['a', 'b', 'c', 'd']) lab.queue(name, 20_000);
  await lab.until('four work', () => lab.status().counts?.busy === 4, 60_000);
  await lab.until('four are idle', () => lab.status().counts?.idle === 4, 60_000);
  return lab;
}

/** One job after the other for so long: whoever asks first gets it, so that none is idle for long. */
async function oneJobAtATime(lab: Lab, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 3) {
    lab.queue(`turn ${second}`, 1_500);
    await lab.clock.advance(3_000);
  }
}

it('runners that take turns at one job at a time become few, one by its job and one for the next', async () => {
  const lab = await fourIdle();
  await oneJobAtATime(lab, 50);
  expect(replicas(lab)).toBe(4);
  await oneJobAtATime(lab, 60);
  expect(replicas(lab)).toBeLessThanOrEqual(2);
  expect(replicas(lab)).toBeGreaterThanOrEqual(1);
  lab.close();
});

it('a restart of the operator forgets what was wanted, which only delays', async () => {
  const lab = await fourIdle();
  await oneJobAtATime(lab, 50);
  lab.restartOperator();
  await oneJobAtATime(lab, 50);
  expect(replicas(lab)).toBeGreaterThanOrEqual(2);
  await oneJobAtATime(lab, 40);
  expect(replicas(lab)).toBeLessThanOrEqual(2);
  lab.close();
});

it('a pause of the demand shorter than the window costs no runner', async () => {
  const lab = await fourIdle();
  await lab.clock.advance(45_000);
  expect(replicas(lab)).toBe(4);
  const made = lab.forgejo.counters.create;
  for (const name of ['e', 'f', 'g', 'h']) lab.queue(name, 5_000);
  await lab.clock.advance(20_000);
  expect(lab.forgejo.counters.create).toBe(made);
  await lab.until('without demand all go', () => replicas(lab) === 0, 120_000);
  lab.close();
});
