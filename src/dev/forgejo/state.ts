/**
 * What the embedded Forgejo remembers: the tables of the real one, as far as runners are concerned. The state is mutable and
 * private to one `createEmbeddedForgejo`; every function beside it takes it as its first argument.
 */
import type { Clock } from '../../clock.ts';
import { createRandom, type Random } from './random.ts';

export type TokenLevel = 'read' | 'write';
export type TokenCategory =
  | 'admin'
  | 'organization'
  | 'repository'
  | 'user'
  | 'misc'
  | 'issue'
  | 'package'
  | 'notification'
  | 'activitypub';
export type TokenScope = 'all' | 'public-only' | `${TokenLevel}:${TokenCategory}`;

export interface User {
  readonly kind: 'user';
  readonly id: number;
  name: string;
  readonly password: string;
  readonly siteAdmin: boolean;
}

export interface Organization {
  readonly kind: 'organization';
  readonly id: number;
  name: string;
  readonly visibility: 'public' | 'private';
  /** User ids: members of the team Owners. */
  readonly owners: ReadonlySet<number>;
  /** User ids: members of a team with admin permission on all repositories. */
  readonly admins: ReadonlySet<number>;
}

/** Users and organizations share one table, hence one series of ids. */
export type Account = User | Organization;

export interface Repository {
  readonly id: number;
  ownerId: number;
  name: string;
  readonly private: boolean;
  actionsUnit: boolean;
  /** User ids that see the repository although it is private. */
  readonly collaborators: ReadonlySet<number>;
}

export interface Token {
  readonly sha1: string;
  readonly userId: number;
  readonly scopes: readonly TokenScope[];
  /** Ids of the only repositories it may manage; null for all. */
  readonly repositoryIds: readonly number[] | null;
}

export interface Runner {
  readonly id: number;
  readonly uuid: string;
  readonly token: string;
  /** 0 for a repository's and for the instance's runners. */
  readonly ownerId: number;
  readonly repositoryId: number;
  readonly name: string;
  readonly description: string;
  readonly ephemeral: boolean;
  version: string;
  /** Null before the first Declare. */
  labels: readonly string[] | null;
  /** Unix time in whole seconds, as the real table has it; 0 is never. */
  lastOnline: number;
  lastActive: number;
}

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';
/** `blocked`: its needs are not met yet. */
export type JobStatus = 'blocked' | 'waiting' | 'running' | Result;

/** How an earlier attempt of a job ended. */
export interface PastAttempt {
  readonly attempt: number;
  readonly handle: string;
  readonly taskId: number;
  readonly result: Result;
}

export interface Job {
  readonly id: number;
  readonly run: number;
  readonly repositoryId: number;
  /** Owner of the repository when the job was queued; a transfer leaves it. */
  readonly ownerId: number;
  readonly name: string;
  readonly runsOn: readonly string[];
  readonly needs: readonly string[];
  readonly neededJobIds: readonly number[];
  /** `if: always()`: runs whatever its needs came to. */
  readonly always: boolean;
  readonly concurrencyGroup: string | null;
  readonly durationMs: number;
  /** Its only step exits with 1. */
  readonly fails: boolean;
  attempt: number;
  handle: string;
  taskId: number;
  status: JobStatus;
  readonly queuedAt: number;
  /** Milliseconds; the oldest waiting job is handed out first. */
  updatedAt: number;
  startedAt: number | null;
  stoppedAt: number | null;
  readonly pastAttempts: PastAttempt[];
}

/** A row that was deleted over the REST API. */
export interface Deletion {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** The task that the runner had; null when it was idle. */
  readonly runningTask: number | null;
  /** The clock's time, ms since the epoch. */
  readonly at: number;
}

export interface LogLine {
  /** RFC 3339; null when the runner sent none. */
  readonly time: string | null;
  readonly content: string;
}

export interface Task {
  readonly id: number;
  readonly jobId: number;
  readonly runnerId: number;
  readonly runnerUuid: string;
  /** Of the fetch that got it, so that the same request gets the same task again. */
  readonly requestKey: string | null;
  readonly startedAt: number;
  /** Last report; a zombie is one that has been silent for too long. */
  updatedAt: number;
  status: 'running' | Result;
  readonly log: LogLine[];
  /** `noMore` was sent: the log takes no further line. */
  logArchived: boolean;
}

/** Milliseconds. Defaults are Forgejo 15's. */
export interface TimeLimits {
  readonly zombieTaskMs: number;
  readonly zombieCheckMs: number;
  readonly endlessTaskMs: number;
  readonly endlessCheckMs: number;
  readonly abandonedJobMs: number;
  readonly abandonedCheckMs: number;
  /** From the end of a job until its dependents are looked at (measured: 1 to 1.5 s). */
  readonly needsDelayMs: number;
}

export const DEFAULT_LIMITS: TimeLimits = {
  zombieTaskMs: 600_000,
  zombieCheckMs: 300_000,
  endlessTaskMs: 10_800_000,
  endlessCheckMs: 1_800_000,
  abandonedJobMs: 86_400_000,
  abandonedCheckMs: 21_600_000,
  needsDelayMs: 1_000,
};

export interface State {
  readonly clock: Clock;
  /** Forgejo's time less the clock's, ms. */
  readonly offsetMs: number;
  readonly random: Random;
  /** Without a trailing slash. */
  readonly rootUrl: string;
  /** `[actions] ENABLED` of app.ini. */
  actionsEnabled: boolean;
  readonly limits: TimeLimits;
  readonly accounts: Account[];
  readonly repositories: Repository[];
  readonly tokens: Token[];
  readonly runners: Map<number, Runner>;
  readonly jobs: Map<number, Job>;
  readonly tasks: Map<number, Task>;
  readonly deletions: Deletion[];
  /** Old account name in lower case -> account id. */
  readonly accountRedirects: Map<string, number>;
  /** `ownerId/name in lower case` of a renamed or transferred repository -> repository id. */
  readonly repositoryRedirects: Map<string, number>;
  readonly registrationTokens: Map<string, string>;
  /** When a check of the time limits ran last. */
  readonly lastChecks: { zombie: number; endless: number; abandoned: number };
  readonly lastIds: { account: number; repository: number; runner: number; job: number; task: number; run: number };
  /** Grows when a job becomes available; a runner that has seen it is not answered with a task. */
  tasksVersion: number;
}

export interface StateOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly rootUrl: string;
  readonly offsetMs: number;
  readonly actionsEnabled: boolean;
  readonly limits: TimeLimits;
}

export function createState(options: StateOptions): State {
  const now = options.clock.now() + options.offsetMs;
  return {
    clock: options.clock,
    offsetMs: options.offsetMs,
    random: createRandom(options.seed),
    rootUrl: options.rootUrl,
    actionsEnabled: options.actionsEnabled,
    limits: options.limits,
    accounts: [],
    repositories: [],
    tokens: [],
    runners: new Map(),
    jobs: new Map(),
    tasks: new Map(),
    deletions: [],
    accountRedirects: new Map(),
    repositoryRedirects: new Map(),
    registrationTokens: new Map(),
    lastChecks: { zombie: now, endless: now, abandoned: now },
    lastIds: { account: 0, repository: 0, runner: 0, job: 0, task: 0, run: 0 },
    tasksVersion: 0,
  };
}

/** Forgejo's time, ms. */
export function nowOf(state: State): number {
  return state.clock.now() + state.offsetMs;
}

export function isDone(status: JobStatus): status is Result {
  return status !== 'blocked' && status !== 'waiting' && status !== 'running';
}
