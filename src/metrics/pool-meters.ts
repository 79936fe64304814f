/**
 * Meters of the pools. A call sets plain numbers (`tally.ts`); series are made of them at a scrape. Their names are short
 * because every pool has all of them, and a scrape of 1000 pools must stay below 2 MB.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { PoolObserver } from '../hooks/observer.ts';
import { createDelayHistograms, DELAY_METERS } from './delay-histograms.ts';
import { type MeterSpec, optionsOf } from './meter.ts';
import { COUNTED, type Counted, newTally, type Tally, take } from './tally.ts';

const POOL = ['namespace', 'pool'] as const;

function gauge<const Name extends string, const More extends string = never>(name: Name, help: string, ...more: readonly More[]) {
  return { name, type: 'gauge', help, labels: [...POOL, ...more] } as const satisfies MeterSpec;
}

function counter<const Name extends string>(name: Name, help: string, word: string) {
  return { name, type: 'counter', help, labels: [...POOL, word] } as const satisfies MeterSpec;
}

export const POOL_METERS = {
  waiting: gauge('runnerpool_queue_waiting', 'Waiting jobs that this pool serves, less the blocked ones.'),
  blocked: gauge('runnerpool_queue_blocked', 'Waiting jobs that nobody can have now, most of them for a concurrency group.'),
  running: gauge('runnerpool_queue_running', 'Running jobs that this pool serves.'),
  oldestWait: gauge('runnerpool_queue_oldest_wait_seconds', 'Age of the job that waits longest, at the scrape; 0 when none waits.'),
  runners: gauge('runnerpool_runners', 'Runners that count for maxRunners, by what they do: starting, idle, busy or draining.', 'phase'),
  minRunners: gauge('runnerpool_min_runners', 'minRunners in force, with the windows of spec.schedules.'),
  maxRunners: gauge('runnerpool_max_runners', 'maxRunners in force, with the windows of spec.schedules.'),
  ready: gauge('runnerpool_ready', '1 while the condition Ready is True, else 0.'),
  condition: gauge('runnerpool_condition', '1 while a condition asks for attention; no series otherwise.', 'type', 'reason'),
  lastSync: gauge('runnerpool_last_sync_timestamp_seconds', 'Unix time of the last call for this pool that was answered.'),
  strays: gauge('runnerpool_stray_registrations', 'Registrations of this pool without a runner that could not be removed yet.'),
  ...DELAY_METERS,
  registrations: counter(
    'runnerpool_registrations_total',
    'Registrations asked of Forgejo: made, refused, or failed (no answer).',
    'result',
  ),
  deregistrations: counter(
    'runnerpool_deregistrations_total',
    'Registrations removed at Forgejo, by the phase of the runner: stray, idleExit, ended, failed and so on.',
    'reason',
  ),
  deadRunnerReports: counter(
    'runnerpool_dead_runner_reports_total',
    'Jobs reported to Forgejo as failed because their runner was dead, by the cause of death.',
    'reason',
  ),
  runnerStops: counter(
    'runnerpool_runner_stops_total',
    'Runners that the operator stopped, by why: notNeeded (their job is gone, or too many are idle), outdated, poolDeleted, or their phase.',
    'reason',
  ),
  runnerEnds: counter(
    'runnerpool_runner_ends_total',
    'Runners that have ended, by how: Completed, Cancelled, NoTask, Stopped, or a cause of failure.',
    'reason',
  ),
} as const satisfies Readonly<Record<string, MeterSpec>>;

/** A pool that still exists is called for at least every 300 s; then it is another replica's, or gone. */
export const KEPT_FOR_MS = 600_000;
/** All pools are looked through: not at every call. */
const SWEEP_EACH_MS = 60_000;

/** By their phase, the order in which they are shown. */
const PHASES = ['starting', 'idle', 'busy', 'draining'] as const;

export function createPoolMeters(registry: Registry, clock: Pick<Clock, 'now'>): PoolObserver {
  /** By namespace and name: a pool that is made anew follows the one that it replaces. */
  const tallies = new Map<string, Tally>();
  const delays = createDelayHistograms(registry);
  let sweptAt = clock.now();

  function shown(): readonly Tally[] {
    sweep(clock.now());
    return [...tallies.values()];
  }

  function drop(key: string, { pool }: Tally): void {
    tallies.delete(key);
    delays.drop(pool, ![...tallies.values()].some((other) => other.pool.namespace === pool.namespace));
  }

  function sweep(now: number): void {
    sweptAt = now;
    for (const [key, tally] of tallies) if (now - tally.syncedAt > KEPT_FOR_MS) drop(key, tally);
  }

  /** `fill` sets what there is to say of one pool. */
  function showGauge(spec: MeterSpec, fill: (gauge: Gauge, tally: Tally, now: number) => void): void {
    const made = new Gauge<string>({
      ...optionsOf(spec),
      registers: [],
      collect() {
        this.reset();
        const now = clock.now();
        for (const tally of shown()) fill(this, tally, now);
      },
    });
    registry.registerMetric(made);
  }

  function showValue(spec: MeterSpec, valueOf: (tally: Tally, now: number) => number): void {
    showGauge(spec, (made, tally, now) => made.set(tally.pool, valueOf(tally, now)));
  }

  function showCounter(what: Counted): void {
    const spec = POOL_METERS[what];
    const [, , word] = spec.labels;
    const made = new Counter<string>({
      ...optionsOf(spec),
      registers: [],
      collect() {
        this.reset();
        for (const { pool, counts } of shown()) for (const [said, times] of counts[what] ?? []) this.inc({ ...pool, [word]: said }, times);
      },
    });
    registry.registerMetric(made);
  }

  showValue(POOL_METERS.waiting, ({ queue }) => queue.waiting);
  showValue(POOL_METERS.blocked, ({ queue }) => queue.blocked);
  showValue(POOL_METERS.running, ({ queue }) => queue.running);
  showValue(POOL_METERS.oldestWait, ({ oldestWaitingSince: since }, now) => (since === null ? 0 : Math.max(0, now - since) / 1000));
  showGauge(POOL_METERS.runners, (made, { pool, runners }) => {
    for (const phase of PHASES) made.set({ ...pool, phase }, runners[phase]);
  });
  showValue(POOL_METERS.minRunners, ({ limits }) => limits.minRunners);
  showValue(POOL_METERS.maxRunners, ({ limits }) => limits.maxRunners);
  showValue(POOL_METERS.ready, ({ ready }) => (ready ? 1 : 0));
  showGauge(POOL_METERS.condition, (made, { pool, bad }) => {
    for (const { type, reason } of bad) made.set({ ...pool, type, reason }, 1);
  });
  showValue(POOL_METERS.lastSync, ({ syncedAt }) => syncedAt / 1000);
  showValue(POOL_METERS.strays, ({ strays }) => strays);
  for (const what of COUNTED) showCounter(what);

  return {
    synced(view) {
      const { uid, namespace, name } = view.pool;
      const key = `${namespace}/${name}`;
      const known = tallies.get(key);
      if (known !== undefined && known.uid !== uid) drop(key, known);
      const tally = known?.uid === uid ? known : newTally(uid, { namespace, pool: name });
      tallies.set(key, tally);
      delays.observe(tally.pool, take(tally, view));
      if (view.at - sweptAt >= SWEEP_EACH_MS) sweep(view.at);
    },
    ended({ uid, namespace, name }) {
      const key = `${namespace}/${name}`;
      const known = tallies.get(key);
      if (known?.uid === uid) drop(key, known);
    },
  };
}
