/** Which of the runners that may be stopped go first; shared by warm and persistent ones. */
import type { Judged } from './judge.ts';

export function isIdle(slot: Judged): boolean {
  return slot.phase === 'idle';
}

export function isOnItsWay(slot: Judged): boolean {
  return slot.phase === 'starting' || slot.phase === 'issued';
}

/** Stopped, and not gone yet. */
export function isAway(slot: Judged): boolean {
  return slot.phase === 'stopping' || slot.phase === 'draining';
}

/** At most `count`, and at most `mostIdle` idle ones among them. A registration without a Secret can only be waited for. */
export function firstToStop(candidates: readonly Judged[], count: number, mostIdle: number): readonly Judged[] {
  if (count <= 0) return [];
  const sorted = candidates.filter((slot) => slot.phase !== 'issued').toSorted(inOrder);
  const spared = new Set(sorted.filter(isIdle).slice(Math.max(0, mostIdle)));
  return sorted.filter((slot) => !spared.has(slot)).slice(0, count);
}

/** Outdated before current, starting before idle, longest idle first. */
function inOrder(a: Judged, b: Judged): number {
  return (
    Number(b.outdated) - Number(a.outdated) ||
    Number(a.phase === 'idle') - Number(b.phase === 'idle') ||
    a.since - b.since ||
    (a.key < b.key ? -1 : 1)
  );
}
