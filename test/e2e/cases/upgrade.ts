/** From the last released state of the definition and the service to this one, under running jobs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Case, LeftOut } from '../case.ts';
import { until } from '../cluster/until.ts';
import { applyPool, createNamespace, deletePool, podsOf, poolSpec, untilSucceeded } from '../pools.ts';
import type { World } from '../world.ts';
import { queueJobs } from './life.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const DEFINITION = 'crds/runnerpools.yaml';
/** Older versions than this were never released. */
const LOOK_BACK = '50';
const JOBS = 6;
/** Longer than the upgrade takes, so that what runs before runs after. */
const JOB_SECONDS = 20;
const ALL_MS = 120_000;

interface Earlier {
  readonly commit: string;
  readonly definition: string;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** The newest commit whose definition is another one; null outside of a checkout, or without such a commit. */
function earlier(): Earlier | null {
  try {
    const present = readFileSync(join(ROOT, DEFINITION), 'utf8');
    for (const commit of git('log', '-n', LOOK_BACK, '--format=%H', '--', DEFINITION).split('\n').filter(Boolean)) {
      const definition = git('show', `${commit}:${DEFINITION}`);
      if (definition !== present) return { commit, definition };
    }
    return null;
  } catch {
    return null;
  }
}

/** The sources of that commit, with the modules that are installed here. */
function checkOut(commit: string, folder: string): string {
  const root = join(folder, 'earlier');
  mkdirSync(root);
  const archive = execFileSync('git', ['-C', ROOT, 'archive', commit, 'src', 'package.json'], { maxBuffer: 64 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', root], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

export const upgradeUnderRunningJobs: Case = {
  name: 'definition and service are upgraded under running jobs: none is interrupted, no runner is restarted',
  async run(world) {
    const from = world.parts.git === null ? null : earlier();
    if (from === null) throw new LeftOut('this is no git checkout with an earlier definition');
    const root = checkOut(from.commit, world.folder);
    const label = 'upgrade';
    const key = { namespace: 'upgrade', name: 'pool' };
    await createNamespace(world, key.namespace);
    await world.service.program.stop();
    const old = world.service.of(root, 'service-earlier');
    await world.api.apply(parse(from.definition));
    await old.start();
    const pool = await applyPool(world, key, poolSpec(world, label, { maxRunners: 3 }));
    await queueJobs(world, label, JOBS, JOB_SECONDS);
    await until('three jobs run', async () => (await world.forgejo.jobs(label)).running === 3);
    const before = await runningPods(world, pool);
    await upgrade(world, old);
    const after = await runningPods(world, pool);
    assert.deepEqual(
      before.filter((uid) => !after.includes(uid)),
      [],
      'Pods were replaced',
    );
    await untilSucceeded(world, label, JOBS, ALL_MS);
    await deletePool(world, key);
    return `from ${from.commit.slice(0, 7)}`;
  },
};

async function upgrade(world: World, old: { stop(): Promise<void> }): Promise<void> {
  await world.api.apply(parse(readFileSync(join(ROOT, DEFINITION), 'utf8')));
  await old.stop();
  await world.service.program.start();
}

async function runningPods(world: World, pool: Parameters<typeof podsOf>[1]): Promise<readonly string[]> {
  const pods = await podsOf(world, pool);
  return pods.filter(({ status }) => JSON.stringify(status ?? {}).includes('"phase":"Running"')).map(({ metadata }) => metadata.uid);
}
