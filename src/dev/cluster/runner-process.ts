/**
 * PID 1 of a runner's container, as decisions: `one-job.sh` around `one-job`, and `daemon`. Exit codes and delays are those
 * measured on forgejo-runner 12.8 (facts: runner lifecycle, Forgejo section 3).
 */
import type { Transport } from '../../forgejo/transport.ts';
import { type ProcessContext, type ProcessMain, serve } from './process.ts';
import { createRunnerProcesses, type RunnerProcesses } from './runner-processes.ts';
import { createRunnerRpc, type RunnerIdentity, type RunnerRpc, type Task, taskOf } from './runner-rpc.ts';
import { runTask } from './runner-task.ts';

interface RunnerCommand extends RunnerIdentity {
  readonly subcommand: 'one-job' | 'daemon';
  /** Null: any job. */
  readonly handle: string | null;
  readonly warm: boolean;
  readonly probeMs: number;
  readonly pollMs: number;
  readonly version: string;
}

/** A runner needs about that long to start and ask (exit 2 after 0.03 s). */
const STARTUP_MS = 30;
const SHUTDOWN_MS = 10_000;
const DAEMON_POLL_MS = 2000;

function flags(words: readonly string[], name: string): readonly string[] {
  return words.flatMap((word, index) =>
    word === name ? [words[index + 1] ?? ''] : word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : [],
  );
}

/** What the container's command says; null when it starts no runner. */
export function readCommand(context: Pick<ProcessContext, 'container' | 'files'>): RunnerCommand | null {
  const { container, files } = context;
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const subcommand = words.find((word) => word === 'one-job' || word === 'daemon');
  if (subcommand !== 'one-job' && subcommand !== 'daemon') return null;
  const env = new Map((container.env ?? []).map(({ name, value }) => [name, value ?? '']));
  const tokenPath = (flags(words, '--token-url')[0] ?? '').replace(/^file:(\/\/)?/, '');
  const seconds = (name: string, otherwise: number): number => Number(env.get(name) || otherwise) * 1000;
  return {
    subcommand,
    url: (flags(words, '--url')[0] ?? '').replace(/\/$/, ''),
    uuid: flags(words, '--uuid')[0] ?? '',
    token: files.get(tokenPath) ?? '',
    labels: flags(words, '--label').map((label) => label.split(':')[0] ?? label),
    handle: flags(words, '--handle')[0] ?? null,
    warm: (env.get('WARM') ?? '') !== '',
    probeMs: seconds('PROBE_SECONDS', 15),
    pollMs: seconds('POLL_SECONDS', 2),
    version: container.image?.split(':').at(-1) ?? '',
  };
}

type Fetched = { readonly kind: 'exit'; readonly code: 1 | 2 } | { readonly kind: 'task'; readonly task: Task };

/** Declares itself and asks once: exit 1 when unknown or unreachable, 2 when there is no task or the fetch fails. */
async function fetchOnce(rpc: RunnerRpc, command: RunnerCommand, handle: string | null): Promise<Fetched> {
  const declared = await rpc('Declare', { version: command.version, labels: command.labels });
  if (declared.kind !== 'ok') return { kind: 'exit', code: 1 };
  const answer = await rpc('FetchSingleTask', handle === null || handle === '' ? {} : { handle });
  const task = answer.kind === 'ok' ? taskOf(answer.message) : null;
  return task === null ? { kind: 'exit', code: 2 } : { kind: 'task', task };
}

/** Whether the registration still exists: no job has the handle "-". Unknown counts as yes. */
async function known(rpc: RunnerRpc, command: RunnerCommand): Promise<boolean> {
  return (await rpc('Declare', { version: command.version, labels: command.labels })).kind !== 'unregistered';
}

/** A runner's process that says what it works on. */
interface RunnerContext extends ProcessContext {
  working(taskId: number | null): void;
}

