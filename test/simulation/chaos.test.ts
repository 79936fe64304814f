/**
 * Pools of both modes in a world where much goes wrong: Pods die, are evicted, never start, informers lag, Forgejo loses
 * answers, runners are cut off from it, clocks differ, the operator and Metacontroller are restarted, and a busy pool of
 * others works in the same scope. However it went, every job ends, no pool runs more Pods than it may, an idle pool becomes as
 * small as it should, and a deleted pool leaves nothing behind. A failure prints its seed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { API_VERSION, KIND, LABEL_POOL_UID } from '../../src/api/keys.ts';
import type { FaultRule as PodFaultRule } from '../../src/dev/cluster/faults.ts';
import { readController } from '../../src/dev/demo/embedded-world.ts';
import { statusOf } from '../../src/dev/demo/pools.ts';
import type { FaultRule as RequestFaultRule } from '../../src/dev/forgejo/faults.ts';
import { createRandom } from '../../src/dev/forgejo/random.ts';
import { createVirtualWorld, FORGEJO_URL, type VirtualWorld } from '../../src/dev/virtual-world.ts';

const MAX_RUNNERS = 6;
const CHAOS_SECONDS = 150;

const podFaults: readonly PodFaultRule[] = [
  { fault: { kind: 'killed', afterMs: 4_000, oom: true }, probability: 0.05 },
  { fault: { kind: 'evicted', afterMs: 2_000 }, probability: 0.05 },
  { fault: { kind: 'nodePressure', afterMs: 3_000, resource: 'memory' }, probability: 0.03 },
  { fault: { kind: 'startError', message: 'no such file' }, probability: 0.03 },
  { fault: { kind: 'refused', message: 'exceeded quota' }, probability: 0.02 },
  { fault: { kind: 'waiting', reason: 'ErrImagePull' }, probability: 0.02 },
  { fault: { kind: 'slowStart', ms: 20_000 }, probability: 0.05 },
  { fault: { kind: 'nodeLost', afterMs: 3_000, tolerationMs: 30_000 }, probability: 0.02 },
  { fault: { kind: 'nodeDeleted', afterMs: 3_000 }, probability: 0.02 },
  { fault: { kind: 'termLost' }, probability: 0.1 },
];
/** The runners' own protocol breaks, while the API answers. */
const RUNNERS_CUT_OFF: RequestFaultRule = { fault: { kind: 'refuse' }, when: { path: '/api/actions' } };
const requestFaults: readonly RequestFaultRule[] = [
  { fault: { kind: 'loseAnswer' }, probability: 0.03 },
  { fault: { kind: 'refuse' }, probability: 0.02, when: { path: '/api/v1' } },
  { fault: { kind: 'answer', status: 502, body: 'bad gateway' }, probability: 0.03, when: { path: '/api/v1' } },
  { fault: { kind: 'latency', ms: 3_000 }, probability: 0.02, when: { path: '/api/v1' } },
];

function setUp(world: VirtualWorld, mode: string, minRunners: number): void {
  world.forgejo.addUser({ name: 'dev' });
  world.forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  for (const path of ['acme/app', 'acme/site']) world.forgejo.addRepository({ path });
  const token = world.forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  world.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ci' } });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token', namespace: 'ci' }, data: { token: btoa(token) } };
  world.cluster.apply(secret);
  const spec = {
    forgejo: { url: FORGEJO_URL, scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } },
    mode,
    labels: ['docker:host'],
    minRunners,
    maxRunners: MAX_RUNNERS,
    idleTimeoutSeconds: 30,
    pendingTimeoutSeconds: 120,
    jobTimeoutSeconds: 600,
    runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' },
    containerMode: { type: 'Host' },
  };
  world.cluster.apply({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'pool', namespace: 'ci' }, spec });
  const neighbour = { ...spec, mode: 'Ephemeral', labels: ['other:host'], minRunners: 0, maxRunners: 3 };
  world.cluster.apply({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'neighbour', namespace: 'ci' }, spec: neighbour });
}

/** Pods of the pool that can run something and were not told to end. */
function runningPods({ cluster }: VirtualWorld): number {
  const uid = cluster.get('RunnerPool', 'ci', 'pool')?.metadata.uid;
  const own = cluster.list('Pod', 'ci').filter((pod) => pod.metadata.labels?.[LABEL_POOL_UID] === uid);
  const phases = ['Pending', 'Running'];
  return own.filter((pod) => pod.metadata.deletionTimestamp === undefined && phases.includes(pod.status?.phase ?? '')).length;
}

