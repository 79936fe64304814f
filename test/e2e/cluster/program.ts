/** Programs that the run starts: each has a log, is ended by its own process id, and none outlives the run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Program {
  readonly name: string;
  readonly logFile: string;
  /** Null while it does not run. */
  pid(): number | null;
  /** Rejects when it ends, or is not ready in time. */
  start(): Promise<void>;
  /** TERM, and KILL when that was not heard within ten seconds. */
  stop(): Promise<void>;
  /** KILL at once, as a lost machine would. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Asked until it says yes; absent: ready at once. */
  readonly ready?: () => Promise<boolean>;
}

export interface Programs {
  /** Not started yet. */
  add(options: ProgramOptions): Program;
  /** The newest first, since later ones need earlier ones. */
  stopAll(): Promise<void>;
}

const READY_MS = 90_000;
const TERM_MS = 10_000;
const LAST_LINES = 5;

export function createPrograms(logFolder: string): Programs {
  const added: Program[] = [];
  const children = new Set<ChildProcess>();
  // Whatever ends the run, a fault of its own included, ends them too.
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  return {
    add(options) {
      const program = createProgram(options, join(logFolder, `${options.name}.log`), children);
      added.push(program);
      return program;
    },
    async stopAll() {
      for (const program of added.toReversed()) await program.stop();
    },
  };
}

function createProgram(options: ProgramOptions, logFile: string, children: Set<ChildProcess>): Program {
  const { name } = options;
  let child: ChildProcess | null = null;

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = child;
    child = null;
    if (running === null || hasEnded(running)) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill(signal);
    const late = setTimeout(() => running.kill('SIGKILL'), TERM_MS);
    await ended;
    clearTimeout(late);
  }

  return {
    name,
    logFile,
    pid: () => child?.pid ?? null,
    async start() {
      const log = openSync(logFile, 'a');
      // A session of its own: Ctrl-C reaches the run alone, which then ends all programs in their order.
      const started = spawn(options.command, options.args, {
        detached: true,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      child = started;
      children.add(started);
      started.once('exit', () => children.delete(started));
      const failed = new Promise<never>((_resolve, reject) => {
        started.once('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
      });
      await Promise.race([failed, untilReady(started)]);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };

  async function untilReady(started: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await isReady())) {
      if (hasEnded(started)) throw new Error(`${name} has ended; its log says\n${lastLines(logFile)}`);
      if (Date.now() > deadline) throw new Error(`${name} was not ready in ${READY_MS / 1000} s; its log says\n${lastLines(logFile)}`);
      await delay(100);
    }
  }

  async function isReady(): Promise<boolean> {
    try {
      return options.ready === undefined || (await options.ready());
    } catch {
      // Not listening yet.
      return false;
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
