/** The reference page of the meters, made from the tables that register them. */
import { DELAY_METERS, MOST_OWN } from './delay-histograms.ts';
import { FORGEJO_METERS } from './forgejo-meters.ts';
import type { MeterSpec } from './meter.ts';
import { OPENBAO_METERS } from './openbao-meters.ts';
import { KEPT_FOR_MS, POOL_METERS } from './pool-meters.ts';
import { SERVICE_METERS } from './service-meters.ts';

/** Markdown of docs/reference/metrics.md. */
export function buildMetricsReference(): string {
  return [
    '<!-- Generated from src/metrics. -->',
    '# Metrics',
    '',
    'The service shows its meters at `/metrics` of the port `METRICS_PORT`, in the text format of Prometheus. Times are in seconds, sizes in',
    'bytes. No meter holds a token, a handle, or the name of a job, a repository or a runner.',
    '',
    '## Of each pool',
    '',
    `A pool's series are there from its first call to this replica on, and go ${KEPT_FOR_MS / 60_000} minutes after its last one, or with the pool. A counter's`,
    'series is there from its first count on. Of two replicas only the one that is called has fresh series, so take `max by (namespace, pool)`',
    'of a gauge. Names and numbers are those of `status`; what a call counts is what it decided, so counters start anew with the process.',
    '',
    ...tableOf(Object.values(POOL_METERS)),
    '',
    `Histograms are most of what a pool shows: the first ${MOST_OWN} pools with a job have their own, further ones share one of their namespace,`,
    `whose \`pool\` is empty. So a scrape of 1000 pools stays below 2 MB. Buckets end at ${DELAY_METERS.created.buckets.join(', ')} s. A delay is as exact as the`,
    'poll interval: a job is seen when its queue is read.',
    '',
    '## Of the service',
    '',
    ...tableOf(Object.values(SERVICE_METERS)),
    '',
    '## Of Forgejo, as the service sees it',
    '',
    ...tableOf(Object.values(FORGEJO_METERS)),
    '',
    '## Of OpenBao, where pools have their tokens',
    '',
    "Without `OPENBAO_ADDR` none of these has a series. Looks at the OpenBao of a pool's `identity` are not counted. Words for what went wrong:",
    '`denied`, `missing` and, when nobody was refused, `sealed`, `throttled`, `moved`, `serverError`, `timeout`, `unreachable`, `keysUnreachable`,',
    '`noServiceAccountToken` (then nothing was asked), `nonsense`. Which secret it is stands in the [log](../logs.md).',
    '',
    ...tableOf(Object.values(OPENBAO_METERS)),
    '',
    'Besides these come the meters of the process that prom-client has: `process_*` and `nodejs_*`.',
    '',
  ].join('\n');
}

function tableOf(meters: readonly MeterSpec[]): readonly string[] {
  return [
    '| name | type | labels | meaning |',
    '|---|---|---|---|',
    ...meters.map(({ name, type, labels, help }) => {
      const named = labels.length === 0 ? '-' : labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${named} | ${help} |`;
    }),
  ];
}
