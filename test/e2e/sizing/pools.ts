/** The pools of a measurement. */
import type { RunnerPoolStatus } from '../../../src/api/status.ts';
import type { KubeObject } from '../../../src/dev/cluster/objects.ts';
import { createNamespace, poolObject, poolSpec } from '../pools.ts';
import type { World } from '../world.ts';
import type { Row } from './rows.ts';

export const SHARD_LABEL = 'example.org/shard';
const NAMESPACE = 'sizing';
const AT_ONCE = 16;

/** Makes what is missing of them and changes the others: nobody may be calling hooks meanwhile. */
export async function applyPools(world: World, { pools, pollSeconds, runners }: Row): Promise<void> {
  await createNamespace(world, NAMESPACE);
  const numbers = Array.from({ length: pools }, (_, number) => number);
  for (let first = 0; first < pools; first += AT_ONCE) {
    await Promise.all(numbers.slice(first, first + AT_ONCE).map((number) => applyOne(world, number, pollSeconds, runners)));
  }
}

async function applyOne(world: World, number: number, pollSeconds: number, runners: number): Promise<void> {
  const spec = poolSpec(world, `l${number}`, {
    pollIntervalSeconds: pollSeconds,
    minRunners: runners,
    maxRunners: Math.max(1, runners),
  });
  const { metadata, ...pool } = poolObject({ namespace: NAMESPACE, name: nameOf(number) }, spec);
  await world.api.apply({ ...pool, metadata: { ...metadata, labels: { [SHARD_LABEL]: String(number % 2) } } });
}

/** Each pool was synced since it was last changed, and all its runners wait for jobs. */
export async function areSettled(world: World, { pools, runners }: Row): Promise<boolean> {
  const { items } = await world.api.list('RunnerPool', { namespace: NAMESPACE });
  const settled = items.filter((pool) => {
    const { status = {} } = pool as KubeObject & { readonly status?: RunnerPoolStatus }; // what was listed
    return status.observedGeneration === pool.metadata.generation && (status.counts?.idle ?? 0) === runners;
  });
  return settled.length === pools;
}

function nameOf(number: number): string {
  return `pool-${String(number).padStart(4, '0')}`;
}
