/** Programs that a test uses when they are there: `npm test` needs none of them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** @returns the path in `<NAME>_BIN`, or the program on `PATH`; null without either */
export function programPath(name: 'helm' | 'kubectl'): string | null {
  const named = process.env[`${name.toUpperCase()}_BIN`];
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new Error(`${name.toUpperCase()}_BIN names no program`);
    return named;
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
