/**
 * One file of plain JavaScript out of a program of ours: a process that reads it keeps neither Node's stripper of types in
 * memory nor the sources of a hundred packages (docs/performance.md has the numbers).
 */
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
import { licensesOf } from './licenses.ts';

/** What is read from disk, where the program looks for it (`render-assets.ts`, `ui/assets.ts`). */
const ASSETS = [
  { from: 'children/entrypoint', to: 'children/entrypoint' },
  { from: 'ui/assets', to: 'assets' },
] as const;

/** `entry`: a TypeScript file. Writes `<directory>/<name>.js`, the assets and the licenses of what is in it; resolves to its path. */
export async function bundle(entry: URL, directory: string, name: string): Promise<string> {
  const build = await rolldown({ input: { [name]: fileURLToPath(entry) }, platform: 'node' });
  // Names and lines stay, for the stacks in the log.
  const minify = { compress: true, mangle: false, codegen: { removeWhitespace: false } };
  const { output } = await build.write({ dir: directory, format: 'esm', comments: false, minify });
  await build.close();
  const [chunk, ...others] = output;
  if (others.length > 0)
    throw new Error(`${fileURLToPath(entry)} became more than one file: ${others.map(({ fileName }) => fileName).join(', ')}`);
  const file = join(directory, chunk.fileName);
  await writeFile(file, asAscii(chunk));
  // A program that is called by its name.
  if (chunk.code.startsWith('#!')) await chmod(file, 0o755);
  for (const { from, to } of ASSETS) await cp(new URL(`../${from}`, import.meta.url), join(directory, to), { recursive: true });
  await writeFile(join(directory, `${name}.licenses.txt`), await licensesOf(chunk.moduleIds, (path) => readFile(path, 'utf8')));
  return file;
}

/** With one character beyond Latin-1 in it, the engine keeps two bytes for each. Literals are the only place where some are left. */
function asAscii({ code }: OutputChunk): string {
  return code.replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
