/** Reads what the user named: files, directories, stdin. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { CliError, type CliWorld } from '../world.ts';
import type { Source } from './source.ts';

export const STDIN = '-';
/** What is larger is data, no manifest; a cluster's whole state comes over stdin, where there is no limit. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Nobody's manifests; names as on disk. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', 'node_modules', '.terraform']);

const MANIFEST = /\.(ya?ml|json)$/i;
const SCRIPT = /(\.(sh|bash|zsh|ksh|ash|env|service|tpl|mk)|^\.env(\..*)?|^(.*[.-])?(Docker|Container|Make|Just)file(\..*)?)$/i;
const SHEBANG = /^#!.*\b(ba|da|k|z|a)?sh\b/;

/**
 * Sources in the order in which they are named, those of a directory by path. Of directories only manifests, scripts,
 * Dockerfiles and files of variables are read; a file that is named is read whatever it is called. Throws a CliError.
 */
export async function readSources(paths: readonly string[], world: CliWorld): Promise<readonly Source[]> {
  const wanted = paths.length === 0 ? [STDIN] : paths;
  const sources: Source[] = [];
  for (const path of wanted) sources.push(...(path === STDIN ? [await readStdin(world)] : readPath(path)));
  return sources;
}

async function readStdin(world: CliWorld): Promise<Source> {
  const text = await world.readStdin();
  if (text === null) throw new CliError('argument path: name files or directories, or pipe manifests into stdin');
  // A kubectl that failed prints nothing, and nothing would be found in it.
  if (text.trim() === '') throw new CliError('argument path: stdin is empty; look whether the command before the pipe failed');
  return { file: 'stdin', text };
}

function readPath(path: string): readonly Source[] {
  const file = posix.normalize(path.replaceAll('\\', '/'));
  return reading(path, () => (statSync(path).isDirectory() ? readFolder(file) : [{ file, text: readFileSync(path, 'utf8') }]));
}

function readFolder(folder: string): readonly Source[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : readFolder(path);
    return entry.isFile() && statSync(path).size <= MAX_BYTES ? readFile(path, entry.name) : [];
  });
}

function readFile(path: string, name: string): readonly Source[] {
  const known = MANIFEST.test(name) || SCRIPT.test(name);
  if (!known && name.includes('.')) return [];
  const text = reading(path, () => readFileSync(path, 'utf8'));
  return (known || SHEBANG.test(text)) && !text.includes('\0') ? [{ file: path, text }] : [];
}

function reading<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && 'code' in error)) throw error;
    throw new CliError(`argument path: ${path} can not be read (${String(error.code)})`);
  }
}
