/** One `go build` with its progress. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface GoBuild {
  /** Shown to people. */
  readonly name: string;
  /** Folder of the go.mod. */
  readonly folder: string;
  readonly source: string;
  readonly output: string;
  /** For `-ldflags`. */
  readonly flags: string;
}

const PROGRESS_MS = 20_000;
const LAST_LINES = 20;

/** `say` hears of the start, of the packages compiled every 20 s, and of the end. Rejects with the last lines of a failed build. */
export async function goBuild(build: GoBuild, say: (line: string) => void): Promise<void> {
  const startedAt = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  say(`building ${build.name}; from nothing this takes minutes, about 4 GB of memory and 4 GB of disk for Go's own cache`);
  // The compiler's names of packages: nothing else says how far a build is.
  const args = ['build', '-v', '-trimpath', '-ldflags', build.flags, '-o', build.output, build.source];
  const go = spawn('go', args, { cwd: build.folder, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let compiled = 0;
  const lines: string[] = [];
  createInterface(go.stderr).on('line', (line) => {
    compiled += 1;
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
  });
  const progress = setInterval(
    () => say(`building ${build.name}: ${seconds()}, ${compiled} packages, now ${lines.at(-1) ?? 'Go itself'}`),
    PROGRESS_MS,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      go.once('error', () => reject(new Error('go was not found on PATH: the control plane is built with Go 1.26 or newer')));
      go.once('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`building ${build.name} failed:\n${lines.join('\n')}`));
      });
    });
  } finally {
    clearInterval(progress);
    go.kill();
  }
  say(`built ${build.name} in ${seconds()}`);
}
