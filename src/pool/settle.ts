/**
 * What stands after the effects: which children the answer holds, and what is remembered. A failed effect is one more row
 * here: what was not registered is not rendered, what was not deregistered keeps its Secret.
 */

import { lastWarmAttempt } from './attempts.ts';
import { recordRegistrations } from './backoff.ts';
import { causeToRemember } from './cause.ts';
import type { Demand } from './demand.ts';
import type { ForgejoFailure } from './failure.ts';
import type { Fate } from './fate.ts';
import type { QueuedJob } from './forgejo.ts';
import type { Instant } from './instant.ts';
import { isLive, type Judged } from './judge.ts';
import type { Memory, Outcome, RememberedRunner, World } from './model.ts';
import type { RunnerTags } from './observed.ts';
import type { Plan } from './plan.ts';
import { jobsByTask, latestTask, repositoriesOfTasks } from './queue.ts';
import { isSilentRow } from './stray-pods.ts';
import { lostSince, rememberReads, sortedTasks, sortHeld } from './task-memory.ts';
import { lastTaskOfWaiting } from './unheard.ts';

/** One child of a runner; a runner's objects are rendered from its tags and the credentials that the hooks hold. */
export type ChildIntent =
  | { readonly kind: 'keepSecret' | 'keepWorkload'; readonly runner: string }
  | { readonly kind: 'renderSecret' | 'renderWorkload'; readonly tags: RunnerTags };

export interface Settled {
  readonly children: readonly ChildIntent[];
  readonly memory: Memory;
  /** Why the pool's token was of no use to an effect, first one first; what fails as a runner says nothing about the token. */
  readonly failures: readonly ForgejoFailure[];
}

export function settle(world: World, slots: readonly Judged[], plan: Plan, outcomes: readonly Outcome[]): Settled {
  const gone = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'deregistered' ? [outcome.effect.runner] : [])));
  const born = outcomes.flatMap((outcome) => (outcome.kind === 'registered' ? [tagsOf(outcome)] : []));
  return {
    children: [
      ...plan.fates.flatMap((fate) => childrenOf(gone.has(fate.slot.key) ? withoutRegistration(fate) : fate)),
      ...born.flatMap((tags): ChildIntent[] => [
        { kind: 'renderSecret', tags },
        { kind: 'renderWorkload', tags },
      ]),
    ],
    memory: {
      ...world.memory,
      ...seenInForgejo(world, slots, plan.demand),
      ...rememberReads(world, slots),
      podsSeen: podsSeen(world, slots),
      endSeenAt: since(world.memory.endSeenAt, slots, world.now, ({ evidence }) => evidence.end !== 'none'),
      runners: [
        ...plan.fates.filter(isRemembered).map((fate) => remember(fate, world, outcomes)),
        ...unseenRunners(world, slots),
        ...outcomes.flatMap((outcome) => (outcome.kind === 'registered' ? [newborn(outcome, world)] : [])),
      ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      backoff: recordRegistrations(plan.backoff, outcomes, world.now),
      recent: plan.recent,
      peaks: plan.peaks,
      lastWarmAttempt: Math.max(lastWarmAttempt(slots, world.memory), ...attemptsTried(outcomes)),
    },
    failures: outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' && !(isAsRunner(outcome) && SAYS_OF_THE_RUNNER.has(outcome.failure.kind)) ? [outcome.failure] : [],
    ),
  };
}

/**
 * Runners that are remembered and of which nothing is to be seen, while Forgejo can't say whether they are registered: a
 * namespace's end takes Secrets and Jobs before the pool, and what a deleted pool leaves behind must be named.
 */
export function unseenRunners({ forgejo, memory }: World, slots: readonly Judged[]): readonly RememberedRunner[] {
  if (forgejo.kind === 'answered') return [];
  const seen = new Set(slots.map((slot) => slot.key));
  return memory.runners.filter(({ name }) => !seen.has(name));
}

const SAYS_OF_THE_RUNNER: ReadonlySet<string> = new Set(['unauthorized', 'rejected']);

function isAsRunner({ effect }: Outcome): boolean {
  return effect.kind === 'ask' || effect.kind === 'report';
}

