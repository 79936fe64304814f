import { describe, expect, test } from 'vitest';
import type { ClusterOptions } from '../../../src/dev/cluster/cluster.ts';
import { deployment, job, NAMESPACE, type RunnerOptions, type Scripted, scripted, secret, type Task } from './scripted.ts';
import { missingFrom, recorded, summarise, withoutRepeats } from './summary.ts';

function podOf(world: Scripted, runner = 'runner-1'): string {
  const pod = world.cluster.list('Pod', NAMESPACE).find((candidate) => candidate.metadata.name.startsWith(runner));
  if (pod === undefined) throw new Error(`no Pod of ${runner}`);
  return pod.metadata.name;
}

interface Start {
  /** Null: Forgejo does not know the runner. */
  readonly task: Task | null;
  readonly runner?: RunnerOptions;
  readonly kind?: 'Job' | 'Deployment';
  readonly options?: Partial<ClusterOptions>;
}

async function start({ task, runner = {}, kind = 'Job', options = {} }: Start): Promise<Scripted> {
  const world = scripted(options);
  if (task !== null) world.tasks.set('runner-1', task);
  const workload = kind === 'Job' ? job : deployment;
  world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid()), workload('runner-1', world.poolUid(), runner)] });
  await world.clock.advance(3000);
  return world;
}

/** The answer from now on: just the Secret. */
async function drop(world: Scripted): Promise<void> {
  world.answer = () => ({ status: {}, children: [secret('runner-1', world.poolUid())] });
  world.cluster.apply({
    apiVersion: 'forgejo-runner-operator.dev/v1alpha1',
    kind: 'RunnerPool',
    metadata: { name: 'pool', namespace: NAMESPACE, annotations: { poke: '1' } },
  });
  await world.clock.advance(50);
}

function finalizeWhenAlone(world: Scripted): void {
  const before = world.answer;
  world.answer = (request) => {
    const pods = Object.keys(request.related['Pod.v1'] ?? {}).length;
    const children = Object.values(request.children).flatMap(Object.keys).length;
    if (!request.finalizing) return before(request);
    if (pods + children === 0) return { status: {}, children: [], finalized: true };
    return { status: {}, children: pods === 0 ? [] : [secret('runner-1', world.poolUid())] };
  };
}

/** Two runners, one busy and one idle; the answer to finalize drops the Jobs, keeps the Secrets while Pods are left. */
async function startTwo(onFinalize: 'drop' | 'keep' = 'drop', options: Partial<ClusterOptions> = {}): Promise<Scripted> {
  const world = scripted(options);
  world.tasks.set('runner-1', BUSY);
  world.tasks.set('runner-2', IDLE);
  const secrets = (): readonly object[] => ['runner-1', 'runner-2'].map((name) => secret(name, world.poolUid()));
  world.answer = (request) => {
    const pods = Object.keys(request.related['Pod.v1'] ?? {}).length;
    const children = Object.values(request.children).flatMap(Object.keys).length;
    if (!request.finalizing)
      return { status: {}, children: [...secrets(), job('runner-1', world.poolUid(), ASSIGNED), job('runner-2', world.poolUid())] };
    if (onFinalize === 'keep') return { status: {}, children: Object.values(request.children).flatMap((group) => Object.values(group)) };
    return pods + children === 0 ? { status: {}, children: [], finalized: true } : { status: {}, children: pods === 0 ? [] : secrets() };
  };
  await world.clock.advance(4000);
  return world;
}

const BUSY: Task = { seconds: 20 };
const IDLE: Task = { seconds: null };
const ASSIGNED: RunnerOptions = { handle: 'h' };
interface Case {
  readonly recording: string;
  readonly because: string;
  readonly play: () => Promise<Scripted>;
  readonly seconds?: number;
  /** Which of the recorded requests to find (default all), by index. */
  readonly only?: readonly number[];
}

