import { describe, expect, it } from 'vitest';
import { buildCrd } from '../../src/api/crd.ts';
import { RULES } from '../../src/api/rules/rules.ts';
import { REFUSED_BY_BOTH, REFUSED_BY_OPERATOR } from './refused-by-rule.ts';

/** Every `x-kubernetes-validations` entry of the CRD with the path where it stands. */
function validationsOf(node: unknown, path: string): readonly { at: string; rule: unknown; message: unknown }[] {
  if (typeof node !== 'object' || node === null) return [];
  const entries: Record<string, unknown> = Object.fromEntries(Object.entries(node));
  const own = Array.isArray(entries['x-kubernetes-validations']) ? entries['x-kubernetes-validations'] : [];
  const below = Object.entries(entries['properties'] ?? {}).flatMap(([name, child]) => validationsOf(child, `${path}.${name}`));
  return [...own.map(({ rule, message }) => ({ at: path, rule, message })), ...below];
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

function nodeAt(spec: unknown, path: string): Node {
  return path
    .split('.')
    .slice(1)
    .reduce((node: Node, name) => node.properties?.[name] ?? {}, spec as Node);
}

function optionalFields({ properties = {}, required = [] }: Node): readonly string[] {
  return Object.keys(properties).filter((name) => !required.includes(name) && properties[name]?.default === undefined);
}

describe('the table of rules', () => {
  it('stands in the CRD whole: each CEL rule at its field, with the message that the operator gives', () => {
    const spec = buildCrd().spec.versions[0]?.schema.openAPIV3Schema.properties.spec;
    const inCrd = validationsOf(spec, 'spec').map((entry) => JSON.stringify(entry));
    const inTable = RULES.filter((rule) => rule.cel !== null).map(({ at, cel, message }) => JSON.stringify({ at, rule: cel, message }));
    expect(inCrd.toSorted()).toEqual(inTable.toSorted());
  });

  it('asks for an optional field only behind has(): one without a default in the CRD may not be there', () => {
    const spec = buildCrd().spec.versions[0]?.schema.openAPIV3Schema.properties.spec;
    const unguarded = RULES.flatMap(({ at, cel }) =>
      optionalFields(nodeAt(spec, at)).filter(
        (field) => new RegExp(`\\bself\\.${field}\\b`).test(cel ?? '') && !cel?.includes(`has(self.${field})`),
      ),
    );
    expect(unguarded).toEqual([]);
  });

  it('finds every field that it asks for in the default of its object, which the API server checks as it stands', () => {
    const spec = buildCrd().spec.versions[0]?.schema.openAPIV3Schema.properties.spec;
    const lacking = RULES.flatMap(({ at, cel }) => {
      const { default: value, properties = {} } = nodeAt(spec, at);
      if (typeof value !== 'object' || value === null) return [];
      const asked = Object.keys(properties).filter((field) => new RegExp(`\\bself\\.${field}\\b`).test(cel ?? ''));
      return asked.filter((field) => !(field in value) && !cel?.includes(`has(self.${field})`)).map((field) => `${at}.${field}`);
    });
    expect(lacking).toEqual([]);
  });

  it('says no sentence twice at one field', () => {
    const sentences = RULES.map((rule) => `${rule.at} ${rule.message}`);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('has a refused spec for every rule that the operator checks', () => {
    const tried = new Set([...REFUSED_BY_BOTH, ...REFUSED_BY_OPERATOR].flatMap(({ problems }) => problems.map(({ message }) => message)));
    expect(RULES.filter((rule) => rule.kind === 'state' && !tried.has(rule.message))).toEqual([]);
  });

  it('has a refused spec for every CEL rule among those that the API server refuses too', () => {
    const tried = new Set(REFUSED_BY_BOTH.flatMap(({ problems }) => problems.map(({ message }) => message)));
    expect(RULES.filter((rule) => rule.kind === 'state' && rule.cel !== null && !tried.has(rule.message))).toEqual([]);
  });
});
