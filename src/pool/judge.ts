/** Every slot with its verdict: phase, since when, whether it is outdated, and what its Pod waits for. */
import { classify } from './classify.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import type { Instant } from './instant.ts';
import { ENDED_PHASES, type EndedPhase, type LivePhase, type Phase, type World } from './model.ts';
import type { PodReason } from './observed.ts';
import { overrule } from './overrule.ts';
import { joinSlots, type Slot } from './slots.ts';
import { KUBERNETES_MARGIN_MS, POD_NOT_CREATED_AFTER_MS } from './times.ts';

export interface Judged extends Slot {
  readonly evidence: Evidence;
  /** What decided: a row of the table, or the rule that overruled it (`overrule.ts`). */
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
    const { row, phase } = overrule(slot, evidence, classify(evidence), world);
    return {
      ...slot,
      evidence,
      ruledBy: row,
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

/** A Job that has ended may have no Pod either: only what is to start waits for one. */
function waitReason(slot: Slot, phase: Phase, world: World): Judged['waitsFor'] {
  if (phase !== 'starting' && phase !== 'stuck') return null;
  if (slot.pod?.state.kind === 'waiting') return slot.pod.state.reason;
  const created = slot.workload?.createdAt;
  const missing =
    slot.pod === null && created !== undefined && world.clusterNow - created > POD_NOT_CREATED_AFTER_MS + KUBERNETES_MARGIN_MS;
  return missing ? 'PodNotCreated' : null;
}
