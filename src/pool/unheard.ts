/**
 * Runners that nobody ends, although they are to end: their TERM came before PID 1 had a handler (facts: kubelet, A), their
 * node was cut off, or an orphan deletion sent none. Such a runner ends when its registration goes (ADR 5).
 */
import type { Instant } from './instant.ts';
import type { Judged } from './judge.ts';
import type { Effect, World } from './model.ts';
import { pollsForWork, showsEveryReport } from './polling.ts';
import { asks, deregisterWhenOffline, holds, isMute, runningTasks, suspectTasks } from './retire.ts';
import { hasNeverRun, strayPods } from './stray-pods.ts';
import { ACTIVE_AFTER_REPORT_MS, UNHEARD_AFTER_MS, UNHEARD_ASKED_FOR_MS } from './times.ts';

/** Which are meant, besides those whose Pods were deleted: of a pool that goes on an orphan may do its work. */
export type Unheard = 'deleted ones' | 'orphans too';

/**
 * What ends it now, on reads that began after this call arrived (`Plan.needsFreshReads`): it lives, and may be given a task
 * at any moment. That it read `idle` for long in every list since it was to end shows that it polls on, and stays shown while
 * our own question makes it read `active`. It is no proof that it has no task (a runner that can't report for 10 s reads
 * `idle` too, and a fetch may hang), so the guard's questions come first; one that can't be asked, or was asked for long where
 * others begin one task after another, must have polled for so long that a task that it works on would have shown.
 */
export function endUnheard(slot: Judged, slots: readonly Judged[], world: World, which: Unheard): readonly Effect[] {
  const { registration } = slot.tags;
  const due = dueAt(slot, world);
  if (registration === null || world.forgejo.kind !== 'answered' || due === null || world.now < due) return [];
  const waits = isLeftToWait(slot);
  if (!waits && !isMeant(slot, which)) return [];
  if (waits && (slot.evidence.row === 'undeclared' || isMute(slot))) return deregisterWhenOffline(slot);

  const { jobs } = world.forgejo.snapshot;
  if (runningTasks(jobs).some((job) => job.handle === slot.tags.handle || holds(slot, job))) return [];
  const lastTask = waits ? slot.remembered?.lastTask : null;
  const suspects = suspectTasks(slot, slots, jobs, lastTask ?? Number.POSITIVE_INFINITY);
  const isAsked = waits || world.now < due + UNHEARD_ASKED_FOR_MS || !showsEveryReport(world);
  if (suspects.length > 0 && isAsked && !isMute(slot)) return asks(slot.key, registration, suspects);
  if (suspects.length > 0 && !pollsForWork(slot, world)) return [];
  if (world.now < quietAt(slot)) return [];
  return waits ? deregisterWhenOffline(slot) : [{ kind: 'deregister', runner: slot.key, registration, whenStatus: ['idle'] }];
}

/**
 * The highest task id when one whose Pods have never run was first asked: what Forgejo hands out later can't be its own. `latest`:
 * that of the queue that was read for the question; null: it was not asked now.
 */
export function lastTaskOfWaiting(slot: Judged, latest: number | null): number | null {
  if (slot.phase !== 'draining' || slot.workload !== null || !strayPods(slot).every(hasNeverRun)) return null;
  const known = slot.remembered?.phase === 'draining' ? slot.remembered.lastTask : null;
  return known ?? latest;
}

/** When the clock alone changes what is done to it: it is due, or the list is too old to tell, or our question is over; null: never. */
export function unheardAt(slot: Judged, world: World): Instant | null {
  if (!isToEnd(slot)) return null;
  const due = dueAt(slot, world) ?? slot.since + UNHEARD_AFTER_MS;
  return world.now < due ? due : quietAt(slot);
}

/** It has been to end for long, and nobody has looked since whether it is heard of: a pool may poll seldom. */
export function wasNotLookedAt(slot: Judged, { forgejo, now }: World): boolean {
  const from = slot.since + UNHEARD_AFTER_MS;
  return isToEnd(slot) && forgejo.kind === 'answered' && now >= from && forgejo.snapshot.registrationsReadAt < from;
}

/** It has to have been idle, or left to wait, for so long since it was to end. */
function dueAt(slot: Judged, { memory, now }: World): Instant | null {
  if (!isToEnd(slot)) return null;
  if (isLeftToWait(slot)) return slot.since + UNHEARD_AFTER_MS;
  if (slot.evidence.row !== 'idle') return null;
  return Math.max(slot.since, memory.rowIdleSince.get(slot.key) ?? now) + UNHEARD_AFTER_MS;
}

function isToEnd({ phase }: Judged): boolean {
  return phase === 'draining' || phase === 'lost';
}

function isMeant(slot: Judged, which: Unheard): boolean {
  const deleted = strayPods(slot).every((pod) => pod.deletionAt !== null);
  return deleted || (which === 'orphans too' && slot.workload === null);
}

/**
 * It waits for what may never come (its Secret, an image, a node), no workload has it, and nobody deletes it. It has not
 * declared itself; or it took the place of a daemon's earlier Pod, of which Forgejo has heard nothing for long.
 */
function isLeftToWait(slot: Judged): boolean {
  const { row } = slot.evidence;
  if (slot.phase !== 'draining' || slot.workload !== null) return false;
  if (row !== 'undeclared' && !(slot.kind === 'Deployment' && row === 'offline')) return false;
  return strayPods(slot).every((pod) => pod.deletionAt === null && pod.state.kind !== 'running');
}

/** Our question has made its row `active` until then, whatever it does. */
function quietAt({ remembered }: Judged): Instant {
  return (remembered?.askedAt ?? Number.NEGATIVE_INFINITY) + ACTIVE_AFTER_REPORT_MS;
}
