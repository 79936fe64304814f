/**
 * The life of one Pod on the node, in the order and with the delays that were measured (facts, sections 2–6): bound, creating,
 * running, container terminated, sandbox stopped; or turned down, or deleted before, during or after.
 */
import { createContainers } from './containers.ts';
import type { Disruptor } from './disruptions.ts';
import { faultOf, type PodFault } from './faults.ts';
import { canMount } from './mounts.ts';
import { type PodObject, timestamp } from './objects.ts';
import { neverStarted, PRESSURE, type PressedResource, preStopMs, startFailed, waitingFor } from './pod-ends.ts';
import { type PodView, rejectedStatus, renderPodStatus, withCondition } from './pod-status.ts';
import type { ProcessMain } from './process.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

export interface PodLife {
  /** The Pod got a deletionTimestamp, or a shorter grace period. */
  onDeletion(graceSeconds: number): void;
  /** The object is gone. */
  onGone(): void;
  inject(fault: PodFault): void;
}

export interface NodeContext {
  readonly store: Store;
  readonly tasks: Tasks;
  readonly main: ProcessMain;
  readonly disruptor: Disruptor;
  readonly faults: readonly PodFault[];
}

const BIND_MS = 15;
const CREATING_MS = 6;
const START_MS = 470;
const PROBE_MS = 1000;
const MOUNT_RETRY_MS = 500;
/** From the container's end to the final phase; a Job looks at the end 1.0 s after it, just before. */
const SANDBOX_MS = 1050;
const DELETED_END_MS = 150;
const FORCE_DELETE_MS = 500;
const NEVER_STARTED_MS = 1000;
/** Timers of Node hold 2^31 - 1 ms at most: "for ever" of a simulation. */
const FOREVER_MS = 2 ** 31 - 1;

