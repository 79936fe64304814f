/** Every slot with its verdict: phase, since when, whether it is outdated, and what its Pod waits for. */
import { classify } from './classify.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import type { Instant } from './instant.ts';
import { ENDED_PHASES, type EndedPhase, type LivePhase, type Phase, type World } from './model.ts';
import type { PodReason } from './observed.ts';
import { overrule } from './overrule.ts';
import { eachSlot, type Slot } from './slots.ts';
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
  return eachSlot(world, (slot): Judged => {
    const evidence = gatherEvidence(slot, world);
    const { row, phase } = overrule(slot, evidence, classify(evidence), world);
    // Field by field: a spread that is added to takes more than twice the memory, and there may be thousands.
    return {
      key: slot.key,
      kind: slot.kind,
      tags: slot.tags,
      secret: slot.secret,
      workload: slot.workload,
      pods: slot.pods,
      pod: slot.pod,
      row: slot.row,
      held: slot.held,
      remembered: slot.remembered,
      job: slot.job,
      evidence,
      ruledBy: row,
      phase,
      since: slot.remembered?.phase === phase ? slot.remembered.since : world.now,
      outdated: slot.tags.specHash !== '' && slot.tags.specHash !== world.specHash,
      waitsFor: waitReason(slot, phase, world),
    };
  });
}

/** At work or idle, as it was before: most runners are, most of the time, and most rules are about the others. */
export function isSteady({ phase, remembered }: Judged): boolean {
  return (phase === 'busy' || phase === 'idle') && remembered?.phase === phase;
}

/** Those that count for `maxRunners` and hold their handles. */
export function liveSlots(slots: readonly Judged[]): readonly Judged[] {
  return slots.filter(({ phase }) => isLive(phase));
}

/** Of the jobs that they were made for. */
export function handlesOf(slots: readonly Judged[]): ReadonlySet<string> {
  const handles = new Set<string>();
  for (const { tags } of slots) if (tags.handle !== null) handles.add(tags.handle);
  return handles;
}

export function isLive(phase: Phase): phase is LivePhase {
  return !isEnded(phase);
}

const ENDED: ReadonlySet<Phase> = new Set(ENDED_PHASES);

export function isEnded(phase: Phase): phase is EndedPhase {
  return ENDED.has(phase);
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
