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
import { createInformers, type Lag } from './informer.ts';
import { startJobController } from './job-controller.ts';
import { isKind, type Kind, type KindMap } from './kinds.ts';
import { startKubelet } from './kubelet.ts';
import { startMetacontroller } from './metacontroller.ts';
import { startNamespaceController } from './namespace-controller.ts';
import type { KubeObject, NewObject } from './objects.ts';
import type { Counters, SyncErrorEvent, Violation } from './observations.ts';
import { createMain } from './runner-process.ts';
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

const DEFAULT_LAG: Lag = { ms: 5 };

/** It runs from its creation on: time is the clock's. */
export function createCluster(options: ClusterOptions): Cluster {
  const tasks = createTasks(options.clock);
  const random = createRandom(options.seed ?? 1);
  const store = createStore(options.clock, random);
  const informers = createInformers(store, tasks, random, (kind) => options.lag?.[kind] ?? options.defaultLag ?? DEFAULT_LAG);
  startGarbageCollector(store, tasks);
  startNamespaceController(store, tasks, random);
  startJobController(store, tasks);
  startDeploymentController(store, tasks, random);
  const kubelet = startKubelet({ store, tasks, random, main: createMain(options.forgejo), faults: options.faults ?? [] });
  const metacontroller = startMetacontroller({
    store,
    tasks,
    informers,
    random,
    settings: readCompositeController(options.controller),
    call: options.hooks,
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
