import { KindGuard, type TSchema, Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { explained } from '../../src/api/explained.ts';
import { RunnerPoolSpecSchema } from '../../src/api/spec/runnerpool.ts';
import { RunnerPoolStatusSchema } from '../../src/api/status.ts';

describe('what kubectl explain says of a field', () => {
  it.each([
    {
      because: 'a number has a default and bounds',
      schema: Type.Integer({ description: 'Time.', default: 2, minimum: 1, maximum: 300 }),
      says: 'Time. Default: 2. Range: 1 to 300.',
    },
    {
      because: 'false is a default too',
      schema: Type.Boolean({ description: 'Whether.', default: false }),
      says: 'Whether. Default: false.',
    },
    {
      because: 'a list is bounded',
      schema: Type.Array(Type.String(), { description: 'Labels.', maxItems: 32 }),
      says: 'Labels. At most 32.',
    },
    {
      because: 'an object is filled in by its fields',
      schema: Type.Object({}, { description: 'Part.', default: {} }),
      says: 'Part.',
    },
    { because: 'a number of the status has neither', schema: Type.Integer({ description: 'Number.' }), says: 'Number.' },
    { because: 'nothing is said of it', schema: Type.String({ default: 'a' }), says: undefined },
  ])('$because', ({ schema, says }) => {
    expect(explained(schema)).toBe(says);
  });
});

interface Described {
  readonly path: string;
  readonly name: string;
  readonly schema: TSchema;
}

function fieldsBelow(schema: TSchema, path: string): readonly Described[] {
  if (KindGuard.IsArray(schema)) return fieldsBelow(schema.items, `${path}[]`);
  if (!KindGuard.IsObject(schema)) return [];
  return Object.entries(schema.properties).flatMap(([name, field]) => [
    { path: `${path}.${name}`, name, schema: field },
    ...fieldsBelow(field, `${path}.${name}`),
  ]);
}

const fields = [...fieldsBelow(RunnerPoolSpecSchema, 'spec'), ...fieldsBelow(RunnerPoolStatusSchema, 'status')];

describe('the descriptions of the fields', () => {
  it('are many', () => {
    expect(fields.length).toBeGreaterThan(150);
  });

  it.each(fields)('$path: begins with what it is, and is made of whole sentences', ({ schema }) => {
    expect(schema.description).toMatch(/^[A-Z].*\.$/);
    expect(schema.description).not.toMatch(/^(All|And|How|No|Not|Only|These|This|What|When|Where|Which|Who|Whose|Why)\b/);
  });

  it.each(
    fields.filter(({ name }) => name.endsWith('Seconds') && name !== 'terminationGracePeriodSeconds' && name !== 'activeDeadlineSeconds'),
  )('$path: names its unit', ({ schema }) => {
    expect(schema.description).toMatch(/\bin seconds\b/);
  });

  it.each(fields.filter(({ schema }) => KindGuard.IsBoolean(schema)))('$path: says what true means', ({ schema }) => {
    expect(schema.description).toMatch(/^(Whether|Field that may only be false)\b/);
  });
});
