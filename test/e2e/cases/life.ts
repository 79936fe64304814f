/** Pools from their first sync to their last. */
import assert from 'node:assert/strict';
import { type Case, eachRow } from '../case.ts';
import { until } from '../cluster/until.ts';
import { REPOSITORIES } from '../forgejo/forgejo.ts';
import { applyPool, createNamespace, deletePool, type PoolKey, poolSpec, statusOf, untilSucceeded } from '../pools.ts';
import type { World } from '../world.ts';

export async function queueJobs({ forgejo }: World, label: string, count: number, seconds: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await forgejo.queue({ repository: REPOSITORIES[index % REPOSITORIES.length] ?? 'app', label, seconds });
  }
}

const DOCKER = (label: string): readonly string[] => [`${label}:docker://node:24`];
const MODES = [
  { name: 'host', spec: () => ({ maxRunners: 2 }) },
  { name: 'host-warm', spec: () => ({ minRunners: 1, maxRunners: 3 }) },
  { name: 'host-persistent', spec: () => ({ mode: 'Persistent', minRunners: 1, maxRunners: 2, idleTimeoutSeconds: 2 }) },
  { name: 'dind', spec: (label: string) => ({ labels: DOCKER(label), containerMode: { type: 'Dind' } }) },
  {
    name: 'dind-persistent',
    spec: (label: string) => ({
      mode: 'Persistent',
      labels: DOCKER(label),
      containerMode: { type: 'Dind' },
      maxRunners: 1,
      idleTimeoutSeconds: 2,
    }),
  },
  { name: 'rootless', spec: (label: string) => ({ labels: DOCKER(label), containerMode: { type: 'DindRootless' } }) },
  {
    name: 'external',
    spec: (label: string) => ({
      labels: DOCKER(label),
      containerMode: { type: 'External', external: { dockerHost: 'unix:///run/podman/podman.sock' } },
    }),
  },
] as const;
const JOBS = 3;

export const everyModeLives: Case = {
  name: 'a pool of each mode lives from apply to delete, and its jobs run',
  async run(world) {
    await createNamespace(world, 'life');
    await eachRow(
      MODES,
      ({ name }) => name,
      async ({ name, spec }) => {
        const label = `life-${name}`;
        const key: PoolKey = { namespace: 'life', name };
        await applyPool(world, key, poolSpec(world, label, spec(label)));
        await queueJobs(world, label, JOBS, 1);
        await untilSucceeded(world, label, JOBS);
        await until(`${name} is Ready`, async () => {
          const { conditions = [] } = await statusOf(world, key);
          return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
        });
        await deletePool(world, key);
      },
    );
    return `${MODES.length} modes, ${MODES.length * JOBS} jobs`;
  },
};

const BURST = [
  { name: 'docker', jobs: 50, spec: (label: string) => ({ labels: DOCKER(label), containerMode: { type: 'Dind' }, maxRunners: 15 }) },
  { name: 'shell', jobs: 35, spec: () => ({ minRunners: 1, maxRunners: 10 }) },
  { name: 'deploy', jobs: 15, spec: () => ({ mode: 'Persistent', minRunners: 1, maxRunners: 4, idleTimeoutSeconds: 3 }) },
] as const;
const BURST_MS = 240_000;

export const aHundredJobs: Case = {
  name: 'a hundred jobs over three pools at once all end well',
  async run(world) {
    const keys = BURST.map(({ name }) => ({ namespace: `burst-${name}`, name }));
    for (const { namespace } of keys) await createNamespace(world, namespace);
    const startedAt = Date.now();
    for (const { name, spec } of BURST)
      await applyPool(world, { namespace: `burst-${name}`, name }, poolSpec(world, `burst-${name}`, spec(`burst-${name}`)));
    await Promise.all(BURST.map(({ name, jobs }) => queueJobs(world, `burst-${name}`, jobs, 1)));
    await Promise.all(BURST.map(({ name, jobs }) => untilSucceeded(world, `burst-${name}`, jobs, BURST_MS)));
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    await Promise.all(keys.map((key) => deletePool(world, key)));
    assert.equal(
      BURST.reduce((sum, { jobs }) => sum + jobs, 0),
      100,
    );
    return `${seconds} s`;
  },
};
