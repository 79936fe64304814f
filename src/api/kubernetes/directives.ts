/**
 * What directives of a strategic merge must say of what stands beside them, as kubectl demands it. Source:
 * applyRetainKeysDirective and validatePatchWithSetOrderList in k8s.io/apimachinery, pkg/util/strategicpatch.
 */
import { type Fields, fieldsOf } from '../objects.ts';

/** `$retainKeys` names every field beside it that is not taken away: what it does not name goes. */
export function retainsAll(names: readonly unknown[], beside: Fields): boolean {
  if ('$patch' in beside) return true;
  const retained = new Set(names);
  const kept = Object.entries(beside).filter(([name, value]) => value !== null && !name.startsWith('$'));
  return kept.every(([name]) => retained.has(name));
}

/**
 * `$setElementOrder/x` has every entry of the list x but the deleted ones, in the order of that list; `key` null: the entries
 * are scalars. As in kubectl, an entry with `$patch: replace` may stand anywhere but behind the last one that is in the order.
 */
export function isInOrder(order: readonly unknown[], list: unknown, key: string | null): boolean {
  if (list === undefined) return true;
  if (!Array.isArray(list)) return false;
  if (order.length === 0) return list.length > 0;
  const entries = list.map((entry: unknown) => ({ entry, patch: key === null ? undefined : fieldsOf(entry)['$patch'] }));
  const asked = entries.filter(({ patch }) => patch !== 'delete');
  const identity = (entry: unknown): unknown => (key === null ? entry : fieldsOf(entry)[key]);
  let found = 0;
  for (const wanted of order) {
    while (asked[found]?.patch !== undefined) found += 1;
    if (found < asked.length && identity(asked[found]?.entry) === identity(wanted)) found += 1;
  }
  return found >= asked.length;
}
