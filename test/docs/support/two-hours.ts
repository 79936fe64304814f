/**
 * Two hours of a pool in the virtual world, for the numbers of docs/cost.md: real decisions of the operator, Pods that take as long
 * to start as the page says, jobs of a fixed list. The same case gives the same numbers.
 */
import { API_VERSION, KIND } from '../../../src/api/keys.ts';
import { createRandom } from '../../../src/dev/forgejo/random.ts';
import { FORGEJO_URL } from '../../../src/dev/virtual-world.ts';
import { openLab } from '../../lifecycle/support/lab.ts';

export const SECONDS = 7200;
/** Image, volumes and Docker daemon of a new Pod; the virtual kubelet adds half a second of its own. */
export const START_SECONDS = 15;
/** Nothing is queued in the last quarter of an hour, so that all work is done within the two. */
const QUEUED_WITHIN_SECONDS = SECONDS - 900;

interface Work {
  readonly atSeconds: number;
  readonly seconds: number;
}

export type Demand = 'rare' | 'steady' | 'bursts';

/** One to three minutes each: 12 jobs now and then, 150 all the time, 20 at once every 21 minutes. */
export function demandOf(kind: Demand): readonly Work[] {
  const random = createRandom(8);
  const work = (atSeconds: number): Work => ({ atSeconds, seconds: 60 + Math.floor(random.next() * 121) });
  const anywhere = (jobs: number): readonly Work[] =>
    Array.from({ length: jobs }, () => Math.floor(random.next() * QUEUED_WITHIN_SECONDS))
      .toSorted((a, b) => a - b)
      .map(work);
  switch (kind) {
    case 'rare':
      return anywhere(12);
    case 'steady':
      return anywhere(150);
    case 'bursts':
      return Array.from({ length: 100 }, (_, index) => work(60 + Math.floor(index / 20) * 1260));
  }
}

/** Specs of the pools that share the work, by their names. */
export type Pools = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const SETUPS = {
  'Ephemeral, none warm': { pool: { mode: 'Ephemeral', maxRunners: 20 } },
  'Ephemeral, 2 warm': { pool: { mode: 'Ephemeral', minRunners: 2, maxRunners: 20 } },
  'Persistent, 0 to 20': { pool: { mode: 'Persistent', maxRunners: 20, idleTimeoutSeconds: 300 } },
  'Persistent, always 4': { pool: { mode: 'Persistent', minRunners: 4, maxRunners: 4 } },
  'Persistent 2, Ephemeral for the rest': {
    pool: { mode: 'Persistent', minRunners: 2, maxRunners: 2 },
    overflow: { mode: 'Ephemeral', maxRunners: 18, claimDelaySeconds: 30 },
  },
} as const satisfies Readonly<Record<string, Pools>>;

export type Setup = keyof typeof SETUPS;

export interface Figures {
  readonly jobs: number;
  /** Seconds of work, and seconds for which Pods were there. */
  readonly workSeconds: number;
  readonly podSeconds: number;
  /** From the queue to the runner, seconds. */
  readonly waitP50: number;
  readonly waitP95: number;
}

export async function playTwoHours(demand: Demand, setup: Setup): Promise<Figures> {
  const work = demandOf(demand);
  const pools: Pools = SETUPS[setup];
  const lab = await openLab({ spec: { ...pools['pool'], pollIntervalSeconds: 2 } });
  lab.cluster.armPodFault({ kind: 'slowStart', ms: START_SECONDS * 1000 }, { times: Number.MAX_SAFE_INTEGER });
  for (const [name, spec] of Object.entries(pools)) if (name !== 'pool') lab.cluster.apply(poolObject(name, spec));
  const queuedAt = new Map<string, number>();
  let podSeconds = 0;
  for (let second = 0; second < SECONDS; second += 1) {
    for (const { seconds } of work.filter(({ atSeconds }) => atSeconds === second)) {
      const name = `job-${queuedAt.size}`;
      queuedAt.set(name, lab.clock.now());
      lab.queue(name, seconds * 1000);
    }
    await lab.clock.advance(1000);
    podSeconds += lab.pods().filter(({ status }) => status?.phase === 'Pending' || status?.phase === 'Running').length;
  }
  const waits = lab.forgejo.jobs().map(({ name, status, startedAt }) => {
    if (status !== 'success' || startedAt === null) throw new Error(`${demand}, ${setup}: ${name} is ${status} after two hours`);
    return (startedAt - (queuedAt.get(name) ?? 0)) / 1000;
  });
  lab.close();
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  const workSeconds = work.reduce((sum, { seconds }) => sum + seconds, 0);
  return { jobs: work.length, workSeconds, podSeconds, waitP50: at(0.5), waitP95: at(0.95) };
}

function poolObject(name: string, spec: Readonly<Record<string, unknown>>) {
  const forgejo = { url: FORGEJO_URL, scope: { organization: 'acme' }, tokenSecretRef: { name: 'token' } };
  const rest = { labels: ['docker:host'], containerMode: { type: 'Host' }, runner: { image: 'code.forgejo.org/forgejo/runner:12.8.2' } };
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace: 'ci' }, spec: { forgejo, ...rest, ...spec } };
}
