/**
 * How long jobs wait, as histograms of each pool. They are most of what a pool shows, so only so many pools have their own;
 * the others share one of their namespace, with an empty `pool`, and a scrape of 1000 pools stays below 2 MB.
 */
import { Histogram, type Registry } from 'prom-client';
import { type MeterSpec, optionsOf } from './meter.ts';
import type { Delays, Tally } from './tally.ts';

/** The most pools with histograms of their own, the first ones to have a job. */
export const MOST_OWN = 60;

const LABELS = ['namespace', 'pool'] as const;
/** From "at once" over the start of a Pod to "something is wrong". */
const BUCKETS = [1, 5, 15, 60, 300] as const;

export const DELAY_METERS = {
  created: {
    name: 'runnerpool_job_creation_delay_seconds',
    type: 'histogram',
    help: 'From the first sight of a job in the queue to the answer that creates its runner.',
    labels: LABELS,
    buckets: BUCKETS,
  },
  pickedUp: {
    name: 'runnerpool_job_pickup_delay_seconds',
    type: 'histogram',
    help: 'From the first sight of a job in the queue to the first sight of its runner at work on it.',
    labels: LABELS,
    buckets: BUCKETS,
  },
} as const satisfies Readonly<Record<string, MeterSpec>>;

export interface DelayHistograms {
  observe(pool: Tally['pool'], delays: Delays): void;
  /** The series of a pool that is gone; `lastOfNamespace`: no other pool shares those of its namespace. */
  drop(pool: Tally['pool'], lastOfNamespace: boolean): void;
}

export function createDelayHistograms(registry: Registry): DelayHistograms {
  const registers = [registry];
  const created = new Histogram<string>({ ...optionsOf(DELAY_METERS.created), registers });
  const pickedUp = new Histogram<string>({ ...optionsOf(DELAY_METERS.pickedUp), registers });
  const own = new Set<string>();

  function labelsOf(pool: Tally['pool']): Tally['pool'] {
    const key = keyOf(pool);
    if (own.size < MOST_OWN) own.add(key);
    return own.has(key) ? pool : sharedOf(pool);
  }

  function remove(labels: Tally['pool']): void {
    created.remove(labels);
    pickedUp.remove(labels);
  }

  return {
    observe(pool, delays) {
      if (delays.created.length + delays.pickedUp.length === 0) return;
      const labels = labelsOf(pool);
      for (const seconds of delays.created) created.observe(labels, seconds);
      for (const seconds of delays.pickedUp) pickedUp.observe(labels, seconds);
    },
    drop(pool, lastOfNamespace) {
      if (own.delete(keyOf(pool))) remove(pool);
      if (lastOfNamespace) remove(sharedOf(pool));
    },
  };
}

function keyOf({ namespace, pool }: Tally['pool']): string {
  return `${namespace}/${pool}`;
}

function sharedOf({ namespace }: Tally['pool']): Tally['pool'] {
  return { namespace, pool: '' };
}
