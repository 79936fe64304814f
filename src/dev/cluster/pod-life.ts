/**
 * The life of one Pod on the node, in the order and with the delays that were measured (facts, sections 2–6): bound, creating,
 * running, container terminated, sandbox stopped; or turned down, or deleted before, during or after.
 */
import { createContainers } from './containers.ts';
import { faultOf, type PodFault } from './faults.ts';
import { canMount } from './mounts.ts';
import type { NodeContext } from './node-context.ts';
import { createNodeLink } from './node-link.ts';
import { type PodObject, timestamp } from './objects.ts';
import {
  BIND_MS,
  CREATING_MS,
  DELETED_END_MS,
  FORCE_DELETE_MS,
  MOUNT_RETRY_MS,
  NEVER_STARTED_MS,
  PROBE_MS,
  SANDBOX_MS,
  START_MS,
} from './pod-delays.ts';
import { neverStarted, PRESSURE, type PressedResource, preStopMs, startFailed, waitingFor } from './pod-ends.ts';
import { type PodView, rejectedStatus, renderPodStatus, withCondition } from './pod-status.ts';
import { FOREVER_MS, waitingTurns } from './start-faults.ts';

export interface PodLife {
  /** The Pod got a deletionTimestamp, or a shorter grace period. */
  onDeletion(graceSeconds: number): void;
  /** The object is gone. */
  onGone(): void;
  inject(fault: PodFault): void;
}

