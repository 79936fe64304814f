/** Every slot with its verdict: phase, since when, whether it is outdated, and what its Pod waits for. */
import { classify } from './classify.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import type { Instant } from './instant.ts';
import { ENDED_PHASES, type EndedPhase, type LivePhase, type Phase, type World } from './model.ts';
import type { PodReason } from './observed.ts';
import { joinSlots, type Slot } from './slots.ts';
import { KUBERNETES_MARGIN_MS, POD_MAY_SHOW_MS, POD_NOT_CREATED_AFTER_MS } from './times.ts';

export interface Judged extends Slot {
  readonly evidence: Evidence;
  /** The table's row that decided. */
  readonly ruledBy: string;
  readonly phase: Phase;
  /** The sync that first saw this phase. */
  readonly since: Instant;
  /** Made from another spec than today's. */
  readonly outdated: boolean;
  readonly waitsFor: PodReason | 'PodNotCreated' | null;
}

export function judge(world: World): readonly Judged[] {
  return joinSlots(world).map((slot): Judged => {
    const evidence = gatherEvidence(slot, world);
    const verdict = classify(evidence);
    const stopped = stoppingStays(slot, evidence, verdict.phase);
    const phase = endedStays(slot, evidence, unseenLives(slot, evidence, stopped, world));
    return {
      ...slot,
      evidence,
      ruledBy: verdict.row,
      phase,
      since: slot.remembered?.phase === phase ? slot.remembered.since : world.now,
      outdated: slot.tags.specHash !== '' && slot.tags.specHash !== world.specHash,
      waitsFor: waitReason(slot, phase, world),
    };
  });
}

export function isLive(phase: Phase): phase is LivePhase {
  return !isEnded(phase);
}

export function isEnded(phase: Phase): phase is EndedPhase {
  return (ENDED_PHASES as readonly Phase[]).includes(phase);
}

/**
 * A slot that an earlier answer stopped is never taken up again, though a stale informer may still show its workload. What
 * tells more (its Pod runs out its grace, or it has ended) is believed.
 */
function stoppingStays(slot: Slot, evidence: Evidence, phase: Phase): Phase {
  const before = slot.remembered?.phase;
  const nothingRuns = slot.workload === null && slot.pods.every((pod) => pod.state.kind === 'terminated');
  // What never starts again still runs: a Deployment that a late informer shows does not own up to its deleted Pod.
  if (before === 'stopping' && phase === 'failed' && evidence.end === 'none' && slot.pods.some(({ state }) => state.kind === 'running')) {
    return 'stopping';
  }
  // Its credentials may still be in memory, or its Secret come after all, and would start it anew.
  const restarts = (before === 'ended' || before === 'failed') && phase === 'starting';
  if ((before !== 'stopping' && !restarts) || isEnded(phase) || phase === 'draining') return phase;
  // How it ended is told by the next list: it may have finished a task.
  if (phase === 'finishing' && evidence.end !== 'none') return phase;
  return nothingRuns ? 'ended' : 'stopping';
}

/**
 * Early in its life a slot may show its Secret alone, or its Pods without their workload: informers lag, each by itself. A
 * runner that reports to Forgejo lives, one whose Pods nobody deleted is being started, and one that was stopped may have
 * started before; what was seen and is gone does not come back. Nothing is rendered meanwhile: there must be no second start
 * with the same credentials.
 */
function unseenLives(slot: Slot, evidence: Evidence, phase: Phase, world: World): Phase {
  const { remembered, pods } = slot;
  if (mayRestart(slot, phase, world)) return 'stopping';
  if (pods.length > 0) return isUnclaimed(slot, evidence, phase) ? (reportedPhase(evidence) ?? 'starting') : phase;
  if (phase !== 'ended' || world.memory.podsSeen.has(slot.key)) return phase;
  const reported = evidence.young ? reportedPhase(evidence) : null;
  if (remembered?.phase === 'stopping') {
    const mayStart = evidence.row === 'undeclared' && world.now - remembered.since < POD_MAY_SHOW_MS;
    return reported !== null || mayStart ? 'stopping' : 'ended';
  }
  return reported === null || (remembered !== null && !isLive(remembered.phase)) ? phase : reported;
}

/** The container of a Deployment that was stopped just now ended before its Pod was deleted: it may have been started again. */
function mayRestart({ kind, pods, remembered }: Slot, phase: Phase, { now }: World): boolean {
  if (phase !== 'ended' || kind !== 'Deployment' || remembered?.phase !== 'stopping') return false;
  return pods.some((pod) => pod.deletionAt === null) && now - remembered.since < POD_MAY_SHOW_MS;
}

/** Its Pods belong to a workload, and nobody has deleted them or stopped it. */
function isUnclaimed({ kind, secret, workload, pods, remembered }: Slot, { young, row }: Evidence, phase: Phase): boolean {
  if (phase !== 'draining' && !(phase === 'ended' && kind === 'Deployment')) return false;
  if (!young || secret === null || workload !== null || row === 'absent') return false;
  if (remembered !== null && !BEFORE_ITS_END.has(remembered.phase)) return false;
  return pods.every((pod) => pod.deletionAt === null && pod.ownerUid !== null);
}

const BEFORE_ITS_END: ReadonlySet<Phase> = new Set(['issued', 'starting', 'idle', 'busy']);

/** What Forgejo says of a runner that it hears of; null when it does not. */
function reportedPhase({ row, handle }: Evidence): Phase | null {
  if (row !== 'idle' && row !== 'active') return null;
  if (row === 'active' || handle === 'running') return 'busy';
  return handle === 'none' ? 'idle' : 'issued';
}

/**
 * What was once judged to have ended does not come back to life because Forgejo can't be asked, or because its Job has not
 * yet noticed: it was counted then.
 */
function endedStays(slot: Slot, evidence: Evidence, phase: Phase): Phase {
  const before = slot.remembered?.phase;
  const nothingRuns = slot.pods.every((pod) => pod.state.kind === 'terminated');
  const unregistered = evidence.row === 'unknown' || evidence.row === 'absent';
  return nothingRuns && unregistered && before !== undefined && isEnded(before) ? before : phase;
}

/** A Job that has ended may have no Pod either: only what is to start waits for one. */
function waitReason(slot: Slot, phase: Phase, world: World): Judged['waitsFor'] {
  if (phase !== 'starting' && phase !== 'stuck') return null;
  if (slot.pod?.state.kind === 'waiting') return slot.pod.state.reason;
  const created = slot.workload?.createdAt;
  const missing =
    slot.pod === null && created !== undefined && world.clusterNow - created > POD_NOT_CREATED_AFTER_MS + KUBERNETES_MARGIN_MS;
  return missing ? 'PodNotCreated' : null;
}
