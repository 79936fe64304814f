/** The status as it is written: a function of what was decided, without a time that moves by itself. */
import { LABEL_POOL_UID } from '../api/keys.ts';
import { scopeOf, scopeText } from '../api/scope.ts';
import type { RunnerPoolStatus } from '../api/status.ts';
import { type Finding, mergeConditions, type PreviousCondition } from './conditions.ts';
import type { Demand } from './demand.ts';
import type { Snapshot } from './forgejo.ts';
import { withStandingReport } from './image-condition.ts';
import type { Instant } from './instant.ts';
import { rfc3339 } from './instant.ts';
import { isLive } from './judge.ts';
import type { LivePhase, Memory, World } from './model.ts';
import { ownRegistrations } from './ownership.ts';
import type { Plan } from './plan.ts';
import type { Settled } from './settle.ts';

/** What the last status said: the times of its conditions, and what is kept where this sync could not look. */
export interface Previous {
  readonly conditions: readonly PreviousCondition[];
  status(): RunnerPoolStatus;
}

export function renderStatus(world: World, plan: Plan, settled: Settled, found: readonly Finding[], previous: Previous): RunnerPoolStatus {
  const { memory } = settled;
  const phases = memory.runners.map((runner) => runner.phase).filter(isLive);
  return {
    ...scopeIn(world, previous),
    ...serverIn(world, previous),
    ...(world.forgejo.kind === 'answered' && plan.demand !== null
      ? queueAndVersions(world, world.forgejo.snapshot, plan.demand, memory)
      : keptOf(previous.status())),
    conditions: mergeConditions(previous.conditions, withStandingReport(found, previous, world), world.now),
    counts: { desired: plan.desired, ...countPhases(phases) },
    limits: { minRunners: world.limits.minRunners, maxRunners: world.limits.maxRunners, schedules: world.limits.open },
    runners: memory.runners.map((runner) =>
      withoutNulls({
        ...runner,
        since: rfc3339(runner.since),
        outdatedSince: timeOrNull(runner.outdatedSince),
        askedAt: timeOrNull(runner.askedAt),
        lostTasks: runner.lostTasks.length === 0 ? null : runner.lostTasks,
        lostSince: timeOrNull(runner.lostSince),
        cause: runner.cause === null ? null : withoutNulls(runner.cause),
      }),
    ),
    backoff: memory.backoff.map((entry) => ({ ...entry, until: rfc3339(entry.until) })),
    recentRunners: memory.recent.map((recent) => withoutNulls({ ...recent, at: rfc3339(recent.at) })),
    lastWarmAttempt: memory.lastWarmAttempt,
    replicas: phases.length,
    selector: `${LABEL_POOL_UID}=${world.pool.uid}`,
  };
}

/** Of a pool whose `spec.forgejo` can't be read, a default stands in its place. */
function scopeIn({ forgejo, spec }: World, previous: Previous): Pick<RunnerPoolStatus, 'scope'> {
  const isReadable = forgejo.kind === 'answered' || forgejo.failure.kind !== 'forgejoUnreadable';
  if (isReadable) return { scope: scopeText(scopeOf(spec.forgejo)) };
  const { scope } = previous.status();
  return scope === undefined ? {} : { scope };
}

/** Until it is heard again, after a restart for example, what was said last is said on. */
function serverIn({ server }: World, previous: Previous): Pick<RunnerPoolStatus, 'server'> {
  const known = server ?? previous.status().server;
  return known === undefined ? {} : { server: known };
}

/** The status of a pool whose spec is refused: as it was, with the conditions that say so. */
export function statusForInvalidSpec(previous: Previous, found: readonly Finding[], now: Instant): RunnerPoolStatus {
  return { ...previous.status(), conditions: mergeConditions(previous.conditions, found, now) };
}

function queueAndVersions(
  world: World,
  snapshot: Snapshot,
  { waiting, running, blocked }: Demand,
  memory: Memory,
): Pick<RunnerPoolStatus, 'queue' | 'versions'> {
  const versions = ownRegistrations(snapshot.registrations, world.pool.uid).map(({ version }) => version);
  return {
    queue: {
      waiting: waiting.length,
      running,
      blocked: blocked.size,
      ...withoutNulls({ oldestWaitingSince: timeOrNull(memory.oldestWaitingSince) }),
    },
    versions: [...new Set(versions)].filter((version) => version !== '').toSorted(),
  };
}

function keptOf(status: RunnerPoolStatus): Pick<RunnerPoolStatus, 'queue' | 'versions'> {
  return {
    ...(status.queue === undefined ? {} : { queue: status.queue }),
    ...(status.versions === undefined ? {} : { versions: status.versions }),
  };
}

type Counted = 'starting' | 'idle' | 'busy' | 'draining';

const COUNTED: Readonly<Record<LivePhase, Counted>> = {
  issued: 'starting',
  starting: 'starting',
  stuck: 'starting',
  idle: 'idle',
  busy: 'busy',
  silent: 'busy',
  detached: 'busy',
  finishing: 'draining',
  draining: 'draining',
  stopping: 'draining',
  deregistered: 'draining',
};

function countPhases(phases: readonly LivePhase[]): Readonly<Record<Counted, number>> {
  const counts: Record<Counted, number> = { starting: 0, idle: 0, busy: 0, draining: 0 };
  for (const phase of phases) counts[COUNTED[phase]] += 1;
  return counts;
}

function timeOrNull(instant: Instant | null): string | null {
  return instant === null ? null : rfc3339(instant);
}

type WithoutNulls<T> = { readonly [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** On the wire what is not known is left out: a null would be dropped by the server and written again on every sync. */
function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  const known: Record<string, unknown> = {};
  for (const name in value) if (value[name] !== null) known[name] = value[name];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the loop does, the type can not say
  return known as WithoutNulls<T>;
}
