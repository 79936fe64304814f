/** What is to be seen of a runner's death, in a few recognised words: the facts that `cause.ts` puts into a sentence. */
import type { Judged } from './judge.ts';
import type { Eviction, ObservedPod, PodReason } from './observed.ts';

export interface Death {
  readonly exitCode: number | null;
  readonly reason: PodReason | null;
  readonly started: boolean;
  readonly memoryLimit: string | null;
  readonly eviction: Eviction | null;
  /** Reason of the Pod's DisruptionTarget condition. */
  readonly disruption: string | null;
  /** Its Pod has a deletionTimestamp. */
  readonly deleted: boolean;
  readonly dindOomKilled: boolean;
  /** What is left to tell: a container that ended, one that never will start, only the Job's condition, or nothing. */
  readonly seen: 'container' | 'waiting' | 'job' | 'nothing';
  readonly job: 'deadline' | 'disrupted' | 'other';
  /** Its node no longer answers. */
  readonly lost: boolean;
  /** It ended as if it had no task, but holds one. */
  readonly fetchLost: boolean;
  /** It has no workload although it never was further than that: the API server refused it. */
  readonly refused: boolean;
  readonly secret: boolean;
  readonly registered: boolean;
}

export function deathOf(slot: Judged): Death {
  const { evidence } = slot;
  const job = slot.workload?.kind === 'Job' ? slot.workload.end : null;
  const pod = endedPod(slot) ?? slot.pod;
  const facts = pod === null ? null : factsOf(pod);
  const none = {
    ...NO_POD,
    seen: job === null ? 'nothing' : 'job',
    exitCode: job?.exitCode ?? (job?.type === 'Complete' ? 0 : null),
  } as const;
  return {
    ...(facts ?? none),
    job: job?.reason === 'DeadlineExceeded' ? 'deadline' : job?.disrupted === true ? 'disrupted' : 'other',
    lost: slot.phase === 'lost' && !hasNeverRun(slot),
    fetchLost: evidence.end === 'lostFetch' || (evidence.end === 'done' && evidence.row !== 'absent' && slot.remembered?.task != null),
    refused: slot.phase === 'failed' && slot.workload === null && evidence.end === 'none',
    secret: slot.secret !== null,
    registered: slot.row !== null,
  };
}

/** Nobody deleted its Pods: they never started (`stray-pods.ts`), and their node is not at fault. */
function hasNeverRun({ pods }: Judged): boolean {
  return pods.length > 0 && pods.every(({ deletionAt }) => deletionAt === null);
}

/** Of a Deployment that lives: how an earlier Pod of it died, or the last run of its container; null when none has. */
export function endOfProcess(slot: Judged): Death | null {
  const ended = endedPod(slot);
  // A daemon that ends by itself has ended its task first.
  if (ended !== null && !(ended.state.kind === 'terminated' && ended.state.exitCode === 0))
    return { ...deathOf(slot), ...factsOf(ended), fetchLost: false };
  const restarted = newest(slot.pods.filter((pod) => pod.restarts > 0));
  if (restarted === null) return null;
  const { lastExitCode, lastReason } = restarted;
  const last = { seen: 'container', exitCode: lastExitCode, reason: lastReason, started: true } as const;
  return { ...deathOf(slot), ...factsOf(restarted), ...last, fetchLost: false };
}

/** The one that speaks for the slot if it has ended, else the newest that has. */
function endedPod(slot: Judged): ObservedPod | null {
  if (slot.pod?.state.kind === 'terminated') return slot.pod;
  return newest(slot.pods.filter((pod) => pod.state.kind === 'terminated'));
}

function newest(pods: readonly ObservedPod[]): ObservedPod | null {
  return pods.toSorted((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1))[0] ?? null;
}

type PodFacts = Omit<Death, 'job' | 'lost' | 'fetchLost' | 'refused' | 'secret' | 'registered'>;

const NO_POD = {
  reason: null,
  started: true,
  memoryLimit: null,
  eviction: null,
  disruption: null,
  deleted: false,
  dindOomKilled: false,
} as const satisfies Partial<PodFacts>;

function factsOf(pod: ObservedPod): PodFacts {
  const { state, memoryLimit, eviction, disruption, dindOomKilled } = pod;
  const own = { memoryLimit, eviction, disruption, dindOomKilled, deleted: pod.deletionAt !== null };
  switch (state.kind) {
    case 'waiting':
      return { ...own, seen: 'waiting', exitCode: null, reason: state.reason, started: false };
    case 'running':
      return { ...own, seen: 'nothing', exitCode: null, reason: null, started: true };
    case 'terminated':
      return { ...own, seen: 'container', exitCode: state.exitCode, reason: state.reason, started: state.started };
  }
}
