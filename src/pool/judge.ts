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
    const phase = endedStays(slot, evidence, stoppingStays(slot, evidence, verdict.phase, world.now));
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
function stoppingStays(slot: Slot, evidence: Evidence, phase: Phase, now: Instant): Phase {
  if (phase === 'ended' && evidence.row === 'undeclared' && mayShowAPod(slot, now)) return 'stopping';
  const before = slot.remembered?.phase;
  const nothingRuns = slot.workload === null && slot.pods.every((pod) => pod.state.kind === 'terminated');
  // Its credentials may still be in memory, and would start it anew.
  const restarts = before === 'ended' && phase === 'starting';
  if ((before !== 'stopping' && !restarts) || isEnded(phase) || phase === 'draining') return phase;
  // How it ended is told by the next list: it may have finished a task.
  if (phase === 'finishing' && evidence.end !== 'none') return phase;
  return nothingRuns ? 'ended' : 'stopping';
}

/** It was stopped before it had declared itself: there may be a Pod of it that the informer does not show yet. */
function mayShowAPod({ pods, remembered }: Slot, now: Instant): boolean {
  return pods.length === 0 && remembered?.phase === 'stopping' && now - remembered.since < POD_MAY_SHOW_MS;
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
