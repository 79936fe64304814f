/** What people do to a pool and to what belongs to it. */
import { KIND, LABEL_RUNNER } from '../../src/api/keys.ts';
import type { KubeObject } from '../../src/dev/cluster/objects.ts';
import { at } from './draw.ts';
import { NAMESPACE, POOL, TOKEN_SECRET } from './names.ts';
import { type PoolEdits, poolObject } from './pool-spec.ts';
import type { Action } from './scenario.ts';
import { applyPool, applyTokenSecret, newToken } from './set-up.ts';
import { clusterAt, later, type Simulation } from './simulation.ts';

type Of<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

const RECREATE_RETRY_MS = 500;

/** Changes what is wanted of the pool; false when it is not there. */
export function edit(simulation: Simulation, cluster: number, change: (edits: PoolEdits) => void): boolean {
  const edits = simulation.edits[cluster];
  if (edits === undefined) return false;
  change(edits);
  if (clusterAt(simulation, cluster).get(KIND, NAMESPACE, POOL) === undefined) return false;
  applyPool(simulation, cluster);
  return true;
}

/** An edit that is taken back after a while. */
export function editFor(simulation: Simulation, cluster: number, forMs: number, change: (edits: PoolEdits, by: 1 | -1) => void): boolean {
  later(simulation, forMs, () => void edit(simulation, cluster, (edits) => change(edits, -1)));
  return edit(simulation, cluster, (edits) => change(edits, 1));
}

/** A pool that serves every repository may keep warm runners, and can not be told to choose. */
export function denyRepository(simulation: Simulation, cluster: number, { repository, forMs }: Of<'denyRepository'>): boolean {
  if (simulation.scenario.sharing.choice === null) return false;
  return editFor(simulation, cluster, forMs, ({ denials }, by) => {
    denials[repository] += by;
  });
}

export function deletePool(simulation: Simulation, cluster: number, { propagation, recreateAfterMs }: Of<'deletePool'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const pool = owner.get(KIND, NAMESPACE, POOL);
  if (pool === undefined || pool.metadata.deletionTimestamp !== undefined) return false;
  if (propagation === 'Orphan') {
    for (const { metadata } of owner.list('Deployment', NAMESPACE))
      simulation.orphanedDaemons.set(metadata.labels?.[LABEL_RUNNER] ?? '', simulation.world.clock.now());
  }
  owner.delete(KIND, NAMESPACE, POOL, { propagation });
  simulation.poolsGone.add(cluster);
  if (recreateAfterMs === null) return true;
  simulation.poolsToReturn.add(cluster);
  later(simulation, recreateAfterMs, () => recreate(simulation, cluster));
  return true;
}

/** As soon as the old one is gone: until then its name is taken. */
function recreate(simulation: Simulation, cluster: number): void {
  const owner = clusterAt(simulation, cluster);
  const edits = simulation.edits[cluster];
  if (edits === undefined || simulation.namespacesGone.has(cluster)) {
    simulation.poolsToReturn.delete(cluster);
    return;
  }
  if (owner.get(KIND, NAMESPACE, POOL) !== undefined) {
    later(simulation, RECREATE_RETRY_MS, () => recreate(simulation, cluster));
    return;
  }
  owner.apply(poolObject(simulation.scenario, edits));
  simulation.poolsGone.delete(cluster);
  simulation.poolsToReturn.delete(cluster);
}

export function tokenSecretGone(simulation: Simulation, cluster: number, { forMs }: Of<'tokenSecretGone'>): boolean {
  const { away, troubles, world } = simulation;
  const owner = clusterAt(simulation, cluster);
  if (owner.get('Secret', NAMESPACE, TOKEN_SECRET) === undefined) return false;
  away.tokenSecret += 1;
  owner.delete('Secret', NAMESPACE, TOKEN_SECRET);
  troubles.note({ kind: 'access', from: world.clock.now(), until: world.clock.now() + forMs });
  later(simulation, forMs, () => {
    away.tokenSecret -= 1;
    if (!simulation.namespacesGone.has(cluster)) applyTokenSecret(simulation, cluster);
  });
  return true;
}

/** The new one is in place before the old one is revoked; a Secret that is away comes back with the new one. */
export function rotateToken(simulation: Simulation): boolean {
  const { world, token, namespacesGone } = simulation;
  simulation.token = newToken(world);
  for (const [index, cluster] of world.clusters.entries()) {
    if (namespacesGone.has(index) || cluster.get('Secret', NAMESPACE, TOKEN_SECRET) === undefined) continue;
    applyTokenSecret(simulation, index);
  }
  world.forgejo.revokeToken(token);
  return true;
}

export function deleteNamespace(simulation: Simulation, cluster: number): boolean {
  if (simulation.namespacesGone.has(cluster)) return false;
  simulation.namespacesGone.add(cluster);
  simulation.poolsGone.add(cluster);
  clusterAt(simulation, cluster).delete('Namespace', '', NAMESPACE);
  return true;
}

export function deleteWorkload(simulation: Simulation, cluster: number, { which, propagation }: Of<'deleteWorkload'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const victim = at([...owner.list('Job', NAMESPACE), ...owner.list('Deployment', NAMESPACE)].filter(isRunners), which);
  if (victim === undefined) return false;
  owner.delete(victim.kind === 'Job' ? 'Job' : 'Deployment', NAMESPACE, victim.metadata.name, { propagation });
  simulation.ledger.droppedByHand(victim.metadata.labels?.[LABEL_RUNNER] ?? '');
  return true;
}

export function deleteSecret(simulation: Simulation, cluster: number, { which }: Of<'deleteSecret'>): boolean {
  const owner = clusterAt(simulation, cluster);
  const victim = at(owner.list('Secret', NAMESPACE).filter(isRunners), which);
  if (victim === undefined) return false;
  simulation.ledger.secretDeletedByHand(victim.metadata.name);
  owner.delete('Secret', NAMESPACE, victim.metadata.name);
  return true;
}

function isRunners(object: KubeObject): boolean {
  return object.metadata.labels?.[LABEL_RUNNER] !== undefined && object.metadata.deletionTimestamp === undefined;
}
