import { describe, expect, test } from 'vitest';
import { API_VERSION, KIND, LABEL_POOL_UID } from '../../src/api/keys.ts';
import type { Cluster } from '../../src/dev/cluster/cluster.ts';
import { readController } from '../../src/dev/demo/embedded-world.ts';
import { createVirtualWorld, FORGEJO_URL, type VirtualWorld, type VirtualWorldOptions } from '../../src/dev/virtual-world.ts';
import { readRenderAssets } from '../../src/render-assets.ts';

const assets = await readRenderAssets();
const log = { outcomes: () => {}, leftBehind: () => {}, judged: () => {} };

async function createWorld(options: Partial<VirtualWorldOptions>): Promise<VirtualWorld> {
  const world = createVirtualWorld({ seed: 1, controller: await readController(), assets, log, ...options });
  world.forgejo.addUser({ name: 'dev' });
  world.forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  world.forgejo.addRepository({ path: 'acme/app' });
  const token = world.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  for (const cluster of world.clusters) setUp(cluster, token);
  return world;
}

function setUp(cluster: Cluster, token: string): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ci' } });
  cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token', namespace: 'ci' }, data: { token: btoa(token) } });
  cluster.apply({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'pool', namespace: 'ci' },
    spec: {
      forgejo: { url: FORGEJO_URL, scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } },
      labels: ['docker:host'],
      maxRunners: 3,
      runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
      containerMode: { type: 'Host' },
    },
  });
}

function queue(world: VirtualWorld, jobs: number, durationMs = 5000): void {
  for (let job = 0; job < jobs; job += 1)
    world.forgejo.queueJob({ repository: 'acme/app', name: `job-${job}`, runsOn: ['docker'], durationMs });
}

function allEnded(world: VirtualWorld): boolean {
  return world.forgejo.jobs().every(({ status }) => status === 'success');
}

describe('two clusters on one scope', () => {
  test('each has uids, Pods and an operator of its own, and every job runs once', async () => {
    const world = await createWorld({ clusters: 2 });
    const [first, second] = world.clusters;
    expect(world.cluster).toBe(first);
    const uids = world.clusters.map((cluster) => cluster.get('RunnerPool', 'ci', 'pool')?.metadata.uid);
    expect(new Set(uids).size).toBe(2);
    queue(world, 6);
    expect(await world.clock.runUntil(() => allEnded(world), 120_000)).toBe(true);
    for (const [index, cluster] of [first, second].entries()) {
      expect(cluster?.counters.created).toBeGreaterThan(0);
      const labels = cluster?.list('Pod').map((pod) => pod.metadata.labels?.[LABEL_POOL_UID]) ?? [];
      expect(new Set(labels)).toEqual(new Set(labels.length === 0 ? [] : [uids[index]]));
      cluster?.check();
      cluster?.stop();
    }
  });

  test('there is no third one', async () => {
    const world = await createWorld({ clusters: 2 });
    expect(() => world.restartOperator(2)).toThrow('no cluster 2');
  });
});

describe('two replicas of the operator', () => {
  test.each(['first', 'second', 'alternate'] as const)('routed to %s, every job runs', async (route) => {
    const world = await createWorld({ replicas: 2 });
    world.route(0, route);
    queue(world, 4);
    await world.clock.advance(4000);
    world.restartOperator(0, 1);
    expect(await world.clock.runUntil(() => allEnded(world), 120_000)).toBe(true);
    world.cluster.check();
    world.cluster.stop();
  });

  test('each reads Forgejo for itself', async () => {
    const reads = async (route: 'first' | 'alternate'): Promise<number> => {
      const world = await createWorld({ replicas: 2 });
      world.route(0, route);
      queue(world, 3, 20_000);
      await world.clock.advance(20_000);
      world.cluster.stop();
      return world.forgejo.counters.jobs ?? 0;
    };
    expect(await reads('alternate')).toBeGreaterThan(await reads('first'));
  });

  test('with one replica there is no second one to reach', async () => {
    const world = await createWorld({});
    expect(() => world.route(0, 'second')).toThrow('no replica 1');
    expect(() => world.restartOperator(0, 1)).toThrow('no replica 1');
  });
});

test('the same seed gives the same world', async () => {
  const play = async (seed: number): Promise<string> => {
    const world = await createWorld({ seed, lag: { ms: 20, jitterMs: 300 } });
    world.cluster.setHookFaults([{ fault: { kind: 'loseAnswer' }, probability: 0.2 }]);
    queue(world, 8);
    await world.clock.advance(60_000);
    world.cluster.stop();
    return JSON.stringify([world.cluster.counters, world.cluster.events, world.forgejo.jobs(), world.cluster.list('Job')]);
  };
  const first = await play(5);
  expect(await play(5)).toBe(first);
  expect(await play(6)).not.toBe(first);
});

test('a namespace that is deleted takes nothing new, ends its Pods first and then everything at once', async () => {
  const world = await createWorld({});
  queue(world, 2, 30_000);
  await world.clock.advance(10_000);
  world.cluster.delete('Namespace', '', 'ci');
  await world.clock.advance(1000);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'late', namespace: 'ci' } };
  expect(() => world.cluster.apply(secret)).toThrow('because it is being terminated');
  expect(world.cluster.list('Pod', 'ci').every((pod) => pod.metadata.deletionTimestamp === undefined)).toBe(true);
  await world.clock.advance(5000);
  expect(world.cluster.list('Pod', 'ci').filter((pod) => pod.metadata.deletionTimestamp !== undefined)).toHaveLength(2);
  expect(world.cluster.get('RunnerPool', 'ci', 'pool')?.metadata.deletionTimestamp).toBeUndefined();
  expect(await world.clock.runUntil(() => world.cluster.list('Pod', 'ci').length === 0, 60_000)).toBe(true);
  expect(allEnded(world)).toBe(true);
  expect(world.cluster.list('Secret', 'ci').map(({ metadata }) => metadata.name)).toContain('token');
  expect(await world.clock.runUntil(() => world.cluster.get('Namespace', '', 'ci') === undefined, 200_000)).toBe(true);
  expect(world.forgejo.runners()).toEqual([]);
  world.cluster.stop();
});
