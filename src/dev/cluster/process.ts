/** A container's main process as the kubelet sees it: it can be signalled, and it ends with a code. */
import type { Clock } from '../../clock.ts';
import type { ContainerSpec, PodObject } from './objects.ts';

export interface ProcessContext {
  readonly clock: Clock;
  readonly pod: PodObject;
  readonly container: ContainerSpec;
  /** Absolute path -> content of the mounted Secrets and ConfigMaps. */
  readonly files: ReadonlyMap<string, string>;
  /** Aborts when TERM arrives, or when the preStop hook has left its mark. */
  readonly term: AbortSignal;
  /** Aborts when the process is killed: nothing it does afterwards may have an effect. */
  readonly kill: AbortSignal;
}

/** Runs until it ends by itself; resolves to the exit code. */
export type ProcessMain = (context: ProcessContext) => Promise<number>;

export interface RunningProcess {
  readonly exited: Promise<number>;
  /** The code once it has ended. */
  code(): number | null;
  terminate(): void;
  /** By a signal: 137; `code`: as if it had ended by itself. */
  kill(code?: number): void;
}

export function startProcess(main: ProcessMain, context: Omit<ProcessContext, 'term' | 'kill'>): RunningProcess {
  const term = new AbortController();
  const kill = new AbortController();
  let code: number | null = null;
  const { promise: killed, resolve: endWith } = Promise.withResolvers<number>();
  const exited = Promise.race([killed, main({ ...context, term: term.signal, kill: kill.signal })]).then((value) => {
    code = code ?? value;
    return code;
  });
  return {
    exited,
    code: () => code,
    terminate: () => term.abort('TERM'),
    kill(byCode = 137) {
      endWith(byCode);
      kill.abort('KILL');
    },
  };
}

/** A process that serves, deaf to TERM. */
export async function serveForever(context: ProcessContext): Promise<number> {
  await new Promise<void>((resolve) => context.kill.addEventListener('abort', () => resolve(), { once: true }));
  return 0;
}

/** A process that serves until it is told to stop (dind, a cache server). */
export async function serve(context: ProcessContext): Promise<number> {
  await new Promise<void>((resolve) => {
    if (context.term.aborted) resolve();
    context.term.addEventListener('abort', () => resolve(), { once: true });
    context.kill.addEventListener('abort', () => resolve(), { once: true });
  });
  return 0;
}
