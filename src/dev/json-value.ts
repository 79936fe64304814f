/** A value as its JSON text would be read again; a part that is frozen through and through is shared, not copied. */

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Frozen objects are taken as they are. Throws a TypeError for what JSON can't hold (a function, a Map, NaN …): a bug of whoever made it. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value}`);
  if (Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : jsonValue(item)));
  if (!isPlain(value)) throw new TypeError('JSON has only plain objects');
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    if (value[key] === undefined) continue;
    // An assignment to that name would set the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: jsonValue(value[key]), enumerable: true });
    else copy[key] = jsonValue(value[key]);
  }
  return copy;
}
