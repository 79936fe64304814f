/** Every pool that the documentation shows is accepted as it stands there, and every field that it names exists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KindGuard, type TSchema } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { API_VERSION, KIND } from '../../src/api/keys.ts';
import { RunnerPoolSpecSchema } from '../../src/api/spec/runnerpool.ts';
import { validateSpec } from '../../src/api/validate.ts';
import { PAGES, ROOT } from './support/pages.ts';

interface Shown {
  readonly page: string;
  readonly line: number;
  readonly object: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
    readonly spec?: unknown;
  };
}

const shown: readonly Shown[] = PAGES.flatMap(({ blocks }) =>
  blocks
    .filter(({ language }) => language === 'yaml')
    .flatMap(({ page, line, text }) => parseAllDocuments(text).map((document) => ({ page, line, object: document.toJS() }))),
);

const pools = shown.filter(({ object }) => object.kind === KIND);

describe('the pools that the pages show', () => {
  it('are many', () => {
    expect(pools.length).toBeGreaterThan(25);
  });

  it.each(pools)('$page, line $line: is accepted', ({ object }) => {
    expect(object.apiVersion).toBe(API_VERSION);
    expect(validateSpec(object.spec)).toMatchObject({ ok: true, warnings: [] });
  });
});

/** Whether `path` (`cache.server`, `.tlsSecretRef` after another) is a field of the spec, or lies below one whose content is open. */
function isField(schema: TSchema, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  if (KindGuard.IsArray(schema)) return isField(schema.items, path);
  if (!KindGuard.IsObject(schema)) return false;
  const field = schema.properties[name];
  return field === undefined ? schema.additionalProperties !== false : isField(field, rest);
}

const wishes = [...readFileSync(join(ROOT, 'docs/pods.md'), 'utf8').matchAll(/^\| (?!I want|---)(.*?) \| (.*) \|$/gm)];
const table = wishes
  .slice(0, wishes.findIndex(([, wish]) => wish?.startsWith('anything else')) + 1)
  .map(([, wish = '', set = '']) => ({ wish, set }));

describe('the table of wishes in docs/pods.md', () => {
  it('has at least 25 rows', () => {
    expect(table.length).toBeGreaterThanOrEqual(25);
  });

  it.each(table)('$wish: names only fields that exist', ({ set }) => {
    const named = [...set.matchAll(/`([a-z][A-Za-z]*(?:\.[a-zA-Z]+)*)(?:: [^`]*)?`/g)].map(([, path = '']) => path.split('.'));
    const fields = named.filter(([first = '']) => first in RunnerPoolSpecSchema.properties);
    expect(fields.filter((path) => !isField(RunnerPoolSpecSchema, path))).toEqual([]);
  });
});
