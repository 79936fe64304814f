/** What kubectl takes as a strategic merge, and what it refuses, is so for a template too: by its recorded answers. */
import { describe, expect, it } from 'vitest';
import { kubernetesFindings } from '../../src/api/kubernetes/kubernetes-problems.ts';
import type { Problem } from '../../src/api/rules/rule.ts';
import { type RecordedCase, readFixture } from '../children/merge/fixture.ts';

const { cases } = readFixture();

function problemsOf({ patch }: RecordedCase): readonly Problem[] {
  return kubernetesFindings({ containerMode: { type: 'Dind' }, template: patch }).problems;
}

/** Where the base lacks the field, kubectl passes over the same directive, or entry without its key, that it refuses elsewhere. */
function dependsOnTheBase({ field, message }: Problem): boolean {
  return /\.\$[^.]*(\[[0-9]+\])?$/.test(field) || message.endsWith('merged by it');
}

describe('a template', () => {
  it('is refused for no field that kubectl takes', () => {
    const taken = cases.filter(({ changes }) => changes !== undefined);
    expect(taken.length).toBeGreaterThan(250);
    expect(taken.flatMap(problemsOf).filter((problem) => !dependsOnTheBase(problem))).toEqual([]);
  });

  it('is refused for every directive that kubectl refuses', () => {
    const refused = cases.filter(({ changes }) => changes === undefined);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused.filter((recorded) => problemsOf(recorded).length === 0)).toEqual([]);
  });

  it('is taken with most of the directives that kubectl takes', () => {
    const taken = cases.filter(({ changes }) => changes !== undefined);
    const clean = taken.filter((recorded) => problemsOf(recorded).length === 0);
    expect(clean.length / taken.length).toBeGreaterThan(0.9);
  });
});
