import { RFC_3339 } from '../api/rfc3339.ts';
import { isObject } from '../children/json.ts';

/**
 * Total readers of JSON that others wrote: a field that is missing or of another type reads as null or empty. An object
 * with one odd field must still be seen, since what is not seen looks deleted.
 */
export type WireObject = Readonly<Record<string, unknown>>;

/** Most of what is asked for is not there: shared, so that a miss costs no memory. */
const NOTHING: WireObject = Object.freeze({});
const NONE: readonly WireObject[] = Object.freeze([]);

/** The member of that name if it is an object of its own, else an empty object. */
export function objectAt(parent: WireObject, key: string): WireObject {
  const value = memberAt(parent, key);
  return isObject(value) ? value : NOTHING;
}

/** The objects of a list; other items are left out. */
export function objectsAt(parent: WireObject, key: string): readonly WireObject[] {
  const value = memberAt(parent, key);
  if (!Array.isArray(value)) return NONE;
  const items: readonly unknown[] = value;
  return areObjects(items) ? items : items.filter(isObject);
}

function areObjects(items: readonly unknown[]): items is readonly WireObject[] {
  for (const item of items) if (!isObject(item)) return false;
  return true;
}

/** A string that is not empty, else null. */
export function textAt(parent: WireObject, key: string): string | null {
  const value = memberAt(parent, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A whole number, else null. */
export function integerAt(parent: WireObject, key: string): number | null {
  const value = memberAt(parent, key);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** RFC 3339 as ms since the epoch, else null. */
export function timeAt(parent: WireObject, key: string): number | null {
  const value = textAt(parent, key);
  return value === null ? null : parseTime(value);
}

const rfc3339 = new RegExp(RFC_3339);

/** In UTC, with an offset the year may leave its four digits, and then the time could not be written down again. */
const WRITABLE = { from: Date.parse('0000-01-01T00:00:00Z'), until: Date.parse('9999-12-31T23:59:59.999Z') };

/** Ms since the epoch; null for anything but RFC 3339. */
export function parseTime(text: string): number | null {
  const time = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
  return time >= WRITABLE.from && time <= WRITABLE.until ? time : null;
}

/** A whole number of at least `least`, in decimal digits. */
export function parseInteger(text: string | null, least: number): number | null {
  if (text === null || !/^\d{1,15}$/.test(text)) return null;
  const value = Number(text);
  return value < least ? null : value;
}

/** A value of a Secret's `data`; null when it is not base64. */
export function decodeBase64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

function memberAt(parent: WireObject, key: string): unknown {
  const value = parent[key];
  // Most of what is asked for is not there, and so is nothing that could be inherited.
  return value !== undefined && Object.hasOwn(parent, key) ? value : undefined;
}
