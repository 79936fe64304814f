/** More than any object of Kubernetes has, and far below where writing JSON runs out of stack (between 3000 and 5000 levels). */
export const MOST_LEVELS = 200;

/** Whether JSON is nested so deeply that it could be read, but not be answered again. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const member of Object.values(value)) if (isTooDeep(member, levels - 1)) return true;
  return false;
}
