/** What we say is valid, and we never say or ask it in a hot loop. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { type Load, loadOf } from './load.ts';
import { worse } from './records.ts';
import type { Seen } from './seen.ts';

const MINUTE_MS = 60_000;
const SAMPLE_MS = 5_000;

/**
 * What one pool was measured to do in a minute: so much by itself, so much with each poll of the queue (a busy persistent pool
 * writes its status with every other one), and so much in the life of each Pod that was created, on a cluster without faults.
 * What Forgejo refuses is tried again, each time after a list.
 */
const BY_ITSELF: Load = { syncs: 25, statusWrites: 15, calls: 40 };
const PER_POLL: Load = { syncs: 1, statusWrites: 0.5, calls: 2 };
const PER_POD: Load = { syncs: 20, statusWrites: 8, calls: 4 };
/** Faults and edits may cost as much again. */
const FACTOR = 2;

interface Sample {
  readonly at: number;
  readonly load: Load;
  readonly pods: number;
}

export const noHotLoop: Invariant = {
  name: 'noHotLoop',
  because: 'syncs, status writes and calls of Forgejo cost others',
  start(simulation) {
    const { world, scenario, troubles } = simulation;
    const pools = world.clusters.length + (scenario.neighbour ? 1 : 0);
    const polls = MINUTE_MS / 1000 / scenario.pollIntervalSeconds;
    const samples: Sample[] = [];
    const pods = new Set<string>();
    return (seen: Seen) => {
      for (const pod of seen.clusters.flatMap((each) => each.pods)) pods.add(pod.metadata.uid);
      const last = samples.at(-1);
      if (last !== undefined && seen.now - last.at < SAMPLE_MS) return null;
      const now = { at: seen.now, load: loadOf(simulation), pods: pods.size };
      samples.push(now);
      while (samples[0] !== undefined && samples[0].at < seen.now - MINUTE_MS) samples.shift();
      const first = samples[0] ?? now;
      // Two replicas that answer by turns write their status over each other's as long as their lists differ.
      if (troubles.overlaps('turns', first.at, now.at)) return null;
      const used = { syncs: 0, statusWrites: 0, calls: 0 };
      for (const what of WHATS) used[what] = Math.round((now.load[what] - first.load[what]) / pools);
      const isQuiet = now.pods === first.pods && troubles.lastEnd(seen.now) < first.at;
      simulation.records = worse(simulation.records, { busiest: used, ...(isQuiet ? { quietest: used } : {}) });
      return firstOf(WHATS, (what) => {
        const most = FACTOR * (BY_ITSELF[what] + PER_POLL[what] * polls + (PER_POD[what] * (now.pods - first.pods)) / pools);
        return used[what] > most ? `${used[what]} ${what} in a minute and pool with ${now.pods - first.pods} new Pods` : null;
      });
    };
  },
};

const WHATS = ['syncs', 'statusWrites', 'calls'] as const;

export const answersAreValid: Invariant = {
  name: 'answersAreValid',
  because: 'what Metacontroller can not take hurts every controller of the cluster',
  start({ world }) {
    return () =>
      firstOf(world.clusters, (cluster) => {
        try {
          cluster.check();
          return null;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      });
  },
};

/** What breaks between the parties, and is no fault of the operator. */
const BROKEN_LINES = /connection refused|EOF|context deadline exceeded/;

export const hooksNeverThrow: Invariant = {
  name: 'hooksNeverThrow',
  because: 'what a hook throws is a 500, and a back-off of up to 17 minutes',
  start({ world }) {
    const checked = world.clusters.map(() => 0);
    return () =>
      firstOf(world.clusters.entries(), ([index, { events }]) => {
        const fresh = events.slice(checked[index]);
        checked[index] = events.length;
        const thrown = fresh.find(({ message }) => message.includes('http error:') && !BROKEN_LINES.test(message));
        return thrown === undefined ? null : thrown.message;
      });
  },
};

export const LOAD_INVARIANTS: readonly Invariant[] = [noHotLoop, answersAreValid, hooksNeverThrow];
