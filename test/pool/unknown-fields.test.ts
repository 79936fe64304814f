import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS } from '../../src/api/conditions.ts';
import { findings } from '../../src/pool/conditions.ts';
import { judge } from '../../src/pool/judge.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import { aWorld } from './support/builders.ts';

function specValid(fields: readonly string[]) {
  const world = aWorld();
  const slots = judge(world);
  const made = plan(world, slots);
  const warnings = fields.map((field) => ({ field, message: 'is no field of Kubernetes 1.37.2' }));
  const found = findings(world, made, settle(world, slots, made, []), false, warnings);
  return found.find(({ type }) => type === 'SpecValid');
}

describe('a spec with fields that nobody here knows', () => {
  it('is valid, and the condition names them', () => {
    expect(specValid(['spec.template.spec.nodeMood', 'spec.resources.cpu'])).toEqual({
      type: 'SpecValid',
      status: 'True',
      reason: 'UnknownFields',
      message:
        "Kubernetes 1.37.2 does not know spec.template.spec.nodeMood, spec.resources.cpu. They are passed on, for a newer cluster may; an API server that does not know them refuses the runner's Job or Deployment, or drops them. The rest of the spec is valid. Correct what is a typing error (kubectl edit runnerpool), and leave what your cluster knows.",
    });
    expect(CONDITION_REASONS.UnknownFields).toMatch(/passed on/);
  });

  it('has ten of them named and the rest counted', () => {
    const message = specValid(Array.from({ length: 13 }, (_, index) => `spec.template.spec.x${index}`))?.message;
    expect(message).toMatch(/x8, spec\.template\.spec\.x9 and 3 more\. They are passed on/);
    expect(message).not.toContain('x10');
  });

  it('fits into a condition whatever their names are', () => {
    expect(specValid([`spec.template.spec.${'x'.repeat(100_000)}`])?.message).toHaveLength(32_768);
  });

  it('is as valid as any without them', () => {
    expect(specValid([])).toEqual({ type: 'SpecValid', status: 'True', reason: 'SpecAccepted', message: 'The spec is valid.' });
  });
});
