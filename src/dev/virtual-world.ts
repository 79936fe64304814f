/**
 * The whole world under virtual time, without HTTP: an embedded Forgejo, one or two clusters that call operators of their own,
 * each with one or two replicas that can be restarted. The same seed gives the same world.
 */
import type { RenderAssets } from '../children/input.ts';
import { createReader, type ReaderOptions } from '../forgejo/reader.ts';
import { type RequestListener, watchTransport } from '../forgejo/watched-transport.ts';
import type { OperatorDeps } from '../hooks/deps.ts';
import { createOperator } from '../hooks/operator.ts';
import type { Operator } from '../hooks/reply.ts';
import { type Cluster, type ClusterOptions, createCluster } from './cluster/cluster.ts';
import { createVirtualClock, type VirtualClock } from './cluster/virtual-clock.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from './forgejo/embedded.ts';
import { createRandom, randomHex } from './forgejo/random.ts';
import { createOperatorReplicas, type OperatorReplicas, type Route } from './operator-replicas.ts';

export const FORGEJO_URL = 'http://forgejo.test';

export interface VirtualWorldOptions {
  readonly seed: number;
  readonly controller: unknown;
  readonly assets: RenderAssets;
  readonly log: OperatorDeps['log'];
  /** Of every operator; they see its calls, its reads and its requests. */
  readonly watchers?: {
    readonly observers: OperatorDeps['observers'];
    readonly onServed: NonNullable<ReaderOptions['onServed']>;
    readonly onRequest: readonly RequestListener[];
  };
  readonly lag?: ClusterOptions['defaultLag'];
  readonly faults?: ClusterOptions['faults'];
  /** What the clock says at the beginning, ms since the epoch; default: a midnight, UTC. */
  readonly startedAt?: number;
  /** Forgejo's time less the clock's, ms. */
  readonly offsetMs?: number;
  /** Default 1. The second one has other uids and an operator of its own. */
  readonly clusters?: 1 | 2;
  /** Of each cluster's operator; default 1. */
  readonly replicas?: 1 | 2;
}

export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly forgejo: EmbeddedForgejo;
  readonly clusters: readonly Cluster[];
  /** The first one. */
  readonly cluster: Cluster;
  /** A new process: everything that was only in memory is lost. Throws when there is no such cluster or replica. */
  restartOperator(cluster?: number, replica?: number): void;
  /** Which replica a cluster's hooks reach from now on; `first` at the beginning. Throws when there is no such one. */
  route(cluster: number, route: Route): void;
}

const STARTED_AT = Date.parse('2026-11-24T00:00:00Z');
const FORGEJO_LATENCY_MS = 10;
const CONFIG = { issuedGraceMs: 30_000, finishingGraceMs: 16_000, effectBudgetMs: 6_000, effectConcurrency: 16, forgejoTimeoutMs: 4_000 };
/** Far enough apart that no two worlds of neighbouring seeds share their uids. */
const SEEDS_BETWEEN_CLUSTERS = 1_000_003;
/** Keeps the randomness of secrets apart from that of identifiers. */
const SEED_OF_SECRETS = 0x5ec2e7;

export function createVirtualWorld(options: VirtualWorldOptions): VirtualWorld {
  const { seed, log } = options;
  const clock = createVirtualClock(options.startedAt ?? STARTED_AT, { turns: 0 });
  const offsetMs = options.offsetMs ?? 0;
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: FORGEJO_URL, seed, offsetMs, latencyMs: FORGEJO_LATENCY_MS });
  const transport = forgejo.handle;

  const secrets = createRandom(seed + SEED_OF_SECRETS);
  const randomSecret = (): string => randomHex(secrets, 64);

  function newOperator(): Operator {
    const base = { clock, log, assets: options.assets, randomSecret, config: CONFIG };
    const { watchers } = options;
    if (watchers === undefined) return createOperator({ ...base, transport, reader: createReader({ transport, clock }) });
    const watched = watchTransport(transport, clock, watchers.onRequest);
    const reader = createReader({ transport: watched, clock, onServed: watchers.onServed });
    return createOperator({ ...base, transport: watched, reader, observers: watchers.observers });
  }

  function newCluster(index: number): { readonly cluster: Cluster; readonly operators: OperatorReplicas } {
    const operators = createOperatorReplicas(options.replicas ?? 1, newOperator);
    const cluster = createCluster({
      clock,
      hooks: operators.call,
      forgejo: transport,
      controller: options.controller,
      // What the operator never reads would cost a third of the time.
      weight: false,
      seed: seed + index * SEEDS_BETWEEN_CLUSTERS,
      ...(options.lag === undefined ? {} : { defaultLag: options.lag }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
    return { cluster, operators };
  }

  const first = newCluster(0);
  const all = options.clusters === 2 ? [first, newCluster(1)] : [first];

  function operatorsOf(cluster: number): OperatorReplicas {
    const found = all[cluster];
    if (found === undefined) throw new Error(`there is no cluster ${cluster}`);
    return found.operators;
  }

  return {
    clock,
    forgejo,
    clusters: all.map(({ cluster }) => cluster),
    cluster: first.cluster,
    restartOperator: (cluster = 0, replica = 0) => operatorsOf(cluster).restart(replica),
    route: (cluster, route) => operatorsOf(cluster).route(route),
  };
}
