/** `node src/api/generate.ts` writes the generated files; with `--check` it only names those that differ and exits with 1. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { buildArtifacts } from './artifacts.ts';

const root = join(import.meta.dirname, '../..');

function differs(path: string, content: string): boolean {
  try {
    return readFileSync(path, 'utf8') !== content;
  } catch {
    return true;
  }
}

const drifted = buildArtifacts().filter(({ path, content }) => differs(join(root, path), content));
const check = process.argv.includes('--check');
for (const { path, content } of drifted) {
  if (check) {
    process.stderr.write(`${path} differs from the schema; run: node src/api/generate.ts\n`);
    continue;
  }
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  process.stdout.write(`wrote ${path}\n`);
}
if (check && drifted.length > 0) process.exitCode = 1;
