/**
 * Tasks that Forgejo shows running and nobody works on, while the runner that Forgejo gave them to lives: the answer of its
 * fetch got lost, or the process that had the task died and another took its place (a Deployment's container or Pod). Forgejo
 * itself finds out after 10 to 15 minutes; nothing but a live process may be told from a dead one here, so each way to be
 * sure is narrow. Whose a task is, is found by asking as the runner, each pair once (facts: runner lifecycle, section 2).
 */
import { causeOfLostTask, noticeOf } from './cause.ts';
import { endOfProcess } from './death.ts';
import type { QueuedJob } from './forgejo.ts';
import { type Judged, liveSlots } from './judge.ts';
import type { Effect, World } from './model.ts';
import { heldBy, openTasks } from './open-tasks.ts';
import { podsThatCanRun, pollsForWork } from './polling.ts';
import { repositoriesOfTasks } from './queue.ts';
import { ACTIVE_AFTER_REPORT_MS, ASK_IDLE_AGAIN_MS, OPEN_BEFORE_ASKED_MS, TWO_TASKS_FOR_MS } from './times.ts';

/** So many questions are asked as one runner in one call. */
export const ASKS_AT_ONCE = 8;

/** Of the runners that take any job and live: is one of the tasks that nobody has its own, and is one that it holds lost? */
export function pursueLostTasks(slots: readonly Judged[], world: World): readonly Effect[] {
  if (!world.spec.reportDeadRunners || world.forgejo.kind !== 'answered') return [];
  const overdue = overdueTasks(world, slots);
  return liveSlots(slots)
    .filter((slot) => takesAnyJob(slot) && (overdue.length > 0 || holdsSome(slot)))
    .flatMap((slot) => pursueLostTask(slot, overdue, world));
}

/** Those that have been open for long enough that whoever took them would be known. */
function overdueTasks(world: World, slots: readonly Judged[]): readonly QueuedJob[] {
  return openTasks(world, slots).filter(
    ({ taskId }) => world.now - (world.memory.openTasks.get(taskId) ?? world.now) >= OPEN_BEFORE_ASKED_MS,
  );
}

/** It is registered, and can be asked. */
function takesAnyJob({ tags, row, secret, held }: Judged): boolean {
  return tags.handle === null && row !== null && (secret?.complete === true || held !== null);
}

function holdsSome({ remembered }: Judged): boolean {
  return remembered !== null && heldBy(remembered).length > 0;
}

function pursueLostTask(slot: Judged, overdue: readonly QueuedJob[], world: World): readonly Effect[] {
  const { registration } = slot.tags;
  if (registration === null) return [];
  const lost = lostTask(slot, world);
  if (lost !== null) {
    const cause = noticeOf(causeOfLostTask(slot), slot.key);
    return [{ kind: 'report', runner: slot.key, registration, taskId: lost, cause }];
  }
  if (!mayBeAsked(slot, world)) return [];
  const asked = new Set(slot.remembered?.asked);
  const since = slot.remembered?.sinceTask ?? 0;
  const open = overdue.filter(({ taskId }) => taskId > since && !asked.has(taskId)).slice(0, ASKS_AT_ONCE);
  return open.map(({ taskId }) => ({ kind: 'ask', runner: slot.key, registration, taskId }));
}

/** The earliest of its tasks that surely nobody works on. */
function lostTask(slot: Judged, world: World): number | null {
  if (slot.remembered === null || world.forgejo.kind !== 'answered') return null;
  const known = heldBy(slot.remembered);
  if (known.length === 0) return null;
  const running = repositoriesOfTasks(world.forgejo.snapshot.jobs);
  const held = known.filter((taskId) => running.has(taskId));
  if (held.length === 0) return null;
  const polls = slot.phase === 'idle' && pollsForWork(slot, world);
  if (polls || runsNothing(slot, world)) return Math.min(...held);
  return worksOnAnother(slot, world) ? (slot.remembered.lostTasks.find((taskId) => running.has(taskId)) ?? null) : null;
}

/**
 * No container of it runs (CrashLoopBackOff, a Pod that waits), and nobody reports as it. An informer lags by less than the
 * 10 s for which our question makes the row `active`, so a process that has just started would show by then.
 */
function runsNothing(slot: Judged, world: World): boolean {
  if (slot.kind !== 'Deployment' || podsThatCanRun(slot) > 0 || slot.row === null || world.forgejo.kind !== 'answered') return false;
  const { registrationsReadAt } = world.forgejo.snapshot;
  if (registrationsReadAt <= (slot.remembered?.askedAt ?? 0) + ACTIVE_AFTER_REPORT_MS) return false;
  // A Pod that was removed by force may still run: without any to look at, Forgejo must not have heard of it for long.
  return slot.pods.length === 0 ? slot.row.status === 'offline' : slot.row.status !== 'active';
}

/** A runner works on one task at a time: it has a later one, and the process that had this one is known to have died. */
function worksOnAnother(slot: Judged, world: World): boolean {
  const since = slot.remembered?.lostSince ?? null;
  if (slot.kind !== 'Deployment' || since === null || podsThatCanRun(slot) !== 1 || !sawDeath(slot)) return false;
  return world.now - since >= TWO_TASKS_FOR_MS;
}

/** Our question makes a row `active`: it is asked only where that can tell something, and a runner that waits not all the time. */
function mayBeAsked(slot: Judged, world: World): boolean {
  if (world.forgejo.kind !== 'answered' || slot.row === null) return false;
  const { registrationsReadAt } = world.forgejo.snapshot;
  const quietFor = registrationsReadAt - (slot.remembered?.askedAt ?? 0);
  if (slot.phase === 'idle') return slot.row.status === 'idle' && quietFor > ASK_IDLE_AGAIN_MS;
  if (slot.kind !== 'Deployment' || quietFor <= ACTIVE_AFTER_REPORT_MS || !sawDeath(slot)) return false;
  // One that is busy with a task of its own may have lost an earlier one.
  if (slot.phase === 'busy') return slot.remembered?.task != null;
  return (slot.phase === 'starting' || slot.phase === 'stuck') && slot.row.declared && slot.row.status !== 'active';
}

/** A process of it is known to have died: of this Pod, or of an earlier one that was seen to end. */
function sawDeath(slot: Judged): boolean {
  return endOfProcess(slot) !== null || (slot.remembered?.cause ?? null) !== null;
}
