/**
 * The words that the decisions are made in: what was observed in Kubernetes and in Forgejo, reduced to what matters, and
 * what is decided from it. Everything here is data; nothing here does anything.
 */
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import type { AccessProblem, ForgejoFailure } from './failure.ts';

/** Milliseconds since the Unix epoch in Forgejo's time: own clock plus the offset that its `Date` header shows. */
export type Instant = number;

/** Which runners API a pool talks to. Paths: `/admin`, `/orgs/{org}`, `/user`, `/repos/{owner}/{repo}` + `/actions/runners`. */
export type Scope =
  | { readonly kind: 'instance' }
  | { readonly kind: 'organization'; readonly organization: string }
  | { readonly kind: 'user' }
  | { readonly kind: 'repository'; readonly owner: string; readonly repository: string };

export type Mode = 'Ephemeral' | 'Persistent';

// ---------------------------------------------------------------------------------------------------------------- Forgejo

/** One row of Forgejo's runner list. `declared`: the runner has started once (its version is not empty). */
export interface Registration {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly description: string;
  /** `offline`: not seen for 60 s or never; `active`: reported on a task within 10 s; else `idle`. */
  readonly status: 'offline' | 'idle' | 'active';
  readonly declared: boolean;
  readonly version: string;
  readonly ephemeral: boolean;
}

/** One row of Forgejo's queue (`…/actions/runners/jobs`): only waiting and running jobs are listed. */
export interface QueuedJob {
  readonly id: number;
  readonly attempt: number;
  readonly handle: string;
  readonly repositoryId: number;
  readonly ownerId: number;
  readonly name: string;
  readonly runsOn: readonly string[];
  /** 0 while the job waits. */
  readonly taskId: number;
  readonly status: 'waiting' | 'running';
}

/** Queue and registrations of one scope, as two reads that began at known moments. */
export interface Snapshot {
  /** Newest first, as Forgejo lists them. */
  readonly jobs: readonly QueuedJob[];
  /** When the queue read began: own clock at sending + offset - 1 s. */
  readonly jobsReadAt: Instant;
  /** All registrations of the scope, ours and others'. */
  readonly registrations: readonly Registration[];
  /** When the list read began, computed alike. */
  readonly registrationsReadAt: Instant;
  /** False when a paged walk could not prove that it saw every row: then a missing row is no absence. */
  readonly registrationsComplete: boolean;
  /** Since when Forgejo has answered without a failure; the start of the process counts as a failure. */
  readonly answeringSince: Instant;
}

/** What is known of Forgejo at the moment of a decision. */
export type ForgejoView =
  | { readonly kind: 'answered'; readonly snapshot: Snapshot; readonly nextReadAt: Instant }
  | { readonly kind: 'unavailable'; readonly failure: ForgejoFailure | AccessProblem; readonly nextReadAt: Instant };

/** Who a registration is: `uuid` is the identity, `id` the address. */
export interface RegistrationRef {
  readonly id: number;
  readonly uuid: string;
}

// ------------------------------------------------------------------------------------------------------------- Kubernetes

/** What our labels and annotations say of a runner; the same on its Secret, its workload and its Pods. */
export interface RunnerTags {
  /** The runner's name: of the registration, the Secret and the workload. */
  readonly runner: string;
  /** The job handle it was made for; null for warm and persistent runners (annotation `-`). */
  readonly handle: string | null;
  readonly repositoryId: number | null;
  /** 1, 2, … per handle (per pool for warm and persistent runners). */
  readonly attempt: number;
  readonly specHash: string;
  readonly registration: RegistrationRef | null;
  /** `Date` of the answer to the registering POST + 1 s; null when an annotation is missing. */
  readonly issuedAt: Instant | null;
}

export interface ObservedSecret {
  readonly tags: RunnerTags;
  /** It holds id, uuid and token: one can speak as that runner. */
  readonly complete: boolean;
  readonly createdAt: Instant;
}

export interface ObservedJob {
  readonly kind: 'Job';
  readonly uid: string;
  readonly tags: RunnerTags;
  readonly createdAt: Instant;
  /** Has a deletionTimestamp. */
  readonly terminating: boolean;
  /** The Job counts a Pod that has ended (succeeded, failed or uncounted), or a terminating one. */
  readonly countsEndedPod: boolean;
  /** Condition Complete or Failed is True. `FailureTarget`, `SuccessCriteriaMet` and counters are no end. */
  readonly end: JobEnd | null;
}

export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  /** The condition's reason: `CompletionsReached`, `BackoffLimitExceeded`, `PodFailurePolicy`, `DeadlineExceeded` … */
  readonly reason: string;
  /** The exit code that a PodFailurePolicy message names ("failed with exit code 2 matching …"), else null. */
  readonly exitCode: number | null;
  /** A PodFailurePolicy message that names DisruptionTarget. */
  readonly disrupted: boolean;
  readonly at: Instant;
}

