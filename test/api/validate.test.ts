import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenRules } from '../../src/api/rules/rule.ts';
import { RULES } from '../../src/api/rules/rules.ts';
import { DEFAULT_IMAGES } from '../../src/api/spec/images.ts';
import { readForgejo, validateSpec } from '../../src/api/validate.ts';
import { ACCEPTED } from './accepted.ts';
import { REFUSED_BY_BOTH, REFUSED_BY_OPERATOR } from './refused-by-rule.ts';
import { REFUSED_BY_SCHEMA } from './refused-by-schema.ts';
import { LISTS } from './refused-template.ts';
import { MINIMAL, patched } from './specs.ts';

const DEFAULTS = {
  mode: 'Ephemeral',
  minRunners: 0,
  maxRunners: 10,
  pollIntervalSeconds: 2,
  containerMode: { type: 'Dind' },
  jobTimeoutSeconds: 10_800,
  pendingTimeoutSeconds: 900,
  idleTimeoutSeconds: 300,
  drainTimeoutSeconds: 11_400,
  history: { succeeded: 1, failed: 3 },
  schedules: [],
  fairness: { order: 'OldestFirst' },
  claimDelaySeconds: 0,
  updateStrategy: { maxUnavailable: 1 },
  reportDeadRunners: true,
  paused: false,
};

describe('a valid spec', () => {
  it('gets every default when it says only what it must', () => {
    expect(validateSpec(MINIMAL)).toEqual({
      ok: true,
      spec: {
        ...MINIMAL,
        ...DEFAULTS,
        forgejo: { ...MINIMAL.forgejo, tokenSecretRef: { name: 'forgejo-token', key: 'token' } },
      },
      warnings: [],
    });
  });

  it('gets the runner image of this operator when it names none', () => {
    const result = validateSpec({ ...MINIMAL, runner: undefined });
    expect(result).toMatchObject({ ok: true, spec: { runner: { image: DEFAULT_IMAGES.runner } } });
  });

  it('says nothing of the Docker image when it names none: another default must not replace runners', () => {
    const result = validateSpec({ ...MINIMAL, containerMode: { dind: {} } });
    expect(result).toMatchObject({ ok: true, spec: { containerMode: { type: 'Dind', dind: {} } } });
    expect(JSON.stringify(result)).not.toContain(DEFAULT_IMAGES.dind);
  });

  it.each(ACCEPTED)('is accepted with $situation, because $because', ({ patch, filled }) => {
    const expected = patched(
      patched(patched(patched({ ...MINIMAL, ...DEFAULTS }, { forgejo: { tokenSecretRef: { key: 'token' } } }), patch), {}),
      filled,
    );
    expect(validateSpec(patched(MINIMAL, patch))).toEqual({ ok: true, spec: expected, warnings: [] });
  });

  it.each(ACCEPTED)('stays what it is when it is validated again: $situation', ({ patch }) => {
    const once = validateSpec(patched(MINIMAL, patch));
    expect(once.ok && validateSpec(once.spec)).toEqual(once);
  });
});

describe('a refused spec', () => {
  it.each([...REFUSED_BY_SCHEMA, ...REFUSED_BY_BOTH, ...REFUSED_BY_OPERATOR])(
    'names the field and what is allowed: $situation, because $because',
    ({ patch, problems }) => {
      expect(validateSpec(patched(MINIMAL, patch))).toEqual({ ok: false, problems });
    },
  );

  it.each([undefined, null, 3, 'spec', []])('says that %j is no object', (input) => {
    expect(validateSpec(input)).toEqual({ ok: false, problems: [{ field: 'spec', message: 'must be an object' }] });
  });

  it('says so when a field would hide as a prototype', () => {
    const input: unknown = JSON.parse('{"history": {"__proto__": {"failed": 50}}}');
    expect(validateSpec(input)).toEqual({ ok: false, problems: [{ field: 'spec', message: 'must not have a field named __proto__' }] });
  });

  it('says so when it is nested deeper than any Pod', () => {
    const input: unknown = JSON.parse(`{"template":${'['.repeat(9000)}${']'.repeat(9000)}}`);
    expect(validateSpec(input)).toEqual({ ok: false, problems: [{ field: 'spec', message: 'must not be nested deeper than 100 levels' }] });
  });

  it('may not take away a list with parts of the operator by null, which a strategic merge takes for "delete"', () => {
    const lists = ['containers', 'initContainers', 'volumes'];
    const spec = Object.fromEntries(lists.map((list) => [list, null]));
    const problems = lists.map((list) => ({ field: `spec.template.spec.${list}`, message: LISTS }));
    expect(validateSpec({ ...MINIMAL, template: { spec } })).toEqual({ ok: false, problems });
  });

  it('says so when it holds more than any Pod', () => {
    const args = Array.from({ length: 60_000 }, () => 0);
    expect(validateSpec({ ...MINIMAL, template: { spec: { containers: [{ name: 'side', args }] } } })).toEqual({
      ok: false,
      problems: [{ field: 'spec', message: 'must not hold more than 50000 values' }],
    });
  });

  it('never repeats a value, which may be a secret', () => {
    const secret = 'b1946ac92492d2347c6235b4d2611184';
    const result = validateSpec(patched(MINIMAL, { forgejo: { url: `https://bot:${secret}@x`, tokenSecretRef: { name: `T_${secret}` } } }));
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain(secret);
  });
});

describe('validateSpec', () => {
  it('never throws and never changes its input, whatever JSON it gets', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        const before = JSON.stringify(input);
        validateSpec(input);
        readForgejo(input);
        expect(JSON.stringify(input)).toBe(before);
      }),
    );
  });

  it('never throws when any field of a valid spec is replaced by any JSON', () => {
    const field = fc.constantFrom(...Object.keys(MINIMAL), ...Object.keys(DEFAULTS), 'template');
    fc.assert(
      fc.property(field, fc.jsonValue({ maxDepth: 4 }), (name, value) => {
        const result = validateSpec({ ...MINIMAL, [name]: value });
        if (!result.ok) {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const problem of result.problems)
            expect(problem).toEqual({ field: expect.stringMatching(/^spec\b/), message: expect.stringMatching(/./) });
          return;
        }
        // What was accepted keeps every rule.
        expect(brokenRules(RULES, result.spec)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('readForgejo', () => {
  it('reads it from a spec that breaks rules elsewhere', () => {
    expect(readForgejo({ forgejo: { ...MINIMAL.forgejo, url: 'https://forgejo.example.org/' }, labels: 3, minRunners: -1 })).toEqual({
      ...MINIMAL.forgejo,
      tokenSecretRef: { name: 'forgejo-token', key: 'token' },
    });
  });

  it('leaves out fields that only a newer operator knows', () => {
    expect(readForgejo({ forgejo: { ...MINIMAL.forgejo, proxy: 'x' } })).not.toHaveProperty('proxy');
  });

  it.each([
    { situation: 'no spec', input: undefined },
    { situation: 'a spec that is null', input: null },
    { situation: 'no forgejo', input: {} },
    { situation: 'no token', input: { forgejo: { ...MINIMAL.forgejo, tokenSecretRef: undefined } } },
    { situation: 'two scopes', input: { forgejo: { ...MINIMAL.forgejo, scope: { user: {}, instance: {} } } } },
    { situation: 'a URL that is none', input: { forgejo: { ...MINIMAL.forgejo, url: 'forgejo' } } },
  ])('is null for $situation', ({ input }) => {
    expect(readForgejo(input)).toBeNull();
  });
});
