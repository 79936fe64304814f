/** What the page keeps of one answered call: little, in the own clock, without a token or a handle. */
import type { Condition } from '../api/conditions.ts';
import { labelName } from '../api/runner-label.ts';
import { scopeOf } from '../api/scope.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Decided, SyncView } from '../hooks/observer.ts';
import { isBad } from '../pool/condition-state.ts';
import type { QueuedJob } from '../pool/forgejo.ts';
import type { Phase } from '../pool/model.ts';

/** Every time is in milliseconds of the own clock. */
export interface SeenPool {
  readonly namespace: string;
  readonly name: string;
  readonly deleting: boolean;
  /** Null: no call has shown a spec that can be read. */
  readonly spec: SeenSpec | null;
  /** The ones that call for a look first. */
  readonly conditions: readonly SeenCondition[];
  readonly queue: {
    readonly waiting: number;
    readonly running: number;
    readonly blocked: number;
    readonly oldestSince: number | null;
    /** Null: this call could not read the queue. */
    readonly jobs: Rows<SeenJob> | null;
  };
  readonly counts: { readonly starting: number; readonly idle: number; readonly busy: number; readonly draining: number };
  readonly limits: { readonly min: number; readonly max: number; readonly schedules: readonly string[] } | null;
  readonly runners: Rows<SeenRunner>;
  readonly ends: Rows<SeenEnd>;
}

/** The first of them, and how many there are in all. */
export interface Rows<T> {
  readonly shown: readonly T[];
  readonly total: number;
}

export interface SeenSpec {
  readonly mode: RunnerPoolSpec['mode'];
  readonly scope: string;
  /** Host and port: a URL may hold more than is good to show. */
  readonly server: string;
  readonly labels: readonly string[];
  readonly paused: boolean;
}

export interface SeenCondition extends Pick<Condition, 'type' | 'status' | 'reason' | 'message'> {
  readonly since: number;
  readonly notable: boolean;
}

export interface SeenJob {
  readonly name: string;
  readonly repositoryId: number;
  readonly runsOn: readonly string[];
  readonly since: number | null;
  readonly blocked: boolean;
}

export interface SeenRunner {
  readonly name: string;
  readonly phase: string;
  readonly since: number;
  readonly job: string | null;
  readonly repositoryId: number | null;
  readonly reason: string | null;
}

export interface SeenEnd {
  readonly runner: string;
  readonly job: string | null;
  readonly repositoryId: number | null;
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | null;
  readonly at: number;
}

/** Nobody reads further down a list that changes while it is read. */
const MOST_ROWS = 20;
/** A name can be as long as its writer likes. */
const MOST_CHARACTERS = 300;
const NO_COUNTS = { starting: 0, idle: 0, busy: 0, draining: 0 };

/** `before`: what was last seen of the same pool; a spec that is refused shows as it last was. */
export function seePool({ pool, status, decided }: SyncView, before: SeenPool | null): SeenPool {
  const own = clockOf(decided);
  const { queue, limits } = status;
  return {
    namespace: pool.namespace,
    name: pool.name,
    deleting: pool.deletionAt !== null,
    spec: decided === null || isUnreadable(decided) ? (before?.spec ?? null) : seeSpec(decided.world.spec),
    conditions: (status.conditions ?? [])
      .map((condition) => ({
        type: condition.type,
        status: condition.status,
        reason: condition.reason,
        message: short(condition.message),
        since: own(condition.lastTransitionTime),
        notable: isBad(condition),
      }))
      .toSorted((a, b) => Number(b.notable) - Number(a.notable)),
    queue: {
      waiting: queue?.waiting ?? 0,
      running: queue?.running ?? 0,
      blocked: queue?.blocked ?? 0,
      oldestSince: queue?.oldestWaitingSince === undefined ? null : own(queue.oldestWaitingSince),
      jobs: decided === null ? null : seeJobs(decided),
    },
    counts: { ...NO_COUNTS, ...status.counts },
    limits: limits === undefined ? null : { min: limits.minRunners, max: limits.maxRunners, schedules: limits.schedules },
    runners: rows((status.runners ?? []).toSorted(troubledFirst), ({ name, phase, since, job, repositoryId, reason, cause }) => ({
      name: short(name),
      phase,
      since: own(since),
      job: shortOrNull(job),
      repositoryId: repositoryId ?? null,
      reason: shortOrNull(reason ?? cause?.message),
    })),
    ends: rows(status.recentRunners ?? [], ({ name, job, repositoryId, reason, message, exitCode, at }) => ({
      runner: short(name),
      job: shortOrNull(job),
      repositoryId: repositoryId ?? null,
      reason,
      message: short(message),
      exitCode: exitCode ?? null,
      at: own(at),
    })),
  };
}

