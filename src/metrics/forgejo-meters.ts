/** Meters of what is asked of Forgejo, and of how its answers are shared. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ServedRead } from '../forgejo/reader.ts';
import type { RequestListener } from '../forgejo/watched-transport.ts';
import { type MeterSpec, optionsOf } from './meter.ts';

export const FORGEJO_METERS = {
  requests: {
    name: 'forgejo_runner_operator_forgejo_requests_total',
    type: 'counter',
    help: 'Requests to Forgejo by question and by HTTP status, or a word for why there was none (timeout, refused, reset, dns, tls).',
    labels: ['endpoint', 'status'],
  },
  duration: {
    name: 'forgejo_runner_operator_forgejo_request_duration_seconds',
    type: 'histogram',
    help: 'From sending a request to Forgejo to the last byte of its answer, by question.',
    labels: ['endpoint'],
    // Medians are 5 to 70 ms; a request is given up after 4 s (FORGEJO_TIMEOUT_SECONDS).
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  reads: {
    name: 'forgejo_runner_operator_forgejo_reads_total',
    type: 'counter',
    help: 'Looks at queue and runner list by how they were served: cached (known already), shared (asked by another call), read (asked).',
    labels: ['result'],
  },
  stale: {
    name: 'forgejo_runner_operator_stale_reads_total',
    type: 'counter',
    help: 'Decisions that were taken again on younger reads, since they were about to register or remove a runner.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MeterSpec>>;

export interface ForgejoMeters {
  readonly requestEnded: RequestListener;
  readonly readServed: (read: ServedRead) => void;
}

export function createForgejoMeters(registry: Registry): ForgejoMeters {
  const registers = [registry];
  const requests = new Counter({ ...optionsOf(FORGEJO_METERS.requests), registers });
  const duration = new Histogram({ ...optionsOf(FORGEJO_METERS.duration), registers });
  const reads = new Counter({ ...optionsOf(FORGEJO_METERS.reads), registers });
  const stale = new Counter({ ...optionsOf(FORGEJO_METERS.stale), registers });
  return {
    requestEnded({ endpoint, status, ms }) {
      requests.inc({ endpoint, status });
      duration.observe({ endpoint }, ms / 1000);
    },
    readServed({ by, younger }) {
      reads.inc({ result: by });
      if (younger) stale.inc();
    },
  };
}