export function livePod(node: NodeContext, created: PodObject): PodLife {
  const { store, tasks, disruptor } = node;
  const { clock } = tasks;
  const namespace = created.metadata.namespace ?? '';
  const { name } = created.metadata;
  const faults = [...node.faults];
  const link = createNodeLink();
  const gone = new AbortController();
  const deleted = new AbortController();
  /** Evicted by the kubelet, or its machine has died: nothing is started again. */
  const over = new AbortController();
  const stop = AbortSignal.any([gone.signal, deleted.signal, over.signal]);
  let pressure: PressedResource | null = null;
  let last: PodView = { phase: 'Pending', sandbox: 'none', containers: {} };

  const deafSidecars = strikes('sidecarDeaf') !== undefined;
  const containers = createContainers({ clock, store, pod: created, main: node.main, stop, deafSidecars, changed: () => report() });

  function strikes<K extends PodFault['kind']>(kind: K): ReturnType<typeof faultOf<K>> {
    const fault = faultOf(faults, kind);
    if (fault !== undefined) node.struck(kind);
    return fault;
  }

  function report(change: Partial<PodView> = {}): void {
    last = { ...last, containers: containers.views(), ...change };
    if (link.isCut() || gone.signal.aborted || tasks.signal.aborted) return;
    store.update('Pod', namespace, name, (pod) => ({ ...pod, status: renderPodStatus(pod, last, clock.now()) }));
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
    const fault = strikes('unschedulable');
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
    const rejected = strikes('rejected');
    if (rejected !== undefined && !stop.aborted) {
      const status = rejectedStatus(rejected.reason, rejected.message, clock.now());
      store.update('Pod', namespace, name, (pod) => ({ ...pod, status }));
      return false;
    }
    if (stop.aborted) return true;
    report();
    const unmounted = strikes('mountFails');
    if (unmounted !== undefined) await clock.sleep(unmounted.forMs ?? FOREVER_MS, stop);
    while (!stop.aborted && !canMount(store, created)) await clock.sleep(MOUNT_RETRY_MS, stop);
    await clock.sleep(START_MS + (strikes('slowStart')?.ms ?? 0), stop);
    await waitAtFault();
    if (!stop.aborted && (created.spec.initContainers ?? []).length > 0) {
      containers.startSidecars();
      report({ sandbox: 'up' });
      await clock.sleep(strikes('sidecarUnready') === undefined ? PROBE_MS : FOREVER_MS, stop);
      containers.sidecarsReady();
    }
    return true;
  }

  async function waitAtFault(): Promise<void> {
    let waited = false;
    for (const { reason, message, ms } of waitingTurns(faults, created.spec)) {
      if (stop.aborted) return;
      if (!waited) node.struck(faultOf(faults, 'waiting')?.kind ?? 'imagePullFails');
      waited = true;
      report({ sandbox: 'up', containers: waitingFor(created.spec.containers, reason, message) });
      await clock.sleep(ms, stop);
    }
    if (waited) report();
  }

  async function endUnstarted(): Promise<void> {
    containers.kill();
    report();
    await clock.sleep(NEVER_STARTED_MS, gone.signal);
    await link.restored();
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
    await link.restored();
    if (pressure !== null) return endEvicted(pressure);
    // A kubelet that finds a deleted Pod's container ended at its return lets the Pod go first, then reports (K9).
    if (link.wasMissed() && store.get('Pod', namespace, name)?.metadata.deletionTimestamp !== undefined) {
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
    await link.restored();
    report({ phase, sandbox: 'stopped' });
    if (!deleted.signal.aborted) return;
    await clock.sleep(FORCE_DELETE_MS, gone.signal);
    forceDelete();
  }

  /** The Pod stays as Failed, and is not started in place; one that is being deleted goes. */
  async function endEvicted(resource: PressedResource): Promise<void> {
    const message = PRESSURE[resource];
    report({ phase: 'Failed', reason: 'Evicted', message, sandbox: 'stopped' });
    if (resource === 'memory' && !gone.signal.aborted) addCondition('DisruptionTarget', 'True', 'TerminationByKubelet', message);
    if (!deleted.signal.aborted) return;
    await clock.sleep(FORCE_DELETE_MS, gone.signal);
    forceDelete();
  }

  async function live(): Promise<void> {
    if (!(await schedule()) || !(await prepare())) return;
    if (gone.signal.aborted) return;
    if (pressure !== null) return finish();
    if (stop.aborted) return endUnstarted();
    const startError = strikes('startError');
    if (startError !== undefined) return failStart(startError.message);
    for (const fault of faults) arm(fault);
    last = { ...last, phase: 'Running', sandbox: 'up' };
    await containers.run();
    await finish();
  }

  function arm(fault: PodFault): void {
    if (fault.kind === 'stepOomKilled') {
      node.struck(fault.kind);
      containers.markOom();
    }
    if ('afterMs' in fault) tasks.after(fault.afterMs, () => strike(fault), gone.signal);
  }

  function strike(fault: Extract<PodFault, { readonly afterMs: number }>): void {
    node.struck(fault.kind);
    switch (fault.kind) {
      case 'evicted':
      case 'preempted':
        return disruptor.disrupt(namespace, name, fault.kind, fault.graceSeconds === undefined ? {} : { graceSeconds: fault.graceSeconds });
      case 'deleted':
        return store.delete('Pod', namespace, name, fault.graceSeconds === undefined ? {} : { graceSeconds: fault.graceSeconds });
      case 'killed':
        if (fault.oom) containers.markOom();
        return containers.kill();
      case 'exits':
        return containers.exit(fault.code);
      case 'nodePressure':
        pressure = fault.resource;
        return end('evicted');
      case 'nodeLost':
        link.cut();
        disruptor.nodeLost(namespace, name, gone.signal, fault.tolerationMs);
        if (fault.returnsAfterMs !== undefined) tasks.after(fault.returnsAfterMs, comeBack, gone.signal);
        if (fault.machineDies === true) end('its machine died');
        return;
      case 'nodeDeleted':
        link.cut();
        disruptor.nodeDeleted(namespace, name, gone.signal);
        if (fault.machineDies === true) end('its machine died');
        return;
    }
  }

  function end(because: string): void {
    over.abort(because);
    containers.kill();
  }

  function comeBack(): void {
    link.restore();
    if (containers.running()) report();
  }

  async function terminate(graceSeconds: number): Promise<void> {
    await link.restored();
    tasks.after(graceSeconds * 1000, () => containers.kill(), gone.signal);
    const preStop = created.spec.containers[0]?.lifecycle?.preStop;
    if (preStop === undefined && strikes('termLost') !== undefined) return;
    await clock.sleep(preStopMs(preStop), gone.signal);
    containers.terminate();
  }

  tasks.spawn(live);

  return {
    onDeletion(graceSeconds) {
      // The kubelet's own last deletion (grace 0) comes back here as well: there is nothing left to stop then.
      link.whenUp(() => deleted.abort('deleted'));
      if (containers.running()) tasks.spawn(() => terminate(graceSeconds));
    },
    onGone() {
      gone.abort('gone');
      // A cut-off node does not hear that its Pod was removed: the runner lives on.
      if (!link.isCut()) containers.kill();
    },
    inject(fault) {
      faults.push(fault);
      arm(fault);
    },
  };
}
