/** A copy of the project to run things in: what runs there must not see, nor be seen by, what is being edited here. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './mutants.ts';

/** What the simulation and the exploration need of the project. */
const COPIED = ['package.json', 'tsconfig.json', 'src', 'test', 'metacontroller'];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProjectCopy {
  readonly path: string;
  /** Applies a patch; the problem in words, or null. */
  apply(patch: string): string | null;
  /** Runs a file of the project to its end. */
  run(file: string, args: readonly string[]): Ran;
  remove(): void;
}

/** `from`: the project, or a copy of it. */
export function copyProject(from: string): ProjectCopy {
  const copy = mkdtempSync(join(tmpdir(), 'mutant-'));
  for (const name of COPIED) cpSync(join(from, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return {
    path: copy,
    apply(patch) {
      const { status, stderr } = spawnSync('git', ['apply', patch], { cwd: copy, encoding: 'utf8' });
      return status === 0 ? null : stderr.trim();
    },
    run: (file, args) => spawnSync(process.execPath, [file, ...args], { cwd: copy, encoding: 'utf8', maxBuffer: 1e9 }),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}
