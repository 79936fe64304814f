/** The status that a kubelet writes, from what it knows of the containers; shapes as recorded (K1, K3, K5, K6). */
import {
  type Condition,
  type ContainerSpec,
  type ContainerState,
  type ContainerStatus,
  type PodObject,
  type PodStatus,
  timestamp,
} from './objects.ts';

export interface ContainerView {
  readonly state: ContainerState;
  readonly lastState?: ContainerState;
  readonly restarts?: number;
  /** False for a running container whose startup probe has not passed. */
  readonly probed?: boolean;
}

export interface PodView {
  readonly phase: PodStatus['phase'];
  readonly reason?: string;
  readonly message?: string;
  readonly sandbox: 'none' | 'up' | 'stopped';
  /** By container name; an absent one waits. */
  readonly containers: Readonly<Record<string, ContainerView>>;
}

const KUBELET_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

function containerStatus(container: ContainerSpec, view: ContainerView | undefined, waiting: string): ContainerStatus {
  const state = view?.state ?? { waiting: { reason: waiting } };
  const running = state.running !== undefined && view?.probed !== false;
  const id =
    state.running === undefined && state.terminated?.startedAt == null
      ? {}
      : { containerID: `containerd://${container.name}-${view?.restarts ?? 0}` };
  return {
    ...id,
    image: container.image ?? '',
    imageID: '',
    lastState: view?.lastState ?? {},
    name: container.name,
    ready: running,
    restartCount: view?.restarts ?? 0,
    started: running,
    state,
  };
}

/** Whether an init container no longer holds up the others. */
function initialized(container: ContainerSpec, view: ContainerView | undefined): boolean {
  if (view?.state.terminated !== undefined) return container.restartPolicy === 'Always' || view.state.terminated.exitCode === 0;
  return container.restartPolicy === 'Always' && view?.state.running !== undefined && view.probed !== false;
}

function conditions(pod: PodObject, view: PodView, statuses: readonly ContainerStatus[], nowMs: number): readonly Condition[] {
  const ended = statuses.every((status) => status.state.terminated !== undefined && status.state.terminated.startedAt !== null);
  const clean = ended && statuses.every((status) => status.state.terminated?.exitCode === 0);
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name);
  const incomplete = (pod.spec.initContainers ?? []).filter((container) => !initialized(container, view.containers[container.name]));
  const notReady = clean
    ? { reason: 'PodCompleted' }
    : ended || (view.phase === 'Failed' && statuses.every((status) => status.state.terminated?.startedAt !== null))
      ? { reason: 'PodFailed' }
      : { message: `containers with unready status: [${unready.join(' ')}]`, reason: 'ContainersNotReady' };
  const ready = unready.length === 0 && incomplete.length === 0 ? { status: 'True' as const } : { status: 'False' as const, ...notReady };
  const sandbox =
    view.sandbox === 'up'
      ? { status: 'True' as const }
      : {
          status: 'False' as const,
          reason: 'PodSandboxNotReady',
          message: view.sandbox === 'none' ? 'no pod sandbox exists' : 'pod sandbox is not ready',
        };
  const init =
    incomplete.length > 0
      ? {
          status: 'False' as const,
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.map((container) => container.name).join(' ')}]`,
        }
      : { status: 'True' as const, ...(clean ? { reason: 'PodCompleted' } : {}) };
  const wanted: readonly Omit<Condition, 'lastTransitionTime'>[] = [
    { type: 'PodReadyToStartContainers', ...sandbox },
    { type: 'Initialized', ...init },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ];
  const before = pod.status.conditions ?? [];
  const generation = pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
  return [
    ...before.filter((condition) => !KUBELET_CONDITIONS.includes(condition.type)),
    ...wanted.map((condition) => {
      const same = before.find((old) => old.type === condition.type && old.status === condition.status);
      return { lastProbeTime: null, lastTransitionTime: same?.lastTransitionTime ?? timestamp(nowMs), ...generation, ...condition };
    }),
  ];
}

/** Keeps the conditions that others wrote (DisruptionTarget). */
export function renderPodStatus(pod: PodObject, view: PodView, nowMs: number): PodStatus {
  const init = pod.spec.initContainers ?? [];
  const waiting = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const statuses = pod.spec.containers.map((container) => containerStatus(container, view.containers[container.name], waiting));
  return {
    ...{ qosClass: 'BestEffort', hostIP: '192.0.2.2', podIP: '192.0.2.2', podIPs: [{ ip: '192.0.2.2' }] },
    phase: view.phase,
    ...(view.reason === undefined ? {} : { reason: view.reason }),
    ...(view.message === undefined ? {} : { message: view.message }),
    conditions: conditions(pod, view, statuses, nowMs),
    containerStatuses: statuses,
    ...(init.length === 0
      ? {}
      : { initContainerStatuses: init.map((container) => containerStatus(container, view.containers[container.name], 'PodInitializing')) }),
    startTime: pod.status.startTime ?? timestamp(nowMs),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
}

/** A status without containers, as the kubelet writes it for a Pod that it turns down. */
export function rejectedStatus(reason: string, message: string, nowMs: number): PodStatus {
  return { phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: timestamp(nowMs) };
}

/** The status with one more condition, or another value of it. */
export function withCondition(status: PodStatus, condition: Condition): PodStatus {
  return { ...status, conditions: [...(status.conditions ?? []).filter((old) => old.type !== condition.type), condition] };
}
