/**
 * One state of the small world that is explored: one pool, Forgejo with a foreign registration, a cluster, what the informers
 * show, what the operator remembers and what may still go wrong. Plain data; every step makes a new one and shares the rest.
 *
 * What is simpler than the real thing: a call, its list and its effects are of one moment unless `staleList` parts them; the
 * API server never refuses; time stands still until the operator has seen all there is and every Pod has done what takes
 * seconds only, and then passes to the next moment at which a decision waits for it; Forgejo never ends a job by itself.
 */
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import type { MemoryFromStatus } from '../../src/hooks/decode-status.ts';
import { createMemoryStore, type PoolMemory } from '../../src/hooks/pool-memory.ts';
import type { Ownership, Snapshot } from '../../src/pool/forgejo.ts';
import type { Instant } from '../../src/pool/instant.ts';
import type { ObservedJob, ObservedPod, ObservedSecret } from '../../src/pool/observed.ts';
import type { ChildIntent } from '../../src/pool/settle.ts';
import { systemClock } from '../../src/system-clock.ts';
import { aMemory, aSpec, now as START } from '../pool/support/builders.ts';

/** What may go wrong, each at most once on a path. */
export const FAULTS = [
  /** Forgejo made the registration, and its answer was lost. */
  'lostAnswer',
  /** What is decided on has changed since it was read. */
  'staleList',
  /** One informer shows what was for a while. */
  'staleInformer',
  /** The operator forgets all that is not in Kubernetes or Forgejo, and with it an answer under way. */
  'restart',
  'crash',
  'cancel',
  'deletePool',
  /** What happens within seconds (a Pod starts, a fetch, an end) takes so long that somebody stops waiting for it. */
  'delay',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Limits {
  readonly maxRunners: number;
  readonly minRunners: number;
  /** How many jobs are queued on a path. */
  readonly handles: number;
  /** How many faults happen on a path. */
  readonly faults: number;
  readonly kinds: readonly Fault[];
  /** A task, its container, its Job and its Pod end in steps of their own. */
  readonly fine: boolean;
}

export interface Job {
  readonly number: number;
  readonly handle: string;
  /** 0 while it waits. */
  readonly taskId: number;
  /** uuid of the registration that has the task. */
  readonly holder: string | null;
}

export interface Row {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly ownership: Ownership | null;
  readonly declared: boolean;
  /** When its runner was last heard; of one that lives: now. */
  readonly seenAt: Instant | null;
  /** When it last spoke of a task, or was asked about one. */
  readonly activeAt: Instant | null;
  readonly foreign: boolean;
}

export interface Forgejo {
  /** Oldest first. */
  readonly jobs: readonly Job[];
  readonly rows: readonly Row[];
  readonly queued: number;
  readonly tasks: number;
}

/** What the runner's process does; `over`: it has ended. */
export type Process = 'pending' | 'idle' | 'working' | 'finished' | 'cancelled' | 'over';

export interface RunnerPod {
  readonly observed: ObservedPod;
  readonly process: Process;
}

export interface Cluster {
  readonly secrets: readonly ObservedSecret[];
  readonly jobs: readonly ObservedJob[];
  readonly pods: readonly RunnerPod[];
}

/** The RunnerPool in the API server. `gone`: its finalizer was removed. */
export interface PoolObject {
  readonly status: MemoryFromStatus;
  readonly deletionAt: Instant | null;
  readonly gone: boolean;
}

export const INFORMERS = ['secrets', 'jobs', 'pods', 'pool'] as const;
export type Informer = (typeof INFORMERS)[number];

/** The informer that shows what was, and what it shows. */
export interface Frozen {
  readonly informer: Informer;
  readonly cluster: Cluster;
  readonly pool: PoolObject;
}

/** What a hook is sent: each part as its informer shows it. */
export interface Request {
  readonly cluster: Cluster;
  readonly pool: PoolObject;
}

/** A list of Forgejo, and which registrations held a task at that moment. */
export interface Reading {
  readonly snapshot: Snapshot;
  readonly holding: readonly string[];
}

/** What Metacontroller has to do after a hook's answer. The status is that of the operator's last memory. */
export interface Answer {
  readonly children: readonly ChildIntent[];
  readonly dropSecrets: readonly string[];
  /** By uid: another Job of the same name stays. */
  readonly dropJobs: readonly string[];
  readonly finalized: boolean;
}

export interface Operator {
  readonly memory: PoolMemory;
  readonly reading: Reading | null;
  /** A call that has its list and goes on later. */
  readonly call: Request | null;
  readonly answer: Answer | null;
}

/** Every registration ever made, in order: names are never used again, credentials start one Pod. */
export interface Issued {
  readonly name: string;
  readonly uuid: string;
  readonly handle: string | null;
  readonly attempt: number;
  /** When Forgejo made it. */
  readonly at: Instant;
  readonly started: boolean;
}

export interface State {
  readonly now: Instant;
  readonly forgejo: Forgejo;
  readonly cluster: Cluster;
  readonly pool: PoolObject;
  readonly frozen: Frozen | null;
  readonly operator: Operator;
  readonly issued: readonly Issued[];
  readonly faultsLeft: readonly Fault[];
  readonly budget: number;
}

export const GRACES = { issuedMs: 30_000, finishingMs: 30_000 } as const;
export const PENDING_MS = 60_000;
/** Longer than any path: no Pod is killed by the end of its grace, no deleted pool gives up. */
export const GRACE_PERIOD_MS = 604_800_000;

export const NEW_PROCESS: Operator = {
  memory: createMemoryStore(systemClock).recall('any'),
  reading: null,
  call: null,
  answer: null,
};

export function specOf({ maxRunners, minRunners }: Limits): RunnerPoolSpec {
  return aSpec({
    minRunners,
    maxRunners,
    pendingTimeoutSeconds: PENDING_MS / 1000,
    drainTimeoutSeconds: GRACE_PERIOD_MS / 1000,
    history: { succeeded: 1, failed: 0 },
  });
}

/** A new pool, a new process, nothing queued, and one registration that is somebody else's. */
export function initialState(limits: Limits): State {
  return {
    now: START,
    forgejo: { jobs: [], rows: [FOREIGN], queued: 0, tasks: 0 },
    cluster: { secrets: [], jobs: [], pods: [] },
    pool: { status: statusOf(aMemory()), deletionAt: null, gone: false },
    frozen: null,
    operator: NEW_PROCESS,
    issued: [],
    faultsLeft: limits.kinds,
    budget: limits.faults,
  };
}

const FOREIGN: Row = {
  id: 1,
  uuid: 'uuid-1',
  name: 'somebody-elses',
  ownership: { poolUid: 'another-pool', handle: null, attempt: 1, createdAt: START - 86_400_000 },
  declared: false,
  seenAt: null,
  activeAt: null,
  foreign: true,
};

/** What the status keeps of a memory. */
export function statusOf({ runners, backoff, recent, lastWarmAttempt, oldestWaitingSince }: MemoryFromStatus): MemoryFromStatus {
  return { runners, backoff, recent, lastWarmAttempt, oldestWaitingSince };
}

/** What the hook would be sent now. */
export function requestOf({ cluster, pool, frozen }: State): Request {
  if (frozen === null) return { cluster, pool };
  if (frozen.informer === 'pool') return { cluster, pool: frozen.pool };
  return { cluster: { ...cluster, [frozen.informer]: frozen.cluster[frozen.informer] }, pool };
}
