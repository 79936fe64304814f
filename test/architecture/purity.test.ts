/**
 * What the linter can't say of the pure core: no reading of the clock and no chance. The linter refuses imports and globals;
 * these are members of objects that the pure core may otherwise use.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const files = globSync('src/{pool,children}/**/*.ts', { cwd: root });
const IMPURE = /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random\b|\bglobalThis\b|\bimport\(|\bimport\.meta\b/;

test('there is a pure core', () => {
  expect(files.length).toBeGreaterThan(20);
});

test.each(files)('%s reads no clock and draws no lots', (file) => {
  expect(readFileSync(join(root, file), 'utf8')).not.toMatch(IMPURE);
});

test.each(['Date.now()', 'new Date()', 'Math.random()', 'await import("node:fs")'])('%s would be found', (code) => {
  expect(code).toMatch(IMPURE);
});
