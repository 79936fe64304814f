/** What the dashboard shows of the pools. */
import { type Limits, type Panel, POOL, perPool, type Row } from './panel.ts';

const BY_POOL = '{{namespace}}/{{pool}}';

const overview: Row = {
  title: 'Now',
  panels: [
    stat('Pools', 'Pools whose last sync is at most 10 minutes ago.', `count(${perPool('runnerpool_ready')}) or vector(0)`, {}),
    stat('Not ready', 'Pools whose condition Ready is not True.', `count(${perPool('runnerpool_ready')} == 0) or vector(0)`, {
      critical: 1,
    }),
    stat(
      'Alerts',
      'Alerts of the operator that fire.',
      'count(ALERTS{alertname=~"RunnerPool.+|ForgejoRunnerOperator.+", alertstate="firing"}) or vector(0)',
      {
        warning: 1,
      },
    ),
    stat('Jobs waiting', 'Jobs that a pool should serve and that have no runner yet.', `sum(${perPool('runnerpool_queue_waiting')})`, {}),
    {
      ...stat('Oldest wait', 'How long the oldest waiting job has waited.', `max(runnerpool_queue_oldest_wait_seconds{${POOL}})`, {
        warning: 300,
        critical: 900,
      }),
      unit: 's',
    },
    stat('Jobs running', 'Jobs that runners of the pools work on.', `sum(${perPool('runnerpool_queue_running')})`, {}),
  ],
};

const pools: Row = {
  title: 'Pools',
  panels: [
    {
      kind: 'table',
      title: 'Pools',
      description: 'Each pool as its last sync left it. Ready is 1 or 0.',
      unit: 'none',
      width: 24,
      queries: [
        { legend: 'Ready', expr: perPool('runnerpool_ready') },
        { legend: 'Waiting', expr: perPool('runnerpool_queue_waiting') },
        { legend: 'Blocked', expr: perPool('runnerpool_queue_blocked') },
        { legend: 'Oldest wait (s)', expr: perPool('runnerpool_queue_oldest_wait_seconds') },
        { legend: 'Starting', expr: perPool('runnerpool_runners', ', phase="starting"') },
        { legend: 'Idle', expr: perPool('runnerpool_runners', ', phase="idle"') },
        { legend: 'Busy', expr: perPool('runnerpool_runners', ', phase="busy"') },
        { legend: 'Draining', expr: perPool('runnerpool_runners', ', phase="draining"') },
        { legend: 'Min', expr: perPool('runnerpool_min_runners') },
        { legend: 'Max', expr: perPool('runnerpool_max_runners') },
      ],
    },
    {
      kind: 'timeline',
      title: 'Conditions that want a look',
      description: 'Conditions of pools, each only while it is in its bad state. `kubectl describe runnerpool` has the message.',
      unit: 'none',
      width: 24,
      queries: [
        { legend: `${BY_POOL} {{type}}: {{reason}}`, expr: `max by (namespace, pool, type, reason) (runnerpool_condition{${POOL}})` },
      ],
    },
  ],
};

const queue: Row = {
  title: 'Queue',
  panels: [
    panel('lines', 'Jobs waiting', 'Jobs that the pool should serve and that have no runner yet.', [
      { legend: BY_POOL, expr: perPool('runnerpool_queue_waiting') },
    ]),
    {
      ...panel('lines', 'Oldest wait', 'Age of the oldest waiting job.', [
        { legend: BY_POOL, expr: perPool('runnerpool_queue_oldest_wait_seconds') },
      ]),
      unit: 's',
    },
    panel('lines', 'Jobs blocked', 'Waiting jobs that nobody can have now, most of them for a concurrency group.', [
      { legend: BY_POOL, expr: perPool('runnerpool_queue_blocked') },
    ]),
    within(
      'Runner made in time',
      'Jobs whose runner was made within so long after the job was first seen in the queue.',
      'runnerpool_job_creation_delay_seconds',
      [5, 60],
    ),
    within(
      'Job picked up in time',
      'Jobs that their runner had within so long after they were first seen in the queue.',
      'runnerpool_job_pickup_delay_seconds',
      [60, 300],
    ),
    {
      ...panel('lines', 'Share of maxRunners in use', 'Runners of the pool in every phase, of as many as it may have now.', [
        {
          legend: BY_POOL,
          expr: `sum by (namespace, pool) (max by (namespace, pool, phase) (runnerpool_runners{${POOL}})) / ${perPool('runnerpool_max_runners')}`,
        },
      ]),
      unit: 'percentunit',
    },
  ],
};

const runners: Row = {
  title: 'Runners',
  panels: [
    panel('areas', 'Runners by phase', 'Runners of all pools chosen.', [
      { legend: '{{phase}}', expr: `sum by (phase) (max by (namespace, pool, phase) (runnerpool_runners{${POOL}}))` },
    ]),
    counted('Ends by reason', 'How runners ended; the words are those of status.recentRunners.', 'runnerpool_runner_ends_total', 'reason'),
    counted(
      'Dead runners reported',
      'Jobs that were failed at once because their runner had died with them.',
      'runnerpool_dead_runner_reports_total',
      'reason',
    ),
    ...[
      counted('Registrations', 'Registrations asked of Forgejo, by what came of it.', 'runnerpool_registrations_total', 'result'),
      counted('Stops', 'Runners that the operator stopped, by why.', 'runnerpool_runner_stops_total', 'reason'),
      counted('Deregistrations', 'Registrations removed, by why.', 'runnerpool_deregistrations_total', 'reason'),
      panel('lines', 'Stray registrations', 'Registrations of ours without a runner that can not be removed yet.', [
        { legend: BY_POOL, expr: perPool('runnerpool_stray_registrations') },
      ]),
    ].map((each) => ({ ...each, width: 6 })),
  ],
};

export const POOL_ROWS: readonly Row[] = [overview, pools, queue, runners];

function stat(title: string, description: string, expr: string, limits: Limits): Panel {
  return { kind: 'stat', title, description, unit: 'short', width: 4, queries: [{ expr, legend: title }], limits, text: 'value' };
}

function panel(kind: 'lines' | 'areas' | 'bars', title: string, description: string, queries: Panel['queries']): Panel {
  return { kind, title, description, unit: 'short', width: 8, queries };
}

/** Of all that a coarse histogram has counted, the share up to each of its bounds. */
function within(title: string, description: string, histogram: string, bounds: readonly number[]): Panel {
  const queries = bounds.map((bound) => ({
    legend: `${bound} s`,
    // Prometheus 3 writes 5 as 5.0.
    expr: `sum(rate(${histogram}_bucket{${POOL}, le=~"${bound}([.]0)?"}[$__rate_interval])) / sum(rate(${histogram}_count{${POOL}}[$__rate_interval]))`,
  }));
  return { ...panel('lines', title, description, queries), unit: 'percentunit' };
}

/** How often in each step. */
function counted(title: string, description: string, counter: string, label: string): Panel {
  return panel('bars', title, description, [
    { legend: `{{${label}}}`, expr: `sum by (${label}) (increase(${counter}{${POOL}}[$__rate_interval]))` },
  ]);
}
