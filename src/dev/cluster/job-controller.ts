/**
 * The Job controller: one Pod at a time (`podReplacementPolicy: Failed`), counted through the tracking finalizer, with the
 * order of status writes that was recorded (K1–K4, K10, K12). A Pod's change is looked at one second later, as measured.
 */
import { isSame } from '../../pool/same.ts';
import { isApiError } from './api-error.ts';
import { type Condition, controllerOf, type JobObject, type JobStatus, type PodObject, timestamp } from './objects.ts';
import { hasEnded, isDeleted, isReady, isTracked, podFrom, podsOf, releasePod, TRACKING_FINALIZER } from './owned-pods.ts';
import { failureOf, type JobFailure } from './pod-failure-policy.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

const FIRST_SYNC_MS = 30;
const STATUS_MS = 21;
const BATCH_MS = 1000;
const STEP_MS = 25;
const RETRY_MS = 5000;

const DEADLINE: JobFailure = { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };

function has(job: JobObject, ...types: readonly string[]): boolean {
  return job.status?.conditions?.some((condition) => types.includes(condition.type) && condition.status === 'True') === true;
}

/** A Job without active Pods has no such field. */
function inactive(status: JobStatus): JobStatus {
  const { active: _, ...rest } = status;
  return rest;
}

export function startJobController(store: Store, tasks: Tasks): void {
  const due = new Map<string, number>();
  const busy = new Set<string>();

  function find(uid: string): JobObject | undefined {
    const object = store.byUid(uid);
    return object?.kind === 'Job' ? (object as JobObject) : undefined; // its kind says so
  }

  function setStatus(uid: string, change: (status: JobStatus) => JobStatus): void {
    const job = find(uid);
    if (job === undefined) return;
    store.update('Job', job.metadata.namespace ?? '', job.metadata.name, (object) => {
      const before = object.status ?? {};
      const startTime = before.startTime ?? timestamp(tasks.clock.now());
      const status = change({ uncountedTerminatedPods: {}, ...before, startTime });
      return isSame(before, status) ? object : { ...object, status };
    });
  }

  function condition(type: string, reason: string, message: string): Condition {
    const now = timestamp(tasks.clock.now());
    return { lastProbeTime: now, lastTransitionTime: now, message, reason, status: 'True', type };
  }

  function counts(pods: readonly PodObject[]): (status: JobStatus) => JobStatus {
    const open = pods.filter((pod) => !hasEnded(pod));
    const active = open.filter((pod) => !isDeleted(pod));
    return (status) => ({
      ...inactive(status),
      ...(active.length === 0 ? {} : { active: active.length }),
      ready: active.filter(isReady).length,
      terminating: open.length - active.length,
    });
  }

  function add(status: JobStatus, ...conditions: readonly Condition[]): JobStatus {
    return { ...status, conditions: [...(status.conditions ?? []), ...conditions] };
  }

  function schedule(uid: string, ms: number): void {
    const at = tasks.clock.now() + ms;
    const earlier = due.get(uid);
    if (earlier !== undefined && earlier <= at) return;
    due.set(uid, at);
    tasks.after(ms, async () => {
      if (due.get(uid) !== at) return;
      due.delete(uid);
      if (busy.has(uid)) return schedule(uid, STEP_MS);
      busy.add(uid);
      try {
        await sync(uid);
      } finally {
        busy.delete(uid);
      }
    });
  }

  function createPod(job: JobObject): void {
    try {
      store.create(podFrom(job.spec.template, job, {}, [TRACKING_FINALIZER]));
    } catch (error) {
      if (!isApiError(error)) throw error;
      schedule(job.metadata.uid, RETRY_MS);
    }
  }

  /** The Pod has ended: what it means, then its finalizer, then the count. */
  async function count(job: JobObject, pod: PodObject): Promise<void> {
    const uid = job.metadata.uid;
    const failed = job.status?.failed ?? 0;
    const succeeded = pod.status.phase === 'Succeeded';
    const failure = succeeded ? null : failureOf(job, pod, failed);
    const end = succeeded
      ? {
          target: 'SuccessCriteriaMet',
          final: 'Complete',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
        }
      : failure === null || failure === 'ignored'
        ? null
        : { target: 'FailureTarget', final: 'Failed', ...failure };
    setStatus(uid, (status) => {
      const counted = counts(podsOf(store, uid))(status);
      const uncounted = { ...counted, uncountedTerminatedPods: { [succeeded ? 'succeeded' : 'failed']: [pod.metadata.uid] } };
      return end === null || has(job, end.target) ? uncounted : add(uncounted, condition(end.target, end.reason, end.message));
    });
    await tasks.clock.sleep(STEP_MS, tasks.signal);
    releasePod(store, pod);
    await tasks.clock.sleep(STEP_MS, tasks.signal);
    setStatus(uid, (status) => {
      const total = {
        ...status,
        ...(succeeded ? { succeeded: 1 } : failure === 'ignored' ? {} : { failed: failed + 1 }),
        uncountedTerminatedPods: {},
      };
      if (end === null || has(job, end.final)) return total;
      const done = add(total, condition(end.final, end.reason, end.message));
      return succeeded ? { ...done, completionTime: timestamp(tasks.clock.now()) } : done;
    });
    if (end === null) schedule(uid, BATCH_MS);
  }

  /** Facts measured, trap I: the deadline counts the Pod as failed at once, and Failed follows when it is gone. */
  async function failByDeadline(job: JobObject, pods: readonly PodObject[]): Promise<void> {
    const open = pods.filter((pod) => !hasEnded(pod));
    for (const pod of open) if (!isDeleted(pod)) store.delete('Pod', pod.metadata.namespace ?? '', pod.metadata.name);
    await tasks.clock.sleep(STEP_MS, tasks.signal);
    for (const pod of open) releasePod(store, pod);
    setStatus(job.metadata.uid, (status) =>
      add(
        { ...inactive(status), ready: 0, terminating: open.length, failed: (status.failed ?? 0) + open.length },
        condition('FailureTarget', DEADLINE.reason, DEADLINE.message),
      ),
    );
    schedule(job.metadata.uid, BATCH_MS);
  }

  function finishDeadline(job: JobObject, pods: readonly PodObject[]): void {
    const open = pods.filter((pod) => !hasEnded(pod));
    if (open.length === 0 && job.status?.terminating === 0) {
      setStatus(job.metadata.uid, (status) => add(status, condition('Failed', DEADLINE.reason, DEADLINE.message)));
      return;
    }
    setStatus(job.metadata.uid, (status) => ({ ...status, terminating: open.length }));
    if (open.length === 0) schedule(job.metadata.uid, STEP_MS);
  }

  async function sync(uid: string): Promise<void> {
    const job = find(uid);
    if (job === undefined || has(job, 'Complete', 'Failed')) return;
    const pods = podsOf(store, uid);
    if (isDeleted(job)) {
      for (const pod of pods) releasePod(store, pod);
      setStatus(uid, counts(podsOf(store, uid)));
      return;
    }
    if (has(job, 'FailureTarget')) return finishDeadline(job, pods);
    const startedAt = job.status?.startTime === undefined ? tasks.clock.now() : Date.parse(job.status.startTime);
    const deadline = startedAt + (job.spec.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    const ended = pods.find((pod) => hasEnded(pod) && isTracked(pod));
    if (ended !== undefined) return count(job, ended);
    if (tasks.clock.now() >= deadline) return failByDeadline(job, pods);
    if (Number.isFinite(deadline)) schedule(uid, deadline - tasks.clock.now());
    if (!pods.some((pod) => !hasEnded(pod))) {
      createPod(job);
      await tasks.clock.sleep(STATUS_MS, tasks.signal);
    }
    setStatus(uid, counts(podsOf(store, uid)));
  }

  store.watch((event) => {
    if (event.kind === 'Job') {
      if (event.type === 'ADDED') schedule(event.object.metadata.uid, FIRST_SYNC_MS);
      if (event.type === 'MODIFIED' && isDeleted(event.object)) schedule(event.object.metadata.uid, STEP_MS);
      if (event.type === 'DELETED') {
        const pods = podsOf(store, event.object.metadata.uid);
        tasks.after(STEP_MS, () => pods.forEach((pod) => releasePod(store, pod)));
      }
    }
    if (event.kind === 'Pod') {
      const owner = controllerOf(event.object);
      if (owner?.kind === 'Job') schedule(owner.uid, BATCH_MS);
    }
  });
}
