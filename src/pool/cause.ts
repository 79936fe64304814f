/**
 * Why a runner died, in words: the first row that fits. Nothing that a Pod's author wrote is repeated: Kubernetes' facts come
 * as recognised words (`death.ts`). The exit code and the container's reason lie each in their own way (facts: kubelet, traps
 * D and E): a runner that was OOMKilled has a bad exit code too, and 137 without a start is no kill.
 */
import { type Death, deathOf, endOfProcess } from './death.ts';
import type { Judged } from './judge.ts';
import type { Cause } from './model.ts';
import type { Eviction, PodReason } from './observed.ts';

interface CauseRow {
  readonly when: (death: Death) => boolean;
  readonly reason: string;
  readonly message: string | ((death: Death) => string);
}

/** Killed by a signal, or nobody knows. */
const killed = ({ seen, exitCode }: Death): boolean => seen === 'container' && (exitCode === null || exitCode === 137 || exitCode === 143);
const failed = ({ seen, exitCode }: Death): boolean => seen === 'container' && exitCode !== 0;
const disruptedBy =
  (reason: string) =>
  (death: Death): boolean =>
    killed(death) && death.disruption === reason;

const CUT_SHORT = 'its grace period was shorter than its job';

export const CAUSES: readonly CauseRow[] = [
  { when: (death) => death.fetchLost, reason: 'FetchLost', message: 'the answer of its fetch got lost' },
  { when: (death) => death.lost, reason: 'NodeLost', message: 'its node no longer answers' },

  {
    when: (death) => failed(death) && death.started && death.reason === 'OOMKilled',
    reason: 'OOMKilled',
    message: ({ memoryLimit }) => (memoryLimit === null ? 'OOMKilled' : `OOMKilled, limit ${memoryLimit}`),
  },
  {
    when: (death) => failed(death) && death.started && death.reason === 'Evicted',
    reason: 'Evicted',
    message: ({ eviction }) => `evicted: ${eviction === null ? 'its node wanted its resources back' : EVICTIONS[eviction]}`,
  },
  {
    when: (death) => failed(death) && !death.started && death.reason === 'Evicted',
    reason: 'Rejected',
    message: ({ eviction }) => `turned down by its node: ${eviction === null ? 'it had none to spare' : EVICTIONS[eviction]}`,
  },
  {
    when: (death) => failed(death) && death.reason !== null && REJECTIONS.has(death.reason),
    reason: 'Rejected',
    message: ({ reason }) => `turned down by its node: ${reason}`,
  },
  { when: (death) => failed(death) && death.reason === 'StartError', reason: 'StartError', message: 'its command could not be started' },

  { when: disruptedBy('DeletionByPodGC'), reason: 'NodeGone', message: 'its node is gone' },
  { when: disruptedBy('DeletionByTaintManager'), reason: 'NodeTainted', message: 'its node was lost, or tainted with NoExecute' },
  {
    when: disruptedBy('PreemptionByScheduler'),
    reason: 'Preempted',
    message: `preempted by a Pod of higher priority, and ${CUT_SHORT}`,
  },
  { when: disruptedBy('EvictionByEvictionAPI'), reason: 'Drained', message: `evicted through the API (a drain), and ${CUT_SHORT}` },
  { when: disruptedBy('TerminationByKubelet'), reason: 'NodeShutdown', message: 'ended by its node, which was shut down' },
  {
    when: (death) => failed(death) && !death.started && (death.deleted || death.exitCode === 137),
    reason: 'NotStarted',
    message: 'its Pod was deleted before it had started',
  },
  {
    when: (death) => death.job === 'deadline' && death.exitCode !== 0,
    reason: 'DeadlineExceeded',
    message: 'its Job was active for longer than its deadline',
  },
  { when: (death) => killed(death) && death.deleted, reason: 'Deleted', message: `its Pod was deleted, and ${CUT_SHORT}` },
  { when: (death) => failed(death) && !death.started, reason: 'NotStarted', message: 'an init container failed' },
  { when: (death) => failed(death) && death.dindOomKilled, reason: 'DindOOMKilled', message: 'its dind container was OOMKilled' },

  { when: (death) => failed(death) && death.exitCode === 137, reason: 'Killed', message: 'killed (SIGKILL)' },
  { when: (death) => failed(death) && death.exitCode === 143, reason: 'Killed', message: 'ended by SIGTERM' },
  { when: (death) => failed(death) && death.exitCode === 139, reason: 'Crashed', message: 'crashed (SIGSEGV)' },
  {
    when: (death) => failed(death) && death.exitCode === 1 && !death.registered,
    reason: 'Unregistered',
    message: 'its registration was removed',
  },
  { when: (death) => failed(death) && death.exitCode !== null, reason: 'Failed', message: 'it ended with an error' },
  { when: (death) => death.seen === 'container', reason: 'Ended', message: 'its container has ended' },

  { when: (death) => death.seen === 'waiting' && !death.secret, reason: 'NotStarted', message: 'its Secret was not there' },
  { when: (death) => death.seen === 'waiting', reason: 'NotStarted', message: 'its workload was deleted before it had started' },
  {
    when: (death) => death.refused,
    reason: 'NotStarted',
    message: 'its workload could not be created; the events of the pool say why (kubectl describe runnerpool)',
  },
  {
    when: (death) => death.seen === 'job' && death.job === 'disrupted',
    reason: 'Disrupted',
    message: 'its Pod was evicted or preempted, or its node is gone',
  },
  { when: (death) => death.seen === 'job', reason: 'Failed', message: 'its Job failed' },
];

