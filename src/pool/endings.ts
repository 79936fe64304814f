/** What the end of a slot means: for the back-off, for the list of recent runners, and for the history of Jobs. */
import { type Mishap, WARM_KEY } from './backoff.ts';
import { causeOf } from './cause.ts';
import { endOf } from './evidence.ts';
import { isEnded, type Judged } from './judge.ts';
import type { Cause, RecentRunner, World } from './model.ts';

/** The sync that first sees the end; a Job kept as history alone has been counted long ago. */
export function hasJustEnded(slot: Judged): boolean {
  if (!isEnded(slot.phase) || slot.phase === 'stray' || slot.phase === 'inUse') return false;
  return slot.remembered === null ? slot.secret !== null : !isEnded(slot.remembered.phase);
}

/** Its Pod was deleted or evicted, its node drained: no fault of the runner or the job. */
export function wasDisrupted(slot: Judged): boolean {
  const job = slot.workload?.kind === 'Job' ? slot.workload : null;
  return job?.end?.disrupted === true || slot.pods.some((pod) => pod.deletionAt !== null || pod.disruption !== null);
}

export function mishapOf(slot: Judged): Mishap | null {
  const key = slot.tags.handle ?? WARM_KEY;
  const base = { runner: slot.key, key, attempt: slot.tags.attempt };
  if (slot.phase === 'stuck') return { kind: 'failedStart', ...base };
  // Its Secret and workload never showed: both were refused.
  if (slot.phase === 'stray') return slot.remembered?.phase === 'starting' ? { kind: 'failedStart', ...base } : null;
  if (!hasJustEnded(slot)) return null;
  if (slot.phase === 'idleExit' && slot.tags.handle !== null) return { kind: wasDisrupted(slot) ? 'disrupted' : 'noTask', ...base };
  // Stopped before it took its job: no fault, but its attempt is used, and the entry remembers that.
  if (slot.phase === 'ended') return slot.tags.handle === null ? null : { kind: 'disrupted', ...base };
  if (slot.phase !== 'failed' || hadTask(slot)) return null;
  if (wasDisrupted(slot)) return slot.tags.handle === null ? null : { kind: 'disrupted', ...base };
  return { kind: 'failedStart', ...base };
}

/** It died with a task, or after one: nothing says that the next one can't start. */
function hadTask(slot: Judged): boolean {
  return (
    slot.evidence.row === 'absent' ||
    slot.evidence.handle === 'running' ||
    slot.remembered?.worked === true ||
    slot.remembered?.task != null
  );
}

/** A runner has declared itself since the last sync: starting works. */
export function hasJustStarted(slot: Judged): boolean {
  const before = slot.remembered?.phase;
  if (before !== undefined && before !== 'starting' && before !== 'issued') return false;
  if (slot.phase === 'idle' || slot.phase === 'busy') return true;
  if (slot.phase === 'starting' || slot.phase === 'idleExit') return slot.row?.declared === true;
  return slot.phase === 'completed' && hasJustEnded(slot);
}

export function recentRunner(slot: Judged, world: World): RecentRunner {
  return {
    name: slot.key,
    ...wordsFor(slot),
    job: slot.remembered?.job ?? slot.job?.name ?? null,
    handle: slot.tags.handle,
    attempt: slot.tags.attempt,
    repositoryId: slot.remembered?.repositoryId ?? slot.job?.repositoryId ?? slot.tags.repositoryId,
    at: world.now,
  };
}

function wordsFor(slot: Judged): Cause {
  const cause = causeOf(slot);
  const said = (reason: string, message: string): Cause => ({ reason, message, exitCode: cause.exitCode });
  if (slot.phase === 'completed') return said('Completed', 'its job has ended');
  if (slot.phase === 'cancelled') return said('Cancelled', 'its job was cancelled, or its registration removed in mid-task');
  if (slot.phase === 'idleExit' && slot.tags.handle !== null) {
    return said('NoTask', 'its job could not be had: taken, cancelled, or held back');
  }
  if (slot.phase === 'idleExit') return said('Stopped', 'it was stopped while idle');
  if (slot.phase === 'ended' && !isViolent(cause)) return said('Stopped', 'it was stopped, or its workload was deleted');
  return cause;
}

/** Stopped in mid-task, and killed at the end of its grace: the exit code tells it from one that went by itself. */
function isViolent({ exitCode, reason }: Cause): boolean {
  return exitCode !== null && exitCode > 128 && reason !== 'NotStarted';
}

/** The answer of a fetch is known to be lost one question after its end: what was written of it then is set right. */
export function correctRecent(recent: readonly RecentRunner[], slots: readonly Judged[]): readonly RecentRunner[] {
  if (!recent.some(({ reason }) => reason === 'NoTask')) return recent;
  const lost = new Map(slots.filter(({ evidence }) => evidence.end === 'lostFetch').map((slot) => [slot.key, slot]));
  return recent.map((entry) => {
    const slot = lost.get(entry.name);
    return slot === undefined || entry.reason !== 'NoTask' ? entry : { ...entry, ...causeOf(slot) };
  });
}

/** Its Job will soon say how it ended; one that does not is held up by a container of the user's that never ends. */
function isFresh(slot: Judged, world: World): boolean {
  return world.now - (world.memory.endSeenAt.get(slot.key) ?? world.now) < world.graces.finishingMs;
}

/** Which ended Jobs stay for `kubectl logs`: the newest of each kind, as many as the pool's `history` says. */
export function historyOf(finished: readonly Judged[], world: World): ReadonlySet<string> {
  const newestFirst = finished
    .filter((slot) => slot.workload?.kind === 'Job' && (slot.workload.end !== null || isFresh(slot, world)))
    .toSorted((a, b) => (endOf(b, world)?.at ?? 0) - (endOf(a, world)?.at ?? 0) || (a.key < b.key ? -1 : 1));
  const succeeded = newestFirst.filter((slot) => slot.phase === 'completed').slice(0, world.spec.history.succeeded);
  const failed = newestFirst.filter((slot) => slot.phase === 'failed' || slot.phase === 'cancelled').slice(0, world.spec.history.failed);
  return new Set([...succeeded, ...failed].map((slot) => slot.key));
}
