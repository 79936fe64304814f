/** Pods that go wrong, in the shapes that were measured on a real kubelet; durations fit a run of a minute or two. */
import type { PodFault } from '../../src/dev/cluster/faults.ts';
import type { Random } from '../../src/dev/forgejo/random.ts';
import { between, oneOf, weighted } from './draw.ts';

type Draw = (random: Random) => PodFault;

const REFUSALS = ['exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0', 'violates PodSecurity "restricted:latest"'];
const EXIT_CODES = [0, 1, 2, 75, 127, 137, 143] as const;

/** From its creation on: what keeps a Pod from starting, or makes it start badly. */
const AT_CREATION: readonly (readonly [number, Draw])[] = [
  [2, (random) => ({ kind: 'refused', message: oneOf(random, REFUSALS) })],
  [
    2,
    (random) => ({ kind: 'unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.', forMs: between(random, 5_000, 90_000) }),
  ],
  [2, () => ({ kind: 'rejected', reason: 'OutOfcpu', message: 'Pod was rejected: Node didn’t have enough resource: cpu' })],
  [
    2,
    (random) => ({
      kind: 'waiting',
      reason: oneOf(random, ['InvalidImageName', 'CreateContainerConfigError']),
      forMs: between(random, 5_000, 90_000),
    }),
  ],
  [2, (random) => ({ kind: 'imagePullFails', forMs: between(random, 5_000, 90_000) })],
  [1, (random) => ({ kind: 'mountFails', forMs: between(random, 5_000, 90_000) })],
  [3, (random) => ({ kind: 'slowStart', ms: between(random, 3_000, 45_000) })],
  [2, () => ({ kind: 'startError', message: 'exec: "/nope": no such file' })],
  [3, () => ({ kind: 'termLost' })],
  [2, () => ({ kind: 'stepOomKilled' })],
  // Before it has asked for a task.
  [1, (random) => ({ kind: 'exits', afterMs: 10, code: oneOf(random, EXIT_CODES) })],
];

/** In the life of a running Pod. */
const IN_LIFE: readonly (readonly [number, Draw])[] = [
  [3, (random) => ({ kind: 'killed', afterMs: between(random, 0, 3_000), oom: random.next() < 0.5 })],
  [3, (random) => ({ kind: 'exits', afterMs: between(random, 0, 3_000), code: oneOf(random, EXIT_CODES) })],
  [2, (random) => ({ kind: 'evicted', afterMs: 0, ...grace(random) })],
  [2, (random) => ({ kind: 'preempted', afterMs: 0, ...grace(random) })],
  [2, (random) => ({ kind: 'nodePressure', afterMs: 0, resource: oneOf(random, ['memory', 'ephemeral-storage'] as const) })],
  [2, (random) => ({ kind: 'nodeLost', afterMs: 0, tolerationMs: between(random, 5_000, 30_000), ...becomesOfIt(random) })],
  [1, (random) => ({ kind: 'nodeDeleted', afterMs: 0, machineDies: random.next() < 0.7 })],
  [1, () => ({ kind: 'stepOomKilled' })],
];

export function drawFaultAtCreation(random: Random): PodFault {
  return weighted(random, AT_CREATION)(random);
}

export function drawFaultInLife(random: Random): PodFault {
  return weighted(random, IN_LIFE)(random);
}

/** Only of Pods with a Docker sidecar. */
export function drawSidecarFault(random: Random): PodFault {
  return { kind: oneOf(random, ['sidecarUnready', 'sidecarDeaf'] as const) };
}

function grace(random: Random): { readonly graceSeconds?: number } {
  return random.next() < 0.3 ? { graceSeconds: between(random, 0, 4) } : {};
}

function becomesOfIt(random: Random): { readonly returnsAfterMs?: number; readonly machineDies?: boolean } {
  return random.next() < 0.5 ? { returnsAfterMs: between(random, 10_000, 60_000) } : { machineDies: random.next() < 0.7 };
}
