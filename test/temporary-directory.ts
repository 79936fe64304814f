/** Folders for tests that want real files. `test/setup.ts` removes them at the end of each test file, whatever became of its tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** Returns the path of a new, empty folder. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'forgejo-runner-operator-'));
  made.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
