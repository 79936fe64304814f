/** Objects whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** None of what is no object. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}
