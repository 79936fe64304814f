/** A pool is deleted in every phase that its runners can be in: its finalizer goes, and nothing is left behind. */
import assert from 'node:assert/strict';
import type { RunnerPoolStatus } from '../../../src/api/status.ts';
import { type Case, eachRow } from '../case.ts';
import type { DeleteOptions } from '../cluster/api.ts';
import { until } from '../cluster/until.ts';
import {
  applyPool,
  briefly,
  createNamespace,
  deletePool,
  poolSpec,
  readPool,
  registrationsOf,
  statusOf,
  untilGone,
  untilSucceeded,
} from '../pools.ts';
import type { World } from '../world.ts';
import { queueJobs } from './life.ts';

type Counts = NonNullable<RunnerPoolStatus['counts']>;

interface Phase {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly jobs: number;
  /** The pool is deleted when its counts say so. */
  readonly when: (counts: Counts) => boolean;
  readonly options?: DeleteOptions;
  /** Jobs that must have ended well once the pool is gone. */
  readonly finished: number;
}

const JOB_SECONDS = 8;
const PHASES: readonly Phase[] = [
  { name: 'empty', spec: {}, jobs: 0, when: () => true, finished: 0 },
  { name: 'paused', spec: { paused: true }, jobs: 1, when: () => true, finished: 0 },
  {
    name: 'starting',
    spec: { nodeSelector: { 'example.org/no-such': 'node' } },
    jobs: 1,
    when: ({ starting }) => starting === 1,
    finished: 0,
  },
  { name: 'idle', spec: { minRunners: 2 }, jobs: 0, when: ({ idle }) => idle === 2, finished: 0 },
  { name: 'busy', spec: {}, jobs: 2, when: ({ busy }) => busy === 2, finished: 2 },
  { name: 'busy-and-idle', spec: { minRunners: 1 }, jobs: 1, when: ({ busy, idle }) => busy === 1 && idle === 1, finished: 1 },
  { name: 'persistent-idle', spec: { mode: 'Persistent', minRunners: 1 }, jobs: 0, when: ({ idle }) => idle === 1, finished: 0 },
  { name: 'persistent-busy', spec: { mode: 'Persistent', minRunners: 1 }, jobs: 1, when: ({ busy }) => busy === 1, finished: 1 },
  { name: 'busy-foreground', spec: {}, jobs: 1, when: ({ busy }) => busy === 1, options: { propagation: 'Foreground' }, finished: 1 },
  {
    name: 'with-a-cache',
    spec: { minRunners: 1, cache: { server: { size: '1Gi' } }, networkPolicy: {} },
    jobs: 0,
    when: ({ idle }) => idle === 1,
    finished: 0,
  },
];

async function deleteIn(world: World, { name, spec, jobs, when, options = {}, finished }: Phase): Promise<void> {
  const label = `deletion-${name}`;
  const key = { namespace: 'deletion', name };
  await applyPool(world, key, poolSpec(world, label, spec));
  await queueJobs(world, label, jobs, JOB_SECONDS);
  await until(
    `the runners of ${name} are in that phase`,
    async () => {
      const { counts } = await statusOf(world, key);
      return counts !== undefined && when(counts);
    },
    { detail: () => briefly(world, key) },
  );
  assert.ok(
    (await readPool(world, key))?.metadata.finalizers?.some((finalizer) => finalizer.startsWith('metacontroller.io/')),
    'it has no finalizer',
  );
  await deletePool(world, key, options);
  await untilSucceeded(world, label, finished, 5000);
}

export const deletionInEveryPhase: Case = {
  name: 'a pool is deleted in every phase: busy runners end their jobs, the finalizer goes, no child and no registration is left',
  async run(world) {
    await createNamespace(world, 'deletion');
    await eachRow(
      PHASES,
      ({ name }) => name,
      (phase) => deleteIn(world, phase),
    );
    return `${PHASES.length} phases`;
  },
};

export const deletionOfABrokenPool: Case = {
  name: 'a pool that the operator refuses is deleted',
  async run(world) {
    const key = { namespace: 'broken', name: 'pool' };
    await createNamespace(world, key.namespace);
    const schedules = [{ name: 'never', start: '0 8 30 2 *', duration: '1h', maxRunners: 1 }];
    await applyPool(world, key, poolSpec(world, 'broken', { schedules }));
    await until('it says that the spec is not valid', async () => {
      const { conditions = [] } = await statusOf(world, key);
      return conditions.some(({ type, status }) => type === 'SpecValid' && status === 'False');
    });
    await deletePool(world, key);
  },
};

export const deletionWithoutForgejo: Case = {
  name: 'a pool whose Forgejo is gone is let go when its drain time-out is over',
  async run(world) {
    const key = { namespace: 'without-forgejo', name: 'pool' };
    await createNamespace(world, key.namespace);
    const pool = await applyPool(world, key, poolSpec(world, 'without-forgejo', { minRunners: 1, drainTimeoutSeconds: 5 }));
    await until('a runner is idle', async () => (await statusOf(world, key)).counts?.idle === 1);
    await world.forgejo.kill();
    try {
      await world.api.remove('RunnerPool', key.namespace, key.name);
      await untilGone(world, pool);
    } finally {
      await world.forgejo.start();
    }
    const left = await registrationsOf(world, key);
    assert.equal(left.length, 1, 'nobody could delete the registration while Forgejo was away');
  },
};

export const deletionOfANamespace: Case = {
  name: 'a namespace with a pool and an idle runner is deleted whole',
  async run(world) {
    const key = { namespace: 'going-away', name: 'pool' };
    await createNamespace(world, key.namespace);
    await applyPool(world, key, poolSpec(world, 'going-away', { minRunners: 1 }));
    await until('a runner is idle', async () => (await statusOf(world, key)).counts?.idle === 1);
    await world.api.remove('Namespace', undefined, key.namespace);
    await until('the namespace is gone', async () => (await world.api.get('Namespace', undefined, key.namespace)) === null, {
      ms: 120_000,
    });
  },
};
