/**
 * Lists are kept as long as they are young, thousands of rows repeat a few values (versions, names of labels), and each row that
 * was parsed has a copy of its own: the first one stands for all. `keyOf` is the same for what may stand for each other.
 */
export function createSharer<T>(keyOf: (value: T) => string): (value: T) => T {
  const known = new Map<string, T>();
  return (value) => {
    const key = keyOf(value);
    const first = known.get(key) ?? value;
    known.set(key, first);
    return first;
  };
}

/** A string of its own: to V8 a part of a long text is a window into it, and keeps all of it in memory. */
export function copyOf(part: string): string {
  return part.split('').join('');
}
