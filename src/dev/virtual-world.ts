/**
 * The whole world under virtual time, without HTTP: an embedded Forgejo, a cluster that calls the operator, and the operator
 * itself, which can be restarted. The same seed gives the same world.
 */
import { createReader } from '../forgejo/reader.ts';
import type { OperatorDeps } from '../hooks/deps.ts';
import { createOperator } from '../hooks/operator.ts';
import type { Operator } from '../hooks/reply.ts';
import { type Cluster, type ClusterOptions, createCluster } from './cluster/cluster.ts';
import { createVirtualClock, type VirtualClock } from './cluster/virtual-clock.ts';
import { directHooks } from './direct-hooks.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from './forgejo/embedded.ts';

export const FORGEJO_URL = 'http://forgejo.test';

export interface VirtualWorldOptions {
  readonly seed: number;
  readonly controller: unknown;
  readonly oneJobScript: string;
  readonly log: OperatorDeps['log'];
  readonly lag?: ClusterOptions['defaultLag'];
  readonly faults?: ClusterOptions['faults'];
  /** Forgejo's time less the clock's, ms. */
  readonly offsetMs?: number;
}

export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly forgejo: EmbeddedForgejo;
  readonly cluster: Cluster;
  /** A new process: everything that was only in memory is lost. */
  restartOperator(): void;
}

const STARTED_AT = Date.parse('2026-11-24T00:00:00Z');
const FORGEJO_LATENCY_MS = 10;
const CONFIG = { issuedGraceMs: 30_000, finishingGraceMs: 30_000, effectBudgetMs: 6_000, effectConcurrency: 16, forgejoTimeoutMs: 4_000 };

export function createVirtualWorld(options: VirtualWorldOptions): VirtualWorld {
  const { seed, log } = options;
  const clock = createVirtualClock(STARTED_AT);
  const offsetMs = options.offsetMs ?? 0;
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: FORGEJO_URL, seed, offsetMs, latencyMs: FORGEJO_LATENCY_MS });
  const transport = forgejo.handle;

  function newOperator(): Operator {
    const reader = createReader({ transport, clock });
    return createOperator({ transport, reader, clock, log, assets: { oneJobScript: options.oneJobScript }, config: CONFIG });
  }

  let operator = newOperator();
  const cluster = createCluster({
    clock,
    hooks: (hook, body, signal) => directHooks(operator)(hook, body, signal),
    forgejo: transport,
    controller: options.controller,
    seed,
    ...(options.lag === undefined ? {} : { defaultLag: options.lag }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  return {
    clock,
    forgejo,
    cluster,
    restartOperator() {
      operator = newOperator();
    },
  };
}
