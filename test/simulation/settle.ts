/** After the last event: faults end, what people took away comes back, and the world must come to rest. */

import { KIND, LABEL_RUNNER } from '../../src/api/keys.ts';
import type { KubeObject } from '../../src/dev/cluster/objects.ts';
import { loadOf } from './load.ts';
import { NAMESPACE, POOL, REPOSITORIES } from './names.ts';
import { limitsAt, repositoryIdOf, servesRepository } from './pool-spec.ts';
import { ownerOf, type Seen } from './seen.ts';
import { applyPool } from './set-up.ts';
import { elapsed, type Simulation } from './simulation.ts';

/** Everything that was in force ends now. */
export function endFaults(simulation: Simulation): void {
  const { world, troubles, agenda, edits, scenario, lags } = simulation;
  const now = world.clock.now();
  for (const cluster of world.clusters)
    for (const kind of ['Secret', 'ConfigMap', 'Job', 'Deployment'] as const) cluster.refuse(kind, null);
  agenda.hurry();
  troubles.clear(now);
  world.forgejo.setFaults([]);
  for (const [index, cluster] of world.clusters.entries()) {
    cluster.setHookFaults([]);
    lags[index]?.clear();
    cluster.setLag('all', scenario.lag);
    world.route(index, 'first');
    Object.assign(edits[index] ?? {}, { min: scenario.limits.min, max: scenario.limits.max });
    applyPool(simulation, index);
  }
}

/** Jobs that somebody serves and that have not ended. */
export function openJobs({ poolsGone, namespacesGone, world, scenario, edits }: Simulation, seen: Seen): readonly Seen['jobs'][number][] {
  const served = new Set(
    world.clusters.flatMap((_cluster, index) => {
      const wanted = edits[index];
      if (poolsGone.has(index) || wanted === undefined) return [];
      return REPOSITORIES.filter((path) => servesRepository(scenario, wanted, path)).map(repositoryIdOf);
    }),
  );
  const other = scenario.neighbour && !namespacesGone.has(0);
  return seen.jobs.filter(({ status, runsOn, repositoryId }) => {
    if (status === 'running') return true;
    return status === 'waiting' && (runsOn.includes('docker') ? served.has(repositoryId) : other);
  });
}

/** What a pool at rest does not change. */
export function restMark(simulation: Simulation, seen: Seen): string {
  const { statusWrites } = loadOf(simulation);
  const children = seen.clusters.map(({ secrets, workloads }) => `${secrets.size} ${workloads.size}`);
  return [statusWrites, ...children, seen.rows.length].join(' ');
}

/** Whether a pool that rests is as small as it is to be, and nothing of it is without a slot. */
export function restProblem(simulation: Simulation, seen: Seen): string | null {
  const { scenario, edits, ledger, namespacesGone } = simulation;
  for (const { index, pools, secrets, workloads } of seen.clusters) {
    if (namespacesGone.has(index)) continue;
    for (const { metadata } of pools) {
      if (metadata.deletionTimestamp !== undefined) continue;
      // The Pod of a Deployment is replaced on another node, and its runner is the same.
      const lost = (name: string): boolean => ledger.isOnLostNode(name) && (scenario.mode === 'Ephemeral' || !workloads.has(name));
      const rows = seen.rows.filter((row) => ownerOf(row) === metadata.uid && !lost(row.name));
      const own = metadata.name === POOL ? edits[index] : undefined;
      const wanted = own === undefined ? 0 : limitsAt(scenario, own, elapsed(simulation)).min;
      if (rows.length !== wanted) return `${metadata.name} rests with ${rows.length} runners, and should have ${wanted}`;
      const lone = rows.find((row) => !secrets.has(row.name));
      if (lone !== undefined) return `${lone.name} has no Secret`;
    }
  }
  return null;
}

export function deletePools({ world }: Simulation): void {
  for (const cluster of world.clusters) {
    for (const { metadata } of cluster.list(KIND, NAMESPACE)) {
      if (metadata.deletionTimestamp === undefined) cluster.delete(KIND, NAMESPACE, metadata.name);
    }
  }
}

/** Owned children, registrations, processes: what a pool that is gone must not leave. */
export function leftovers(
  { world, ledger, decisions, orphanedDaemons }: Simulation,
  seen: Seen,
  own: ReadonlySet<string>,
): readonly string[] {
  const children = world.clusters.flatMap((cluster) =>
    (['Secret', 'ConfigMap', 'Job', 'Deployment'] as const).flatMap((kind) => cluster.list(kind, NAMESPACE)),
  );
  // What is being deleted waits for Kubernetes: with a foreground deletion for the Pod of a lost node.
  const owned = children.filter(({ metadata }) => (metadata.ownerReferences ?? []).length > 0 && metadata.deletionTimestamp === undefined);
  const rows = seen.rows.filter((row) => own.has(ownerOf(row) ?? '') && !decisions.leftBehind.includes(row.name));
  // An answer that was under way when its pool was deleted may have made one more, which lost its owner with the others.
  const ownerless = children.filter(({ kind, metadata }) => kind === 'Deployment' && (metadata.ownerReferences ?? []).length === 0);
  const orphans = new Set([...orphanedDaemons.keys(), ...ownerless.map(({ metadata }) => metadata.labels?.[LABEL_RUNNER] ?? '')]);
  const processes = [...seen.alive.values()].flat().filter(({ runner }) => !ledger.isOnLostNode(runner) && !orphans.has(runner));
  return [
    ...owned.map((object) => `${object.kind}/${object.metadata.name}`),
    ...rows.map((row) => `the row ${row.name}`),
    ...processes.map(({ runner }) => `the process of ${runner}`),
  ];
}

/**
 * Somebody removes the Pods of lost nodes that hold up what else waits for nothing but them: Kubernetes never does it. With a
 * foreground deletion the pool itself waits for its Pods, and a namespace deletes its pools after its Pods.
 */
export function removeLostPods({ world, namespacesGone }: Simulation): void {
  for (const [index, cluster] of world.clusters.entries()) {
    const held = cluster
      .list(KIND, NAMESPACE)
      .some(({ metadata }) => metadata.deletionTimestamp !== undefined && !hasOurFinalizer(metadata));
    if (!held && !namespacesGone.has(index)) continue;
    for (const { metadata } of cluster.list('Pod', NAMESPACE)) {
      const overdue = Date.parse(metadata.deletionTimestamp ?? '') < world.clock.now();
      if (overdue) cluster.delete('Pod', NAMESPACE, metadata.name, { graceSeconds: 0 });
    }
  }
}

export function hasOurFinalizer({ finalizers }: KubeObject['metadata']): boolean {
  return finalizers?.some((name) => name.startsWith('metacontroller.io/')) === true;
}