export interface ObservedDeployment {
  readonly kind: 'Deployment';
  readonly uid: string;
  readonly tags: RunnerTags;
  readonly createdAt: Instant;
  readonly terminating: boolean;
}

export type ObservedWorkload = ObservedJob | ObservedDeployment;

/** State of the `runner` container, or of the Pod as a whole where the kubelet reports no container. */
export type RunnerState =
  /** Not running: no container status yet, or waiting, with the recognised reason (see `PodReason`). */
  | { readonly kind: 'waiting'; readonly reason: PodReason | null }
  | { readonly kind: 'running'; readonly startedAt: Instant }
  | {
      readonly kind: 'terminated';
      /** Null when the Pod ended without a container status (kubelet rejection, PodGC). */
      readonly exitCode: number | null;
      /** False when the container never ran (`startedAt` null: ContainerStatusUnknown/137 of a dropped pending Pod). */
      readonly started: boolean;
      readonly reason: PodReason | null;
      readonly finishedAt: Instant | null;
    };

/** Reasons of Kubernetes that we recognise; raw text from a Pod never enters the status (facts: kubelet, sections 3 and 5). */
export type PodReason =
  | 'Completed'
  | 'Error'
  | 'OOMKilled'
  | 'Evicted'
  | 'StartError'
  | 'ContainerStatusUnknown'
  | 'OutOfcpu'
  | 'OutOfmemory'
  | 'OutOfpods'
  | 'NodeAffinity'
  | 'NodeShutdown'
  | 'Unschedulable'
  | 'ContainerCreating'
  | 'PodInitializing'
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'InvalidImageName'
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError'
  | 'CrashLoopBackOff'
  | 'Unknown';

export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly tags: RunnerTags;
  /** uid of the controlling owner (the Job, or the Deployment's ReplicaSet); null for an orphan. */
  readonly ownerUid: string | null;
  readonly ownerKind: 'Job' | 'ReplicaSet' | null;
  readonly createdAt: Instant;
  /** metadata.deletionTimestamp: the request plus the grace period. */
  readonly deletionAt: Instant | null;
  readonly state: RunnerState;
  /** Reason of a True DisruptionTarget condition (`EvictionByEvictionAPI`, `DeletionByTaintManager` …), else null. */
  readonly disruption: string | null;
  /** Container restarts, and how the last run ended (Deployments: CrashLoopBackOff). */
  readonly restarts: number;
  readonly lastExitCode: number | null;
}

/** The pool's children and Pods; each list is what one informer saw, and each may be stale by itself. */
export interface Observed {
  readonly secrets: readonly ObservedSecret[];
  readonly workloads: readonly ObservedWorkload[];
  readonly pods: readonly ObservedPod[];
}

// ----------------------------------------------------------------------------------------------------------------- memory

/** Every phase of a slot: see `classify.ts` for when each holds. */
export const LIVE_PHASES = [
  'issued',
  'starting',
  'stuck',
  'idle',
  'busy',
  'silent',
  'detached',
  'finishing',
  'draining',
  'stopping',
  'deregistered',
] as const;
export const ENDED_PHASES = ['lost', 'stray', 'inUse', 'ended', 'idleExit', 'completed', 'cancelled', 'failed'] as const;
export type LivePhase = (typeof LIVE_PHASES)[number];
export type EndedPhase = (typeof ENDED_PHASES)[number];
export type Phase = LivePhase | EndedPhase;

/** What an earlier answer wrote down about a slot (`status.runners[]`), merged with the memory of this process. */
export interface RememberedRunner {
  readonly name: string;
  readonly phase: Phase;
  /** When a sync first saw that phase. */
  readonly since: Instant;
  /** When its spec-hash was first seen to differ from the pool's. */
  readonly outdatedSince: Instant | null;
  readonly handle: string | null;
  /** Name of the Forgejo job it runs, where known. */
  readonly job: string | null;
  readonly repositoryId: number | null;
  readonly reason: string | null;
  /** Highest task id of the first queue read after its end: later tasks can't be its own. */
  readonly lastTask: number | null;
  /** Task it is known to hold (an UpdateLog as this runner was answered 200). */
  readonly task: number | null;
  /** Tasks that UpdateLog was asked about as this runner and that it does not hold. */
  readonly asked: readonly number[];
  /** When it was last asked (the question makes the row `active` for 10 s). */
  readonly askedAt: Instant | null;
  /** Whether it was ever seen busy: tells a failed start from a later end. */
  readonly worked: boolean;
}

export interface BackoffEntry {
  /** A handle, `warm`, or `pool`. */
  readonly key: string;
  readonly attempts: number;
  readonly until: Instant;
  /** The slot that was counted last: each is counted once. */
  readonly lastRunner: string;
}

