/**
 * A Kubernetes cluster of one node with Metacontroller on it, in this process: for the demo with real time and HTTP, for
 * simulations with virtual time and plain functions.
 */
import type { Clock } from '../../clock.ts';
import type { Transport } from '../../forgejo/transport.ts';
import { createRandom } from '../forgejo/random.ts';
import { readCompositeController } from './composite-controller.ts';
import { startDeploymentController } from './deployment-controller.ts';
import type { Disruption } from './disruptions.ts';
import type { FaultRule, PodFault } from './faults.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import type { HookCall } from './hook-caller.ts';
import { createHookFaults, type HookFault, type HookFaultRule } from './hook-faults.ts';
import { createInformers, type Lag } from './informer.ts';
import { startJobController } from './job-controller.ts';
import { isKind, type Kind, type KindMap } from './kinds.ts';
import { startKubelet } from './kubelet.ts';
import { startMetacontroller } from './metacontroller.ts';
import { startNamespaceController } from './namespace-controller.ts';
import type { KubeObject, NewObject } from './objects.ts';
import type { Counters, SyncErrorEvent, Violation } from './observations.ts';
import { createMain } from './runner-process.ts';
import { createRunnerProcesses, type RunnerProcess } from './runner-processes.ts';
import { createStore, type DeleteOptions } from './store.ts';
import { createTasks } from './tasks.ts';

export interface ClusterOptions {
  readonly clock: Clock;
  readonly hooks: HookCall;
  /** How the runners in the Pods reach Forgejo. */
  readonly forgejo: Transport;
  /** The CompositeController as parsed from its YAML; throws an Error when it asks for what is not embedded. */
  readonly controller: unknown;
  readonly seed?: number;
  /** How late Metacontroller sees changes, per kind; default 5 ms. */
  readonly lag?: Partial<Record<Kind, Lag>>;
  readonly defaultLag?: Lag;
  readonly faults?: readonly FaultRule[];
  readonly workers?: number;
  /** Send managedFields as the real one does; default true. */
  readonly weight?: boolean;
}

export interface Cluster {
  /** Creates the object, or sets its spec, data, labels and annotations; throws ApiError. */
  apply(object: NewObject): KubeObject;
  /** Throws ApiError 404 when there is none. */
  delete(kind: Kind, namespace: string, name: string, options?: DeleteOptions): void;
  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined;
  list<K extends Kind>(kind: K, namespace?: string): readonly KindMap[K][];
  /** Eviction, preemption … of one Pod. */
  disrupt(namespace: string, pod: string, by: Disruption, options?: DeleteOptions): void;
  /** False when there is no such Pod on the node. */
  inject(namespace: string, pod: string, fault: PodFault): boolean;
  /** One more rule for the Pods that are created from now on; `podPrefix` as in a FaultRule, `times` (default 1) how many it hits. */
  armPodFault(fault: PodFault, options?: { readonly podPrefix?: string; readonly times?: number }): void;
  /** Replaces what may go wrong with the calls of the hooks. */
  setHookFaults(rules: readonly HookFaultRule[]): void;
  /** Creations of that kind are refused with 403 and that text from now on (a quota, an admission policy); null ends it. */
  refuse(kind: Kind, message: string | null): void;
  /** How late Metacontroller sees changes from now on. */
  setLag(kind: Kind | 'all', lag: Lag): void;
  /** The runners that are alive now, also those whose Pod is gone. */
  processes(): readonly RunnerProcess[];
  /** How often each fault has taken effect so far. */
  readonly struck: ReadonlyMap<StruckFault, number>;
  /** Metacontroller loses its timers and syncs every pool once, `downMs` later. */
  restartMetacontroller(downMs?: number): void;
  readonly violations: readonly Violation[];
  readonly events: readonly SyncErrorEvent[];
  readonly counters: Counters;
  /** Throws an Error that lists what the webhook did wrong, and what crashed in the embedded cluster itself. */
  check(): void;
  /** Ends everything that runs by itself. */
  stop(): void;
}

export type StruckFault = PodFault['kind'] | `hook:${HookFault['kind']}`;

const DEFAULT_LAG: Lag = { ms: 5 };
/** Keeps the randomness of hook faults apart from that of identifiers, so that a rule changes no uid. */
const HOOK_FAULT_SEED_OFFSET = 0xca11;

/** It runs from its creation on: time is the clock's. */
export function createCluster(options: ClusterOptions): Cluster {
  const tasks = createTasks(options.clock);
  const random = createRandom(options.seed ?? 1);
  const store = createStore(options.clock, random);
  const lags = new Map<string, Lag>(Object.entries(options.lag ?? {}));
  let lagOfAll = options.defaultLag ?? DEFAULT_LAG;
  const informers = createInformers(store, tasks, random, (kind) => lags.get(kind) ?? lagOfAll);
  const struck = new Map<StruckFault, number>();
  const strike = (kind: StruckFault): void => void struck.set(kind, (struck.get(kind) ?? 0) + 1);
  const processes = createRunnerProcesses();
  const refused = new Map<string, string>();
  store.guard((object) => refused.get(object.kind) ?? null);
  const hookFaults = createHookFaults(options.clock, createRandom((options.seed ?? 1) + HOOK_FAULT_SEED_OFFSET), options.hooks, strike);
  startGarbageCollector(store, tasks);
  startNamespaceController(store, tasks, random);
  startJobController(store, tasks);
  startDeploymentController(store, tasks, random);
  const main = createMain(options.forgejo, processes);
  const kubelet = startKubelet({ store, tasks, random, main, faults: options.faults ?? [], struck: strike });
  const metacontroller = startMetacontroller({
    store,
    tasks,
    informers,
    random,
    settings: readCompositeController(options.controller),
    call: hookFaults.call,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.weight === undefined ? {} : { weight: options.weight }),
  });

  return {
    apply(object) {
      const namespace = object.metadata.namespace ?? '';
      const name = object.metadata.name ?? '';
      if (!isKind(object.kind) || store.get(object.kind, namespace, name) === undefined) return store.create(object);
      const { metadata, status: _, ...rest } = object;
      return store.update(object.kind, namespace, name, (before) => ({
        ...before,
        ...rest,
        metadata: {
          ...before.metadata,
          ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
          ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
        },
      }));
    },
    delete: store.delete,
    get: store.get,
    list: store.list,
    disrupt: kubelet.disrupt,
    inject: kubelet.inject,
    armPodFault: (fault, { podPrefix, times = 1 } = {}) => kubelet.arm({ fault, times, ...(podPrefix === undefined ? {} : { podPrefix }) }),
    setHookFaults: hookFaults.set,
    setLag(kind, lag) {
      if (kind !== 'all') return void lags.set(kind, lag);
      lags.clear();
      lagOfAll = lag;
    },
    refuse(kind, message) {
      if (message === null) refused.delete(kind);
      else refused.set(kind, message);
    },
    processes: processes.list,
    struck,
    restartMetacontroller: metacontroller.restart,
    violations: metacontroller.violations,
    events: metacontroller.events,
    counters: metacontroller.counters,
    check() {
      const crashes = tasks.crashes.map((crash) => `crash: ${crash instanceof Error ? (crash.stack ?? crash.message) : String(crash)}`);
      const broken = metacontroller.violations.map(({ rule, parent, message }) => `${rule} (${parent}): ${message}`);
      if (crashes.length + broken.length > 0) throw new Error([...broken, ...crashes].join('\n'));
    },
    stop: tasks.stop,
  };
}
