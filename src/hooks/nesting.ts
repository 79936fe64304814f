import { isObject, type JsonObject } from '../children/json.ts';

/** More than any object of Kubernetes has, and far below where writing JSON runs out of stack (between 3000 and 5000 levels). */
export const MOST_LEVELS = 200;

/** Whether JSON is nested so deeply that it could be read, but not be answered again. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (!isNested(value)) return false;
  if (levels === 0) return true;
  return Array.isArray(value) ? isListTooDeep(value, levels - 1) : isObject(value) && isObjectTooDeep(value, levels - 1);
}

function isListTooDeep(list: readonly unknown[], levels: number): boolean {
  for (const member of list) if (isNested(member) && isTooDeep(member, levels)) return true;
  return false;
}

function isObjectTooDeep(object: JsonObject, levels: number): boolean {
  // What was read from JSON inherits no member, and every body is walked through: a list of its members would be made for nothing.
  for (const key in object) {
    const member = object[key];
    if (isNested(member) && isTooDeep(member, levels)) return true;
  }
  return false;
}

/** Most members are text and numbers. */
function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