/** Works on the task while probing; 0 at its end, 75 when the registration is gone in mid-task. */
async function runProbed(context: RunnerContext, command: RunnerCommand, rpc: RunnerRpc, task: Task): Promise<number> {
  const { clock, kill } = context;
  const over = new AbortController();
  const quit = new AbortController();
  context.working(Number(task.id));
  const running = runTask({ clock, rpc, kill: AbortSignal.any([kill, quit.signal]) }, task);
  const stopProbing = AbortSignal.any([kill, over.signal, quit.signal]);
  const probing = (async (): Promise<void> => {
    while (!stopProbing.aborted) {
      await clock.sleep(command.probeMs, stopProbing);
      if (stopProbing.aborted || (await known(rpc, command))) continue;
      // A task that has just ended also takes the registration with it.
      await clock.sleep(2000, stopProbing);
      if (stopProbing.aborted || (await known(rpc, command))) continue;
      // After TERM the runner retries its uploads for 51 s: the KILL is always needed.
      await clock.sleep(SHUTDOWN_MS, kill);
      quit.abort('quit');
    }
  })();
  await Promise.race([running, probing]);
  over.abort('over');
  if (quit.signal.aborted) return 75;
  await running;
  context.working(null);
  return 0;
}

async function oneJob(context: RunnerContext, command: RunnerCommand, rpc: RunnerRpc): Promise<number> {
  const { clock, term, kill } = context;
  const told = AbortSignal.any([term, kill]);
  let backOffSeconds = 1;
  while (!term.aborted && !kill.aborted) {
    await clock.sleep(STARTUP_MS, kill);
    const fetched = await fetchOnce(rpc, command, command.handle);
    if (kill.aborted) return 137;
    if (fetched.kind === 'task') return runProbed(context, command, rpc, fetched.task);
    let waitMs: number;
    if (fetched.code === 1) {
      if (!term.aborted && !(await known(rpc, command))) return 1;
      backOffSeconds = backOffSeconds < 16 ? backOffSeconds * 2 : 30;
      waitMs = backOffSeconds * 1000;
    } else {
      if (!command.warm) return 2;
      backOffSeconds = 1;
      waitMs = command.pollMs;
    }
    if (!term.aborted) await clock.sleep(waitMs, told);
  }
  return command.warm ? 0 : 2;
}

/** Persistent: TERM while idle ends it at once, in mid-job it ends after the job. */
async function daemon(context: RunnerContext, command: RunnerCommand, rpc: RunnerRpc): Promise<number> {
  const { clock, term, kill } = context;
  const told = AbortSignal.any([term, kill]);
  await clock.sleep(STARTUP_MS, kill);
  if ((await rpc('Declare', { version: command.version, labels: command.labels })).kind !== 'ok') return 1;
  while (!term.aborted && !kill.aborted) {
    const answer = await rpc('FetchTask', {});
    const task = answer.kind === 'ok' ? taskOf(answer.message) : null;
    if (task !== null) {
      context.working(Number(task.id));
      await runTask({ clock, rpc, kill }, task);
      context.working(null);
    } else await clock.sleep(DAEMON_POLL_MS, told);
  }
  return 0;
}

function mainOf(command: RunnerCommand): typeof oneJob {
  switch (command.subcommand) {
    case 'one-job':
      return oneJob;
    case 'daemon':
      return daemon;
  }
}

/** The main process of any container: a runner by its command, else something that serves. `processes` hears of the runners. */
export function createMain(transport: Transport, processes: RunnerProcesses = createRunnerProcesses()): ProcessMain {
  return async (context) => {
    const command = readCommand(context);
    if (command === null) return serve(context);
    // A token with a newline is no header value: the runner refuses it.
    if (command.token === '' || command.token.includes('\n')) return 1;
    const rpc = createRunnerRpc((request) => (context.kill.aborted ? Promise.reject(new Error('killed')) : transport(request)), command);
    if (command.labels.length === 0) return 2;
    const { working, left } = processes.entered(context, command.uuid);
    try {
      return await mainOf(command)({ ...context, working }, command, rpc);
    } finally {
      left();
    }
  };
}
