/** What the chapter shows as output is what is printed. `UPDATE_GOLDENS=1` writes the blocks anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const chapter = join(import.meta.dirname, '../../../../docs/doctor-openbao.md');
const BLOCK = /<!-- shown: ([\w-]+) -->\n```text\n([\s\S]*?)```/g;

function goldenOf(name: string): string {
  return readFileSync(join(import.meta.dirname, 'golden', `${name}.txt`), 'utf8');
}

if (process.env['UPDATE_GOLDENS'] === '1') {
  const before = readFileSync(chapter, 'utf8');
  writeFileSync(
    chapter,
    before.replaceAll(BLOCK, (_, name: string) => `<!-- shown: ${name} -->\n\`\`\`text\n${goldenOf(name)}\`\`\``),
  );
}

const shown = [...readFileSync(chapter, 'utf8').matchAll(BLOCK)].map(([, name = '', text = '']) => ({ name, text }));

describe('the chapter', () => {
  it('shows a weak and a hardened mount, and what is shipped', () => {
    expect(shown.map(({ name }) => name)).toEqual(['a-weak-mount', 'a-hardened-mount', 'the-shipped-set']);
  });

  it.each(shown)('$name is what is printed', ({ name, text }) => {
    expect(text).toBe(goldenOf(name));
  });
});
