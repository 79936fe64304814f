/** Pods that may still run something although no present workload of their slot has them. */
import type { Evidence } from './evidence.ts';
import type { Instant } from './instant.ts';
import type { World } from './model.ts';
import type { ObservedPod } from './observed.ts';
import type { Slot } from './slots.ts';
import { ECHO_OF_A_QUESTION_MS, KUBERNETES_MARGIN_MS, LOST_AFTER_GRACE_MS, LOST_AFTER_ROW_GONE_MS } from './times.ts';

/**
 * No container of it starts any more. A Deployment's Pod starts its container again, unless it is being deleted or is in a
 * final phase (facts: kubelet, sections 1 and 3); a Job's never does.
 */
export function isOver(kind: Slot['kind'], { state, deletionAt, final }: ObservedPod): boolean {
  return state.kind === 'terminated' && (kind === 'Job' || deletionAt !== null || final);
}

/** Every Pod that could still run something and is not the present workload's own. */
export function strayPods(slot: Pick<Slot, 'kind' | 'workload' | 'pods'>): readonly ObservedPod[] {
  const present = slot.workload !== null && !slot.workload.terminating;
  return slot.pods.filter((pod) => {
    if (isOver(slot.kind, pod)) return false;
    if (slot.kind === 'Deployment') return !present;
    return !present || pod.deletionAt !== null || pod.ownerUid !== slot.workload?.uid;
  });
}

/** A Pod that is no stray: the present workload's. */
export function ownPodMayRun(slot: Slot): boolean {
  const strays = strayPods(slot);
  return slot.pods.some((pod) => !isOver(slot.kind, pod) && !strays.includes(pod));
}

/** `lost`: none of those that are stray can still run. */
export function strayPod(slot: Slot, world: World, row: Evidence['row']): Evidence['strayPod'] {
  const pods = strayPods(slot);
  if (pods.length === 0) return 'none';
  const rowGone = isRowLongGone(slot, world, row);
  const unregistered = (rowGone && row === 'absent') || staysUnregistered(slot, row);
  // A daemon without a registration does nothing, however often it starts (facts: Forgejo, section 3).
  const lost = pods.every((pod) => {
    if (pod.deletionAt === null) return unregistered && (slot.kind === 'Deployment' || hasNeverRun(pod));
    return rowGone || isGraceLongOver(pod, world);
  });
  if (!lost) return 'draining';
  // What can't run any more does not speak for the slot while its own Pod can.
  const ownLives = slot.pod !== null && slot.pod.state.kind !== 'terminated' && !pods.includes(slot.pod);
  return ownLives ? 'none' : 'lost';
}

/** It was found to be: a hiccup of Forgejo, or a new process that has seen no list for long, does not put that in doubt. */
function staysUnregistered({ remembered }: Slot, row: Evidence['row']): boolean {
  return remembered?.phase === 'lost' && (row === 'absent' || row === 'unknown');
}

/** It is on a node that no longer answers: whatever its status says, no kubelet speaks for it. */
export function isGraceLongOver({ deletionAt }: ObservedPod, { clusterNow }: World): boolean {
  return deletionAt !== null && clusterNow - deletionAt > LOST_AFTER_GRACE_MS + KUBERNETES_MARGIN_MS;
}

/** Without a registration it does nothing when it starts at last, but end. */
export function hasNeverRun({ state, restarts }: ObservedPod): boolean {
  return state.kind === 'waiting' && restarts === 0;
}

/** A row that never declared itself is offline in Forgejo too. */
const GONE_ROWS: ReadonlySet<Evidence['row']> = new Set(['absent', 'offline', 'undeclared']);

/** Our own question makes a row `active` and then `idle` (facts: runner lifecycle, section 2): of a lost runner that is no sign of life. */
export function isSilentRow({ remembered }: Pick<Slot, 'remembered'>, row: Evidence['row'], now: Instant): boolean {
  if (GONE_ROWS.has(row)) return true;
  const askedAt = remembered?.phase === 'lost' ? remembered.askedAt : null;
  return row !== 'unknown' && askedAt !== null && now - askedAt < ECHO_OF_A_QUESTION_MS;
}

/** Measured from list to list: an outage of Forgejo is no silence of the runner. */
function isRowLongGone(slot: Slot, world: World, row: Evidence['row']): boolean {
  const since = world.memory.rowGoneSince.get(slot.key);
  if (since === undefined || world.forgejo.kind !== 'answered' || !isSilentRow(slot, row, world.now)) return false;
  return world.forgejo.snapshot.registrationsReadAt - since >= LOST_AFTER_ROW_GONE_MS;
}
