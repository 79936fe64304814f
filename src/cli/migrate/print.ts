import { stringify } from 'yaml';
import { plainText } from '../manifests/plain-text.ts';
import type { MigratedPool } from './finish.ts';
import type { Note } from './part.ts';

const HEADINGS: readonly (readonly [Note['kind'], string])[] = [
  ['todo', 'To do before it is applied:'],
  ['left', 'Not carried over:'],
];

/** Documents of YAML, each with its notes as comments before it. */
export function printPools(pools: readonly MigratedPool[]): string {
  return pools
    .map(({ origin, pool, notes }) => `${comments(origin, notes)}${stringify(pool, { lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join('---\n');
}

function comments(origin: string, notes: readonly Note[]): string {
  return [`Made from ${origin}`, ...sections(notes, '  - ')].map((line) => `# ${plainText(line)}\n`).join('');
}

/** The same notes for somebody who reads a terminal. */
export function printNotes({ origin, name, namespace, notes }: MigratedPool): string {
  return [
    `RunnerPool ${namespace === null ? '' : `${namespace}/`}${name}, made from ${origin}`,
    ...sections(notes, '  - ').map((line) => `  ${line}`),
  ]
    .map((line) => `${plainText(line)}\n`)
    .join('');
}

function sections(notes: readonly Note[], bullet: string): readonly string[] {
  return HEADINGS.flatMap(([kind, heading]) => {
    const texts = notes.filter((note) => note.kind === kind).map(({ text }) => `${bullet}${text}`);
    return texts.length === 0 ? [] : [heading, ...texts];
  });
}
