/** What others wrote, and counts of it, as they stand within a sentence. */
import { plainText } from '../manifests/plain-text.ts';

const MOST_CHARACTERS = 200;

/** A name that others chose: names of jobs and labels may hold control characters. */
export function printable(text: string): string {
  return plainText(text, MOST_CHARACTERS);
}

/** The first few of a list in words, and how many more there are. */
export function listed(items: readonly string[], most = 10): string {
  const more = items.length - most;
  return `${items.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `1 job`, `2 jobs`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