/** A runner that was stopped while idle leaves no history; without its row it would look like one whose job has ended. */
function withoutRegistration(fate: Fate): Fate {
  return { ...fate, secret: 'drop', workload: fate.phase === 'idleExit' ? 'drop' : fate.workload };
}

function childrenOf(fate: Fate): readonly ChildIntent[] {
  const { slot } = fate;
  const secret: readonly ChildIntent[] =
    fate.secret === 'render' && slot.held !== null
      ? [{ kind: 'renderSecret', tags: slot.held.tags }]
      : fate.secret === 'keep' && slot.secret !== null
        ? [{ kind: 'keepSecret', runner: slot.key }]
        : [];
  const workload: readonly ChildIntent[] =
    fate.workload === 'render'
      ? [{ kind: 'renderWorkload', tags: slot.tags }]
      : fate.workload === 'keep' && slot.workload !== null
        ? [{ kind: 'keepWorkload', runner: slot.key }]
        : [];
  return [...secret, ...workload];
}

function tagsOf(outcome: Outcome & { kind: 'registered' }): RunnerTags {
  const { runner, handle, repositoryId, job, attempt, specHash } = outcome.effect.tags;
  return { runner, handle, repositoryId, job, attempt, specHash, registration: outcome.registration, issuedAt: outcome.issuedAt };
}

/** A name that Forgejo may have taken is used, also when the answer got lost; one that it refused is not. */
function attemptsTried(outcomes: readonly Outcome[]): readonly number[] {
  return outcomes.flatMap((outcome) => {
    const { effect } = outcome;
    if (effect.kind !== 'register' || effect.tags.handle !== null) return [];
    return outcome.kind === 'registered' || (outcome.kind === 'failed' && outcome.ambiguous) ? [effect.tags.attempt] : [];
  });
}

/** A history Job is remembered by its annotations alone, once its own conditions say how it ended; a lost one by us alone. */
function isRemembered(fate: Fate): boolean {
  const { slot } = fate;
  const unaware = slot.workload?.kind === 'Job' && slot.workload.end === null;
  const lost = fate.phase === 'lost' && slot.pods.length > 0;
  return isLive(fate.phase) || lost || unaware || slot.secret !== null || slot.row !== null || slot.held !== null;
}

/** Of a runner at work the latest tasks are the ones that may be asked about again; of one that is to end every answer counts. */
const MOST_ASKED = 50;

function remember(fate: Fate, world: World, outcomes: readonly Outcome[]): RememberedRunner {
  const { slot, phase } = fate;
  const old = slot.remembered;
  const asks = outcomes.flatMap((outcome) => (outcome.kind === 'asked' && outcome.effect.runner === slot.key ? [outcome] : []));
  // What failed as this runner is tried again no sooner than what was answered.
  const failedToAsk = outcomes.some(
    (outcome) =>
      outcome.kind === 'failed' && isAsRunner(outcome) && outcome.effect.kind !== 'register' && outcome.effect.runner === slot.key,
  );
  const jobs = world.forgejo.kind === 'answered' ? world.forgejo.snapshot.jobs : null;
  const reported = outcomes.some((outcome) => outcome.kind === 'reported' && outcome.effect.runner === slot.key);
  const found = asks.filter((ask) => ask.holds).map((ask) => ask.effect.taskId);
  const running = (taskId: number): boolean => jobs === null || jobsByTask(jobs).has(taskId);
  const { task, lostTasks } = sortHeld(old, found, running);
  const asked = [...(old?.asked ?? []), ...asks.filter((ask) => !ask.holds).map((ask) => ask.effect.taskId)].filter(running);
  const job = jobOf(slot, task, jobs);
  // An ephemeral runner has one job in its life; a persistent one may be at its next, which is not known yet.
  const before = phase === 'idle' || (slot.kind === 'Deployment' && task === null) ? null : old;
  return {
    name: slot.key,
    phase,
    since: old?.phase === phase ? old.since : world.now,
    outdatedSince: slot.outdated ? (old?.outdatedSince ?? world.now) : null,
    handle: slot.tags.handle,
    job: job?.name ?? before?.job ?? slot.tags.job,
    repositoryId: job?.repositoryId ?? slot.tags.repositoryId ?? before?.repositoryId ?? null,
    reason: phase === 'starting' || phase === 'stuck' ? slot.waitsFor : null,
    sinceTask: old?.sinceTask ?? null,
    lastTask: phase === 'draining' ? lastTaskOfWaiting(slot, asks.length === 0 ? null : latestTask(jobs ?? [])) : fate.lastTask,
    task,
    asked: latestOf(sortedTasks(asked), isLive(phase) && phase !== 'draining' ? MOST_ASKED : asked.length),
    askedAt: asks.at(-1)?.at ?? (failedToAsk || reported ? world.now : (old?.askedAt ?? null)),
    lostTasks,
    lostSince: lostSince(slot, lostTasks, world.now),
    worked: old?.worked === true || phase === 'busy',
    cause: causeToRemember(slot),
  };
}

