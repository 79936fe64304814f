/**
 * From the end of a runner to nothing left of it, behind one guard: its registration goes only when no Pod of it can run,
 * no task that it may hold is unexplained, and Forgejo has just said that it is not active. Forgejo itself protects nothing:
 * it answers 204 for a busy runner, whose job would then run for ever (facts: Forgejo, section 3).
 */
import { causeOf, noticeOf } from './cause.ts';
import { coveredJobs } from './demand.ts';
import { endedBy } from './evidence.ts';
import { isExplained } from './explained.ts';
import type { QueuedJob, RegistrationRef } from './forgejo.ts';
import type { Instant } from './instant.ts';
import type { Judged } from './judge.ts';
import { ASKS_AT_ONCE } from './lost-task.ts';
import type { Effect, World } from './model.ts';
import { heldBy, MOST_OPEN } from './open-tasks.ts';
import { latestTask } from './queue.ts';
import { isOver } from './stray-pods.ts';
import { ACTIVE_AFTER_REPORT_MS } from './times.ts';

export type Retirement =
  /** Nothing is registered any more: the Secret can go. */
  | { readonly kind: 'gone' }
  /** Something is still to be learned or waited for. */
  | { readonly kind: 'waiting'; readonly lastTask: number | null; readonly wakeAt: Instant | null }
  | { readonly kind: 'acting'; readonly lastTask: number | null; readonly effects: readonly Effect[] };

export function retire(slot: Judged, slots: readonly Judged[], world: World): Retirement {
  const registration = slot.tags.registration;
  if (registration === null) return { kind: 'gone' };
  if (slot.evidence.row === 'absent') return { kind: 'gone' };
  if (slot.row === null || slot.evidence.row === 'unknown' || world.forgejo.kind !== 'answered') return waiting(knownLastTask(slot));

  if (slot.phase !== 'lost' && !slot.pods.every((pod) => isOver(slot.kind, pod))) return waiting(null);
  const { jobs } = world.forgejo.snapshot;
  const lastTask = knownLastTask(slot) ?? lastTaskOf(slot, world);
  if (lastTask === null) return waiting(null);
  if (slot.phase === 'lost' && slot.row.status !== 'offline') return waiting(lastTask);
  if (slot.evidence.row === 'undeclared') return deregister(slot, registration, lastTask);
  if (isMute(slot)) return slot.row.status === 'offline' ? deregister(slot, registration, lastTask) : waiting(lastTask);

  const held = jobs.find((job) => job.status === 'running' && holds(slot, job));
  if (held !== undefined) {
    // Deregistered, its job would run for ever: it is left until Forgejo itself has ended the task.
    if (!world.spec.reportDeadRunners) return waiting(lastTask);
    if (slot.row.status === 'active' || world.now < (slot.remembered?.askedAt ?? 0) + ACTIVE_AFTER_REPORT_MS) return waiting(lastTask);
    // Removed by force, it may still run: nothing but a long silence says that it does not.
    if (slot.pods.length === 0 && slot.evidence.end === 'none' && slot.row.status !== 'offline') return waiting(lastTask);
    const effect = {
      kind: 'report',
      runner: slot.key,
      registration,
      taskId: held.taskId,
      cause: noticeOf(causeOf(slot), slot.key),
    } as const;
    return { kind: 'acting', lastTask, effects: [effect] };
  }
  const suspects = suspectTasks(slot, slots, jobs, lastTask);
  const quietAt = (slot.remembered?.askedAt ?? 0) + ACTIVE_AFTER_REPORT_MS;
  if (suspects.length > 0 && world.now >= quietAt) return { kind: 'acting', lastTask, effects: asks(slot.key, registration, suspects) };
  if (world.now < quietAt) return waiting(lastTask, quietAt);
  if (slot.row.status === 'active') return waiting(lastTask);
  return deregister(slot, registration, lastTask);
}

/** A row that nobody can be at work with, or that nobody can ask: it goes when Forgejo itself calls it `offline`. */
export function deregisterWhenOffline({ key, tags: { registration } }: Judged): readonly Effect[] {
  return registration === null ? [] : [{ kind: 'deregister', runner: key, registration, whenStatus: ['offline'] }];
}

/** So many at once as one runner. */
export function asks(runner: string, registration: RegistrationRef, taskIds: readonly number[]): readonly Effect[] {
  return taskIds.slice(0, ASKS_AT_ONCE).map((taskId) => ({ kind: 'ask', runner, registration, taskId }));
}

