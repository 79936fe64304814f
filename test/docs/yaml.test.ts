/** Every piece of YAML in the documentation can be read, and objects of Kubernetes are what its schema says. Pools: pools-in-docs. */
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KIND } from '../../src/api/keys.ts';
import { hasSchema, schemaErrors } from '../children/support/kubernetes-schema.ts';
import { PAGES } from './support/pages.ts';

/** Kinds that no schema here knows: parsed, and no more. */
const ONLY_PARSED = new Set([
  'Kustomization',
  'Component',
  'CompositeController',
  'ResourceQuota',
  'LimitRange',
  'HelmRelease',
  'Application',
]);

const blocks = PAGES.flatMap((page) => page.blocks.filter(({ language }) => language === 'yaml' || language === 'yml'));
const documents = blocks.flatMap(({ page, line, text }) =>
  parseAllDocuments(text, { uniqueKeys: true }).map((document, index) => ({ page, line, index, document })),
);

interface Shown {
  readonly page: string;
  readonly line: number;
  readonly kind: string;
  readonly object: unknown;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const objects: readonly Shown[] = documents.flatMap(({ page, line, document }) => {
  const object: unknown = document.toJS();
  return isObject(object) && typeof object['kind'] === 'string' && 'apiVersion' in object
    ? [{ page, line, kind: object['kind'], object }]
    : [];
});

describe('the YAML of the documentation', () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(objects.length).toBeGreaterThan(30);
  });

  it.each(documents)('$page, line $line: can be read', ({ document }) => {
    expect([...document.errors, ...document.warnings].map(({ message }) => message)).toEqual([]);
    expect(document.toJS()).not.toBeNull();
  });

  it('has no kind that nobody checks', () => {
    const unknown = objects.filter(({ kind }) => kind !== KIND && !ONLY_PARSED.has(kind) && !hasSchema(kind));
    expect(unknown.map(({ page, line, kind }) => `${page}:${line}: ${kind}`)).toEqual([]);
  });

  it.each(objects.filter(({ kind }) => hasSchema(kind)))('$page, line $line: $kind is valid', ({ kind, object }) => {
    expect(schemaErrors(kind, object)).toEqual([]);
  });
});
