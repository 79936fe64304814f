/** A pool that nothing happens to costs no write. */
import assert from 'node:assert/strict';
import { type Case, eachRow } from '../case.ts';
import { until } from '../cluster/until.ts';
import type { Strategy } from '../controller/controller.ts';
import { applyPool, briefly, childrenOf, createNamespace, deletePool, type PoolKey, poolSpec, readPool, statusOf } from '../pools.ts';
import type { World } from '../world.ts';

const SYNCS = 20;

/** All that a pool can have at once; the wishes are written as a person would, not as the API server stores them. */
const EVERYTHING = {
  cache: { server: { size: '1024Mi' } },
  networkPolicy: { allow: [{ namespace: 'registry', ports: [5000] }, { cidr: '10.20.0.15/32' }], block: ['198.51.100.0/24'] },
  proxy: { https: { url: 'http://proxy.example.org:3128', credentialsSecretRef: { name: 'proxy' } }, noProxy: ['.example.org'] },
  resources: { requests: { cpu: '0.1', memory: '128Mi' }, limits: { memory: '0.5Gi' } },
  tolerations: [{ key: 'ci', operator: 'Exists', effect: 'NoSchedule' }],
} as const;

const POOLS = [
  { name: 'warm', spec: { ...EVERYTHING, minRunners: 1, maxRunners: 2 } },
  { name: 'persistent', spec: { ...EVERYTHING, mode: 'Persistent', minRunners: 2, maxRunners: 3 } },
  {
    name: 'docker',
    spec: {
      labels: ['docker:docker://node:24'],
      minRunners: 1,
      containerMode: {
        type: 'Dind',
        dind: {
          registryMirrors: ['https://mirror.example.org'],
          mtu: 1400,
          storage: { emptyDir: { sizeLimit: '20480Mi' } },
          resources: { limits: { cpu: '1500m' } },
        },
      },
    },
  },
] as const;

async function versions(world: World, key: PoolKey): Promise<Readonly<Record<string, string>>> {
  const pool = await readPool(world, key);
  assert.ok(pool !== null);
  const all = [pool, ...(await childrenOf(world, pool))];
  return Object.fromEntries(all.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.resourceVersion]));
}

async function standsStill(world: World, strategy: Strategy): Promise<number> {
  const { controller, api } = world;
  const namespace = `steady-${strategy}`;
  await createNamespace(world, namespace);
  const login = { username: btoa('ci'), password: btoa('not-a-real-password') };
  await api.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'proxy', namespace }, data: login });
  const keys = POOLS.map(({ name }) => ({ namespace, name }));
  for (const { name, spec } of POOLS) await applyPool(world, { namespace, name }, poolSpec(world, `steady-${name}`, spec));
  for (const key of keys) {
    await until(
      `the runners of ${key.name} are idle`,
      async () => {
        const { counts } = await statusOf(world, key);
        return counts !== undefined && counts.desired > 0 && counts.idle === counts.desired && counts.starting === 0;
      },
      { detail: () => briefly(world, key) },
    );
  }
  // A runner that has just declared itself reads `active` for ten seconds, and the first syncs settle.
  const settled = (await controller.syncs()) + SYNCS * keys.length;
  await until('the pools have settled', async () => (await controller.syncs()) >= settled);
  const before = await Promise.all(keys.map((key) => versions(world, key)));
  const enough = (await controller.syncs()) + SYNCS * keys.length;
  await until(`${SYNCS} syncs of each pool`, async () => (await controller.syncs()) >= enough);
  const after = await Promise.all(keys.map((key) => versions(world, key)));
  assert.deepEqual(after, before);
  for (const key of keys) await deletePool(world, key);
  return before.reduce((sum, objects) => sum + Object.keys(objects).length, 0);
}

export const steadyPoolsCostNoWrite: Case = {
  name: 'the resourceVersion of steady pools and of all their children stands still over 20 syncs, in every apply strategy',
  async run(world) {
    const { controller } = world;
    const counted: string[] = [];
    try {
      await eachRow(
        controller.strategies,
        (strategy) => strategy,
        async (strategy) => {
          await controller.stop();
          await controller.start(strategy);
          counted.push(`${strategy}: ${await standsStill(world, strategy)} objects`);
        },
      );
    } finally {
      await controller.stop();
      await controller.start();
    }
    return counted.join(', ');
  },
};
