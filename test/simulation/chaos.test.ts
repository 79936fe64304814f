/**
 * Pools of both modes in a world where much goes wrong: Pods die, are evicted, never start, informers lag, Forgejo loses
 * answers, the operator and Metacontroller are restarted. However it went, every job ends, no pool has more runners than it
 * may, and a deleted pool leaves nothing behind. A failure prints its seed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { API_VERSION, KIND } from '../../src/api/keys.ts';
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

const runs = [1, 2, 3].flatMap((seed) => ['Ephemeral', 'Persistent'].map((mode) => ({ mode, seed })));

test.each(runs)('$mode, seed $seed: every job ends, the maximum holds, nothing is left', async ({ mode, seed }) => {
  const leftBehind: string[] = [];
  const world = createVirtualWorld({
    seed,
    controller: await readController(),
    oneJobScript: readFileSync(join(import.meta.dirname, '../../src/children/entrypoint/one-job.sh'), 'utf8'),
    log: { outcomes: () => {}, leftBehind: (_pool, names) => leftBehind.push(...names) },
    lag: { ms: 50, jitterMs: 400 },
    faults: podFaults,
    offsetMs: (seed - 2) * 700,
  });
  const { clock, cluster, forgejo } = world;
  const random = createRandom(seed * 7919);
  forgejo.setFaults(requestFaults);
  setUp(world, mode, seed % 3);

  let queued = 0;
  let peak = 0;
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
    if (random.next() < 0.02) world.restartOperator();
    if (random.next() < 0.01) cluster.restartMetacontroller(3_000);
    await clock.advance(1_000);
    const pool = cluster.get('RunnerPool', 'ci', 'pool');
    peak = Math.max(peak, (pool && statusOf(pool).replicas) ?? 0);
  }
  forgejo.setFaults([]);
  const ended = await clock.runUntil(() => forgejo.jobs().every((job) => !isOpen(job)), 1_500_000);
  cluster.delete('RunnerPool', 'ci', 'pool');
  const gone = await clock.runUntil(() => cluster.get('RunnerPool', 'ci', 'pool') === undefined, 1_500_000);
  await clock.advance(1_000);

  cluster.check();
  const open = forgejo.jobs().filter(isOpen);
  cluster.stop();
  expect({ ended, gone, open, left: leftovers(world), leftBehind }).toEqual({
    ended: true,
    gone: true,
    open: [],
    left: [],
    leftBehind: [],
  });
  expect(peak).toBeLessThanOrEqual(MAX_RUNNERS);
  expect(queued).toBeGreaterThan(30);
});