const EVICTIONS: Readonly<Record<Eviction, string>> = {
  nodeMemory: 'node was low on memory',
  nodeStorage: 'node was low on ephemeral-storage',
  nodeInodes: 'node was low on inodes',
  nodePids: 'node was low on pids',
  storageLimit: 'it used more ephemeral-storage than its limit',
  volumeLimit: 'a volume grew beyond its limit',
};

const REJECTIONS: ReadonlySet<PodReason> = new Set(['OutOfcpu', 'OutOfmemory', 'OutOfpods', 'NodeAffinity', 'NodeShutdown']);

const NOTHING_LEFT = { reason: 'PodGone', message: 'its Pod is gone' };

/** Every word that a death may have. */
export const CAUSE_REASONS: readonly string[] = [...CAUSES, NOTHING_LEFT].map(({ reason }) => reason);

export function wordsFor(death: Death): Cause {
  const { reason, message } = CAUSES.find(({ when }) => when(death)) ?? NOTHING_LEFT;
  return { reason, message: typeof message === 'function' ? message(death) : message, exitCode: death.exitCode };
}

/** A Pod may be gone before its end can be judged: then what was to be seen of it earlier tells more. */
export function causeOf(slot: Judged): Cause {
  const death = deathOf(slot);
  const before = slot.remembered?.cause ?? null;
  const vague = death.seen !== 'container' && !death.lost && !death.fetchLost;
  return before !== null && vague ? before : wordsFor(death);
}

/**
 * What to remember of the end of a runner, or, while a persistent one holds a task, of the process that may have had it: its
 * Pod is soon gone.
 */
export function causeToRemember(slot: Judged): Cause | null {
  const before = slot.remembered?.cause ?? null;
  if (slot.kind === 'Deployment' && slot.evidence.workload === 'present') {
    const death = endOfProcess(slot);
    const holdsTask = slot.remembered !== null && (slot.remembered.task !== null || slot.remembered.lostTasks.length > 0);
    return holdsTask ? (death === null ? before : wordsFor(death)) : null;
  }
  const { seen, exitCode } = deathOf(slot);
  const died = slot.evidence.end === 'died' || slot.evidence.end === 'lostFetch' || (slot.kind === 'Deployment' && exitCode !== 0);
  return died && seen === 'container' ? causeOf(slot) : before;
}

/** Why a task got lost although its runner lives: a process of it died, or the answer of its fetch did not arrive. */
export function causeOfLostTask(slot: Judged): Cause {
  const death = endOfProcess(slot);
  if (death !== null) return wordsFor(death);
  return slot.remembered?.cause ?? wordsFor({ ...deathOf(slot), fetchLost: true, exitCode: null });
}

/** One line for the log of the job that a runner held. */
export function noticeOf(cause: Cause, runner: string): string {
  const head = cause.reason === 'FetchLost' ? 'nobody works on this job' : 'the runner died';
  const code = cause.exitCode === null ? '' : `, exit code ${cause.exitCode}`;
  return `${head}: ${cause.message} (runner ${runner}${code})`;
}
