/** The runners that are alive, wherever Kubernetes believes their Pods to be: what a simulation holds its invariants against. */
import { LABEL_RUNNER } from '../../api/keys.ts';
import type { ProcessContext } from './process.ts';

export interface RunnerProcess {
  readonly namespace: string;
  readonly pod: string;
  /** Name of the registration. */
  readonly runner: string;
  readonly uuid: string;
  /** The task it works on; null while it looks for one, and after its last report. */
  readonly taskId: number | null;
}

export interface RunnerProcesses {
  /** A runner has started; `working` says what it works on, `left` that it has ended. A killed one is none by itself. */
  entered(context: Pick<ProcessContext, 'pod' | 'kill'>, uuid: string): { working(taskId: number | null): void; left(): void };
  list(): readonly RunnerProcess[];
}

interface Entry {
  readonly kill: AbortSignal;
  process: RunnerProcess;
}

export function createRunnerProcesses(): RunnerProcesses {
  const alive = new Map<symbol, Entry>();
  return {
    entered({ pod, kill }, uuid) {
      const key = Symbol(pod.metadata.uid);
      const { name, namespace = '', labels } = pod.metadata;
      const entry: Entry = { kill, process: { namespace, pod: name, runner: labels?.[LABEL_RUNNER] ?? name, uuid, taskId: null } };
      alive.set(key, entry);
      return {
        working(taskId) {
          entry.process = { ...entry.process, taskId };
        },
        left() {
          alive.delete(key);
        },
      };
    },
    list() {
      for (const [key, { kill }] of alive) if (kill.aborted) alive.delete(key);
      return [...alive.values()].map(({ process }) => process);
    },
  };
}
