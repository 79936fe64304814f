/** What was read from Forgejo: its queue and its registrations, reduced to what decisions need. */
import type { AccessProblem, ForgejoFailure } from './failure.ts';
import type { Instant } from './instant.ts';

/** One row of Forgejo's runner list. `declared`: the runner has started once (its version is not empty). */
export interface Registration {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** Null: no pool of this operator made it. */
  readonly ownership: Ownership | null;
  /** `offline`: not seen for 60 s or never; `active`: reported on a task within 10 s; else `idle`. */
  readonly status: 'offline' | 'idle' | 'active';
  readonly declared: boolean;
  readonly version: string;
  readonly ephemeral: boolean;
}

/** Whose a registration is, as its description says. */
export interface Ownership {
  readonly poolUid: string;
  readonly handle: string | null;
  readonly attempt: number;
  /** Forgejo's `Date` of the list read before the POST; serves only the age of rows without a Secret. */
  readonly createdAt: Instant;
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

/** What a server says of itself; for people. */
export interface ServerInfo {
  /** `15.0.3+gitea-1.22.0`. */
  readonly version: string;
  /** It has registrations that end with their first job. */
  readonly ephemeral: boolean;
}

/** Who a registration is: `uuid` is the identity, `id` the address. */
export interface RegistrationRef {
  readonly id: number;
  readonly uuid: string;
}