function replicasOf({ cluster }: VirtualWorld): number {
  const pool = cluster.get('RunnerPool', 'ci', 'pool');
  return (pool && statusOf(pool).replicas) ?? 0;
}

function isOpen({ status }: { readonly status: string }): boolean {
  return status === 'waiting' || status === 'running' || status === 'blocked';
}

/** Secrets, Jobs, Deployments and registrations; Pods of a node that never came back are Kubernetes' to remove. */
function leftovers({ cluster, forgejo }: VirtualWorld): readonly string[] {
  const children = (['Secret', 'ConfigMap', 'Job', 'Deployment'] as const).flatMap((kind) => cluster.list(kind, 'ci'));
  const owned = children.filter((object) => (object.metadata.ownerReferences ?? []).length > 0);
  return [...owned.map((object) => `${object.kind}/${object.metadata.name}`), ...forgejo.runners().map((runner) => `row ${runner.name}`)];
}

const runs = [1, 3].flatMap((seed) => ['Ephemeral', 'Persistent'].map((mode) => ({ mode, seed })));

test.each(runs)('$mode, seed $seed: every job ends, the maximum holds, nothing is left', async ({ mode, seed }) => {
  const leftBehind: string[] = [];
  const world = createVirtualWorld({
    seed,
    controller: await readController(),
    oneJobScript: readFileSync(join(import.meta.dirname, '../../src/children/entrypoint/one-job.sh'), 'utf8'),
    log: { outcomes: () => {}, leftBehind: (_pool, names) => leftBehind.push(...names), judged: () => {} },
    lag: { ms: 50, jitterMs: 400 },
    faults: podFaults,
    // Forgejo's clock is behind, right, or ahead.
    offsetMs: (seed - 2) * 600_000,
  });
  const { clock, cluster, forgejo } = world;
  const random = createRandom(seed * 7919);
  const minRunners = seed % 3;
  setUp(world, mode, minRunners);

  let queued = 0;
  let peak = 0;
  let cutUntil = 0;
  for (let second = 0; second < CHAOS_SECONDS; second += 1) {
    for (let jobs = random.next() < 0.2 ? Math.ceil(random.next() * 5) : 0; jobs > 0; jobs -= 1) {
      const repository = random.next() < 0.5 ? 'acme/app' : 'acme/site';
      const group = random.next() < 0.1 ? { concurrencyGroup: 'deploy' } : {};
      forgejo.queueJob({
        repository,
        name: `job-${(queued += 1)}`,
        runsOn: ['docker'],
        durationMs: 500 + random.next() * 15_000,
        ...group,
      });
    }
    const open = forgejo.jobs().filter(isOpen);
    const victim = open[Math.floor(random.next() * open.length)];
    if (victim !== undefined && random.next() < 0.02) forgejo.cancelJob(victim.handle);
    if (second % 4 === 0) forgejo.queueJob({ repository: 'acme/site', name: 'other', runsOn: ['other'], durationMs: 8_000 });
    if (random.next() < 0.03) cutUntil = second + 10 + random.next() * 30;
    forgejo.setFaults(second < cutUntil ? [...requestFaults, RUNNERS_CUT_OFF] : requestFaults);
    if (random.next() < 0.02) world.restartOperator();
    if (random.next() < 0.01) cluster.restartMetacontroller(3_000);
    await clock.advance(1_000);
    peak = Math.max(peak, runningPods(world));
  }
  forgejo.setFaults([]);
  const ended = await clock.runUntil(() => forgejo.jobs().every((job) => !isOpen(job)), 1_500_000);
  // The others go on: their tasks are no reason to keep runners of ours.
  let small = false;
  for (let round = 0; round < 100 && !small; round += 1) {
    forgejo.queueJob({ repository: 'acme/site', name: 'other', runsOn: ['other'], durationMs: 8_000 });
    small = await clock.runUntil(() => replicasOf(world) === minRunners, 4_000);
  }
  await clock.runUntil(() => forgejo.jobs().every((job) => !isOpen(job)), 120_000);
  cluster.delete('RunnerPool', 'ci', 'neighbour');
  cluster.delete('RunnerPool', 'ci', 'pool');
  const gone = await clock.runUntil(() => cluster.list('RunnerPool', 'ci').length === 0, 1_500_000);
  await clock.advance(1_000);

  cluster.check();
  const open = forgejo.jobs().filter(isOpen);
  cluster.stop();
  const seen = { ended, small, gone, open, left: leftovers(world), leftBehind };
  expect(seen).toEqual({ ended: true, small: true, gone: true, open: [], left: [], leftBehind: [] });
  expect(peak).toBeLessThanOrEqual(MAX_RUNNERS);
  expect(queued).toBeGreaterThan(30);
});
