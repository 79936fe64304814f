/**
 * The patches of this folder. The first line of each says which rule it breaks; one that only the exploration can find says on
 * its second line with which options.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Mutant {
  readonly name: string;
  /** Path of the patch. */
  readonly patch: string;
  /** The broken rule, in a sentence. */
  readonly breaks: string;
  /** Options of `test/explore/main.ts`; null: the simulation finds it. */
  readonly exploredWith: readonly string[] | null;
}

const EXPLORED_WITH = 'Explored with: ';

export function mutants(): readonly Mutant[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.patch'))
    .toSorted()
    .map((file) => readMutant(file.slice(0, -'.patch'.length), join(import.meta.dirname, file)));
}

function readMutant(name: string, patch: string): Mutant {
  const [breaks = '', second = ''] = readFileSync(patch, 'utf8').split('\n', 2);
  return { name, patch, breaks, exploredWith: second.startsWith(EXPLORED_WITH) ? second.slice(EXPLORED_WITH.length).split(' ') : null };
}
