/**
 * A Pod as observed. Phase and container state both lie (facts-kubernetes, trap D): after PodGC the container is still
 * `running`, and a kubelet's rejection reports no container at all. So the `runner` container counts first, and a final
 * phase only where that container has not ended.
 */
import type { ObservedPod, PodReason, RunnerState } from '../pool/observed.ts';
import { findFalse, findTrue } from './decode-conditions.ts';
import { recogniseEviction } from './decode-eviction.ts';
import { decodeHead, decodeOwner, decodeTags, type Head } from './decode-metadata.ts';
import { recognise } from './pod-reasons.ts';
import type { NamedObject } from './protocol.ts';
import { integerAt, objectAt, objectsAt, textAt, timeAt, type WireObject } from './wire.ts';

const RUNNER_CONTAINER = 'runner';
const DIND_CONTAINER = 'dind';

/** Null when it is no runner's of this pool. */
export function decodePod(object: NamedObject, poolUid: string): ObservedPod | null {
  const tags = decodeTags(object, poolUid);
  if (tags === null) return null;
  const head = decodeHead(object);
  const owner = decodeOwner(object);
  const status = objectAt(object, 'status');
  const runner = objectsAt(status, 'containerStatuses').find((container) => container['name'] === RUNNER_CONTAINER) ?? {};
  return {
    name: head.name,
    uid: head.uid,
    tags,
    ownerUid: owner?.uid ?? null,
    ownerKind: owner?.kind ?? null,
    createdAt: head.createdAt,
    deletionAt: head.deletionAt,
    state: runnerState(status, objectAt(runner, 'state'), head),
    final: isFinal(status),
    disruption: disruption(status),
    restarts: integerAt(runner, 'restartCount') ?? 0,
    lastExitCode: integerAt(lastEnd(runner), 'exitCode'),
    lastReason: recognise(textAt(lastEnd(runner), 'reason')),
    memoryLimit: memoryLimit(object),
    eviction: recogniseEviction(textAt(status, 'message')),
    dindOomKilled: isDindOomKilled(status),
  };
}

function lastEnd(container: WireObject): WireObject {
  return objectAt(objectAt(container, 'lastState'), 'terminated');
}

/** The API server writes canonical quantities; anything else is not repeated. */
function memoryLimit(pod: WireObject): string | null {
  const runner = objectsAt(objectAt(pod, 'spec'), 'containers').find((container) => container['name'] === RUNNER_CONTAINER) ?? {};
  const limit = textAt(objectAt(objectAt(runner, 'resources'), 'limits'), 'memory');
  return limit !== null && /^\d{1,19}(\.\d{1,9})?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|e\d{1,2})?$/.test(limit) ? limit : null;
}

/** The mark sticks to the state that the kernel's kill ended, which a restart moves to `lastState` (facts-kubernetes, trap E). */
function isDindOomKilled(status: WireObject): boolean {
  const dind = objectsAt(status, 'initContainerStatuses').find((init) => init['name'] === DIND_CONTAINER) ?? {};
  const ends = [objectAt(objectAt(dind, 'state'), 'terminated'), lastEnd(dind)];
  return ends.some((end) => textAt(end, 'reason') === 'OOMKilled');
}

function runnerState(status: WireObject, container: WireObject, head: Head): RunnerState {
  if (Object.hasOwn(container, 'terminated')) return containerEnd(objectAt(container, 'terminated'), status);
  const running = Object.hasOwn(container, 'running');
  if (isFinal(status)) {
    const succeeded = textAt(status, 'phase') === 'Succeeded';
    const exitCode = succeeded ? 0 : null;
    const started = running || succeeded;
    const reason = textAt(status, 'reason') ?? failedInitReason(status);
    return { kind: 'terminated', exitCode, started, reason: recognise(reason), finishedAt: null };
  }
  if (running) return { kind: 'running', startedAt: timeAt(objectAt(container, 'running'), 'startedAt') ?? head.createdAt };
  return { kind: 'waiting', reason: waitingReason(status, objectAt(container, 'waiting')) };
}

function isFinal(status: WireObject): boolean {
  const phase = textAt(status, 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function containerEnd(terminated: WireObject, status: WireObject): RunnerState {
  const own = textAt(terminated, 'reason');
  return {
    kind: 'terminated',
    exitCode: integerAt(terminated, 'exitCode'),
    // A Pod that is dropped while pending reports 137 without ever having run.
    started: timeAt(terminated, 'startedAt') !== null,
    // An evicted Pod's containers just say `Error`; the Pod says why (facts-kubernetes, section 3).
    reason: recognise(own === 'Error' ? (textAt(status, 'reason') ?? own) : own),
    finishedAt: timeAt(terminated, 'finishedAt'),
  };
}

/** How an init container ended that kept the runner from starting. */
function failedInitReason(status: WireObject): string | null {
  const ends = objectsAt(status, 'initContainerStatuses').map((init) => objectAt(objectAt(init, 'state'), 'terminated'));
  const failed = ends.find((end) => (integerAt(end, 'exitCode') ?? 0) !== 0);
  return failed === undefined ? null : textAt(failed, 'reason');
}

/** While init containers run, `runner` says `PodInitializing` whatever holds them up: their own reason says more. */
function waitingReason(status: WireObject, waiting: WireObject): PodReason | null {
  const own = textAt(waiting, 'reason');
  if (own !== null && own !== 'PodInitializing') return recognise(own);
  const reasons = objectsAt(status, 'initContainerStatuses').map((init) => textAt(objectAt(objectAt(init, 'state'), 'waiting'), 'reason'));
  const held = reasons.find((reason) => reason !== null && reason !== 'PodInitializing');
  if (held !== undefined) return recognise(held);
  return own === null && isUnschedulable(status) ? 'Unschedulable' : recognise(own);
}

function isUnschedulable(status: WireObject): boolean {
  return findFalse(status, 'PodScheduled')?.reason === 'Unschedulable';
}

/** Reasons of Kubernetes are one word; anything else is not repeated. */
function disruption(status: WireObject): string | null {
  const condition = findTrue(status, 'DisruptionTarget');
  if (condition === null) return null;
  return /^[A-Za-z]{1,64}$/.test(condition.reason) ? condition.reason : 'Unknown';
}
