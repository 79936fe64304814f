/** Meters under a clock of the test's own, and what a scrape of them says. */
import type { SyncView } from '../../../src/hooks/observer.ts';
import { createMetrics, type Metrics } from '../../../src/metrics.ts';
import { now } from '../../pool/support/builders.ts';

export interface Meters extends Metrics {
  /** Ms since the epoch; may be set. */
  readonly clock: { at: number };
  /** Values by series, `name{label="value"}`, of the names that begin so. */
  scrape(prefix?: string): Promise<Readonly<Record<string, number>>>;
}

export function aRegistry(): Meters {
  const clock = { at: now };
  const metrics = createMetrics({ version: '1.2.3', node: 'v24' }, { now: () => clock.at });
  return {
    ...metrics,
    clock,
    async scrape(prefix = 'runnerpool_') {
      const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));
      return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
    },
  };
}

/** The same call for another pool. */
export function renamed(view: SyncView, namespace: string, name: string): SyncView {
  return { ...view, pool: { ...view.pool, namespace, name, uid: `uid-of-${namespace}-${name}` } };
}
