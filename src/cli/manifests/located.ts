/** Values out of YAML or JSON that know the line they stand in. */

import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Path } from './path.ts';
import { type Passage, passageAt, type Source } from './source.ts';

/** A value of a document, with everything below it. */
export interface Located {
  readonly value: unknown;
  /** 1-based line of what stands at `path` below the value; of the nearest that exists above it, when it does not. */
  readonly lineAt: (path: Path) => number;
  /** The string at `path` as a text of its own, whose lines are those of the file; null when there is no string. */
  readonly passageAt: (path: Path) => Passage | null;
}

/** Null when the text is no YAML, such as the template of a Helm chart. JSON is YAML. Empty documents are left out. */
export function parseLocated({ text }: Source): readonly Located[] | null {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, merge: true, logLevel: 'silent', uniqueKeys: false });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return null;
  return documents.flatMap((document) => valueOf(document)).map(({ document, value }) => locatedDocument(document, value, counter));
}

/** 1-based line of the first mistake in a text that `parseLocated` can't take apart. */
export function lineOfMistake({ text }: Source): number {
  const documents = parseAllDocuments(text, { lineCounter: new LineCounter(), logLevel: 'silent', uniqueKeys: false });
  const errors = [...documents].flatMap((document) => document.errors);
  return errors[0]?.linePos?.[0].line ?? 1;
}

interface Parsed {
  readonly document: Document;
  readonly value: unknown;
}

/** A document whose aliases multiply without end has no value, as one that is empty. */
function valueOf(document: Document): readonly Parsed[] {
  try {
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : [{ document, value }];
  } catch {
    return [];
  }
}

function locatedDocument(document: Document, value: unknown, counter: LineCounter): Located {
  const lineOf = (node: unknown): number => counter.linePos(startOf(node)).line;
  return {
    value,
    lineAt: (path) => lineOf(nearest(document, path).node),
    passageAt: (path) => {
      const { node, exact } = nearest(document, path);
      if (!exact || !isScalar(node) || typeof node.value !== 'string') return null;
      // The text of a literal block begins below its header; every other form has its line breaks where the file has none.
      if (node.type === 'BLOCK_LITERAL') return passageAt(node.value, lineOf(node) + 1);
      const line = lineOf(node);
      return { text: node.value, lineAt: () => line };
    },
  };
}

/** The part of a value at `path`. */
export function at(located: Located, path: Path): Located {
  return {
    value: path.reduce<unknown>(memberOf, located.value),
    lineAt: (below) => located.lineAt([...path, ...below]),
    passageAt: (below) => located.passageAt([...path, ...below]),
  };
}

function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

interface Nearest {
  readonly node: unknown;
  readonly exact: boolean;
}

function nearest(document: Document, path: Path): Nearest {
  let node: unknown = document.contents;
  for (const key of path) {
    const next = childOf(document, node, key);
    if (next === undefined) return { node, exact: false };
    node = next;
  }
  return { node: resolved(document, node), exact: true };
}

/** Of a key without a value it is the key that stands somewhere. */
function childOf(document: Document, node: unknown, key: string | number): unknown {
  const parent = resolved(document, node);
  if (isSeq(parent)) return typeof key === 'number' ? parent.items[key] : undefined;
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return isPair(pair) ? (pair.value ?? pair.key) : undefined;
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? (node.resolve(document) ?? node) : node;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
