/** One run under way: the world, what was done to it, and what has been seen of it. Mutable, and private to its run. */
import { isApiError } from '../../src/dev/cluster/api-error.ts';
import type { Cluster } from '../../src/dev/cluster/cluster.ts';
import type { VirtualWorld } from '../../src/dev/virtual-world.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import type { Decisions } from './decisions.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { firstEdits, type PoolEdits } from './pool-spec.ts';
import { NO_RECORDS, type Records } from './records.ts';
import type { LaggingKind, Scenario } from './scenario.ts';
import { createTroubles, type Troubles } from './troubles.ts';

export interface LagInForce {
  readonly of: LaggingKind;
  readonly ms: number;
}

export interface Simulation {
  readonly scenario: Scenario;
  readonly world: VirtualWorld;
  readonly startedAt: number;
  /** What will be undone, and when. */
  readonly agenda: Agenda;
  /** Faults in force. */
  readonly troubles: Troubles;
  /** Why a task may have been lost. */
  readonly ledger: Ledger;
  /** Of the pool of each cluster. */
  readonly edits: readonly PoolEdits[];
  /** Present token of the pools, as Forgejo knows it. */
  token: string;
  /** Numbers count how many events of that kind are in force. */
  readonly away: { readonly repositories: Map<string, number>; organization: number; actions: number; tokenSecret: number };
  /** Clusters whose namespace was deleted. */
  readonly namespacesGone: Set<number>;
  /** Clusters whose pool was deleted and is not to come back. */
  readonly poolsGone: Set<number>;
  /** Daemons that an orphan deletion left to nobody: their processes live on without a registration. When, clock ms. */
  readonly orphanedDaemons: Map<string, number>;
  /** Clusters whose pool comes back as soon as the old one is gone. */
  readonly poolsToReturn: Set<number>;
  readonly lags: readonly Set<LagInForce>[];
  readonly decisions: Decisions;
  /** What came closest to its bound so far. */
  records: Records;
}

export function createSimulation(scenario: Scenario, world: VirtualWorld, decisions: Decisions): Simulation {
  return {
    scenario,
    world,
    startedAt: world.clock.now(),
    agenda: createAgenda(),
    troubles: createTroubles(),
    ledger: createLedger(),
    edits: world.clusters.map(() => firstEdits(scenario)),
    token: '',
    away: { repositories: new Map(), organization: 0, actions: 0, tokenSecret: 0 },
    namespacesGone: new Set(),
    poolsGone: new Set(),
    orphanedDaemons: new Map(),
    poolsToReturn: new Set(),
    lags: world.clusters.map(() => new Set()),
    decisions,
    records: NO_RECORDS,
  };
}

/** Virtual milliseconds since the beginning. */
export function elapsed(simulation: Simulation): number {
  return simulation.world.clock.now() - simulation.startedAt;
}

export function clusterAt({ world }: Simulation, index: number): Cluster {
  return world.clusters[index] ?? world.cluster;
}

const REFUSED_RETRY_MS = 500;

/** Undoes something that many milliseconds from now; what the API server refuses is tried again. */
export function later(simulation: Simulation, ms: number, act: () => void): void {
  simulation.agenda.add(elapsed(simulation) + ms, () => {
    try {
      act();
    } catch (error) {
      if (!isApiError(error)) throw error;
      later(simulation, REFUSED_RETRY_MS, act);
    }
  });
}
