import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildArtifacts } from '../../src/api/artifacts.ts';
import { buildCrd } from '../../src/api/crd.ts';
import { RunnerPoolSpecSchema } from '../../src/api/spec/runnerpool.ts';

const root = join(import.meta.dirname, '../..');

/** Paths of the schema nodes for which `holds` is true. */
function nodesThat(node: unknown, path: string, holds: (fields: Record<string, unknown>, path: string) => boolean): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(node));
  const below = Object.entries(fields['properties'] ?? {}).flatMap(([name, child]) => nodesThat(child, `${path}.${name}`, holds));
  const items = nodesThat(fields['items'], `${path}[]`, holds);
  const values = nodesThat(fields['additionalProperties'], `${path}.*`, holds);
  return [...(holds(fields, path) ? [path] : []), ...below, ...items, ...values];
}

const schema = buildCrd().spec.versions[0]?.schema.openAPIV3Schema.properties;

describe('a generated file', () => {
  it.each(buildArtifacts())('is committed as the schema makes it: $path', ({ path, content }) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  });

  it('of the CRD reads back as it was built', () => {
    const [crd] = buildArtifacts();
    expect(parse(crd?.content ?? '')).toEqual(buildCrd());
  });
});

describe('the CRD', () => {
  it('describes every field of the spec and of the status', () => {
    const silent = (fields: Record<string, unknown>, path: string) => fields['description'] === undefined && !/(\[\]|\.\*)$/.test(path);
    expect([...nodesThat(schema?.spec, 'spec', silent), ...nodesThat(schema?.status, 'status', silent)]).toEqual([]);
  });

  it('bounds every string, list and number of the spec, since the cost of a CEL rule is estimated from the bounds', () => {
    const refused = ['spec.template.spec.terminationGracePeriodSeconds', 'spec.template.spec.activeDeadlineSeconds'];
    const unbounded = (fields: Record<string, unknown>, path: string) => {
      if (fields['type'] === 'string') return fields['maxLength'] === undefined && fields['enum'] === undefined;
      if (fields['type'] === 'array') return fields['maxItems'] === undefined;
      if (fields['additionalProperties'] !== undefined) return fields['maxProperties'] === undefined;
      return (
        fields['type'] === 'integer' && !refused.includes(path) && (fields['minimum'] === undefined || fields['maximum'] === undefined)
      );
    };
    expect(nodesThat(schema?.spec, 'spec', unbounded)).toEqual([]);
  });

  it('says in words what a pattern takes, wherever there is one', () => {
    const patterned = (fields: Record<string, unknown>) => fields['pattern'] !== undefined;
    expect(nodesThat(RunnerPoolSpecSchema, 'spec', patterned).length).toBeGreaterThan(15);
    const wordless = (fields: Record<string, unknown>) => patterned(fields) && typeof fields['allowed'] !== 'string';
    expect(nodesThat(RunnerPoolSpecSchema, 'spec', wordless)).toEqual([]);
  });

  it('has no default in the status, since each would be written again on every sync', () => {
    expect(nodesThat(schema?.status, 'status', (fields) => fields['default'] !== undefined)).toEqual([]);
  });

  it('requires no field that has a default', () => {
    const contradicts = (fields: Record<string, unknown>) => {
      const properties: Record<string, { default?: unknown }> = Object.fromEntries(Object.entries(fields['properties'] ?? {}));
      return Array.isArray(fields['required']) && fields['required'].some((name) => properties[name]?.default !== undefined);
    };
    expect(nodesThat(schema?.spec, 'spec', contradicts)).toEqual([]);
  });

  it('knows observedGeneration, which Metacontroller sets', () => {
    expect(nodesThat(schema?.status, 'status', (_, path) => path === 'status.observedGeneration')).toEqual(['status.observedGeneration']);
  });
});
