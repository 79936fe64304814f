/**
 * What the table of `classify.ts` looks at, reduced to a few words each: all arithmetic with times, all comparing of uids
 * and all doubt about stale reads happens here, so that the table itself can be enumerated.
 */

import type { Instant } from './instant.ts';
import { ENDED_PHASES, type Phase, type World } from './model.ts';
import type { Slot } from './slots.ts';
import { isGraceLongOver, ownPodMayRun, strayPod } from './stray-pods.ts';
import { ACTIVE_AFTER_REPORT_MS, KUBERNETES_MARGIN_MS, OFFLINE_TRUSTED_AFTER_MS } from './times.ts';

export interface Evidence {
  readonly kind: 'Job' | 'Deployment';
  readonly secret: boolean;
  readonly workload: 'none' | 'terminating' | 'present';
  /** A Pod not ended that is deleted or not the present workload's; `lost`: none of those can still run. */
  readonly strayPod: 'none' | 'draining' | 'lost';
  /** The `runner` container of the slot's own Pod. */
  readonly pod: 'none' | 'waiting' | 'running' | 'terminated';
  /** The `runner` container of any Pod of it: a daemon's deleted Pod works on beside the one that speaks for it, until its grace is long over. */
  readonly runs: boolean;
  /** How a Job slot ended: exit code 0, 2, 2 although it holds a task, 75, past its deadline, else died. */
  readonly end: 'none' | 'done' | 'noTask' | 'lostFetch' | 'cancelled' | 'deadline' | 'died';
  /** Its registration in a list that can know it (read after it was issued and, for an ended slot, after the end). */
  readonly row: 'undeclared' | 'idle' | 'active' | 'offline' | 'absent' | 'unknown';
  /** Its handle in a queue that can know it; `none`: it has no handle. */
  readonly handle: 'none' | 'waiting' | 'running' | 'gone' | 'unknown';
  /** This process holds its credentials. */
  readonly held: boolean;
  /** Registered less than the grace ago: an answer may be on its way. */
  readonly young: boolean;
  /** What the status last said. */
  readonly last: 'none' | 'starting' | 'stuck' | 'idle' | 'busy' | 'silent' | 'finishing' | 'other';
  /** Past `pendingTimeoutSeconds`. */
  readonly overdue: boolean;
  /** The Job counts a Pod that has ended or is ending. */
  readonly countsEndedPod: boolean;
  /** Forgejo has answered long enough that `offline` is the runner's doing. */
  readonly offlineTrusted: boolean;
}

export function gatherEvidence(slot: Slot, world: World): Evidence {
  const endedAt = endedBy(slot, world);
  const row = rowWord(slot, world, endedAt);
  return {
    kind: slot.kind,
    secret: slot.secret !== null,
    workload: slot.workload === null ? 'none' : slot.workload.terminating ? 'terminating' : 'present',
    strayPod: strayPod(slot, world, row),
    pod: slot.pod === null ? 'none' : slot.pod.state.kind,
    runs: anyRuns(slot.pods, world),
    end: endWord(slot, world),
    row,
    handle: handleWord(slot, world, endedAt),
    held: slot.held !== null,
    young: slot.tags.issuedAt !== null && world.now - slot.tags.issuedAt < world.graces.issuedMs,
    last: lastWord(slot),
    overdue: world.now - pendingSince(slot, world) > world.spec.pendingTimeoutSeconds * 1000,
    countsEndedPod: slot.workload?.kind === 'Job' && slot.workload.countsEndedPod,
    offlineTrusted: world.forgejo.kind === 'answered' && world.now - world.forgejo.snapshot.answeringSince >= OFFLINE_TRUSTED_AFTER_MS,
  };
}

function anyRuns(pods: Slot['pods'], world: World): boolean {
  for (const pod of pods) if (pod.state.kind === 'running' && !isGraceLongOver(pod, world)) return true;
  return false;
}

export interface SlotEnd {
  readonly exitCode: number | null;
  readonly deadline: boolean;
  readonly started: boolean;
  readonly at: Instant;
}

/**
 * How and when a Job slot ended, or null. The container's exit code decides, never its reason; without a container status
 * Complete counts as 0 and a PodFailurePolicy message gives its code (facts: kubelet, sections 1 and 3).
 */
export function endOf(slot: Slot, world: World): SlotEnd | null {
  if (slot.kind === 'Deployment') return null;
  const job = slot.workload?.kind === 'Job' ? slot.workload : null;
  const state = slot.pod?.state;
  if (state?.kind === 'terminated') {
    const exitCode = state.exitCode ?? job?.end?.exitCode ?? (job?.end?.type === 'Complete' ? 0 : null);
    const at = state.finishedAt ?? job?.end?.at ?? world.memory.endSeenAt.get(slot.key) ?? world.now;
    return { exitCode, deadline: exitCode === null && job?.end?.reason === 'DeadlineExceeded', started: state.started, at };
  }
  if (job?.end === null || job === null) return null;
  const exitCode = job.end.exitCode ?? (job.end.type === 'Complete' ? 0 : null);
  return { exitCode, deadline: job.end.reason === 'DeadlineExceeded', started: true, at: job.end.at };
}

