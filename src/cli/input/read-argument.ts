/** Arguments that name a file, or `-` for stdin. */
import { readFile } from 'node:fs/promises';
import { CliError, type CliWorld } from '../world.ts';

/** What an option asks to be read, by the option's name (`--pool`); undefined: not asked for. */
export type FileOptions = Readonly<Record<string, string | undefined>>;

/** Stdin can be read once: throws a CliError when several options ask for it. */
export function checkStdin(files: FileOptions): void {
  const asking = Object.entries(files).filter(([, path]) => path === '-');
  if (asking.length > 1)
    throw new CliError(`${asking.map(([option]) => option).join(' and ')}: only one of them can be -, stdin is read once`);
}

/** Throws a CliError that names the option and the path. */
export async function readArgument(option: string, path: string, { readStdin }: CliWorld): Promise<string> {
  if (path === '-') {
    const text = await readStdin();
    if (text === null) throw new CliError(`${option} -: stdin is a terminal; pipe the file into it`);
    return text;
  }
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CliError(`${option} ${path}: can not be read (${code})`);
  }
}
