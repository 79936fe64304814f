/** One look at the whole world: what every invariant of a step is held against. */
import { KIND, LABEL_POOL_UID, LABEL_RUNNER } from '../../src/api/keys.ts';
import type { Cluster } from '../../src/dev/cluster/cluster.ts';
import type { KubeObject, PodObject } from '../../src/dev/cluster/objects.ts';
import type { RunnerProcess } from '../../src/dev/cluster/runner-processes.ts';
import type { RunnerView } from '../../src/dev/forgejo/runners.ts';
import type { Deletion } from '../../src/dev/forgejo/state.ts';
import type { JobView } from '../../src/dev/forgejo/views.ts';
import { NAMESPACE } from './names.ts';
import type { Simulation } from './simulation.ts';

export interface SeenCluster {
  readonly index: number;
  readonly cluster: Cluster;
  readonly pools: readonly KubeObject[];
  readonly pods: readonly PodObject[];
  readonly processes: readonly RunnerProcess[];
  /** Names of the runners that have such a child. */
  readonly secrets: ReadonlySet<string>;
  readonly workloads: ReadonlySet<string>;
}

export interface Seen {
  /** The clock, ms. */
  readonly now: number;
  readonly jobs: readonly JobView[];
  readonly rows: readonly RunnerView[];
  readonly deletions: readonly Deletion[];
  readonly clusters: readonly SeenCluster[];
  /** Runners alive, of all clusters, by uuid of their registration. */
  readonly alive: ReadonlyMap<string, readonly RunnerProcess[]>;
  /** Tasks that a living process works on. */
  readonly held: ReadonlySet<number>;
}

export function look({ world }: Simulation): Seen {
  const clusters = world.clusters.map((cluster, index) => ({
    index,
    cluster,
    pools: cluster.list(KIND, NAMESPACE),
    pods: cluster.list('Pod', NAMESPACE),
    processes: cluster.processes(),
    secrets: runnersOf(cluster.list('Secret', NAMESPACE)),
    workloads: runnersOf([...cluster.list('Job', NAMESPACE), ...cluster.list('Deployment', NAMESPACE)]),
  }));
  const processes = clusters.flatMap((each) => each.processes);
  return {
    now: world.clock.now(),
    jobs: world.forgejo.jobs(),
    rows: world.forgejo.runners(),
    deletions: world.forgejo.deletions(),
    clusters,
    alive: Map.groupBy(processes, ({ uuid }) => uuid),
    held: new Set(processes.flatMap(({ taskId }) => taskId ?? [])),
  };
}

/** The uid of the pool that made a registration; null for anybody else's. */
export function ownerOf({ description }: Pick<RunnerView, 'description'>): string | null {
  return /^forgejo-runner-operator pool=(\S+) /.exec(description)?.[1] ?? null;
}

/** The job that a registration was made for; null for one that takes any. */
export function handleOf({ description }: Pick<RunnerView, 'description'>): string | null {
  return / handle=(?!- )(\S+) /.exec(description)?.[1] ?? null;
}

export function runnerOf(object: KubeObject): string | null {
  return object.metadata.labels?.[LABEL_RUNNER] ?? null;
}

export function poolOf(object: KubeObject): string | null {
  return object.metadata.labels?.[LABEL_POOL_UID] ?? null;
}

/** Its container may still run something. */
export function isPodAlive({ status }: PodObject): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !ended && status?.containerStatuses?.[0]?.state?.terminated === undefined;
}

export function isRunning({ status }: PodObject): boolean {
  return status?.containerStatuses?.[0]?.state?.running !== undefined;
}

/** What an orphan deletion left is no child of anybody's any more. */
function isOwned({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).length > 0;
}

function runnersOf(objects: readonly KubeObject[]): ReadonlySet<string> {
  return new Set(objects.filter(isOwned).flatMap((object) => runnerOf(object) ?? []));
}