/** Of the runners that take any job and are busy: which task each has is found by asking, each pair once. */
export function findTasks(slots: readonly Judged[], world: World): readonly Effect[] {
  if (world.forgejo.kind !== 'answered') return [];
  const { jobs, registrationsReadAt } = world.forgejo.snapshot;
  const busy = slots.filter((slot) => isBusyWithAny(slot, registrationsReadAt));
  if (busy.length === 0) return [];
  const running = runningTasks(coveredJobs(jobs, world.spec));
  const ids = new Set(running.map((job) => job.taskId));
  const isKnown = ({ remembered }: Judged): boolean => remembered !== null && heldBy(remembered).some((taskId) => ids.has(taskId));
  return busy.filter((slot) => !isKnown(slot)).flatMap((slot) => findTask(slot, running, slots));
}

function isBusyWithAny(slot: Judged, readAt: Instant): boolean {
  if (slot.phase !== 'busy' || slot.tags.handle !== null || slot.evidence.row !== 'active' || isMute(slot)) return false;
  // Our own question makes the row `active`: another follows only when the row is so by itself.
  return readAt - (slot.remembered?.askedAt ?? 0) > ACTIVE_AFTER_REPORT_MS;
}

function findTask(slot: Judged, running: readonly QueuedJob[], slots: readonly Judged[]): readonly Effect[] {
  const { registration } = slot.tags;
  if (registration === null) return [];
  const asked = new Set(slot.remembered?.asked ?? []);
  const open = running
    .filter((job) => job.taskId > (slot.remembered?.sinceTask ?? 0))
    .slice(0, MOST_OPEN)
    .filter((job) => !asked.has(job.taskId) && !isExplained(job, slot, slots));
  return asks(
    slot.key,
    registration,
    open.map((job) => job.taskId),
  );
}

/** It is known to. */
export function holds({ remembered }: Judged, job: QueuedJob): boolean {
  return remembered !== null && heldBy(remembered).includes(job.taskId);
}

/** Nobody holds its token: it can't be asked. */
export function isMute(slot: Judged): boolean {
  return slot.secret?.complete !== true && slot.held === null;
}

function waiting(lastTask: number | null, wakeAt: Instant | null = null): Retirement {
  return { kind: 'waiting', lastTask, wakeAt };
}

function deregister(slot: Judged, registration: RegistrationRef, lastTask: number): Retirement {
  const mustBeOffline = slot.phase === 'lost' || isMute(slot);
  const whenStatus = mustBeOffline ? (['offline'] as const) : (['offline', 'idle'] as const);
  return { kind: 'acting', lastTask, effects: [{ kind: 'deregister', runner: slot.key, registration, whenStatus }] };
}

/** What was learned of one that waited says nothing once it has ended: it may have run in between (`unheard.ts`). */
function knownLastTask({ remembered }: Judged): number | null {
  return remembered === null || remembered.phase === 'draining' ? null : remembered.lastTask;
}

/** The highest task id of a queue read after its last Pod ended: what Forgejo hands out later can't be its own. */
function lastTaskOf(slot: Judged, world: World): number | null {
  if (world.forgejo.kind !== 'answered') return null;
  const { jobs, jobsReadAt } = world.forgejo.snapshot;
  const endedAt = endedBy(slot, world);
  const readSince = endedAt === null ? slot.remembered?.phase === slot.phase && jobsReadAt > slot.since : jobsReadAt > endedAt;
  return readSince ? latestTask(jobs) : null;
}

/** Running tasks that nobody else explains: an assigned runner can only hold its own handle's. */
export function suspectTasks(slot: Judged, slots: readonly Judged[], jobs: readonly QueuedJob[], lastTask: number): readonly number[] {
  const asked = new Set(slot.remembered?.asked ?? []);
  return runningTasks(jobs)
    .filter((job) => job.taskId <= lastTask && job.taskId > (slot.remembered?.sinceTask ?? 0) && !asked.has(job.taskId))
    .filter((job) =>
      slot.tags.handle === null ? !isExplained(job, slot, slots) : job.handle === slot.tags.handle && !isExplained(job, slot, slots),
    )
    .map((job) => job.taskId);
}

/** Latest first: a runner that has just turned busy most likely holds one of those. */
export function runningTasks(jobs: readonly QueuedJob[]): readonly QueuedJob[] {
  return jobs.filter((job) => job.status === 'running' && job.taskId > 0).toSorted((a, b) => b.taskId - a.taskId);
}