export interface RecentRunner {
  readonly name: string;
  readonly job: string | null;
  readonly handle: string | null;
  readonly reason: string;
  readonly message: string;
  readonly at: Instant;
  readonly attempt: number;
}

/** What must outlive one call: decoded from the status, merged with what this process remembers. Losing it may delay, never destroy. */
export interface Memory {
  readonly runners: readonly RememberedRunner[];
  readonly backoff: readonly BackoffEntry[];
  readonly recent: readonly RecentRunner[];
  /** Highest attempt ever used for warm and persistent runners: names are never used again. */
  readonly lastWarmAttempt: number;
  /** Process memory only: registrations whose credentials are held, by runner name. */
  readonly credentials: ReadonlyMap<string, HeldCredentials>;
  /** What the status said of the job that waits longest; a restarted process dates its oldest job by it. */
  readonly oldestWaitingSince: Instant | null;
  /** Process memory only: when a waiting handle was first seen. */
  readonly firstSeen: ReadonlyMap<string, Instant>;
  /** Process memory only: since when each runner's row has been absent or offline in every fresh list. */
  readonly rowGoneSince: ReadonlyMap<string, Instant>;
  /** Process memory only: when each runner was first seen to have ended. */
  readonly endSeenAt: ReadonlyMap<string, Instant>;
  /** Process memory only: since when each runner's row has been `idle` in every fresh list. */
  readonly rowIdleSince: ReadonlyMap<string, Instant>;
}

/** A registration made by this process. The token stands beside it in the hooks' store, never in the pure core. */
export interface HeldCredentials {
  readonly registration: RegistrationRef;
  readonly tags: RunnerTags;
}

// ------------------------------------------------------------------------------------------------------------------ world

export interface PoolIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly createdAt: Instant;
  /** metadata.deletionTimestamp. */
  readonly deletionAt: Instant | null;
}

/** Everything a decision depends on. */
export interface World {
  readonly now: Instant;
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  readonly specHash: string;
  readonly observed: Observed;
  readonly forgejo: ForgejoView;
  readonly memory: Memory;
  /** The pool's Namespace has phase Terminating: nothing new can be created there. */
  readonly namespaceTerminating: boolean;
  readonly graces: Graces;
}

export interface Graces {
  /** How long a registration without a Secret may be an answer on its way, ms. */
  readonly issuedMs: number;
  /** How long a finished runner's Pod may take to end, ms. */
  readonly finishingMs: number;
}

// ---------------------------------------------------------------------------------------------------- effects and outcomes

/** What a decision asks of Forgejo. */
export type Effect =
  | { readonly kind: 'register'; readonly tags: NewRunner; readonly description: string; readonly ephemeral: boolean }
  /** UpdateLog as that runner: does it hold the task? */
  | { readonly kind: 'ask'; readonly runner: string; readonly registration: RegistrationRef; readonly taskId: number }
  /** Report the task failed as that runner, which is dead. */
  | {
      readonly kind: 'report';
      readonly runner: string;
      readonly registration: RegistrationRef;
      readonly taskId: number;
      readonly cause: string;
    }
  /** GET by id, and DELETE when it shows that uuid and one of `whenStatus`. */
  | {
      readonly kind: 'deregister';
      readonly runner: string;
      readonly registration: RegistrationRef;
      readonly whenStatus: readonly ('offline' | 'idle')[];
    };

/** A runner that is about to be registered: its tags, less what the registration will tell. */
export interface NewRunner {
  readonly runner: string;
  readonly handle: string | null;
  readonly repositoryId: number | null;
  readonly job: string | null;
  readonly attempt: number;
  readonly specHash: string;
}

/** How an effect went; `effect` is the one it answers. */
export type Outcome =
  | {
      readonly kind: 'registered';
      readonly effect: Effect & { kind: 'register' };
      readonly registration: RegistrationRef;
      readonly issuedAt: Instant;
    }
  | { readonly kind: 'asked'; readonly effect: Effect & { kind: 'ask' }; readonly holds: boolean; readonly at: Instant }
  | { readonly kind: 'reported'; readonly effect: Effect & { kind: 'report' } }
  /** The row is surely gone: DELETE answered 204, or GET/DELETE 404, or GET showed another uuid. */
  | { readonly kind: 'deregistered'; readonly effect: Effect & { kind: 'deregister' } }
  /** The row was left: its status was not one of `whenStatus`. */
  | { readonly kind: 'spared'; readonly effect: Effect & { kind: 'deregister' }; readonly status: Registration['status'] }
  /** `ambiguous`: Forgejo may have done it (the answer was lost). */
  | { readonly kind: 'failed'; readonly effect: Effect; readonly failure: ForgejoFailure; readonly ambiguous: boolean }
  /** Not tried: the time or the number for one call was used up; or still under way. */
  | { readonly kind: 'deferred'; readonly effect: Effect };
