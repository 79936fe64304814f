/** The entrypoint as a child process with a runner that is a script: what it exits with, and what a TERM does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.ts';
import { ENTRYPOINT } from './support/inputs.ts';
import { MADE_FOR, shells } from './support/shells.ts';

/**
 * Stands for `forgejo-runner`: the file `registered` is the registration, the last argument `-` is the probe, and `task` is
 * what one-job does, told the number of its call.
 */
const FAKE_RUNNER = `#!/bin/sh
for last; do :; done
[ -e registered ] || { echo 'Error: unauthenticated: unregistered runner' >&2; exit 1; }
[ "$last" != - ] || exit 2
echo call >> calls
. ./task
`;

interface Run {
  readonly directory: string;
  readonly child: ChildProcess;
  readonly exitCode: Promise<number | null>;
}

const runs: Run[] = [];

afterEach(() => {
  for (const { child } of runs.splice(0)) {
    if (child.pid !== undefined) endGroup(child.pid);
  }
});

/** The entrypoint may leave a sleeping helper behind, which a container's end would take along. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left of it.
  }
}

interface Setting {
  readonly task: string;
  readonly warm?: boolean;
  readonly registered?: boolean;
  readonly stopFile?: boolean;
}

function start(shell: readonly string[], { task, warm = false, registered = true, stopFile = false }: Setting): Run {
  const directory = temporaryDirectory();
  const runner = join(directory, 'forgejo-runner');
  writeFileSync(runner, FAKE_RUNNER, { mode: 0o755 });
  writeFileSync(join(directory, 'task'), task);
  if (registered) writeFileSync(join(directory, 'registered'), '');
  if (stopFile) writeFileSync(join(directory, 'stop'), '');
  const [program = '', ...options] = shell;
  const child = spawn(
    program,
    [...options, fileURLToPath(ENTRYPOINT), runner, 'one-job', ...(warm ? [] : ['--handle', 'h']), '--label', 'a:host'],
    {
      cwd: directory,
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        PROBE_SECONDS: '1',
        POLL_SECONDS: '0.1',
        STOP_FILE: join(directory, 'stop'),
        ...(warm && { WARM: '1' }),
      },
    },
  );
  const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const run = { directory, child, exitCode };
  runs.push(run);
  return run;
}

async function fileOf(run: Run, name: string): Promise<string> {
  const path = join(run.directory, name);
  await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8') !== '', { interval: 10, timeout: 5000 }).toBe(true);
  return readFileSync(path, 'utf8');
}

function calls(run: Run): number {
  const path = join(run.directory, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

it('is tested under every shell that it is made for where REQUIRE_SHELLS=1 says that they are there, else under one at least', () => {
  expect(shells.length).toBeGreaterThanOrEqual(process.env.REQUIRE_SHELLS === '1' ? MADE_FOR.length : 1);
});

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))('the entrypoint under $name', ({ shell }) => {
  it.each([
    { task: 'exit 0', warm: false, code: 0, because: 'a task that is done, failed or not, is a success of the runner' },
    { task: 'exit 0', warm: true, code: 0, because: 'a warm one ends with its first task' },
    { task: 'exit 2', warm: false, code: 2, because: 'the handle gave no task' },
    { task: '[ "$(wc -l < calls)" -ge 3 ] || exit 2', warm: true, code: 0, because: 'a warm one polls until there is a task' },
    { task: 'kill -s KILL $$', warm: false, code: 137, because: 'the runner was killed' },
    { task: 'exit 3', warm: true, code: 3, because: 'an end that is not known is shown' },
  ])('ends with $code when the runner does `$task` (warm: $warm): $because', async ({ task, warm, code }) => {
    expect(await start(shell, { task, warm }).exitCode).toBe(code);
  });

  it.each([true, false])('ends with 1 when its registration is unknown (warm: %s)', async (warm) => {
    const run = start(shell, { task: 'exit 0', warm, registered: false });
    expect(await run.exitCode).toBe(1);
    expect(calls(run)).toBe(0);
  });

  it.each([
    { warm: true, task: 'exit 2', code: 0, because: 'no task was promised to it' },
    { warm: false, task: 'exit 1', code: 2, because: 'its task was not taken' },
  ])('ends with $code at TERM while it is idle (warm: $warm): $because', async ({ warm, task, code }) => {
    const run = start(shell, { task, warm });
    await fileOf(run, 'calls');
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(code);
  });

  it.each([
    { warm: true, code: 0 },
    { warm: false, code: 2 },
  ])('runs nothing and ends with $code when the stop file was there first (warm: $warm)', async ({ warm, code }) => {
    const run = start(shell, { task: 'exit 0', warm, stopFile: true });
    expect(await run.exitCode).toBe(code);
    expect(calls(run)).toBe(0);
  });

  it.each([true, false])('lets a task end before it obeys TERM (warm: %s)', async (warm) => {
    const run = start(shell, { task: 'sleep 1.5; echo yes > done', warm });
    await fileOf(run, 'calls');
    run.child.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
    expect(await fileOf(run, 'done')).toBe('yes\n');
    expect(calls(run)).toBe(1);
  });

  it('ends with 75 when its registration goes in mid-task: the task was cancelled', async () => {
    const run = start(shell, { task: 'echo $$ > pid; exec sleep 60' });
    const pid = Number(await fileOf(run, 'pid'));
    rmSync(join(run.directory, 'registered'));
    expect(await run.exitCode).toBe(75);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('asks for its registration in mid-task and goes on while it is there', async () => {
    const run = start(shell, { task: 'sleep 2.5' });
    expect(await run.exitCode).toBe(0);
    expect(calls(run)).toBe(1);
  });

  it('ends with 137 when its runner is killed in mid-task', async () => {
    const run = start(shell, { task: 'echo $$ > pid; exec sleep 60' });
    process.kill(Number(await fileOf(run, 'pid')), 'SIGKILL');
    expect(await run.exitCode).toBe(137);
  });
});
