/** What is remembered of the tasks of runners that take any job. */
import type { Instant } from './instant.ts';
import type { Judged } from './judge.ts';
import type { Memory, RememberedRunner, World } from './model.ts';
import { heldBy, openTasks } from './open-tasks.ts';
import { podsThatCanRun } from './polling.ts';
import { LISTS_AT_MOST_APART_MS } from './times.ts';

/** One list for all: most runners of most pools have none, and each is kept until the next call. */
const NO_TASKS: readonly number[] = [];

/** Each once. */
export function sortedTasks(taskIds: readonly number[]): readonly number[] {
  return taskIds.length === 0 ? NO_TASKS : [...new Set(taskIds)].toSorted((a, b) => a - b);
}

/** Of the tasks that it holds the latest may be its work; the others can't. */
export function sortHeld(
  old: RememberedRunner | null,
  found: readonly number[],
  isRunning: (taskId: number) => boolean,
): Pick<RememberedRunner, 'task' | 'lostTasks'> {
  const held = sortedTasks([...(old === null ? NO_TASKS : heldBy(old)), ...found].filter(isRunning));
  return { task: held.at(-1) ?? null, lostTasks: held.length > 1 ? held.slice(0, -1) : NO_TASKS };
}

/** Counted anew while a second Pod of it can run: both may be at work. */
export function lostSince(slot: Judged, lostTasks: readonly number[], now: Instant): Instant | null {
  if (lostTasks.length === 0) return null;
  return podsThatCanRun(slot) > 1 ? now : (slot.remembered?.lostSince ?? now);
}

/** What only a sequence of fresh reads can tell: since when a task has been open, and since when the lists miss no report. */
export function rememberReads(world: World, slots: readonly Judged[]): Pick<Memory, 'openTasks' | 'listed'> {
  const { memory, now } = world;
  if (world.forgejo.kind !== 'answered') return { openTasks: memory.openTasks, listed: null };
  const { registrationsReadAt: last, answeringSince } = world.forgejo.snapshot;
  const before = memory.listed;
  const unbroken = before !== null && last - before.last <= LISTS_AT_MOST_APART_MS && before.since >= answeringSince;
  return {
    openTasks: new Map(openTasks(world, slots).map(({ taskId }) => [taskId, memory.openTasks.get(taskId) ?? now])),
    listed: { since: unbroken ? before.since : last, last },
  };
}
