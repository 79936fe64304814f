/** A lock between processes: a folder, which only one can make, with the process id of its holder. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A holder writes its id right after it has made the folder; one without an id for longer has died in between. */
const UNSIGNED_MS = 10_000;
const POLL_MS = 500;

/** Runs the action while no other process holds the lock; `waiting` hears once of the process that does. */
export async function locked<T>(folder: string, waiting: (pid: number) => void, action: () => Promise<T>): Promise<T> {
  await take(folder, waiting);
  try {
    return await action();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function take(folder: string, waiting: (pid: number) => void): Promise<void> {
  let told = false;
  while (!make(folder)) {
    const pid = holderOf(folder);
    if (pid !== null && isAlive(pid)) {
      if (!told) waiting(pid);
      told = true;
    } else if (pid !== null || isAbandoned(folder)) {
      breakUp(folder, pid);
      continue;
    }
    await delay(POLL_MS);
  }
}

/** Another process may break up the same lock and take it in between: one rename decides, and a living holder gets its lock back. */
function breakUp(folder: string, dead: number | null): void {
  const taken = `${folder}.${process.pid}`;
  try {
    renameSync(folder, taken);
  } catch {
    return;
  }
  if (holderOf(taken) === dead) rmSync(taken, { recursive: true, force: true });
  else renameSync(taken, folder);
}

function make(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

function holderOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isAbandoned(folder: string): boolean {
  try {
    return Date.now() - statSync(folder).mtimeMs > UNSIGNED_MS;
  } catch {
    return false;
  }
}
