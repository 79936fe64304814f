/**
 * Worlds for the tests of the pure core. Every builder has defaults that fit together: the objects of one runner are made
 * from its tags, were made long before `now`, and the reads of Forgejo are one second old. A test names only what it is about.
 */
import type { RunnerPoolSpec } from '../../../src/api/spec/runnerpool.ts';
import type { ForgejoView, QueuedJob, Registration, Snapshot } from '../../../src/pool/forgejo.ts';
import type { Instant } from '../../../src/pool/instant.ts';
import type { BackoffEntry, Memory, PoolIdentity, RecentRunner, RememberedRunner, World } from '../../../src/pool/model.ts';
import type {
  JobEnd,
  Observed,
  ObservedDeployment,
  ObservedJob,
  ObservedPod,
  ObservedSecret,
  PodReason,
  RunnerState,
  RunnerTags,
} from '../../../src/pool/observed.ts';
import { EVERY_REPOSITORY, type RepositoryFilter } from '../../../src/pool/repositories.ts';
import { limitsAt } from '../../../src/pool/schedule.ts';

/** Wed 25 Nov 2026 12:00:00 UTC: the moment of every world that names no other. */
export const now: Instant = Date.UTC(2026, 10, 25, 12);
export const SPEC_HASH = 'spec-of-now';
export const POOL_UID = 'd854afc4-eb08-4d29-b4fb-94ca3300977f';
export const HANDLE = '5ba54702-25b2-4638-8614-ca1d32acf22b';

export function secondsAgo(seconds: number): Instant {
  return now - seconds * 1000;
}

export function secondsAhead(seconds: number): Instant {
  return now + seconds * 1000;
}

export function aPool(changes: Partial<PoolIdentity> = {}): PoolIdentity {
  return { namespace: 'ci', name: 'linux', uid: POOL_UID, generation: 3, createdAt: secondsAgo(86_400), deletionAt: null, ...changes };
}

/** Labels `docker` and `large`, 0 to 10 runners, every deadline its default. */
export function aSpec(changes: Partial<RunnerPoolSpec> = {}): RunnerPoolSpec {
  return {
    forgejo: {
      url: 'https://forgejo.example.org',
      scope: { organization: 'acme' },
      tokenSecretRef: { name: 'forgejo-token', key: 'token' },
    },
    mode: 'Ephemeral',
    labels: ['docker:docker://node:22-bookworm', 'large:docker://node:22-bookworm'],
    minRunners: 0,
    maxRunners: 10,
    pollIntervalSeconds: 2,
    runner: { image: 'data.forgejo.org/forgejo/runner:12.8.2' },
    containerMode: { type: 'Dind', dind: { image: 'docker:28.5.1-dind' } },
    jobTimeoutSeconds: 10_800,
    pendingTimeoutSeconds: 900,
    idleTimeoutSeconds: 300,
    drainTimeoutSeconds: 11_400,
    history: { succeeded: 1, failed: 3 },
    schedules: [],
    fairness: { order: 'OldestFirst' },
    claimDelaySeconds: 0,
    updateStrategy: { maxUnavailable: 1 },
    reportDeadRunners: true,
    paused: false,
    ...changes,
  };
}

// ------------------------------------------------------------------------------------------------------------ one runner

/** Tags of an assigned runner, issued two minutes ago from today's spec. Equal names have equal registrations. */
export function tagsOf(runner: string, changes: Partial<RunnerTags> = {}): RunnerTags {
  return {
    runner,
    handle: HANDLE,
    repositoryId: 17,
    job: null,
    attempt: 1,
    specHash: SPEC_HASH,
    registration: { id: idOf(runner), uuid: `uuid-of-${runner}` },
    issuedAt: secondsAgo(120),
    ...changes,
  };
}

/** Tags of a warm or persistent runner: no handle, no repository. */
export function warmTagsOf(runner: string, changes: Partial<RunnerTags> = {}): RunnerTags {
  return tagsOf(runner, { handle: null, repositoryId: null, ...changes });
}

function idOf(runner: string): number {
  return runner.split('').reduce((id, letter) => (id * 31 + letter.charCodeAt(0)) % 1_000_003, 7) + 1;
}

export function secretOf(tags: RunnerTags, changes: Partial<ObservedSecret> = {}): ObservedSecret {
  return { tags, complete: true, createdAt: tags.issuedAt ?? secondsAgo(120), ...changes };
}

