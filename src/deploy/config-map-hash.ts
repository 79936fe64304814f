/** The end of a generated ConfigMap's name, as kustomize makes it (kustomize v5, api/hasher/hasher.go). */
import { createHash } from 'node:crypto';

/** Kustomize writes no vowels and nothing that looks like one, so that no hash is a word. */
const INSTEAD: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/**
 * @param data strings only; Go writes keys in their order and escapes three letters that JSON.stringify does not.
 * The name is always empty there: the field is looked up by a path that it does not have.
 */
export function configMapHash(data: Readonly<Record<string, string>>): string {
  const sorted = Object.fromEntries(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ data: sorted, kind: 'ConfigMap', name: '' }).replace(
    /[<>&]/g,
    (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
  );
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return digest.replace(/[013ae]/g, (letter) => INSTEAD[letter] ?? letter);
}
