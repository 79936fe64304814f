/** What was observed in Kubernetes: the pool's children and Pods, reduced to what decisions need. */
import type { RegistrationRef } from './forgejo.ts';
import type { Instant } from './instant.ts';

/** What our labels and annotations say of a runner; the same on its Secret, its workload and its Pods. */
export interface RunnerTags {
  /** The runner's name: of the registration, the Secret and the workload. */
  readonly runner: string;
  /** The job handle it was made for; null for warm and persistent runners (annotation `-`). */
  readonly handle: string | null;
  readonly repositoryId: number | null;
  /** Name of that job; null where there is none, and on Secrets. */
  readonly job: string | null;
  /** 1, 2, … per handle (per pool for warm and persistent runners). */
  readonly attempt: number;
  readonly specHash: string;
  readonly registration: RegistrationRef | null;
  /** `Date` of the answer to the registering POST + 1 s; null when an annotation is missing. */
  readonly issuedAt: Instant | null;
}

export interface ObservedSecret {
  readonly tags: RunnerTags;
  /** It holds id, uuid and token: one can speak as that runner. */
  readonly complete: boolean;
  readonly createdAt: Instant;
}

export interface ObservedJob {
  readonly kind: 'Job';
  readonly uid: string;
  readonly tags: RunnerTags;
  readonly createdAt: Instant;
  /** Has a deletionTimestamp. */
  readonly terminating: boolean;
  /** The Job counts a Pod that has ended (succeeded, failed or uncounted), or a terminating one. */
  readonly countsEndedPod: boolean;
  /** Condition Complete or Failed is True. `FailureTarget`, `SuccessCriteriaMet` and counters are no end. */
  readonly end: JobEnd | null;
}

export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  /** The condition's reason: `CompletionsReached`, `BackoffLimitExceeded`, `PodFailurePolicy`, `DeadlineExceeded` … */
  readonly reason: string;
  /** The exit code that a PodFailurePolicy message names ("failed with exit code 2 matching …"), else null. */
  readonly exitCode: number | null;
  /** A PodFailurePolicy message that names DisruptionTarget. */
  readonly disrupted: boolean;
  readonly at: Instant;
}

export interface ObservedDeployment {
  readonly kind: 'Deployment';
  readonly uid: string;
  readonly tags: RunnerTags;
  readonly createdAt: Instant;
  readonly terminating: boolean;
}

export type ObservedWorkload = ObservedJob | ObservedDeployment;

/** State of the `runner` container, or of the Pod as a whole where the kubelet reports no container. */
export type RunnerState =
  /** Not running: no container status yet, or waiting, with the recognised reason (see `PodReason`). */
  | { readonly kind: 'waiting'; readonly reason: PodReason | null }
  | { readonly kind: 'running'; readonly startedAt: Instant }
  | {
      readonly kind: 'terminated';
      /** Null when the Pod ended without a container status (kubelet rejection, PodGC). */
      readonly exitCode: number | null;
      /** False when the container never ran (`startedAt` null: ContainerStatusUnknown/137 of a dropped pending Pod). */
      readonly started: boolean;
      readonly reason: PodReason | null;
      readonly finishedAt: Instant | null;
    };

/** What a node ran out of, or which limit of its own a Pod went beyond (facts: kubelet, section 3). */
export type Eviction = 'nodeMemory' | 'nodeStorage' | 'nodeInodes' | 'nodePids' | 'storageLimit' | 'volumeLimit';

/** Reasons of Kubernetes that we recognise; raw text from a Pod never enters the status (facts: kubelet, sections 3 and 5). */
export type PodReason =
  | 'Completed'
  | 'Error'
  | 'OOMKilled'
  | 'Evicted'
  | 'StartError'
  | 'ContainerStatusUnknown'
  | 'OutOfcpu'
  | 'OutOfmemory'
  | 'OutOfpods'
  | 'NodeAffinity'
  | 'NodeShutdown'
  | 'Unschedulable'
  | 'ContainerCreating'
  | 'PodInitializing'
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'InvalidImageName'
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError'
  | 'CrashLoopBackOff'
  | 'Unknown';

export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly tags: RunnerTags;
  /** uid of the controlling owner (the Job, or the Deployment's ReplicaSet); null for an orphan. */
  readonly ownerUid: string | null;
  readonly ownerKind: 'Job' | 'ReplicaSet' | null;
  readonly createdAt: Instant;
  /** metadata.deletionTimestamp: the request plus the grace period. */
  readonly deletionAt: Instant | null;
  readonly state: RunnerState;
  /** Its phase is Succeeded or Failed: no container of it starts again. */
  readonly final: boolean;
  /** Reason of a True DisruptionTarget condition (`EvictionByEvictionAPI`, `DeletionByTaintManager` …), else null. */
  readonly disruption: string | null;
  /** Container restarts, and how the last run ended (Deployments: CrashLoopBackOff). */
  readonly restarts: number;
  readonly lastExitCode: number | null;
  readonly lastReason: PodReason | null;
  /** Memory limit of the `runner` container, a Kubernetes quantity (`2Gi`); null without one. */
  readonly memoryLimit: string | null;
  /** What its kubelet evicted it for, or turned it down for. */
  readonly eviction: Eviction | null;
  /** Its dind container was killed for its memory, now or in its last run. */
  readonly dindOomKilled: boolean;
}

/** The pool's children and Pods; each list is what one informer saw, and each may be stale by itself. */
export interface Observed {
  readonly secrets: readonly ObservedSecret[];
  readonly workloads: readonly ObservedWorkload[];
  readonly pods: readonly ObservedPod[];
}
