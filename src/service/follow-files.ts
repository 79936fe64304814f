/** Files that change while we run: mounted Secrets are replaced behind a symbolic link, which no watch reports reliably. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

/** A file that can't be read; `message` has its path and the system's code. */
export class FileError extends Error {
  readonly path: string;

  constructor(path: string, code: string) {
    super(`${path} can not be read (${code})`);
    this.name = 'FileError';
    this.path = path;
  }
}

export interface FollowOptions {
  readonly intervalMs: number;
  readonly log: Logger;
}

/**
 * Calls `apply` with the contents of all files, now and whenever one has changed; returns how to stop. The first read
 * (a FileError) and `apply` may throw; later a failure is logged and what was applied before stays (a pair may be half written).
 */
export async function followFiles(
  paths: readonly string[],
  apply: (contents: readonly string[]) => void,
  { intervalMs, log }: FollowOptions,
): Promise<() => void> {
  let applied = await readAll(paths);
  apply(applied);
  let reading = false;
  const timer = setInterval(() => void look(), intervalMs).unref();
  return () => clearInterval(timer);

  async function look(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      const contents = await readAll(paths);
      if (contents.every((content, index) => content === applied[index])) return;
      apply(contents);
      applied = contents;
      log.info({ files: paths }, 'files read again');
    } catch (err) {
      log.warn({ files: paths, err }, 'changed files are not usable, what was read before stays');
    } finally {
      reading = false;
    }
  }
}

function readAll(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map(read));
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(path, error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN');
  }
}
