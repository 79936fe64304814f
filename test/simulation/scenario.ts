/**
 * One run of the simulation as plain data: a world, and everything that happens to it, in order. Nothing happens that is not
 * an event of the list, so that a list can be shortened, kept and played again. Which runner, Pod or job an event hits is a
 * fraction (`which`, in [0, 1)) of those there are at that moment: an event keeps its meaning when others are dropped.
 */
import type { PodFault } from '../../src/dev/cluster/faults.ts';

/** `replicas`: two replicas of the operator; `clusters`: two clusters with an operator each, on one scope. */
export type WorldKind = 'single' | 'replicas' | 'clusters';
export type Mode = 'Ephemeral' | 'Persistent';
export type Repository = 'acme/app' | 'acme/site';
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** What of Forgejo a fault hits: the REST API, the runners' protocol, or both. */
export type Surface = 'api' | 'rpc' | 'all';

export type ServerFault =
  | { readonly kind: 'serverError'; readonly status: number }
  | { readonly kind: 'refuse' }
  /** Reset after the effect: the work is done, the answer is lost. */
  | { readonly kind: 'loseAnswer' }
  | { readonly kind: 'latency'; readonly ms: number };

export type HookTrouble = { readonly kind: 'drop' } | { readonly kind: 'loseAnswer' } | { readonly kind: 'delay'; readonly ms: number };

export type LaggingKind = 'all' | 'Secret' | 'Job' | 'Pod' | 'Deployment' | 'RunnerPool';

export type Action =
  // what people do in Forgejo
  | {
      readonly kind: 'queue';
      readonly repository: Repository;
      readonly label: 'docker' | 'other';
      readonly durationMs: number;
      readonly group: string | null;
      readonly fails: boolean;
    }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'rerun'; readonly which: number }
  /** Somebody registers a runner under the name of one of ours. */
  | { readonly kind: 'twinRow'; readonly which: number }
  /** An administrator deletes a registration of ours in Forgejo. */
  | { readonly kind: 'deleteRow'; readonly which: number }
  | { readonly kind: 'actionsUnitOff'; readonly repository: Repository; readonly forMs: number }
  | { readonly kind: 'repositoryAway'; readonly repository: Repository; readonly forMs: number }
  | { readonly kind: 'organizationRenamed'; readonly forMs: number }
  | { readonly kind: 'actionsOff'; readonly forMs: number }
  // what people do to the pool
  | { readonly kind: 'scale'; readonly min: number; readonly max: number }
  | { readonly kind: 'editTemplate'; readonly value: string }
  | { readonly kind: 'addLabel'; readonly forMs: number }
  | { readonly kind: 'removeLabel'; readonly forMs: number }
  | { readonly kind: 'pause'; readonly forMs: number }
  /** The pool stops to serve a repository; only where pools may choose. */
  | { readonly kind: 'denyRepository'; readonly repository: Repository; readonly forMs: number }
  | { readonly kind: 'deletePool'; readonly propagation: Propagation; readonly recreateAfterMs: number | null }
  | { readonly kind: 'tokenSecretGone'; readonly forMs: number }
  | { readonly kind: 'rotateToken' }
  | { readonly kind: 'deleteNamespace' }
  | { readonly kind: 'deleteWorkload'; readonly which: number; readonly propagation: Exclude<Propagation, 'Orphan'> }
  | { readonly kind: 'deleteSecret'; readonly which: number }
  /** `graceSeconds` null: the Pod's own. */
  | { readonly kind: 'deletePod'; readonly which: number; readonly graceSeconds: number | null }
  // what goes wrong with Pods and nodes
  | { readonly kind: 'podFault'; readonly which: number; readonly fault: PodFault }
  | { readonly kind: 'nextPodFault'; readonly fault: PodFault; readonly times: number }
  /** A quota or an admission policy refuses what we create. */
  | { readonly kind: 'quota'; readonly of: 'Secret' | 'Job' | 'Deployment' | 'ConfigMap'; readonly forMs: number }
  // what goes wrong with Forgejo
  | {
      readonly kind: 'forgejoFault';
      readonly surface: Surface;
      readonly fault: ServerFault;
      readonly forMs: number;
      /** How many requests it hits at most; null: all in that time. */
      readonly times: number | null;
      /** Only writes of the API (POST, DELETE). */
      readonly writesOnly: boolean;
    }
  | { readonly kind: 'forgejoRestart'; readonly forMs: number }
  | { readonly kind: 'runnersCutOff'; readonly forMs: number }
  // what goes wrong with Kubernetes, Metacontroller and the operator
  | { readonly kind: 'lag'; readonly of: LaggingKind; readonly ms: number; readonly forMs: number }
  | { readonly kind: 'hookFault'; readonly fault: HookTrouble; readonly times: number; readonly forMs: number }
  | { readonly kind: 'restartOperator'; readonly replica: 0 | 1 }
  | { readonly kind: 'restartMetacontroller'; readonly downMs: number }
  | { readonly kind: 'route'; readonly to: 'first' | 'second' | 'alternate' };

export type ActionKind = Action['kind'];

export interface SimulationEvent {
  /** Virtual milliseconds since the beginning. */
  readonly at: number;
  /** Which cluster it happens in; only the world `clusters` has a second. */
  readonly cluster: 0 | 1;
  readonly do: Action;
}

export interface PoolLimits {
  readonly min: number;
  readonly max: number;
  readonly jobTimeoutSeconds: number;
  readonly pendingTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
}

/** Whose job is next, and whose is not served at all. */
export interface Sharing {
  readonly order: 'OldestFirst' | 'RoundRobin';
  readonly maxRunnersPerRepository: number | null;
  readonly maxRunnersPerOwner: number | null;
  /** Null: the pool serves every repository, and can't be told otherwise. */
  readonly choice: { readonly list: 'allow' | 'deny'; readonly repository: Repository } | null;
  readonly claimDelaySeconds: number;
}

/** Open once a day; minutes since midnight, UTC. */
export interface ScheduleWindow {
  readonly fromMinute: number;
  readonly minutes: number;
  /** Null: that of the pool. */
  readonly min: number | null;
  readonly max: number;
}

export interface Scenario {
  readonly seed: number;
  readonly world: WorldKind;
  readonly mode: Mode;
  readonly containerMode: 'Host' | 'Dind';
  readonly limits: PoolLimits;
  readonly sharing: Sharing;
  readonly windows: readonly ScheduleWindow[];
  /** The run begins so many seconds after midnight, UTC. */
  readonly startSecond: number;
  readonly pollIntervalSeconds: number;
  readonly maxUnavailable: number;
  readonly reportDeadRunners: boolean;
  /** A second pool with other labels in the same namespace and scope. */
  readonly neighbour: boolean;
  /** Forgejo's time less the cluster's, ms. */
  readonly offsetMs: number;
  readonly lag: { readonly ms: number; readonly jitterMs: number };
  readonly chaosMs: number;
  /** By time. */
  readonly events: readonly SimulationEvent[];
}