/** A Job whose Pods are owned by `uid-of-<runner>`. */
export function jobOf(tags: RunnerTags, changes: Partial<ObservedJob> = {}): ObservedJob {
  return {
    kind: 'Job',
    uid: `uid-of-${tags.runner}`,
    tags,
    createdAt: tags.issuedAt ?? secondsAgo(120),
    terminating: false,
    countsEndedPod: false,
    end: null,
    ...changes,
  };
}

export function deploymentOf(tags: RunnerTags, changes: Partial<ObservedDeployment> = {}): ObservedDeployment {
  return {
    kind: 'Deployment',
    uid: `uid-of-${tags.runner}`,
    tags,
    createdAt: tags.issuedAt ?? secondsAgo(120),
    terminating: false,
    ...changes,
  };
}

/** Condition Complete, ten seconds ago, unless changed. */
export function jobEnd(changes: Partial<JobEnd> = {}): JobEnd {
  return { type: 'Complete', reason: 'CompletionsReached', exitCode: null, disrupted: false, at: secondsAgo(10), ...changes };
}

/**
 * A running Pod of the runner's Job. Of a Deployment: `ownerKind: 'ReplicaSet'` and any `ownerUid`; a terminated one is
 * started again unless it is `final`.
 */
export function podOf(tags: RunnerTags, changes: Partial<ObservedPod> = {}): ObservedPod {
  return {
    name: `${tags.runner}-x7k2p`,
    uid: `uid-of-pod-of-${tags.runner}`,
    tags,
    ownerUid: `uid-of-${tags.runner}`,
    ownerKind: 'Job',
    createdAt: secondsAgo(110),
    deletionAt: null,
    state: running(),
    final: changes.state?.kind === 'terminated' && changes.ownerKind !== 'ReplicaSet',
    disruption: null,
    restarts: 0,
    lastExitCode: null,
    lastReason: null,
    memoryLimit: null,
    eviction: null,
    dindOomKilled: false,
    ...changes,
  };
}

export function waiting(reason: PodReason | null = 'ContainerCreating'): RunnerState {
  return { kind: 'waiting', reason };
}

export function running(): RunnerState {
  return { kind: 'running', startedAt: secondsAgo(100) };
}

/** The container ended with that code ten seconds ago, unless changed. */
export function terminated(exitCode: number | null, changes: Partial<RunnerState & { kind: 'terminated' }> = {}): RunnerState {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { kind: 'terminated', exitCode, started: true, reason, finishedAt: secondsAgo(10), ...changes };
}

// --------------------------------------------------------------------------------------------------------------- Forgejo

/** Our registration of that runner, declared and idle. */
export function rowOf(tags: RunnerTags, changes: Partial<Registration> = {}): Registration {
  const { handle, attempt } = tags;
  return {
    id: tags.registration?.id ?? idOf(tags.runner),
    uuid: tags.registration?.uuid ?? `uuid-of-${tags.runner}`,
    name: tags.runner,
    ownership: { poolUid: POOL_UID, handle, attempt, createdAt: tags.issuedAt ?? secondsAgo(120) },
    status: 'idle',
    declared: true,
    version: 'v12.8.2',
    ephemeral: true,
    ...changes,
  };
}

/** As after the POST: never started. */
export function undeclaredRowOf(tags: RunnerTags, changes: Partial<Registration> = {}): Registration {
  return rowOf(tags, { status: 'offline', declared: false, version: '', ...changes });
}

/** A waiting job that asks for `docker`. */
export function aJob(id: number, changes: Partial<QueuedJob> = {}): QueuedJob {
  return {
    id,
    attempt: 1,
    handle: `handle-${id}`,
    repositoryId: 17,
    ownerId: 6,
    name: `build ${id}`,
    runsOn: ['docker'],
    taskId: 0,
    status: 'waiting',
    ...changes,
  };
}

export function aRunningJob(id: number, taskId: number, changes: Partial<QueuedJob> = {}): QueuedJob {
  return aJob(id, { status: 'running', taskId, ...changes });
}

/** Both reads began a second ago, complete; Forgejo has answered for an hour. */
export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    jobs: [],
    jobsReadAt: secondsAgo(1),
    registrations: [],
    registrationsReadAt: secondsAgo(1),
    registrationsComplete: true,
    answeringSince: secondsAgo(3600),
    ...changes,
  };
}

export function answered(changes: Partial<Snapshot> = {}): ForgejoView {
  return { kind: 'answered', snapshot: aSnapshot(changes), nextReadAt: secondsAhead(1) };
}

