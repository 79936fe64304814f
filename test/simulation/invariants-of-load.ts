/** What we say is valid, and we never say or ask it in a hot loop. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import type { Seen } from './seen.ts';
import type { Simulation } from './simulation.ts';

const MINUTE_MS = 60_000;
const SAMPLE_MS = 5_000;

export interface Load {
  readonly syncs: number;
  readonly statusWrites: number;
  /** Calls of the REST API. */
  readonly calls: number;
}

/** Per minute and pool, besides what the turnover of Pods brings. */
const BASE: Load = { syncs: 400, statusWrites: 120, calls: 400 };
/** Per Pod that was created: 13 syncs were measured in the life of one, on a cluster without faults. */
const PER_POD: Load = { syncs: 40, statusWrites: 15, calls: 20 };

export function loadOf({ world }: Pick<Simulation, 'world'>): Load {
  const { counters } = world.forgejo;
  const sum = (pick: (counter: (typeof world.cluster)['counters']) => number): number =>
    world.clusters.reduce((total, { counters: each }) => total + pick(each), 0);
  return {
    syncs: sum(({ calls }) => calls.sync + calls.finalize),
    statusWrites: sum(({ statusWrites }) => statusWrites),
    calls: (['list', 'jobs', 'get', 'create', 'delete'] as const).reduce((total, name) => total + (counters[name] ?? 0), 0),
  };
}

export const noHotLoop: Invariant = {
  name: 'noHotLoop',
  because: 'syncs, status writes and calls of Forgejo cost others',
  start(simulation) {
    const samples: { readonly at: number; readonly load: Load; readonly pods: number }[] = [];
    const pods = new Set<string>();
    return (seen: Seen) => {
      for (const pod of seen.clusters.flatMap((each) => each.pods)) pods.add(pod.metadata.uid);
      const last = samples.at(-1);
      if (last !== undefined && seen.now - last.at < SAMPLE_MS) return null;
      const now = { at: seen.now, load: loadOf(simulation), pods: pods.size };
      samples.push(now);
      while (samples[0] !== undefined && samples[0].at < seen.now - MINUTE_MS) samples.shift();
      const [first] = samples;
      if (first === undefined) return null;
      const pools = simulation.world.clusters.length + (simulation.scenario.neighbour ? 1 : 0);
      return firstOf(['syncs', 'statusWrites', 'calls'] as const, (what) => {
        const most = BASE[what] * pools + PER_POD[what] * (now.pods - first.pods);
        const count = now.load[what] - first.load[what];
        return count > most ? `${count} ${what} in a minute with ${now.pods - first.pods} new Pods` : null;
      });
    };
  },
};

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
