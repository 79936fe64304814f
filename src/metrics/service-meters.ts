/** Meters of the service itself: hook calls, build. The process' own come with prom-client. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type MeterSpec, optionsOf } from './meter.ts';

export const SERVICE_METERS = {
  requests: {
    name: 'forgejo_runner_operator_http_requests_total',
    type: 'counter',
    help: 'Answered requests by route and status.',
    labels: ['route', 'status'],
  },
  duration: {
    name: 'forgejo_runner_operator_http_request_duration_seconds',
    type: 'histogram',
    help: 'From the first byte of a request to the end of its answer.',
    labels: ['route'],
    // Metacontroller gives up after 10 s.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  },
  size: {
    name: 'forgejo_runner_operator_http_request_size_bytes',
    type: 'histogram',
    help: 'Size of the request bodies, which grows with the pool.',
    labels: ['route'],
    buckets: [1e4, 1e5, 1e6, 4e6, 16e6, 64e6],
  },
  shed: {
    name: 'forgejo_runner_operator_hooks_shed_total',
    type: 'counter',
    help: 'Hook calls that were told to come again, by cause.',
    labels: ['because'],
  },
  inFlight: {
    name: 'forgejo_runner_operator_hooks_in_flight',
    type: 'gauge',
    help: 'Hook calls under way.',
    labels: [],
  },
  build: {
    name: 'forgejo_runner_operator_build_info',
    type: 'gauge',
    help: 'Always 1; the labels tell what runs.',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<string, MeterSpec>>;

export interface ServiceMeters {
  /** One answered request. `route` is a route's pattern, never a raw URL: the number of series must stay bounded. */
  requestEnded(request: { readonly route: string; readonly status: number; readonly seconds: number; readonly bytes: number }): void;
  /** A call that was told to come again. */
  requestShed(because: 'concurrency' | 'eventLoop' | 'shutdown'): void;
  hooksInFlight(count: number): void;
}

export function createServiceMeters(registry: Registry, build: { readonly version: string; readonly node: string }): ServiceMeters {
  const registers = [registry];
  const requests = new Counter({ ...optionsOf(SERVICE_METERS.requests), registers });
  const duration = new Histogram({ ...optionsOf(SERVICE_METERS.duration), registers });
  const size = new Histogram({ ...optionsOf(SERVICE_METERS.size), registers });
  const shed = new Counter({ ...optionsOf(SERVICE_METERS.shed), registers });
  const inFlight = new Gauge({ ...optionsOf(SERVICE_METERS.inFlight), registers });
  new Gauge({ ...optionsOf(SERVICE_METERS.build), registers }).set({ ...build }, 1);
  return {
    requestEnded({ route, status, seconds, bytes }) {
      requests.inc({ route, status });
      duration.observe({ route }, seconds);
      size.observe({ route }, bytes);
    },
    requestShed(because) {
      shed.inc({ because });
    },
    hooksInFlight(count) {
      inFlight.set(count);
    },
  };
}
