/**
 * What one look can't tell and memory does: the table of `classify.ts` knows a moment, and informers lag, each by itself. Each
 * rule may overrule the verdict before it, and gives it a name of its own; the order is that of what is surest.
 */
import type { Verdict } from './classify.ts';
import type { Evidence } from './evidence.ts';
import { ENDED_PHASES, type Phase, type World } from './model.ts';
import type { Slot } from './slots.ts';
import { isOver } from './stray-pods.ts';
import { POD_MAY_SHOW_MS } from './times.ts';

export function overrule(slot: Slot, evidence: Evidence, verdict: Verdict, world: World): Verdict {
  let last = verdict;
  for (const { row, phaseOf } of OVERRULES) {
    const phase = phaseOf(slot, evidence, last.phase, world);
    if (phase !== last.phase) last = { row, phase };
  }
  return last;
}

export interface Overrule {
  /** Stands where else the number of a row of the table does. */
  readonly row: string;
  readonly because: string;
  readonly phaseOf: (slot: Slot, evidence: Evidence, phase: Phase, world: World) => Phase;
}

export const OVERRULES: readonly Overrule[] = [
  { row: 'stopping stays', because: 'an earlier answer stopped it', phaseOf: stoppingStays },
  { row: 'used stays used', because: 'a Pod of it was seen: there is no second start', phaseOf: usedStays },
  { row: 'unseen lives', because: 'an informer lags, and nothing says that it has ended', phaseOf: unseenLives },
  { row: 'successor may show', because: 'an earlier answer may have made its workload again', phaseOf: successorMayShow },
  { row: 'ended stays', because: 'it was counted as ended before', phaseOf: endedStays },
];

/**
 * A slot that an earlier answer stopped is never taken up again, though a stale informer may still show its workload. What
 * tells more (its Pod runs out its grace, or it has ended) is believed.
 */
function stoppingStays(slot: Slot, evidence: Evidence, phase: Phase): Phase {
  const before = slot.remembered?.phase;
  // Its credentials may still be in memory, or its Secret come after all, and would start it anew.
  const restarts = (before === 'ended' || before === 'failed') && phase === 'starting';
  if ((before !== 'stopping' && !restarts) || isEnded(phase) || phase === 'draining') return phase;
  // How it ended is told by the next list: it may have finished a task.
  if (phase === 'finishing' && evidence.end !== 'none') return phase;
  return slot.workload === null && nothingRuns(slot) ? 'ended' : 'stopping';
}

/**
 * What is starting, and shows neither workload nor Pod, is rendered: once a Pod of it was seen its credentials may have been
 * used, and there must be no second start with them, whatever phase that Pod was judged to be in.
 */
function usedStays(slot: Slot, { workload }: Evidence, phase: Phase, { memory }: World): Phase {
  const wouldBeRendered = phase === 'starting' && workload !== 'present' && slot.pods.length === 0;
  return wouldBeRendered && hadPod(slot, memory) ? 'ended' : phase;
}

/**
 * Early in its life a slot may show its Secret alone, or its Pods without their workload. A runner that reports to Forgejo
 * lives, one whose Pods nobody deleted is being started or at what it was at, and one that was stopped may have started
 * before; what was seen and is gone does not come back. Nothing is rendered meanwhile.
 */
function unseenLives(slot: Slot, evidence: Evidence, phase: Phase, { memory, now }: World): Phase {
  const { remembered, pods } = slot;
  if (pods.length > 0) return isUnclaimed(slot, evidence, phase) ? (reportedPhase(evidence) ?? lastSeen(slot)) : phase;
  if (phase !== 'ended' || hadPod(slot, memory)) return phase;
  const reported = evidence.young ? reportedPhase(evidence) : null;
  if (remembered?.phase === 'stopping') {
    const mayStart = evidence.row === 'undeclared' && now - remembered.since < POD_MAY_SHOW_MS;
    return reported !== null || mayStart ? 'stopping' : 'ended';
  }
  return reported === null || (remembered !== null && isEnded(remembered.phase)) ? phase : reported;
}

/**
 * A young runner's workload is made again while none shows (row 5a). The first may have been there, hidden by a late informer,
 * and be what is now seen to go: its successor runs with the same registration, and keeps the place until it must have shown.
 */
function successorMayShow({ remembered }: Slot, { young, row, workload }: Evidence, phase: Phase, { now }: World): Phase {
  if (phase !== 'ended' || !young || row === 'absent' || remembered === null || isEnded(remembered.phase)) return phase;
  // What this operator stops goes at once: only somebody else's deletion shows a workload that is going.
  if (workload !== 'terminating' && remembered.phase !== 'finishing') return phase;
  const since = remembered.phase === 'finishing' ? remembered.since : now;
  return now - since < POD_MAY_SHOW_MS ? 'finishing' : phase;
}

/** Another process may have seen it, and written down that it runs out its grace. */
function hadPod({ key, remembered }: Slot, { podsSeen }: World['memory']): boolean {
  return podsSeen.has(key) || remembered?.phase === 'draining';
}

/** Its Pods belong to a workload, and nobody has deleted them or stopped it. */
function isUnclaimed({ secret, workload, pods, remembered }: Slot, { young, row }: Evidence, phase: Phase): boolean {
  if (phase !== 'draining' || !young || secret === null || workload !== null || row === 'absent') return false;
  if (remembered !== null && !BEFORE_ITS_END.has(remembered.phase)) return false;
  return pods.every((pod) => pod.deletionAt === null && pod.ownerUid !== null);
}

const BEFORE_ITS_END: ReadonlySet<Phase> = new Set(['issued', 'starting', 'idle', 'busy']);

/** Forgejo may not say what it is at: one that was seen at work is not being started. */
function lastSeen({ remembered }: Slot): Phase {
  return remembered?.phase === 'idle' || remembered?.phase === 'busy' ? remembered.phase : 'starting';
}

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
  const unregistered = evidence.row === 'unknown' || evidence.row === 'absent';
  return before !== undefined && isEnded(before) && unregistered && nothingRuns(slot) ? before : phase;
}

function nothingRuns({ kind, pods }: Slot): boolean {
  return pods.every((pod) => isOver(kind, pod));
}

const ENDED: ReadonlySet<Phase> = new Set(ENDED_PHASES);

function isEnded(phase: Phase): boolean {
  return ENDED.has(phase);
}
