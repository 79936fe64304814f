/** Each part is killed and started again while jobs run. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from '../case.ts';
import { until } from '../cluster/until.ts';
import { applyPool, createNamespace, deletePool, poolSpec, untilSucceeded } from '../pools.ts';
import type { World } from '../world.ts';
import { queueJobs } from './life.ts';

const JOBS = 8;
const JOB_SECONDS = 8;
const AT_ONCE = 4;
const ALL_MS = 240_000;
/** A hand-out whose answer dies with the server costs its job, which the operator then reports as failed: none is under way any more. */
const HANDED_OUT_MS = 1000;

interface Victim {
  readonly slug: string;
  readonly name: string;
  kill(world: World): Promise<void>;
  start(world: World): Promise<void>;
  readonly downMs: number;
}

/** Jobs run, the part dies, jobs go on without it, it comes back: every job ends once and well, and the pool goes clean. */
function killed({ slug, name, kill, start, downMs }: Victim): Case {
  return {
    name: `${name} is killed and started again while jobs run: none is lost`,
    async run(world) {
      const label = `restart-${slug}`;
      const key = { namespace: label, name: 'pool' };
      await createNamespace(world, label);
      await applyPool(world, key, poolSpec(world, label, { maxRunners: AT_ONCE }));
      await queueJobs(world, label, JOBS, JOB_SECONDS);
      await until('every runner has its job', async () => (await world.forgejo.jobs(label)).running === AT_ONCE);
      await delay(HANDED_OUT_MS);
      await kill(world);
      await delay(downMs);
      await start(world);
      await untilSucceeded(world, label, JOBS, ALL_MS);
      await deletePool(world, key);
      return `${JOBS} jobs, ${downMs / 1000} s away`;
    },
  };
}

export const partsAreKilled: readonly Case[] = [
  killed({
    slug: 'service',
    name: 'the service',
    kill: ({ service }) => service.program.kill(),
    start: ({ service }) => service.program.start(),
    downMs: 5000,
  }),
  killed({
    slug: 'controller',
    name: 'Metacontroller',
    kill: ({ controller }) => controller.kill(),
    start: ({ controller }) => controller.start(),
    downMs: 5000,
  }),
  killed({
    slug: 'api-server',
    name: 'the API server',
    kill: ({ plane }) => plane.apiServer.kill(),
    start: ({ plane }) => plane.apiServer.start(),
    downMs: 5000,
  }),
  killed({
    slug: 'forgejo',
    name: 'Forgejo',
    kill: ({ forgejo }) => forgejo.kill(),
    start: ({ forgejo }) => forgejo.start(),
    downMs: 8000,
  }),
];
