/** The conditions that the status would have: what is amiss in full, the rest by name. */
import type { Condition } from '../../api/conditions.ts';

/** These are at rest when they are False, all others when they are True. */
const RESTS_FALSE: ReadonlySet<Condition['type']> = new Set(['ScalingLimited', 'Draining']);

export function tellConditions(conditions: readonly Condition[]): readonly string[] {
  const amiss = conditions.filter((condition) => !isAtRest(condition));
  const atRest = conditions.filter(isAtRest).map(({ type, status }) => `${type} ${status}`);
  return [
    ...amiss.map(({ type, status, reason, message }) => `${type} ${status} (${reason}): ${message}`),
    ...(atRest.length === 0 ? [] : [`as they should be: ${atRest.join(', ')}`]),
  ];
}

function isAtRest({ type, status }: Condition): boolean {
  return status === (RESTS_FALSE.has(type) ? 'False' : 'True');
}