/** Forgejo's `Date` header tells its time to a second: a smaller step would make every sync a change. */
const CLOCK_STEP_MS = 5_000;

/** From the status' times, which are Forgejo's, to the own clock. */
function clockOf(decided: Decided | null): (time: string) => number {
  const offset = decided === null ? 0 : offsetOf(decided);
  return (time) => Date.parse(time) + offset;
}

function offsetOf({ world }: Decided): number {
  return Math.round((world.clusterNow - world.now) / CLOCK_STEP_MS) * CLOCK_STEP_MS;
}

/** Phases that hold a place, or a registration, without doing what they are for. */
const TROUBLED: ReadonlySet<string> = new Set<Phase>(['stuck', 'silent', 'detached', 'lost', 'stray', 'inUse', 'failed']);

function troubledFirst(a: { readonly phase: string }, b: { readonly phase: string }): number {
  return Number(TROUBLED.has(b.phase)) - Number(TROUBLED.has(a.phase));
}

/** Such a pool is ended on assumptions, which are not its spec. */
function isUnreadable({ world }: Decided): boolean {
  return world.forgejo.kind === 'unavailable' && world.forgejo.failure.kind === 'forgejoUnreadable';
}

function seeSpec(spec: RunnerPoolSpec): SeenSpec {
  return {
    mode: spec.mode,
    scope: wordsForScope(spec.forgejo),
    server: new URL(spec.forgejo.url).host,
    labels: spec.labels.slice(0, MOST_ROWS).map((label) => short(labelName(label))),
    paused: spec.paused,
  };
}

function wordsForScope(forgejo: RunnerPoolSpec['forgejo']): string {
  const scope = scopeOf(forgejo);
  switch (scope.kind) {
    case 'instance':
      return 'the whole instance';
    case 'organization':
      return `organization ${scope.organization}`;
    case 'user':
      return "the token's user";
    case 'repository':
      return `repository ${scope.owner}/${scope.repository}`;
  }
}

/** Oldest first, those that nobody can have now last. */
function seeJobs(decided: Decided): Rows<SeenJob> | null {
  const { forgejo } = decided.world;
  const { demand } = decided.plan;
  if (forgejo.kind !== 'answered' || demand === null) return null;
  const job = ({ name, repositoryId, runsOn, handle }: QueuedJob): SeenJob => {
    const since = demand.firstSeen.get(handle);
    return {
      name: short(name),
      repositoryId,
      runsOn: runsOn.slice(0, MOST_ROWS).map(short),
      since: since === undefined ? null : since + offsetOf(decided),
      blocked: demand.blocked.has(handle),
    };
  };
  const blocked = demand.blocked.size === 0 ? [] : forgejo.snapshot.jobs.filter(({ handle }) => demand.blocked.has(handle));
  return rows([...demand.waiting, ...blocked.toReversed()], job);
}

function rows<From, To>(all: readonly From[], see: (each: From) => To): Rows<To> {
  return { shown: all.slice(0, MOST_ROWS).map(see), total: all.length };
}

function shortOrNull(text: string | undefined): string | null {
  return text === undefined ? null : short(text);
}

function short(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