function endWord(slot: Slot, world: World): Evidence['end'] {
  const end = endOf(slot, world);
  if (end === null) return 'none';
  if (end.deadline) return 'deadline';
  if (end.exitCode === 0) return 'done';
  if (end.exitCode === 2) return slot.remembered?.task != null ? 'lostFetch' : 'noTask';
  if (end.exitCode === 75) return 'cancelled';
  return 'died';
}

function rowWord(slot: Slot, world: World, endedAt: Instant | null): Evidence['row'] {
  if (endedAt !== null && slot.row === null && isHistory(slot)) return 'absent';
  if (world.forgejo.kind !== 'answered') return 'unknown';
  const { snapshot } = world.forgejo;
  if (!isAfterEnd(snapshot.registrationsReadAt, endedAt)) return 'unknown';
  if (slot.row !== null) {
    if (slot.row.status === 'active') return isOnlyAsked(slot, snapshot.registrationsReadAt) ? 'idle' : 'active';
    return slot.row.declared ? slot.row.status : 'undeclared';
  }
  const issuedAt = slot.tags.issuedAt ?? createdAt(slot);
  const known = slot.tags.registration !== null && issuedAt !== null && snapshot.registrationsReadAt > issuedAt;
  return known && snapshot.registrationsComplete ? 'absent' : 'unknown';
}

/**
 * A question of ours makes a waiting runner read `active` for 10 s. One that has taken a task in that time is seen to be busy
 * that much later, and a wrong guess costs nothing: a runner that is stopped ends its task first, and no registration goes
 * before those 10 s are over.
 */
function isOnlyAsked(slot: Slot, readAt: Instant): boolean {
  const { tags, remembered } = slot;
  if (tags.handle !== null || remembered === null || remembered.askedAt === null) return false;
  const waited = remembered.phase === 'idle' || (TO_END.has(remembered.phase) && slot.pods.length > 0 && !ownPodMayRun(slot));
  return waited && readAt <= remembered.askedAt + ACTIVE_AFTER_REPORT_MS;
}

/** In these a runner is asked only when it read `idle`, or is dead. */
const TO_END: ReadonlySet<Phase> = new Set(['draining', 'lost']);

/** A Job that is kept for its logs: its Secret went after its registration, so no list has to say so again. */
function isHistory({ secret, held, remembered }: Slot): boolean {
  return secret === null && held === null && (remembered === null || ENDED.has(remembered.phase));
}

const ENDED: ReadonlySet<Phase> = new Set(ENDED_PHASES);

function handleWord(slot: Slot, world: World, endedAt: Instant | null): Evidence['handle'] {
  if (slot.tags.handle === null) return 'none';
  if (world.forgejo.kind !== 'answered') return 'unknown';
  const { jobsReadAt } = world.forgejo.snapshot;
  if (!isAfterEnd(jobsReadAt, endedAt)) return 'unknown';
  if (slot.job !== null) return slot.job.status;
  return slot.tags.issuedAt !== null && jobsReadAt > slot.tags.issuedAt ? 'gone' : 'unknown';
}

/**
 * When this process first saw the slot's end, in Forgejo's time: the clocks of Kubernetes' nodes say nothing about what
 * Forgejo knew when. Null while it has not ended.
 */
export function endedBy(slot: Slot, world: World): Instant | null {
  return endOf(slot, world) === null ? null : (world.memory.endSeenAt.get(slot.key) ?? world.now);
}

function isAfterEnd(readAt: Instant, endedAt: Instant | null): boolean {
  return endedAt === null || readAt > endedAt;
}

/** When the slot's first Kubernetes object was made, for slots without an issued-at. */
function createdAt(slot: Slot): Instant | null {
  const times = [slot.secret?.createdAt, slot.workload?.createdAt].filter((time) => time !== undefined);
  return times.length === 0 ? null : Math.max(...times) + KUBERNETES_MARGIN_MS;
}

function lastWord(slot: Slot): Evidence['last'] {
  const phase = slot.remembered?.phase;
  switch (phase) {
    case undefined:
      return 'none';
    case 'issued':
    case 'starting':
      return 'starting';
    case 'stuck':
    case 'idle':
    case 'busy':
    case 'silent':
    case 'finishing':
      return phase;
    case 'detached':
    case 'draining':
    case 'stopping':
    case 'deregistered':
    case 'lost':
    case 'stray':
    case 'inUse':
    case 'ended':
    case 'idleExit':
    case 'completed':
    case 'cancelled':
    case 'failed':
      return 'other';
  }
}

/** Since when the slot has been trying to start: since its registration, or since it fell back to `starting`. */
function pendingSince(slot: Slot, world: World): Instant {
  const { remembered } = slot;
  // What was stuck while Forgejo was away does not get its time again.
  if (remembered?.phase === 'stuck') return Number.NEGATIVE_INFINITY;
  if (remembered?.phase === 'starting') return remembered.since;
  if (remembered !== null && lastWord(slot) !== 'starting') return world.now;
  return slot.tags.issuedAt ?? createdAt(slot) ?? world.now;
}
