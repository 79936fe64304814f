/** What the dashboard shows of Forgejo and OpenBao as the operator meets them, and of the operator itself. */
import { type Panel, POOL, quantile, type Row } from './panel.ts';

const REQUESTS = 'forgejo_runner_operator_forgejo_requests_total';
const HTTP_REQUESTS = 'forgejo_runner_operator_http_requests_total';
const HOOKS = 'route=~"/sync|/finalize|/customize"';
/** Meters that every process has, of those that are the operator. */
const OURS = 'and on (job, instance) forgejo_runner_operator_build_info';

const forgejo: Row = {
  title: 'Forgejo',
  panels: [
    panel('lines', 'Requests', 'Requests to Forgejo, by endpoint.', 'reqps', [
      { legend: '{{endpoint}}', expr: `sum by (endpoint) (rate(${REQUESTS}[$__rate_interval]))` },
    ]),
    panel(
      'lines',
      'Requests without success',
      "By endpoint and status, or a word for why there was none. update-log 500 is an answer: the task is another's.",
      'reqps',
      [{ legend: '{{endpoint}} {{status}}', expr: `sum by (endpoint, status) (rate(${REQUESTS}{status!~"2.."}[$__rate_interval]))` }],
    ),
    panel('lines', 'Time to answer (p95)', 'How long Forgejo takes, by endpoint.', 's', [
      { legend: '{{endpoint}}', expr: quantile(0.95, 'forgejo_runner_operator_forgejo_request_duration_seconds', '', ['endpoint']) },
    ]),
    panel(
      'areas',
      'Reads',
      'How reads of queue and registrations were served: by a request of their own, with others by one, or from what is known.',
      'reqps',
      [{ legend: '{{result}}', expr: 'sum by (result) (rate(forgejo_runner_operator_forgejo_reads_total[$__rate_interval]))' }],
    ),
    panel('lines', 'Decided again on younger reads', 'Decisions for which the shared reads were too old.', 'reqps', [
      { legend: 'stale reads', expr: 'sum(rate(forgejo_runner_operator_stale_reads_total[$__rate_interval]))' },
    ]),
    panel('lines', 'Age of the last sync', 'Of the pool that has waited longest for Metacontroller.', 's', [
      { legend: 'oldest', expr: `max(time() - max by (namespace, pool) (runnerpool_last_sync_timestamp_seconds{${POOL}}))` },
    ]),
  ],
};

const openBao: Row = {
  title: 'OpenBao',
  panels: [
    panel(
      'lines',
      'Secrets',
      'Secrets with tokens of pools: good, kept while OpenBao does not answer, or why there is no token.',
      'short',
      [{ legend: '{{state}}', expr: 'max by (state) (forgejo_runner_operator_openbao_secrets)' }],
    ),
    panel('lines', 'Oldest token in use', 'Since it was last read; at 300 s it is given out no more.', 's', [
      { legend: 'oldest', expr: 'max(forgejo_runner_operator_openbao_oldest_token_age_seconds)' },
    ]),
    panel('lines', 'Questions', 'To OpenBao, by kind and outcome.', 'reqps', [
      {
        legend: '{{endpoint}} {{outcome}}',
        expr: 'sum by (endpoint, outcome) (rate(forgejo_runner_operator_openbao_requests_total[$__rate_interval]))',
      },
    ]),
  ],
};

const service: Row = {
  title: 'Service',
  panels: [
    panel('lines', 'Hook calls', 'Answered calls of Metacontroller, by route and status.', 'reqps', [
      { legend: '{{route}} {{status}}', expr: `sum by (route, status) (rate(${HTTP_REQUESTS}{${HOOKS}}[$__rate_interval]))` },
    ]),
    panel(
      'lines',
      'Time of a sync',
      'Metacontroller gives up after 10 s.',
      's',
      [0.5, 0.95, 0.99].map((share) => ({
        legend: `p${share * 100}`,
        expr: quantile(share, 'forgejo_runner_operator_http_request_duration_seconds', 'route="/sync"'),
      })),
    ),
    panel('lines', 'Size of a call (p95)', 'Grows with the number of runners of a pool.', 'bytes', [
      { legend: '{{route}}', expr: quantile(0.95, 'forgejo_runner_operator_http_request_size_bytes', HOOKS, ['route']) },
    ]),
    panel('lines', 'Calls put off', 'Calls that were told to come again, by cause.', 'reqps', [
      { legend: '{{because}}', expr: 'sum by (because) (rate(forgejo_runner_operator_hooks_shed_total[$__rate_interval]))' },
    ]),
    panel('lines', 'Calls under way', 'Of each replica; one stands by and has none.', 'short', [
      { legend: '{{instance}}', expr: 'max by (instance) (forgejo_runner_operator_hooks_in_flight)' },
    ]),
    panel(
      'lines',
      'Event loop delay (p99)',
      'From MAX_EVENT_LOOP_DELAY_MILLISECONDS on, in the mean over a second, calls are put off.',
      's',
      [{ legend: '{{instance}}', expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds ${OURS})` }],
    ),
    panel('lines', 'Memory', 'Resident memory of each replica.', 'bytes', [
      { legend: '{{instance}}', expr: `max by (instance) (process_resident_memory_bytes ${OURS})` },
    ]),
    panel('lines', 'Processor', 'Cores in use by each replica.', 'short', [
      { legend: '{{instance}}', expr: `max by (instance) (rate(process_cpu_seconds_total[$__rate_interval]) ${OURS})` },
    ]),
    {
      kind: 'stat',
      title: 'Versions',
      description: 'What runs, and on how many replicas.',
      unit: 'none',
      width: 8,
      queries: [{ legend: '{{version}} on Node {{node}}', expr: 'count by (version, node) (forgejo_runner_operator_build_info)' }],
      limits: {},
      text: 'name',
    },
  ],
};

export const SERVICE_ROWS: readonly Row[] = [forgejo, openBao, service];

function panel(kind: 'lines' | 'areas', title: string, description: string, unit: Panel['unit'], queries: Panel['queries']): Panel {
  return { kind, title, description, unit, width: 8, queries };
}
