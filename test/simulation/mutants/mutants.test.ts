/** A mutant that no longer applies proves nothing: whoever changes the rule mends its mutant. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { mutants, ROOT } from './mutants.ts';

test('there are mutants', () => {
  expect(mutants().length).toBeGreaterThanOrEqual(20);
});

test.each(mutants())('$name applies to the source of today, and says what it breaks', ({ patch, breaks }) => {
  const { status, stderr } = spawnSync('git', ['apply', '--check', patch], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(breaks).toMatch(/^[A-Za-z].+\.$/);
});
