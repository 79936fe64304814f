/** The life of a runner's Pod: files mounted, containers running, the runner's process, its end, the Pod's deletion. */
import { canMount, filesOf } from '../../../src/dev/cluster/mounts.ts';
import { type PodObject, type Terminated, timestamp } from '../../../src/dev/cluster/objects.ts';
import { preStopMs } from '../../../src/dev/cluster/pod-ends.ts';
import { type ContainerView, type PodView, renderPodStatus } from '../../../src/dev/cluster/pod-status.ts';
import { type ProcessMain, type RunningProcess, startProcess } from '../../../src/dev/cluster/process.ts';
import { systemClock } from '../../../src/system-clock.ts';
import { type Api, isFailure } from '../cluster/api.ts';
import { readMounted } from './pod-files.ts';

export interface PodLife {
  /** The Pod got a deletionTimestamp. */
  onDeletion(graceSeconds: number): void;
  /** The object is gone. */
  onGone(): void;
}

export interface NodeOptions {
  readonly api: Api;
  readonly main: ProcessMain;
  /** The run ends. */
  readonly signal: AbortSignal;
}

const MOUNT_RETRY_MS = 300;
const RESTART_MS = 1000;
const OUTAGE_RETRY_MS = 300;
const REASONS: Readonly<Record<number, string>> = { 0: 'Completed' };

export function livePod({ api, main, signal }: NodeOptions, pod: PodObject): PodLife {
  const clock = systemClock;
  const [container] = pod.spec.containers;
  const namespace = pod.metadata.namespace ?? '';
  const { name, uid } = pod.metadata;
  const gone = new AbortController();
  const deleted = new AbortController();
  const stop = AbortSignal.any([gone.signal, deleted.signal, signal]);
  let running: RunningProcess | null = null;
  let view: PodView = { phase: 'Pending', sandbox: 'none', containers: {} };

  /** Until the API server has heard it: a kubelet too reports on after an outage. */
  async function persist(action: () => Promise<unknown>): Promise<void> {
    while (!gone.signal.aborted && !signal.aborted) {
      try {
        await action();
        return;
      } catch (error) {
        if (isFailure(error, 404) || isFailure(error, 409)) return;
        if (isFailure(error, 422)) throw error;
        await clock.sleep(OUTAGE_RETRY_MS, gone.signal);
      }
    }
  }

  async function report(change: Partial<PodView>): Promise<void> {
    view = { ...view, ...change };
    await persist(async () => {
      const now = await api.get('Pod', namespace, name);
      if (now === null || now.metadata.uid !== uid) return;
      const present = now as PodObject; // the kind was asked for
      // The API server sets the class itself and lets nobody change it.
      const { qosClass: _, ...status } = { qosClass: '', ...renderPodStatus(present, view, clock.now()) };
      await api.patch('Pod', namespace, name, { metadata: { uid }, status }, 'status');
    });
  }

  async function mountFiles(): Promise<ReadonlyMap<string, string> | null> {
    while (!stop.aborted) {
      try {
        const mounted = await readMounted(api, pod);
        if (canMount(mounted, pod) && container !== undefined) return filesOf(mounted, pod, container);
      } catch {
        // The API server is away.
      }
      await clock.sleep(MOUNT_RETRY_MS, stop);
    }
    return null;
  }

  /** The runner's container, beside sidecars that run with it and steps that ended before it. */
  function viewsWith(view: ContainerView): PodView['containers'] {
    const { running: alive, terminated } = view.state;
    const startedAt = alive?.startedAt ?? terminated?.startedAt ?? timestamp(clock.now());
    const completed = { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt } };
    const others = (pod.spec.initContainers ?? []).map(({ name: other, restartPolicy }) => {
      const alongside = restartPolicy === 'Always' && terminated === undefined;
      return [other, { state: alongside ? { running: { startedAt } } : completed }] as const;
    });
    return Object.fromEntries([...others, [container?.name ?? '', view]]);
  }

  /** Resolves to how the runner's container ended the last time. */
  async function runContainer(files: ReadonlyMap<string, string>): Promise<Terminated | null> {
    if (container === undefined) return null;
    let last: Terminated | null = null;
    for (let restarts = 0; !stop.aborted; restarts += 1) {
      const startedAt = timestamp(clock.now());
      const lastState = last === null ? {} : { lastState: { terminated: last } };
      const state = { running: { startedAt } };
      running = startProcess(main, { clock, pod, container, files });
      await report({ phase: 'Running', sandbox: 'up', containers: viewsWith({ state, restarts, ...lastState }) });
      const exitCode = await running.exited;
      running = null;
      last = {
        exitCode,
        reason: REASONS[exitCode] ?? 'Error',
        startedAt,
        finishedAt: timestamp(clock.now()),
        containerID: `e2e://${restarts}`,
      };
      if (stop.aborted || pod.spec.restartPolicy === 'Never') return last;
      const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, restarts: restarts + 1, lastState: { terminated: last } };
      await report({ containers: viewsWith(waiting) });
      await clock.sleep(RESTART_MS, stop);
    }
    return last;
  }

  async function live(): Promise<void> {
    const files = await mountFiles();
    const ended = files === null ? null : await runContainer(files);
    if (signal.aborted || gone.signal.aborted) return;
    if (ended !== null) {
      const phase = ended.exitCode === 0 ? 'Succeeded' : 'Failed';
      await report({ phase, sandbox: 'stopped', containers: viewsWith({ state: { terminated: ended } }) });
    }
    if (!deleted.signal.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    await persist(() => api.remove('Pod', namespace, name, { uid, graceSeconds: 0 }));
  }

  async function terminate(graceSeconds: number): Promise<void> {
    await clock.sleep(preStopMs(container?.lifecycle?.preStop), gone.signal);
    running?.terminate();
    await clock.sleep(graceSeconds * 1000, AbortSignal.any([gone.signal, signal]));
    running?.kill();
  }

  signal.addEventListener('abort', () => running?.kill(), { once: true });
  live().catch((error: unknown) => {
    process.stderr.write(`node agent, Pod ${namespace}/${name}: ${error instanceof Error ? error.message : 'failed'}\n`);
  });

  return {
    onDeletion(graceSeconds) {
      if (deleted.signal.aborted) return;
      deleted.abort('deleted');
      void terminate(graceSeconds);
    },
    onGone() {
      gone.abort('gone');
      running?.kill();
    },
  };
}
