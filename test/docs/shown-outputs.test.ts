/** What the pages show as output is what the program prints: the blocks are the golden files of its tests. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const BLOCK = /<!-- golden: (\w+)\/([\w-]+) -->\n```text\n([\s\S]*?)```/g;

const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

function goldenOf(command: string, name: string): string {
  return readFileSync(join(root, 'test/cli', command, 'golden', `${name}.txt`), 'utf8');
}

if (process.env['UPDATE_GOLDENS'] === '1') {
  for (const page of pages) {
    const path = join(root, 'docs', page);
    const before = readFileSync(path, 'utf8');
    const after = before.replaceAll(
      BLOCK,
      (_, command: string, name: string) => `<!-- golden: ${command}/${name} -->\n\`\`\`text\n${goldenOf(command, name)}\`\`\``,
    );
    if (after !== before) writeFileSync(path, after);
  }
}

const shown = pages.flatMap((page) =>
  [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(BLOCK)].map(([, command = '', name = '', text = '']) => ({
    page,
    command,
    name,
    text,
  })),
);

describe('an output that a page shows', () => {
  it('is there', () => {
    expect(shown.map(({ command }) => command)).toEqual(expect.arrayContaining(['doctor', 'plan']));
  });

  it.each(shown)('$page: $command, $name is what is printed', ({ command, name, text }) => {
    expect(text).toBe(goldenOf(command, name));
  });
});

describe('the page on doctor', () => {
  it('tells every check', () => {
    const page = readFileSync(join(root, 'docs/doctor.md'), 'utf8');
    const source = readFileSync(join(root, 'src/cli/doctor/finding.ts'), 'utf8');
    const checks = [...source.matchAll(/^ +\| '([a-z-]+)'/gm)].map(([, check = '']) => check);
    expect(checks.filter((check) => !page.includes(`\`${check}\``))).toEqual([]);
  });
});

describe.each(['doctor', 'plan'])('the page on %s', (command) => {
  it('names no option that does not exist', () => {
    const page = readFileSync(join(root, `docs/${command}.md`), 'utf8');
    const help = readFileSync(join(root, `test/cli/golden/help-${command}.txt`), 'utf8');
    const named = [...new Set([...page.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((option) => !help.includes(option))).toEqual([]);
  });
});