export function livePod(node: NodeContext, created: PodObject): PodLife {
  const { store, tasks, disruptor } = node;
  const { clock } = tasks;
  const namespace = created.metadata.namespace ?? '';
  const { name } = created.metadata;
  const faults = [...node.faults];
  const gone = new AbortController();
  const deleted = new AbortController();
  const stop = AbortSignal.any([gone.signal, deleted.signal]);
  let pressure: PressedResource | null = null;
  /** While the node is cut off nothing is reported and no deletion is heard of. */
  let reconnect: PromiseWithResolvers<void> | null = null;
  let cutOff = false;
  let last: PodView = { phase: 'Pending', sandbox: 'none', containers: {} };

  const containers = createContainers({ clock, store, pod: created, main: node.main, stop, changed: () => report() });

  function report(change: Partial<PodView> = {}): void {
    last = { ...last, containers: containers.views(), ...change };
    if (reconnect !== null || gone.signal.aborted || tasks.signal.aborted) return;
    store.update('Pod', namespace, name, (pod) => ({ ...pod, status: renderPodStatus(pod, last, clock.now()) }));
  }

  async function connected(): Promise<void> {
    cutOff ||= reconnect !== null;
    if (reconnect !== null) await reconnect.promise;
  }

  function addCondition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const condition = { type, status, reason, message, lastProbeTime: null, lastTransitionTime: timestamp(clock.now()) };
    store.update('Pod', namespace, name, (pod) => ({ ...pod, status: withCondition(pod.status, condition) }));
  }

  function forceDelete(): void {
    if (!gone.signal.aborted) store.delete('Pod', namespace, name, { graceSeconds: 0, uid: created.metadata.uid });
  }

  async function schedule(): Promise<boolean> {
    await clock.sleep(BIND_MS, gone.signal);
    const fault = faultOf(faults, 'unschedulable');
    if (fault !== undefined && !gone.signal.aborted) {
      addCondition('PodScheduled', 'False', 'Unschedulable', fault.message);
      await clock.sleep(fault.forMs ?? FOREVER_MS, gone.signal);
    }
    if (gone.signal.aborted || store.get('Pod', namespace, name)?.metadata.deletionTimestamp !== undefined) return false;
    store.update('Pod', namespace, name, (pod) => ({ ...pod, spec: { ...pod.spec, nodeName: 'node-1' } }));
    return true;
  }

  /** False: the Pod has ended here. Returns early when the Pod is deleted. */
  async function prepare(): Promise<boolean> {
    await clock.sleep(CREATING_MS, stop);
    const rejected = faultOf(faults, 'rejected');
    if (rejected !== undefined && !stop.aborted) {
      const status = rejectedStatus(rejected.reason, rejected.message, clock.now());
      store.update('Pod', namespace, name, (pod) => ({ ...pod, status }));
      return false;
    }
    if (stop.aborted) return true;
    report();
    while (!stop.aborted && !canMount(store, created)) await clock.sleep(MOUNT_RETRY_MS, stop);
    await clock.sleep(START_MS + (faultOf(faults, 'slowStart')?.ms ?? 0), stop);
    await waitAtFault();
    if (!stop.aborted && (created.spec.initContainers ?? []).length > 0) {
      containers.startSidecars();
      report({ sandbox: 'up' });
      await clock.sleep(PROBE_MS, stop);
      containers.sidecarsReady();
    }
    return true;
  }

  async function waitAtFault(): Promise<void> {
    const waiting = faultOf(faults, 'waiting');
    if (waiting === undefined || stop.aborted) return;
    report({ sandbox: 'up', containers: waitingFor(created.spec.containers, waiting.reason, waiting.message) });
    await clock.sleep(waiting.forMs ?? FOREVER_MS, stop);
    report();
  }

  async function endUnstarted(): Promise<void> {
    containers.kill();
    report();
    await clock.sleep(NEVER_STARTED_MS, gone.signal);
    await connected();
    report({ phase: 'Failed', sandbox: 'stopped', containers: { ...containers.views(), ...neverStarted(created.spec.containers) } });
    await clock.sleep(FORCE_DELETE_MS, gone.signal);
    forceDelete();
  }

  function failStart(message: string): void {
    const views = startFailed(created.spec.containers, message, timestamp(clock.now()));
    report({ phase: 'Failed', sandbox: 'stopped', containers: { ...containers.views(), ...views } });
  }

  async function finish(): Promise<void> {
    const phase = containers.exitCodes().every((code) => code === 0) && pressure === null ? 'Succeeded' : 'Failed';
    await containers.stopSidecars();
    await connected();
    if (pressure !== null) return reportEviction(pressure);
    // A kubelet that finds a deleted Pod's container ended at its return lets the Pod go first, then reports (K9).
    if (cutOff && store.get('Pod', namespace, name)?.metadata.deletionTimestamp !== undefined) {
      forceDelete();
      await clock.sleep(DELETED_END_MS, gone.signal);
      return report({ phase, sandbox: 'stopped' });
    }
    if (!deleted.signal.aborted) {
      report();
      await clock.sleep(SANDBOX_MS, gone.signal);
    } else {
      await clock.sleep(DELETED_END_MS, gone.signal);
    }
    await connected();
    report({ phase, sandbox: 'stopped' });
    if (!deleted.signal.aborted) return;
    await clock.sleep(FORCE_DELETE_MS, gone.signal);
    forceDelete();
  }

  function reportEviction(resource: PressedResource): void {
    const message = PRESSURE[resource];
    report({ phase: 'Failed', reason: 'Evicted', message, sandbox: 'stopped' });
    if (resource !== 'memory' || gone.signal.aborted) return;
    addCondition('DisruptionTarget', 'True', 'TerminationByKubelet', message);
  }

  async function live(): Promise<void> {
    if (!(await schedule()) || !(await prepare())) return;
    if (gone.signal.aborted) return;
    if (stop.aborted) return endUnstarted();
    const startError = faultOf(faults, 'startError');
    if (startError !== undefined) return failStart(startError.message);
    for (const fault of faults) arm(fault);
    last = { ...last, phase: 'Running', sandbox: 'up' };
    await containers.run();
    await finish();
  }

  function arm(fault: PodFault): void {
    if (fault.kind === 'stepOomKilled') containers.markOom();
    if ('afterMs' in fault) tasks.after(fault.afterMs, () => strike(fault), gone.signal);
  }

  function strike(fault: Extract<PodFault, { readonly afterMs: number }>): void {
    switch (fault.kind) {
      case 'evicted':
      case 'preempted':
        return disruptor.disrupt(namespace, name, fault.kind, fault.graceSeconds === undefined ? {} : { graceSeconds: fault.graceSeconds });
      case 'deleted':
        return store.delete('Pod', namespace, name, fault.graceSeconds === undefined ? {} : { graceSeconds: fault.graceSeconds });
      case 'killed':
        if (fault.oom) containers.markOom();
        return containers.kill();
      case 'nodePressure':
        pressure = fault.resource;
        return containers.kill();
      case 'nodeLost':
        reconnect = Promise.withResolvers();
        disruptor.nodeLost(namespace, name, gone.signal, fault.tolerationMs);
        if (fault.returnsAfterMs !== undefined) tasks.after(fault.returnsAfterMs, comeBack, gone.signal);
        return;
      case 'nodeDeleted':
        reconnect = Promise.withResolvers();
        return disruptor.nodeDeleted(namespace, name, gone.signal);
    }
  }

  function comeBack(): void {
    const waiting = reconnect;
    reconnect = null;
    if (containers.running()) report();
    waiting?.resolve();
  }

  async function terminate(graceSeconds: number): Promise<void> {
    await connected();
    tasks.after(graceSeconds * 1000, () => containers.kill(), gone.signal);
    const preStop = created.spec.containers[0]?.lifecycle?.preStop;
    if (faultOf(faults, 'termLost') !== undefined && preStop === undefined) return;
    await clock.sleep(preStopMs(preStop), gone.signal);
    containers.terminate();
  }

  tasks.spawn(live);

  return {
    onDeletion(graceSeconds) {
      // The kubelet's own last deletion (grace 0) comes back here as well: there is nothing left to stop then.
      if (reconnect === null) deleted.abort();
      else void reconnect.promise.then(() => deleted.abort());
      if (containers.running()) tasks.spawn(() => terminate(graceSeconds));
    },
    onGone() {
      gone.abort();
      // A cut-off node does not hear that its Pod was removed: the runner lives on.
      if (reconnect === null) containers.kill();
    },
    inject(fault) {
      faults.push(fault);
      arm(fault);
    },
  };
}
