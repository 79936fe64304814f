/** What happens in the demo: jobs come in, runners appear, work and go, the pools are deleted. */
import type { Clock } from '../../clock.ts';
import type { EmbeddedWorld } from './embedded-world.ts';
import type { Measure } from './measure.ts';
import { EPHEMERAL, NAMESPACE, PERSISTENT, REPOSITORIES, statusOf } from './pools.ts';
import type { Screen } from './screen.ts';
import { drawLine, drawTable } from './view.ts';

export interface Stage {
  readonly world: EmbeddedWorld;
  readonly clock: Clock;
  readonly measure: Measure;
  readonly screen: Screen;
}

const EPHEMERAL_JOBS = 50;
const PERSISTENT_JOBS = 10;
const STEP_MS = 250;
/** A step of the demo that takes longer than this has failed. */
const PATIENCE_MS = 45_000;

/** Queues all jobs at once and waits until they have ended and the pools are small again. False when that never came. */
export async function runJobs(stage: Stage): Promise<boolean> {
  for (let index = 0; index < EPHEMERAL_JOBS; index += 1) queue(stage, index, `test-${index + 1}`, 'docker');
  for (let index = 0; index < PERSISTENT_JOBS; index += 1) queue(stage, index, `deploy-${index + 1}`, 'deploy');
  return until(
    stage,
    'jobs are queued',
    () => allEnded(stage) && liveRunners(stage, EPHEMERAL) === 0 && liveRunners(stage, PERSISTENT) === 1,
  );
}

/** Jobs that come one by one until `ended` aborts; waits for the last of them. */
export async function trickle(stage: Stage, ended: AbortSignal): Promise<void> {
  for (let index = 0; !ended.aborted; index += 1) {
    queue(stage, index, `nightly-${index + 1}`, index % 4 === 3 ? 'deploy' : 'docker');
    for (let step = 0; step < 12 && !ended.aborted; step += 1) {
      show(stage, 'serving: Ctrl-C ends it');
      await stage.clock.sleep(STEP_MS, ended);
    }
  }
  await until(stage, 'the last jobs end', () => allEnded(stage));
}

/** Deletes the pools and waits until nothing is left. False when something stays. */
export async function deletePools(stage: Stage): Promise<boolean> {
  const { cluster } = stage.world;
  for (const name of [EPHEMERAL, PERSISTENT]) cluster.delete('RunnerPool', NAMESPACE, name);
  return until(stage, 'pools are deleted', () => cluster.list('RunnerPool', NAMESPACE).length === 0);
}

/** 0.3 to 1.5 s each, the same in every run. */
function queue({ world, measure }: Stage, index: number, name: string, label: string): void {
  const repository = REPOSITORIES[index % REPOSITORIES.length] ?? REPOSITORIES[0];
  const durationMs = 300 + ((index * 700) % 1200);
  measure.queued(world.forgejo.queueJob({ repository, name, runsOn: [label], durationMs }).handle);
}

function allEnded({ world }: Stage): boolean {
  return world.forgejo.jobs().every((job) => job.status !== 'waiting' && job.status !== 'running');
}

function liveRunners({ world }: Stage, pool: string): number {
  const object = world.cluster.get('RunnerPool', NAMESPACE, pool);
  return (object && statusOf(object).replicas) ?? 0;
}

async function until(stage: Stage, title: string, done: () => boolean): Promise<boolean> {
  const deadline = stage.clock.now() + PATIENCE_MS;
  while (!done()) {
    if (stage.clock.now() > deadline) return false;
    show(stage, title);
    await stage.clock.sleep(STEP_MS);
  }
  show(stage, title);
  return true;
}

function show(stage: Stage, title: string): void {
  for (const pool of [EPHEMERAL, PERSISTENT]) stage.measure.sample(pool, liveRunners(stage, pool));
  stage.screen.draw(
    () => drawTable(stage.world, title),
    () => drawLine(stage.world, title),
  );
}
