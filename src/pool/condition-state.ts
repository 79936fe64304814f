/** Which state of a condition asks for attention: most when they do not hold, some when they do; `Unknown` follows from another. */
import type { Condition, ConditionReason, ConditionType } from '../api/conditions.ts';

const BAD_WHEN_TRUE: ReadonlySet<ConditionType> = new Set(['ScalingLimited', 'Draining']);
/** `True`, and yet something to mend: the condition's own text calls each a warning. */
const WARNINGS: ReadonlySet<ConditionReason> = new Set(['UnknownFields', 'ImageVersionDiffers', 'ImageFloating', 'ImageOld']);

export function isBad({ type, status, reason }: Pick<Condition, 'type' | 'status' | 'reason'>): boolean {
  if (BAD_WHEN_TRUE.has(type)) return status === 'True';
  return status === 'False' || WARNINGS.has(reason);
}

/** What happens in the life of every pool calls nobody: a limit is reached, runners are replaced. */
export function isTrouble(condition: Pick<Condition, 'type' | 'status' | 'reason'>): boolean {
  return isBad(condition) && !BAD_WHEN_TRUE.has(condition.type);
}
