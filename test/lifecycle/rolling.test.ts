/**
 * Item 8: a changed spec reaches new and idle runners first, busy ones when they end or turn idle, and no more than
 * `maxUnavailable` idle ones are away at a time, also when nothing starts with it.
 */
import { describe, expect, it } from 'vitest';
import { ANNOTATION_SPEC_HASH } from '../../src/api/keys.ts';
import { type Lab, openLab } from './support/lab.ts';

const NEW_IMAGE = { runner: { image: 'code.forgejo.org/forgejo/runner:12.9.0' } };

const succeeded = (lab: Lab, ...handles: readonly string[]): boolean => handles.every((handle) => lab.job(handle).status === 'success');
const running = (lab: Lab, ...handles: readonly string[]): boolean => handles.every((handle) => lab.job(handle).status === 'running');

/** Running Pods that were told nothing yet: they take jobs, or work. */
function atWork(lab: Lab): number {
  return lab.pods().filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running').length;
}

function specHashes(lab: Lab): ReadonlySet<string | undefined> {
  const alive = lab.pods().filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  return new Set(alive.map(({ metadata }) => metadata.annotations?.[ANNOTATION_SPEC_HASH]));
}

/** The fewest that were at work at any second of that time. */
async function fewestAtWork(lab: Lab, seconds: number): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second += 1) {
    await lab.clock.advance(1_000);
    fewest = Math.min(fewest, atWork(lab));
  }
  return fewest;
}

const POOLS = [
  { situation: 'warm runners, with room', spec: { minRunners: 4, maxRunners: 8 }, floor: 4 },
  { situation: 'warm runners, without room', spec: { minRunners: 4, maxRunners: 4 }, floor: 2 },
  { situation: 'persistent runners', spec: { mode: 'Persistent', minRunners: 4, maxRunners: 8 }, floor: 2 },
  { situation: 'persistent runners, without room', spec: { mode: 'Persistent', minRunners: 4, maxRunners: 4 }, floor: 2 },
];

describe.each(POOLS)('$situation, two at a time', ({ spec, floor }) => {
  const two = { ...spec, updateStrategy: { maxUnavailable: 2 } };

  it('all are replaced, and no more than may be are away', async () => {
    const lab = await openLab({ spec: two });
    await lab.until('four are idle', () => lab.status().counts?.idle === 4, 30_000);
    const [before] = specHashes(lab);
    lab.applyPool(NEW_IMAGE);
    expect(await fewestAtWork(lab, 120)).toBeGreaterThanOrEqual(floor);
    await lab.until('four new ones are idle', () => lab.status().counts?.idle === 4 && !specHashes(lab).has(before), 60_000);
    expect(lab.condition('Draining')).toBe('Draining=False NotDraining');
    expect(specHashes(lab).size).toBe(1);
    lab.close();
  });

  it('a spec with which nothing starts costs no more, is named, and when it is mended all are replaced', async () => {
    const lab = await openLab({ spec: { ...two, pendingTimeoutSeconds: 60 } });
    await lab.until('four are idle', () => lab.status().counts?.idle === 4, 30_000);
    const [before] = specHashes(lab);
    lab.cluster.armPodFault({ kind: 'imagePullFails' }, { times: 8 });
    lab.applyPool(NEW_IMAGE);
    await lab.until('the one that is stuck is named', () => lab.condition('Ready') === 'Ready=False RunnersStuck', 60_000);
    expect(await fewestAtWork(lab, 240)).toBeGreaterThanOrEqual(floor);
    expect(specHashes(lab).has(before)).toBe(true);
    const job = lab.queue('a', 1_000);
    await lab.until('a job is done by one that works', () => succeeded(lab, job), 60_000);
    await lab.until('all are new', () => lab.status().counts?.idle === 4 && !specHashes(lab).has(before), 3_000_000);
    await lab.until('that is said', () => lab.condition('Ready') === 'Ready=True RunnersReady', 30_000);
    lab.close();
  });
});

describe('busy runners of an older spec', () => {
  it('Ephemeral: end with their job, and the next job gets a new one', async () => {
    const lab = await openLab({ spec: { maxRunners: 2 } });
    const first = lab.queue('first', 60_000);
    await lab.until('it runs', () => running(lab, first), 30_000);
    const [before] = specHashes(lab);
    lab.applyPool({ ...NEW_IMAGE, drainTimeoutSeconds: 0 });
    const second = lab.queue('second', 1_000);
    await lab.until('the second is done', () => succeeded(lab, second), 30_000);
    expect(running(lab, first)).toBe(true);
    await lab.until('the first is done too', () => succeeded(lab, first), 90_000);
    await lab.until('none of the old ones is left', () => !specHashes(lab).has(before), 30_000);
    lab.close();
  });

  it('Persistent: are replaced when they turn idle', async () => {
    const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 1, maxRunners: 2 } });
    await lab.until('one is idle', () => lab.status().counts?.idle === 1, 30_000);
    const [before] = specHashes(lab);
    const job = lab.queue('a', 40_000);
    await lab.until('it is busy', () => lab.status().counts?.busy === 1, 30_000);
    lab.applyPool(NEW_IMAGE);
    await lab.clock.advance(10_000);
    expect(running(lab, job)).toBe(true);
    expect(lab.condition('Draining')).toBe('Draining=True OutdatedRunners');
    await lab.until('a new one is idle', () => lab.status().counts?.idle === 1 && !specHashes(lab).has(before), 120_000);
    expect(succeeded(lab, job)).toBe(true);
    lab.close();
  });

  it('Persistent: one that has been busy for drainTimeoutSeconds ends its job, takes no other, and is named', async () => {
    const lab = await openLab({ spec: { mode: 'Persistent', minRunners: 1, maxRunners: 1, drainTimeoutSeconds: 20 } });
    await lab.until('one is idle', () => lab.status().counts?.idle === 1, 30_000);
    const long = lab.queue('long', 120_000);
    await lab.until('it is busy', () => running(lab, long) && lab.status().counts?.busy === 1, 30_000);
    const next = lab.queue('next', 1_000);
    lab.applyPool(NEW_IMAGE);
    await lab.clock.advance(15_000);
    expect(lab.condition('Draining')).toBe('Draining=True OutdatedRunners');
    await lab.until('its time is over', () => lab.condition('Draining') === 'Draining=True DrainTimeout', 15_000);
    await lab.clock.advance(30_000);
    expect(lab.condition('Draining')).toBe('Draining=True DrainTimeout');
    expect(running(lab, long)).toBe(true);
    await lab.until('both are done, the next one by a new runner', () => succeeded(lab, long, next), 200_000);
    await lab.until('that is said', () => lab.condition('Draining') === 'Draining=False NotDraining', 30_000);
    lab.close();
  });
});
