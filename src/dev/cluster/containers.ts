/** The containers of one Pod: their processes, how each ended, and restarts with the kubelet's back-off. */
import type { Clock } from '../../clock.ts';
import { filesOf } from './mounts.ts';
import { type ContainerSpec, type ContainerState, type PodObject, timestamp } from './objects.ts';
import type { ContainerView } from './pod-status.ts';
import { type ProcessMain, type RunningProcess, serve, serveForever, startProcess } from './process.ts';
import type { Store } from './store.ts';

export interface Containers {
  views(): Readonly<Record<string, ContainerView>>;
  startSidecars(): void;
  /** Marks the sidecars' startup probes as passed. */
  sidecarsReady(): void;
  /** Runs the main containers to their end; with `restartPolicy: Always` until `stop`. */
  run(): Promise<void>;
  /** Deaf ones are killed when the grace period is over. */
  stopSidecars(): Promise<void>;
  terminate(): void;
  /** Every process of the Pod, by a signal. */
  kill(): void;
  /** The main processes end by themselves. */
  exit(code: number): void;
  /** The mark of an OOM kill sticks to whatever end comes (trap E). */
  markOom(): void;
  running(): boolean;
  exitCodes(): readonly number[];
}

export interface ContainersOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly pod: PodObject;
  readonly main: ProcessMain;
  /** Aborts when the Pod is to end: no restart any more. */
  readonly stop: AbortSignal;
  /** The sidecars do not hear TERM. */
  readonly deafSidecars: boolean;
  /** Called after every change of a view. */
  readonly changed: () => void;
}

const FIRST_RESTART_MS = 300;
const LONGEST_RESTART_MS = 300_000;

/** First at once, then 10 s, 20 s … (K8-crashloop). */
export function restartDelayMs(restarts: number): number {
  return restarts === 0 ? FIRST_RESTART_MS : Math.min(10_000 * 2 ** (restarts - 1), LONGEST_RESTART_MS);
}

export function createContainers(options: ContainersOptions): Containers {
  const { clock, pod } = options;
  const views = new Map<string, ContainerView>();
  const processes = new Map<string, RunningProcess>();
  let oom = false;

  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const steps = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy !== 'Always');

  function set(container: ContainerSpec, view: ContainerView): void {
    views.set(container.name, view);
    options.changed();
  }

  function start(container: ContainerSpec, main: ProcessMain): RunningProcess {
    const process = startProcess(main, { clock, pod, container, files: filesOf(options.store, pod, container) });
    processes.set(container.name, process);
    return process;
  }

  function ended(container: ContainerSpec, code: number, startedAt: string): ContainerState {
    return {
      terminated: {
        containerID: `containerd://${container.name}-${views.get(container.name)?.restarts ?? 0}`,
        exitCode: code,
        finishedAt: timestamp(clock.now()),
        reason: oom ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error',
        startedAt,
      },
    };
  }

  async function runOne(container: ContainerSpec): Promise<void> {
    let lastState: ContainerState = {};
    for (let restarts = 0; ; restarts += 1) {
      const startedAt = timestamp(clock.now());
      const process = start(container, options.main);
      set(container, { state: { running: { startedAt } }, lastState, restarts });
      const state = ended(container, await process.exited, startedAt);
      views.set(container.name, { state, lastState, restarts });
      if (pod.spec.restartPolicy !== 'Always' || options.stop.aborted) return;
      options.changed();
      const delayMs = restartDelayMs(restarts);
      if (delayMs > FIRST_RESTART_MS) {
        await clock.sleep(1000, options.stop);
        const id = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
        const message = `back-off ${Math.round(delayMs / 1000)}s restarting failed container=${container.name} pod=${id}`;
        if (!options.stop.aborted)
          set(container, { state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: state, restarts });
      }
      await clock.sleep(delayMs, options.stop);
      if (options.stop.aborted) {
        views.set(container.name, { state, lastState, restarts });
        return;
      }
      lastState = state;
    }
  }

  function mainProcesses(): readonly RunningProcess[] {
    return pod.spec.containers.flatMap((container) => processes.get(container.name) ?? []);
  }

  return {
    views: () => Object.fromEntries(views),
    startSidecars() {
      for (const step of steps) {
        const at = timestamp(clock.now());
        views.set(step.name, { state: ended(step, 0, at) });
      }
      for (const sidecar of sidecars) {
        start(sidecar, options.deafSidecars ? serveForever : serve);
        set(sidecar, { state: { running: { startedAt: timestamp(clock.now()) } }, probed: sidecar.startupProbe === undefined });
      }
    },
    sidecarsReady() {
      for (const sidecar of sidecars) {
        const view = views.get(sidecar.name);
        if (view !== undefined) views.set(sidecar.name, { ...view, probed: true });
      }
    },
    async run() {
      await Promise.all(pod.spec.containers.map(runOne));
    },
    async stopSidecars() {
      for (const sidecar of sidecars) {
        const process = processes.get(sidecar.name);
        const view = views.get(sidecar.name);
        if (process === undefined || view?.state.running === undefined) continue;
        process.terminate();
        if (options.deafSidecars) {
          options.changed();
          void clock.sleep((pod.spec.terminationGracePeriodSeconds ?? 30) * 1000).then(() => process.kill());
        }
        views.set(sidecar.name, { state: ended(sidecar, await process.exited, view.state.running.startedAt) });
      }
    },
    terminate() {
      for (const process of mainProcesses()) process.terminate();
    },
    kill() {
      for (const process of processes.values()) if (process.code() === null) process.kill();
    },
    exit(code) {
      for (const process of mainProcesses()) if (process.code() === null) process.kill(code);
    },
    markOom() {
      oom = true;
    },
    running: () => mainProcesses().some((process) => process.code() === null),
    exitCodes: () => pod.spec.containers.map((container) => views.get(container.name)?.state.terminated?.exitCode ?? 0),
  };
}
