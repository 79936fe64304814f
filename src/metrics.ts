/** Meters of the service itself: process, hook calls, build. Others add theirs to the same registry. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** One answered request. `route` is a route's pattern, never a raw URL: the number of series must stay bounded. */
  requestEnded(request: { readonly route: string; readonly status: number; readonly seconds: number; readonly bytes: number }): void;
  /** A call that was told to come again. */
  requestShed(because: 'concurrency' | 'eventLoop' | 'shutdown'): void;
  hooksInFlight(count: number): void;
}

export function createMetrics(build: { readonly version: string; readonly node: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'forgejo_runner_operator_http_requests_total',
    help: 'Answered requests by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'forgejo_runner_operator_http_request_duration_seconds',
    help: 'From the first byte of a request to the end of its answer.',
    labelNames: ['route'],
    // Metacontroller gives up after 10 s.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers,
  });
  const size = new Histogram({
    name: 'forgejo_runner_operator_http_request_size_bytes',
    help: 'Size of the request bodies, which grows with the pool.',
    labelNames: ['route'],
    buckets: [1e4, 1e5, 1e6, 4e6, 16e6, 64e6],
    registers,
  });
  const shed = new Counter({
    name: 'forgejo_runner_operator_hooks_shed_total',
    help: 'Hook calls that were told to come again, by cause.',
    labelNames: ['because'],
    registers,
  });
  const inFlight = new Gauge({ name: 'forgejo_runner_operator_hooks_in_flight', help: 'Hook calls under way.', registers });
  new Gauge({
    name: 'forgejo_runner_operator_build_info',
    help: 'Always 1; the labels tell what runs.',
    labelNames: ['version', 'node'],
    registers,
  }).set(build, 1);
  return {
    registry,
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