export function unavailable(): ForgejoView {
  const failure = { kind: 'serverError', status: 502, method: 'GET', path: '/api/v1/orgs/acme/actions/runners' } as const;
  return { kind: 'unavailable', failure, nextReadAt: secondsAhead(1) };
}

// ---------------------------------------------------------------------------------------------------------------- memory

/** What the last answer said of a runner; `starting` for a minute unless changed. */
export function remembered(name: string, changes: Partial<RememberedRunner> = {}): RememberedRunner {
  return {
    name,
    phase: 'starting',
    since: secondsAgo(60),
    outdatedSince: null,
    handle: HANDLE,
    job: null,
    repositoryId: 17,
    reason: null,
    sinceTask: null,
    lastTask: null,
    task: null,
    asked: [],
    askedAt: null,
    lostTasks: [],
    lostSince: null,
    worked: false,
    cause: null,
    ...changes,
  };
}

export function aBackoff(key: string, changes: Partial<BackoffEntry> = {}): BackoffEntry {
  return {
    key,
    attempts: changes.failures ?? 1,
    failures: changes.attempts ?? 1,
    until: secondsAhead(5),
    heldBack: false,
    lastRunner: 'an-earlier-one',
    ...changes,
  };
}

export function aRecent(name: string, changes: Partial<RecentRunner> = {}): RecentRunner {
  return {
    name,
    job: null,
    handle: HANDLE,
    reason: 'Completed',
    message: 'its job has ended',
    exitCode: 0,
    repositoryId: 17,
    at: secondsAgo(300),
    attempt: 1,
    ...changes,
  };
}

/** Nothing remembered, unless changed. */
export function aMemory(changes: Partial<Memory> = {}): Memory {
  return {
    runners: [],
    backoff: [],
    recent: [],
    lastWarmAttempt: 0,
    credentials: new Map(),
    oldestWaitingSince: null,
    firstSeen: new Map(),
    runningTasks: new Map(),
    rowGoneSince: new Map(),
    podsSeen: new Set(),
    endSeenAt: new Map(),
    rowIdleSince: new Map(),
    peaks: [],
    openTasks: new Map(),
    listed: null,
    ...changes,
  };
}

/** This process saw the ends of these runners eight seconds ago: a list that was read a second ago can judge them. */
export function endsSeen(...names: readonly string[]): Pick<Memory, 'endSeenAt'> {
  return { endSeenAt: new Map(names.map((name) => [name, secondsAgo(8)])) };
}

/** Memory of credentials that this process holds for these runners. */
export function holding(...all: readonly RunnerTags[]): Pick<Memory, 'credentials'> {
  const credentials = new Map(
    all.flatMap((tags) => (tags.registration === null ? [] : [[tags.runner, { registration: tags.registration, tags }] as const])),
  );
  return { credentials };
}

// ----------------------------------------------------------------------------------------------------------------- world

export interface WorldParts extends Partial<Observed> {
  /** Rows and jobs of a snapshot with the default times; for others give `forgejo: answered({ … })`. */
  readonly rows?: readonly Registration[];
  readonly jobs?: readonly QueuedJob[];
  readonly forgejo?: ForgejoView;
  readonly runners?: readonly RememberedRunner[];
  readonly memory?: Partial<Memory>;
  readonly spec?: Partial<RunnerPoolSpec>;
  readonly pool?: Partial<PoolIdentity>;
  readonly now?: Instant;
  readonly namespaceTerminating?: boolean;
  readonly repositories?: RepositoryFilter;
}

export function aWorld(parts: WorldParts = {}): World {
  const { secrets = [], workloads = [], pods = [], rows = [], jobs = [], runners = [] } = parts;
  const spec = aSpec(parts.spec);
  return {
    now: parts.now ?? now,
    clusterNow: parts.now ?? now,
    pool: aPool(parts.pool),
    spec,
    limits: limitsAt(spec, parts.now ?? now),
    specHash: SPEC_HASH,
    observed: { secrets, workloads, pods },
    forgejo: parts.forgejo ?? answered({ registrations: rows, jobs }),
    memory: aMemory({ runners, ...parts.memory }),
    namespaceTerminating: parts.namespaceTerminating ?? false,
    repositories: parts.repositories ?? EVERY_REPOSITORY,
    graces: { issuedMs: 30_000, finishingMs: 30_000 },
  };
}
