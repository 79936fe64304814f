/** Every Markdown file of the repository, as far as the tests of the documentation look into it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Block {
  readonly page: string;
  /** Of its first line, the fence; from 1. */
  readonly line: number;
  /** What stands behind the fence; empty for none. */
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly text: string;
}

export interface Link {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

export interface Page {
  /** Relative to the repository. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** What the headings are addressed by, as Forgejo and GitHub make them. */
  readonly anchors: ReadonlySet<string>;
  /** What stands between backticks in a line. */
  readonly code: readonly Link[];
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** A line of a fence: its indentation, its marks and the language. */
const FENCE = /^( *)(`{3,}|~{3,})\s*(\S*)/;
/** In tables a stroke stands escaped. */
const CODE = /(`+)(.+?)\1/g;
const LINK = /\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g;
const REFERENCE = /^\[[^\]]+\]: (\S+)$/;
const AUTOLINK = /<(https?:[^>]+)>/g;

export const PAGES: readonly Page[] = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (path) => path === 'node_modules' || path === '.git' || path === 'coverage',
})
  .toSorted()
  .map(readPage);

/** Of `docs` and of the README, which people read; not of the folders of tests. */
export const DOCS = PAGES.filter(({ path }) => path.startsWith('docs/') || path === 'README.md');

function readPage(path: string): Page {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  const prose: Line[] = [];
  let open: { readonly fence: string; readonly indent: number; readonly line: number; readonly language: string; text: string } | null =
    null;
  for (const [index, text] of lines.entries()) {
    const [, indent = '', fence = '', language = ''] = FENCE.exec(text) ?? [];
    if (open === null && fence !== '') open = { fence, indent: indent.length, line: index + 1, language, text: '' };
    else if (open === null) prose.push({ number: index + 1, text });
    else if (fence.startsWith(open.fence) && language === '') {
      blocks.push({ page: path, line: open.line, language: open.language, text: open.text });
      open = null;
    } else open.text += `${text.slice(Math.min(open.indent, text.length - text.trimStart().length))}\n`;
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the block has no end`);
  return {
    path,
    blocks,
    links: prose.flatMap((line) => linksOf(path, line)),
    anchors: anchorsOf(prose),
    code: prose.flatMap(({ number, text }) => [...text.matchAll(CODE)].map(([, , target = '']) => ({ page: path, line: number, target }))),
  };
}

function linksOf(page: string, { number, text }: Line): readonly Link[] {
  const plain = text.replaceAll(CODE, '``');
  const found = [...plain.matchAll(LINK), ...plain.matchAll(AUTOLINK), ...[REFERENCE.exec(plain)].filter((match) => match !== null)];
  return found.map(([, target = '']) => ({ page, line: number, target }));
}

/** Headings in lower case, without punctuation, spaces as hyphens; the second of a name has `-1` behind it. */
function anchorsOf(prose: readonly Line[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const anchors = new Set<string>();
  for (const { text } of prose) {
    const heading = /^#{1,6} +(.*?)\s*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
    const anchor = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const seen = counts.get(anchor) ?? 0;
    counts.set(anchor, seen + 1);
    anchors.add(seen === 0 ? anchor : `${anchor}-${seen}`);
  }
  return anchors;
}
