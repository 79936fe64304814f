/**
 * A runner's container as processes of this machine: the shipped entrypoint around the real forgejo-runner, with the
 * container's paths moved into a folder of their own. Jobs run their steps on this machine (`:host` labels).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProcessContext, ProcessMain } from '../../../src/dev/cluster/process.ts';

const EXIT_OF_SIGNAL = 137;

/** Runners whose labels are all `:host` by the real program, everything else by `otherwise`. */
export function realRunner(binary: string, otherwise: ProcessMain): ProcessMain {
  return async (context) => {
    const words = [...(context.container.command ?? []), ...(context.container.args ?? [])];
    const labels = words.filter((_word, index) => words[index - 1] === '--label');
    if (labels.length === 0 || !labels.every((label) => label.endsWith(':host'))) return otherwise(context);
    const root = mkdtempSync(join(tmpdir(), 'forgejo-runner-operator-runner-'));
    try {
      return await runIn(root, binary, words, context);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
}

async function runIn(root: string, binary: string, words: readonly string[], context: ProcessContext): Promise<number> {
  const { container, files, term, kill } = context;
  const folders = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath).toSorted((a, b) => b.length - a.length);
  const moved = (text: string): string => {
    const folder = folders.find((mount) => text.includes(mount));
    return folder === undefined ? text : text.replaceAll(folder, join(root, folder));
  };
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), moved(content), { mode: 0o600 });
  }
  const bin = join(root, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'forgejo-runner'), `#!/bin/sh\nexec '${binary}' "$@"\n`, { mode: 0o755 });
  const env = Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, moved(value)]));
  const stopFile = join(root, '/tmp/stop');
  const [command = '', ...args] = words.map(moved);
  const child = spawn(command, args, {
    cwd: root,
    detached: true,
    env: { ...env, STOP_FILE: stopFile, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  });
  // The whole group: a container's end takes every process of it along.
  const signalGroup = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
  };
  term.addEventListener(
    'abort',
    () => {
      writeFileSync(stopFile, '');
      child.kill('SIGTERM');
    },
    { once: true },
  );
  kill.addEventListener('abort', () => signalGroup('SIGKILL'), { once: true });
  return new Promise((resolve) => {
    child.once('error', () => resolve(EXIT_OF_SIGNAL));
    child.once('exit', (code) => resolve(code ?? EXIT_OF_SIGNAL));
  });
}