const cases: readonly Case[] = [
  {
    recording: 'K3-busy-dropped',
    because: 'a dropped Job leaves children at once, its Pod stays related to the end of the task',
    play: async () => {
      // The last two events of a Pod are seen one by one only when the watch is slow.
      const world = await start({ task: BUSY, runner: ASSIGNED, options: { seed: 6, lag: { Pod: { ms: 5, jitterMs: 60 } } } });
      await drop(world);
      return world;
    },
  },
  {
    recording: 'K3-idle-dropped',
    because: 'TERM ends an idle runner with 0',
    play: async () => {
      const world = await start({ task: IDLE });
      await drop(world);
      return world;
    },
  },
  {
    recording: 'K3-grace-over',
    because: 'the kubelet kills what outlives its grace period',
    play: async () => {
      const world = await start({ task: BUSY, runner: { handle: 'h', graceSeconds: 6 } });
      await drop(world);
      return world;
    },
  },
  {
    recording: 'K3-pending-dropped',
    because: 'a container that never started ends as ContainerStatusUnknown',
    play: async () => {
      const world = await start({ task: IDLE, options: { faults: [{ fault: { kind: 'waiting', reason: 'ErrImagePull' } }] } });
      await drop(world);
      return world;
    },
  },
  { recording: 'K2-exit0', because: 'a done task', play: () => start({ task: { seconds: 2 }, runner: ASSIGNED }) },
  { recording: 'K2-exit2', because: 'an assigned runner without a task', play: () => start({ task: IDLE, runner: ASSIGNED }) },
  {
    recording: 'K2-exit75',
    because: 'a cancelled task takes the registration along',
    play: () => start({ task: { seconds: 60, cancelAfterSeconds: 3 }, runner: ASSIGNED }),
  },
  {
    recording: 'K2-cancelled',
    because: 'the probe finds the cancel',
    play: () => start({ task: { seconds: 60, cancelAfterSeconds: 3 }, runner: ASSIGNED }),
  },
  {
    recording: 'K2-pid1-killed',
    because: 'SIGKILL fails the Job by its backoffLimit',
    play: () => start({ task: BUSY, runner: ASSIGNED, options: { faults: [{ fault: { kind: 'killed', afterMs: 5000, oom: false } }] } }),
  },
  {
    recording: 'K4-evicted-busy',
    because: 'an evicted runner ends its task first',
    play: async () => {
      const world = await start({ task: BUSY, runner: ASSIGNED });
      world.cluster.disrupt(NAMESPACE, podOf(world), 'evicted');
      return world;
    },
  },
  {
    recording: 'K4-evicted-idle',
    because: 'an evicted idle runner ends with 0 before the Job looks',
    play: async () => {
      const world = await start({ task: IDLE });
      world.cluster.disrupt(NAMESPACE, podOf(world), 'evicted');
      return world;
    },
  },
  {
    recording: 'K4-evicted-killed',
    because: 'evicted and then killed matches the DisruptionTarget rule',
    play: async () => {
      const world = await start({ task: BUSY, runner: ASSIGNED });
      world.cluster.disrupt(NAMESPACE, podOf(world), 'evicted');
      world.cluster.inject(NAMESPACE, podOf(world), { kind: 'killed', afterMs: 3000, oom: false });
      return world;
    },
  },
  {
    recording: 'K5-step-oom',
    because: 'reason OOMKilled with exit code 0 is a step that was killed',
    play: () => start({ task: { seconds: 3 }, runner: ASSIGNED, options: { faults: [{ fault: { kind: 'stepOomKilled' } }] } }),
  },
  {
    recording: 'K5-group-oom',
    because: 'an OOM kill of PID 1',
    play: () => start({ task: BUSY, runner: ASSIGNED, options: { faults: [{ fault: { kind: 'killed', afterMs: 4000, oom: true } }] } }),
  },
  {
    recording: 'K5-node-memory',
    because: 'a node eviction has no grace and sets DisruptionTarget',
    play: () =>
      start({
        task: BUSY,
        runner: ASSIGNED,
        options: { faults: [{ fault: { kind: 'nodePressure', resource: 'memory', afterMs: 4000 } }] },
      }),
  },
  {
    recording: 'K5-ephemeral-storage',
    because: 'a storage eviction sets no DisruptionTarget',
    play: () =>
      start({
        task: BUSY,
        runner: ASSIGNED,
        options: { faults: [{ fault: { kind: 'nodePressure', resource: 'ephemeral-storage', afterMs: 4000 } }] },
      }),
  },
  {
    recording: 'K6-cpu',
    because: 'nothing fits',
    play: () =>
      start({
        task: IDLE,
        options: { faults: [{ fault: { kind: 'unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' } }] },
      }),
  },
  {
    recording: 'K6-outofcpu',
    because: 'the kubelet turns a Pod down without container statuses',
    play: () =>
      start({
        task: IDLE,
        options: { faults: [{ fault: { kind: 'rejected', reason: 'OutOfcpu', message: "Node didn't have enough resource" } }] },
      }),
  },
  {
    recording: 'K6-nosecret',
    because: 'a Pod without its Secret hangs in ContainerCreating and nothing says why',
    play: async () => {
      const world = scripted();
      world.answer = () => ({ status: { phase: 'x' }, children: [job('runner-1', world.poolUid())] });
      return world;
    },
  },
  {
    recording: 'K6-nocmd',
    because: 'a command that does not exist',
    play: () => start({ task: IDLE, options: { faults: [{ fault: { kind: 'startError', message: 'exec: "/nope"' } }] } }),
  },
  {
    recording: 'K6-quota',
    because: 'a refused Pod leaves the Job without active and without a condition',
    play: () => start({ task: IDLE, options: { faults: [{ fault: { kind: 'refused', message: 'exceeded quota: q' } }] } }),
  },
  {
    recording: 'K9-node-lost',
    because: 'a lost node shows Ready=False, then the taint manager deletes',
    play: () =>
      start({
        task: { seconds: 30 },
        runner: ASSIGNED,
        options: { faults: [{ fault: { kind: 'nodeLost', afterMs: 5000, tolerationMs: 8000, returnsAfterMs: 45_000 } }] },
      }),
    seconds: 90,
  },
  {
    recording: 'K9-node-deleted',
    because: 'PodGC fails the Pod while its runner container still shows running',
    play: () =>
      start({ task: { seconds: 200 }, runner: ASSIGNED, options: { faults: [{ fault: { kind: 'nodeDeleted', afterMs: 4000 } }] } }),
    seconds: 90,
  },
  {
    recording: 'K10-deadline',
    because: 'the deadline fails the Job at once, Failed waits for the Pod',
    play: () => start({ task: BUSY, runner: { handle: 'h', deadlineSeconds: 8 } }),
  },
  {
    recording: 'K10-pending',
    because: 'the deadline of a Pod that no node took',
    play: () =>
      start({
        task: BUSY,
        runner: { handle: 'h', deadlineSeconds: 8 },
        options: { faults: [{ fault: { kind: 'unschedulable', message: 'no' } }] },
      }),
  },
  {
    recording: 'K11-ns-terminating',
    because: 'Pods go first, everything else at the end',
    play: async () => {
      const world = await start({ task: BUSY, runner: { handle: 'h', graceSeconds: 24 }, options: { seed: 2 } });
      finalizeWhenAlone(world);
      world.cluster.delete('Namespace', '', NAMESPACE);
      return world;
    },
    seconds: 60,
  },
  {
    recording: 'K12-busy-pod-deleted',
    because: 'a Pod deleted by hand is an eviction without DisruptionTarget',
    play: async () => {
      const world = await start({ task: BUSY, runner: ASSIGNED });
      world.cluster.delete('Pod', NAMESPACE, podOf(world));
      return world;
    },
  },
  {
    recording: 'K12-busy-job-deleted',
    because: 'a Job that is answered again has two Pods (trap C)',
    play: async () => {
      const faults = [{ fault: { kind: 'slowStart', ms: 490 } as const }];
      // Its informer of Pods was behind the one of Jobs: a Failed Job's Pod still had its finalizer.
      const world = await start({ task: { seconds: 12 }, runner: ASSIGNED, options: { faults, lag: { Pod: { ms: 60 } } } });
      world.cluster.delete('Job', NAMESPACE, 'runner-1');
      return world;
    },
  },
  {
    recording: 'K8-busy-dropped',
    because: 'a dropped Deployment ends like a Job',
    play: async () => {
      const world = await start({ task: BUSY, kind: 'Deployment' });
      await drop(world);
      return world;
    },
  },
  {
    recording: 'K8-evicted',
    because: 'a ReplicaSet replaces an evicted Pod at once',
    play: async () => {
      const world = await start({ task: BUSY, kind: 'Deployment' });
      world.cluster.disrupt(NAMESPACE, podOf(world), 'evicted');
      return world;
    },
  },
  {
    recording: 'K8-crashloop',
    because: 'unknown credentials: exit 1, restarted with back-off',
    play: () => start({ task: null, kind: 'Deployment' }),
  },
  {
    recording: 'K14-pool-deleted',
    because: 'finalize sees the same shapes as sync',
    play: async () => {
      const world = await startTwo();
      world.cluster.delete('RunnerPool', NAMESPACE, 'pool', { propagation: 'Background' });
      return world;
    },
  },
  {
    recording: 'K14-pool-deleted-foreground',
    because: 'the garbage collector deletes the children whatever finalize answers',
    play: async () => {
      // The informer of Pods was ahead of the others; in the third request it was behind, which is not compared.
      const world = await startTwo('keep', { lag: { Job: { ms: 40 }, Secret: { ms: 40 } } });
      world.cluster.delete('RunnerPool', NAMESPACE, 'pool', { propagation: 'Foreground' });
      return world;
    },
    only: [0, 1, 3],
  },
  {
    recording: 'K14-pool-deleted-orphan',
    because: 'children vanish from children, Pods stay and run on',
    play: async () => {
      const world = await startTwo('keep');
      world.cluster.delete('RunnerPool', NAMESPACE, 'pool', { propagation: 'Orphan' });
      return world;
    },
  },
  {
    recording: 'K12-job-deleted',
    because: 'an idle Job that is deleted by hand is created again at once',
    play: async () => {
      const world = await start({ task: IDLE });
      world.cluster.delete('Job', NAMESPACE, 'runner-1');
      return world;
    },
  },
  {
    recording: 'K12-job-deleted-foreground',
    because: 'a foreground deletion keeps the Job until its Pod is gone',
    play: async () => {
      const world = await start({ task: IDLE });
      world.cluster.delete('Job', NAMESPACE, 'runner-1', { propagation: 'Foreground' });
      return world;
    },
  },
  {
    recording: 'K12-secret-deleted',
    because: 'a Secret deleted by hand is created again, the Pod keeps its files',
    play: async () => {
      const world = await start({ task: BUSY, runner: ASSIGNED });
      world.cluster.delete('Secret', NAMESPACE, 'runner-1');
      return world;
    },
  },
  {
    recording: 'K18-term-lost',
    because: 'a TERM before the trap is lost: the Pod stays Running until its grace is over',
    play: async () => {
      const world = await start({ task: IDLE, options: { faults: [{ fault: { kind: 'termLost' } }] } });
      world.answer = () => ({ status: { phase: 'x' }, children: [] });
      world.cluster.apply({
        apiVersion: 'forgejo-runner-operator.dev/v1alpha1',
        kind: 'RunnerPool',
        metadata: { name: 'pool', namespace: NAMESPACE, annotations: { poke: '1' } },
      });
      return world;
    },
  },
  {
    recording: 'K7-normal',
    because: 'a native sidecar ends with the runner, in the same report',
    play: () => start({ task: { seconds: 5 }, runner: { handle: 'h', sidecar: true } }),
  },
  {
    recording: 'K7-busy-dropped',
    because: 'dind gets its TERM only after the runner, so the shield works',
    play: async () => {
      const world = await start({ task: BUSY, runner: { handle: 'h', sidecar: true } });
      await drop(world);
      return world;
    },
  },
];

describe('the embedded cluster against what was recorded', () => {
  test('K1-normal: a whole life is seen in the same steps', async () => {
    const world = await start({ task: { seconds: 5 }, runner: ASSIGNED });
    await world.clock.advance(15_000);
    world.cluster.check();
    const seen = withoutRepeats(world.requests.map(summarise));
    expect(seen).toEqual(withoutRepeats(recorded('K1-normal').map(summarise)));
  });

  test.each(cases)('$recording: $because', async ({ recording, play, seconds = 60, only }) => {
    const world = await play();
    await world.clock.advance(seconds * 1000);
    world.cluster.check();
    const seen = withoutRepeats(world.requests.map(summarise));
    const wanted = withoutRepeats(
      recorded(recording)
        .filter((_, index) => only?.includes(index) ?? true)
        .map(summarise),
    );
    expect({ missing: missingFrom(seen, wanted), seen }).toEqual({ missing: null, seen });
  });
});
