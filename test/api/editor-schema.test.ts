/** The schema for editors, held against the specs that the operator itself takes and refuses. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildEditorSchema } from '../../src/api/editor-schema.ts';
import { API_VERSION, KIND } from '../../src/api/keys.ts';
import { ACCEPTED } from './accepted.ts';
import { REFUSED_BY_SCHEMA } from './refused-by-schema.ts';
import { MINIMAL, patched } from './specs.ts';

const root = join(import.meta.dirname, '../..');
const schema = buildEditorSchema();
/** Strict but for Kubernetes' parts, where a keyword stands beside several types. */
const check = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema);

function pool(spec: unknown): unknown {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'ci' }, spec };
}

function saidOf(value: unknown): readonly string[] {
  return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

describe('the schema for editors', () => {
  it.each(ACCEPTED)('takes what the operator takes: $situation', ({ patch }) => {
    expect(saidOf(pool(patched(MINIMAL, patch)))).toEqual([]);
  });

  it.each(globSync('deploy/samples/*.yaml', { cwd: root }))('takes the sample %s', (file) => {
    const documents = parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS() as { kind?: string });
    const pools = documents.filter(({ kind }) => kind === KIND);
    expect(pools.length).toBeGreaterThan(0);
    expect(pools.flatMap(saidOf)).toEqual([]);
  });

  it('refuses what the shape of a field forbids', () => {
    const taken = REFUSED_BY_SCHEMA.filter(({ patch }) => saidOf(pool(patched(MINIMAL, patch))).length === 0);
    expect(taken.map(({ situation }) => situation)).toEqual([]);
  });

  it.each([
    { because: 'a field is misspelt', spec: { ...MINIMAL, lables: [] } },
    {
      because: 'a field of a container is misspelt',
      spec: { ...MINIMAL, template: { spec: { containers: [{ name: 'runner', imagee: 'x' }] } } },
    },
    { because: 'a list is no list', spec: { ...MINIMAL, tolerations: [{ key: 1 }] } },
    { because: 'a required field is missing', spec: { ...MINIMAL, runner: undefined, labels: undefined } },
  ])('refuses a pool because $because', ({ spec }) => {
    expect(saidOf(pool(JSON.parse(JSON.stringify(spec))))).not.toEqual([]);
  });

  it('tells a rule where an editor shows it, and none that compares with the object before', () => {
    const text = JSON.stringify(schema);
    expect(text).toContain('Rule: minRunners must not be greater than maxRunners.');
    expect(text).not.toContain('oldSelf');
    expect(text).not.toContain('is immutable: another server is another pool');
  });

  it('has every definition that it refers to, and no other', () => {
    const definitions = Object.keys(schema['definitions'] as object);
    const referred = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name = '']) =>
      name.replace('~1', '/'),
    );
    expect(new Set(definitions)).toEqual(new Set(referred));
  });
});
