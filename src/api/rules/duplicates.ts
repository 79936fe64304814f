/** Entries that are there twice in a list whose entries the API server tells apart by some of their fields. */
import { type Fields, fieldsOf } from '../objects.ts';

/** The fields, and what a field is where it is not set. */
export type ListKeys = Readonly<Record<string, string | null>>;

/**
 * The places of the entries of `list` that have the keys of an earlier one. Entries with `$patch` are no entries of the
 * result. Server-side apply refuses such a list for ever ("duplicate entries for key").
 */
export function duplicates(list: unknown, keys: ListKeys): readonly number[] {
  if (!Array.isArray(list)) return [];
  const seen = new Set<string>();
  return list.flatMap((entry: unknown, place) => {
    const fields = fieldsOf(entry);
    if (fields['$patch'] !== undefined) return [];
    const identity = identityOf(fields, keys);
    if (seen.has(identity)) return [place];
    seen.add(identity);
    return [];
  });
}

function identityOf(fields: Fields, keys: ListKeys): string {
  return JSON.stringify(Object.entries(keys).map(([key, otherwise]) => fields[key] ?? otherwise));
}
