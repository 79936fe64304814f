/** What tests write goes when they end: each folder of theirs comes from one place, which removes it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Programs of their own, which no setup file cleans up after: they remove what they make. */
const PROGRAMS = ['test/e2e/', 'test/simulation/mutants/'];
const THE_PLACE = 'test/temporary-directory.ts';
const THIS = 'test/architecture/temporary-directories.test.ts';

function makesItsOwn(source: string): boolean {
  return /\b(mkdtemp|mkdtempSync|mkdtempDisposable|mkdtempDisposableSync)\b\s*\(/.test(source);
}

const makers = globSync('test/**/*.ts', { cwd: root }).filter((file) => makesItsOwn(readFileSync(join(root, file), 'utf8')));

it('no test makes a temporary folder of its own', () => {
  expect(makers.filter((file) => file !== THIS && !PROGRAMS.some((program) => file.startsWith(program)))).toEqual([THE_PLACE]);
});

it.each(['const folder = mkdtempSync(join(tmpdir(), prefix));', 'const folder = await mkdtemp(prefix);'])(
  '`%s` would be found',
  (source) => {
    expect(makesItsOwn(source)).toBe(true);
  },
);
