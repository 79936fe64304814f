/** Test files share a process, which halves their time: none may change what the next one would see of it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Programs of their own; the browser's tests have a process and a configuration of their own. */
const APART = /^test\/(e2e|browser)\/|\/(main|run|record|test-rules)\.ts$/;

/** Puts back what it sets, even when it fails. */
const PUTS_BACK = 'test/forgejo/undici-transport.test.ts';
const THIS = 'test/architecture/shared-process.test.ts';

const CHANGES: readonly RegExp[] = [
  /\bprocess\.env(\.\w+|\[[^\]]+\])? (\?\?|\|\|)?= /,
  /\bdelete process\.env/,
  /\bprocess\.(chdir|umask|on|once|addListener|prependListener|exitCode)\b/,
  /\bObject\.(assign|defineProperty)\((process|globalThis)\b/,
  /\bglobalThis(\.\w+|\[[^\]]+\]) = /,
  /\b(Date|Math|console|performance|process|process\.stdout|process\.stderr|\w+\.prototype)\.\w+ = /,
  /\bsetGlobalDispatcher\(/,
  /\bvi\.(mock|doMock|stubEnv|stubGlobal|useFakeTimers|setSystemTime|spyOn)\(/,
];

function changesTheProcess(source: string): boolean {
  return CHANGES.some((change) => change.test(source));
}

it('no test changes the process that it shares', () => {
  const files = globSync('test/**/*.ts', { cwd: root }).filter((file) => !APART.test(file));
  expect(files.length).toBeGreaterThan(300);
  const changing = files.filter((file) => file !== THIS && changesTheProcess(readFileSync(join(root, file), 'utf8')));
  expect(changing).toEqual([PUTS_BACK]);
});

it.each([
  "process.env['PORT'] = '1';",
  "process.env.PORT ??= '1';",
  'process.env = {};',
  "Object.assign(process.env, { PORT: '1' });",
  'process.chdir(folder);',
  "process.once('SIGTERM', stop);",
  'globalThis.fetch = other;',
  "globalThis['fetch'] = other;",
  'Math.random = () => 0.5;',
  'process.stdout.write = () => true;',
  'vi.useFakeTimers();',
  'setGlobalDispatcher(agent);',
])('`%s` would be found', (source) => {
  expect(changesTheProcess(source)).toBe(true);
});
