/** Cache server and network policies against an API server that adds defaults and a Metacontroller that compares (dynamic apply). */
import { describe, expect, test } from 'vitest';
import { API_VERSION, KIND, LABEL_CACHE_OF, LABEL_POOL_UID } from '../../src/api/keys.ts';
import type { Cluster } from '../../src/dev/cluster/cluster.ts';
import type { Kind } from '../../src/dev/cluster/kinds.ts';
import { readController } from '../../src/dev/demo/embedded-world.ts';
import { createVirtualWorld, FORGEJO_URL, type VirtualWorld } from '../../src/dev/virtual-world.ts';
import { readRenderAssets } from '../../src/render-assets.ts';

const controller = await readController();
const assets = await readRenderAssets();
const log = { outcomes: () => {}, leftBehind: () => {}, judged: () => {} };

const WISHES = { cache: { server: { size: '1024Mi' } }, networkPolicy: { allow: [{ namespace: 'registry', ports: [5000] }] } };

function applyPool(cluster: Cluster, wishes: object): void {
  cluster.apply({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'pool', namespace: 'ci' },
    spec: {
      forgejo: { url: FORGEJO_URL, scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } },
      labels: ['docker:host'],
      runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
      containerMode: { type: 'Host' },
      ...wishes,
    },
  });
}

async function createWorld(wishes: object, lagMs = 5): Promise<VirtualWorld> {
  const world = createVirtualWorld({ seed: 1, controller, assets, log, lag: { ms: lagMs } });
  world.forgejo.addUser({ name: 'dev' });
  world.forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  world.forgejo.addRepository({ path: 'acme/app' });
  const token = world.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  const { cluster } = world;
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ci' } });
  cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token', namespace: 'ci' }, data: { token: btoa(token) } });
  applyPool(cluster, wishes);
  await world.clock.advance(10_000);
  return world;
}

const KINDS = ['Secret', 'StatefulSet', 'Service', 'NetworkPolicy'] as const satisfies readonly Kind[];

/** How many of each kind the pool has, its runners' Secrets left out. */
function counted({ cluster }: VirtualWorld): Readonly<Record<string, number>> {
  const uid = cluster.get('RunnerPool', 'ci', 'pool')?.metadata.uid;
  const ofPool = (kind: Kind) => cluster.list(kind, 'ci').filter(({ metadata }) => metadata.labels?.[LABEL_POOL_UID] === uid);
  return {
    ...Object.fromEntries(KINDS.map((kind) => [kind, ofPool(kind).length])),
    Secret: ofPool('Secret').filter(({ metadata }) => metadata.labels?.[LABEL_CACHE_OF] === uid).length,
  };
}

const ALL = { Secret: 1, StatefulSet: 1, Service: 1, NetworkPolicy: 2 };
const NONE = { Secret: 0, StatefulSet: 0, Service: 0, NetworkPolicy: 0 };

describe('a pool with a cache server and a network policy', () => {
  test.each([5, 2500])('has them all, and writes nothing more once they stand (informers %i ms late)', async (lagMs) => {
    const world = await createWorld(WISHES, lagMs);
    await world.clock.advance(20_000);
    expect(counted(world)).toEqual(ALL);
    const { updated, created, deleted } = world.cluster.counters;
    await world.clock.advance(60_000);
    expect(world.cluster.counters).toMatchObject({ updated, created, deleted, errors: 0 });
    world.cluster.check();
    world.cluster.stop();
  });

  test('runs its jobs, for the Pods find the Secret of the cache', async () => {
    const world = await createWorld(WISHES);
    world.forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'], durationMs: 3000 });
    expect(await world.clock.runUntil(() => world.forgejo.jobs().every(({ status }) => status === 'success'), 60_000)).toBe(true);
    world.cluster.stop();
  });

  test('changes them where they stand, and makes another cache server for another size', async () => {
    const world = await createWorld(WISHES);
    const [before] = world.cluster.list('StatefulSet', 'ci');
    applyPool(world.cluster, { ...WISHES, runner: { image: 'code.forgejo.org/forgejo/runner:12.9.0' } });
    await world.clock.advance(5000);
    const [changed] = world.cluster.list('StatefulSet', 'ci');
    expect(changed?.metadata.uid).toBe(before?.metadata.uid);
    expect(JSON.stringify(changed?.spec)).toContain('12.9.0');
    applyPool(world.cluster, { ...WISHES, cache: { server: { size: '2Gi' } }, networkPolicy: {} });
    await world.clock.advance(5000);
    const [another] = world.cluster.list('StatefulSet', 'ci');
    expect(counted(world)).toEqual(ALL);
    expect(another?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(JSON.stringify(world.cluster.list('NetworkPolicy', 'ci'))).not.toContain('registry');
    expect(world.cluster.counters.errors).toBe(0);
    world.cluster.check();
    world.cluster.stop();
  });

  test('keeps its cache server while its Secret, deleted by hand, is made again, and gives that another Pod', async () => {
    const world = await createWorld(WISHES);
    const [before] = world.cluster.list('StatefulSet', 'ci');
    const secret = world.cluster.list('Secret', 'ci').find(({ metadata }) => metadata.labels?.[LABEL_CACHE_OF] !== undefined);
    world.cluster.delete('Secret', 'ci', secret?.metadata.name ?? '');
    await world.clock.advance(5000);
    const [after] = world.cluster.list('StatefulSet', 'ci');
    expect(counted(world)).toEqual(ALL);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(JSON.stringify(before?.spec)).toContain(secret?.metadata.uid);
    expect(JSON.stringify(after?.spec)).not.toContain(secret?.metadata.uid);
    world.cluster.stop();
  });

  test('loses them when it does not want them any more', async () => {
    const world = await createWorld(WISHES);
    applyPool(world.cluster, { cache: undefined, networkPolicy: undefined });
    await world.clock.advance(5000);
    expect(counted(world)).toEqual(NONE);
    world.cluster.stop();
  });

  test('keeps them while its spec is invalid, and writes them no more than once', async () => {
    const world = await createWorld(WISHES);
    applyPool(world.cluster, { ...WISHES, labels: [] });
    await world.clock.advance(5000);
    const { updated } = world.cluster.counters;
    await world.clock.advance(120_000);
    expect(counted(world)).toEqual(ALL);
    expect(world.cluster.counters).toMatchObject({ updated, errors: 0 });
    world.cluster.stop();
  });

  test('is gone with all of them when it is deleted', async () => {
    const world = await createWorld(WISHES);
    world.cluster.delete('RunnerPool', 'ci', 'pool');
    expect(await world.clock.runUntil(() => world.cluster.get('RunnerPool', 'ci', 'pool') === undefined, 60_000)).toBe(true);
    await world.clock.advance(1000);
    expect(KINDS.flatMap((kind) => world.cluster.list(kind, 'ci')).map(({ metadata }) => metadata.name)).toEqual(['token']);
    world.cluster.check();
    world.cluster.stop();
  });
});
