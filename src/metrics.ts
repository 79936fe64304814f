/** All meters in one registry. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import type { PoolObserver } from './hooks/observer.ts';
import { createForgejoMeters, type ForgejoMeters } from './metrics/forgejo-meters.ts';
import { createOpenBaoMeters, type OpenBaoMeters } from './metrics/openbao-meters.ts';
import { createPoolMeters } from './metrics/pool-meters.ts';
import { createServiceMeters, type ServiceMeters } from './metrics/service-meters.ts';
import { systemClock } from './system-clock.ts';

export interface Metrics extends ServiceMeters {
  readonly registry: Registry;
  readonly pools: PoolObserver;
  readonly forgejo: ForgejoMeters;
  readonly openBao: OpenBaoMeters;
}

export function createMetrics(
  build: { readonly version: string; readonly node: string },
  clock: Pick<Clock, 'now'> = systemClock,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...createServiceMeters(registry, build),
    forgejo: createForgejoMeters(registry),
    openBao: createOpenBaoMeters(registry),
    pools: createPoolMeters(registry, clock),
  };
}
