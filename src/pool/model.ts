/** What is remembered, what a decision depends on, and what it asks for. Everything here is data; nothing here does anything. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { ForgejoFailure } from './failure.ts';
import type { ForgejoView, Registration, RegistrationRef, ServerInfo } from './forgejo.ts';
import type { Instant } from './instant.ts';
import type { Observed, RunnerTags } from './observed.ts';
import type { Peak } from './peaks.ts';
import type { RepositoryFilter } from './repositories.ts';
import type { Limits } from './schedule.ts';

// --------------------------------------------------------------------------------------------------------------- memory

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
  /** Highest task id of the queue read before it was registered: tasks up to that can't be its own. */
  readonly sinceTask: number | null;
  /** Highest task id of the first queue read after its end: later tasks can't be its own. */
  readonly lastTask: number | null;
  /** Task it is known to hold (an UpdateLog as this runner was answered 200). */
  readonly task: number | null;
  /** Tasks that UpdateLog was asked about as this runner and that it does not hold. */
  readonly asked: readonly number[];
  /** When it was last asked, or reported as (either makes the row `active` for 10 s). */
  readonly askedAt: Instant | null;
  /** Tasks that it holds too, earlier than `task`: a runner works on one at a time, so these got lost. */
  readonly lostTasks: readonly number[];
  /** Since when it has been known to hold these while no two Pods of it could run. */
  readonly lostSince: Instant | null;
  /** Whether it was ever seen busy: tells a failed start from a later end. */
  readonly worked: boolean;
  /** Why it ended, from when its Pod was still to be seen. */
  readonly cause: Cause | null;
}

/** Why a runner died, in recognised words (`cause.ts`). */
export interface Cause {
  /** One word, for the status. */
  readonly reason: string;
  /** For the status and, in a sentence, the log of the job. */
  readonly message: string;
  /** Of the `runner` container, where it is known. */
  readonly exitCode: number | null;
}

export interface BackoffEntry {
  /** A handle, `warm`, `pool` or `register`. */
  readonly key: string;
  /** The highest attempt so far: names are never used again. */
  readonly attempts: number;
  /** In a row, as the delay counts them. */
  readonly failures: number;
  readonly until: Instant;
  /** The job could not be had: it may be as soon as the running jobs of its repository change. */
  readonly heldBack: boolean;
  /** The slot that was counted last: each is counted once. */
  readonly lastRunner: string;
}

export interface RecentRunner {
  readonly name: string;
  readonly job: string | null;
  readonly handle: string | null;
  readonly reason: string;
  readonly message: string;
  /** Of the `runner` container. */
  readonly exitCode: number | null;
  readonly repositoryId: number | null;
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
  /** Process memory only: the repository of each task that the last fresh queue showed running; null before the first. */
  readonly runningTasks: ReadonlyMap<number, number> | null;
  /** Process memory only: runners of which a Pod was ever seen. */
  readonly podsSeen: ReadonlySet<string>;
  /** Process memory only: when each runner was first seen to have ended. */
  readonly endSeenAt: ReadonlyMap<string, Instant>;
  /** Process memory only: since when each runner's row has been `idle` in every fresh list. */
  readonly rowIdleSince: ReadonlyMap<string, Instant>;
  /** Process memory only: the most runners that a persistent pool wanted lately; empty in an ephemeral one. */
  readonly peaks: readonly Peak[];
  /** Process memory only: since when each running task of ours to serve has had no runner of ours. */
  readonly openTasks: ReadonlyMap<number, Instant>;
  /** Process memory only: the reads of the runner list without a gap in which a short task could hide. */
  readonly listed: { readonly since: Instant; readonly last: Instant } | null;
}

/** A registration made by this process. The token stands beside it in the hooks' store, never in the pure core. */
export interface HeldCredentials {
  readonly registration: RegistrationRef;
  readonly tags: RunnerTags;
}

// ---------------------------------------------------------------------------------------------------------------- world

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
  /** Forgejo's time. */
  readonly now: Instant;
  /** Own clock: what the times that Kubernetes writes are compared with. */
  readonly clusterNow: Instant;
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  /** What the spec and its windows allow at `clusterNow`. */
  readonly limits: Limits;
  readonly specHash: string;
  readonly observed: Observed;
  readonly forgejo: ForgejoView;
  /** What the server says of itself; null or left out: not known. */
  readonly server?: ServerInfo | null;
  readonly memory: Memory;
  /** The pool's Namespace has phase Terminating: nothing new can be created there. */
  readonly namespaceTerminating: boolean;
  /** `spec.repositories`, as far as its names are known. */
  readonly repositories: RepositoryFilter;
  readonly graces: Graces;
}

export interface Graces {
  /** How long a registration without a Secret may be an answer on its way, ms. */
  readonly issuedMs: number;
  /** How long a finished runner's Pod may take to end, ms. */
  readonly finishingMs: number;
}

// ------------------------------------------------------------------------------------------------- effects and outcomes

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
