import { isObject, type JsonObject } from '../children/json.ts';

/** More than any object of Kubernetes has, and far below where writing JSON runs out of stack (between 3000 and 5000 levels). */
export const MOST_LEVELS = 200;

/** Whether JSON is nested so deeply that it could be read, but not be answered again. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  return Array.isArray(value) ? isListTooDeep(value, levels) : isObject(value) && isObjectTooDeep(value, levels);
}

function isListTooDeep(list: readonly unknown[], levels: number): boolean {
  if (levels === 0) return true;
  for (const member of list) if (isTooDeep(member, levels - 1)) return true;
  return false;
}

function isObjectTooDeep(object: JsonObject, levels: number): boolean {
  if (levels === 0) return true;
  // What was read from JSON inherits no member, and every body is walked through: a list of its members would be made for nothing.
  for (const key in object) if (isTooDeep(object[key], levels - 1)) return true;
  return false;
}
