import { describe, expect, test } from 'vitest';
import type { HookFaultRule } from '../../../src/dev/cluster/hook-faults.ts';
import { NAMESPACE, type Scripted, scripted, secret } from './scripted.ts';

/** A webhook that wants one Secret; the rules hold from the first call on. */
async function play(rules: readonly HookFaultRule[], ms: number): Promise<Scripted> {
  const world = scripted();
  world.cluster.setHookFaults(rules);
  world.answer = () => ({ status: { answered: world.requests.length }, children: [secret('runner-1', world.poolUid())] });
  await world.clock.advance(ms);
  return world;
}

const SYNC = { hooks: ['sync'] } as const;

describe('calls of the hooks', () => {
  test('a dropped call never reaches the service and is tried again', async () => {
    const world = await play([{ fault: { kind: 'drop' }, times: 2, ...SYNC }], 4);
    expect(world.requests).toHaveLength(0);
    await world.clock.advance(1000);
    expect(world.cluster.events.map(({ message }) => message)).toEqual(
      Array(2).fill('Sync error: http error: connect: connection refused'),
    );
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeDefined();
    expect(world.cluster.struck.get('hook:drop')).toBe(2);
  });

  test('a lost answer was worked for, and is not applied', async () => {
    const world = await play([{ fault: { kind: 'loseAnswer' }, times: 1, ...SYNC }], 8);
    expect(world.requests).toHaveLength(1);
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeUndefined();
    await world.clock.advance(1000);
    expect(world.cluster.events.map(({ message }) => message)).toEqual(['Sync error: http error: EOF']);
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeDefined();
  });

  test('a delay within the time-out is waited for', async () => {
    const world = await play([{ fault: { kind: 'delay', ms: 3000 }, times: 1, ...SYNC }], 2900);
    expect(world.requests).toHaveLength(1);
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeUndefined();
    await world.clock.advance(200);
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeDefined();
    expect(world.cluster.events).toEqual([]);
  });

  test('a delay beyond the time-out loses the answer, and the retry comes before it', async () => {
    const world = await play([{ fault: { kind: 'delay', ms: 60_000 }, times: 1, ...SYNC }], 15_000);
    expect(world.cluster.counters.timeouts).toBe(1);
    expect(world.cluster.get('Secret', NAMESPACE, 'runner-1')).toBeDefined();
    await world.clock.advance(60_000);
    expect(world.cluster.get('RunnerPool', NAMESPACE, 'pool')?.status).not.toMatchObject({ answered: 1 });
  });

  test('rules are replaced as a whole, and only their hooks are hit', async () => {
    const world = await play([{ fault: { kind: 'drop' }, hooks: ['finalize'] }], 1000);
    expect(world.cluster.struck.size).toBe(0);
    world.cluster.delete('RunnerPool', NAMESPACE, 'pool');
    await world.clock.advance(1000);
    expect(world.requests.filter(({ finalizing }) => finalizing)).toEqual([]);
    world.cluster.setHookFaults([]);
    await world.clock.advance(20_000);
    expect(world.requests.some(({ finalizing }) => finalizing)).toBe(true);
  });

  test('a probability hits some calls, the same ones for a seed', async () => {
    const rules: readonly HookFaultRule[] = [{ fault: { kind: 'drop' }, probability: 0.5 }];
    const one = await play(rules, 60_000);
    const other = await play(rules, 60_000);
    expect(one.cluster.events).toEqual(other.cluster.events);
    expect(one.cluster.struck.get('hook:drop')).toBeGreaterThan(0);
    expect(one.requests.length).toBeGreaterThan(0);
  });
});
