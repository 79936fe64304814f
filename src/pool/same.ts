/** Whether two values of plain data are equal. Keys may stand in any order, what is listed may not: a Map and a Set are lists too. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const [listA, listB] = [itemsOf(a), itemsOf(b)];
  if (listA !== null || listB !== null) return listA !== null && listB !== null && isSameList(listA, listB);
  let members = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !isSame(a[key], b[key])) return false;
    members += 1;
  }
  for (const _ in b) members -= 1;
  return members === 0;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
}

/** Null: it lists nothing. */
function itemsOf(value: object): readonly unknown[] | null {
  return isArray(value) ? value : value instanceof Map || value instanceof Set ? [...value] : null;
}

function isArray(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