function latestOf(sorted: readonly number[], most: number): readonly number[] {
  return sorted.length > most ? sorted.slice(-most) : sorted;
}

function jobOf(slot: Judged, task: number | null, jobs: readonly QueuedJob[] | null): QueuedJob | null {
  if (slot.tags.handle !== null) return slot.job;
  return task === null ? null : ((jobs === null ? null : jobsByTask(jobs).get(task)) ?? null);
}

function newborn(outcome: Outcome & { kind: 'registered' }, { now, forgejo }: World): RememberedRunner {
  const { runner, handle, repositoryId, job } = outcome.effect.tags;
  return {
    name: runner,
    phase: 'starting',
    since: now,
    outdatedSince: null,
    handle,
    job,
    repositoryId,
    reason: null,
    sinceTask: forgejo.kind === 'answered' ? latestTask(forgejo.snapshot.jobs) : null,
    lastTask: null,
    task: null,
    asked: [],
    askedAt: null,
    lostTasks: [],
    lostSince: null,
    worked: false,
    cause: null,
  };
}

/** What only a sequence of fresh reads can tell: since when a job waits, a row is gone, a row is idle. */
function seenInForgejo(
  world: World,
  slots: readonly Judged[],
  demand: Demand | null,
): Pick<Memory, 'firstSeen' | 'rowGoneSince' | 'rowIdleSince' | 'oldestWaitingSince' | 'runningTasks'> {
  const { memory, now } = world;
  if (world.forgejo.kind !== 'answered' || demand === null) {
    const { firstSeen, oldestWaitingSince, runningTasks } = memory;
    return { firstSeen, oldestWaitingSince, runningTasks, rowGoneSince: new Map(), rowIdleSince: new Map() };
  }
  const { registrationsReadAt: readAt, answeringSince } = world.forgejo.snapshot;
  const waitingSince = demand.waiting.flatMap((job) => demand.firstSeen.get(job.handle) ?? []);
  return {
    firstSeen: demand.firstSeen,
    runningTasks: repositoriesOfTasks(world.forgejo.snapshot.jobs),
    oldestWaitingSince: waitingSince.length === 0 ? null : Math.min(...waitingSince),
    rowGoneSince: since(unbroken(memory.rowGoneSince, answeringSince), slots, readAt, (slot) => isSilentRow(slot, slot.evidence.row, now)),
    rowIdleSince: since(unbroken(memory.rowIdleSince, answeringSince), slots, readAt, ({ evidence }) => evidence.row === 'idle'),
  };
}

function podsSeen({ memory }: World, slots: readonly Judged[]): ReadonlySet<string> {
  return new Set(slots.filter(({ key, pods }) => pods.length > 0 || memory.podsSeen.has(key)).map(({ key }) => key));
}

/** Across an outage nothing was seen: a runner may have been silent for Forgejo's sake, or at work. */
function unbroken(known: ReadonlyMap<string, Instant>, answeringSince: Instant): ReadonlyMap<string, Instant> {
  return new Map([...known].filter(([, at]) => at >= answeringSince));
}

/** Since when it has held for each slot, seen from now on where it was not known. */
function since(
  known: ReadonlyMap<string, Instant>,
  slots: readonly Judged[],
  now: Instant,
  holds: (slot: Judged) => boolean,
): ReadonlyMap<string, Instant> {
  return new Map(slots.filter(holds).map((slot) => [slot.key, known.get(slot.key) ?? now]));
}
