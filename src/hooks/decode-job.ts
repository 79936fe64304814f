/** A Job as observed: recorded shapes of every end are in facts-kubernetes, section 3. */
import type { JobEnd, ObservedJob } from '../pool/observed.ts';
import { findTrue } from './decode-conditions.ts';
import { decodeHead, decodeTags } from './decode-metadata.ts';
import type { NamedObject } from './protocol.ts';
import { integerAt, objectAt, type WireObject } from './wire.ts';

/** Null when it is no runner's of this pool. */
export function decodeJob(object: NamedObject, poolUid: string): ObservedJob | null {
  const tags = decodeTags(object, poolUid);
  if (tags === null) return null;
  const head = decodeHead(object);
  const status = objectAt(object, 'status');
  return {
    kind: 'Job',
    uid: head.uid,
    tags,
    createdAt: head.createdAt,
    terminating: head.deletionAt !== null,
    countsEndedPod: countsEndedPod(status),
    end: decodeEnd(status),
  };
}

function countsEndedPod(status: WireObject): boolean {
  const uncounted = objectAt(status, 'uncountedTerminatedPods');
  return (
    ['succeeded', 'failed', 'terminating'].some((counter) => (integerAt(status, counter) ?? 0) > 0) ||
    Object.values(uncounted).some((uids) => Array.isArray(uids) && uids.length > 0)
  );
}

/** `FailureTarget` and `SuccessCriteriaMet` come up to the Pod's whole grace before the end: they are no end. */
function decodeEnd(status: WireObject): JobEnd | null {
  const end = findTrue(status, 'Complete', 'Failed');
  if (end === null) return null;
  const { reason, message } = end;
  const byPolicy = reason === 'PodFailurePolicy';
  return {
    type: end.type === 'Complete' ? 'Complete' : 'Failed',
    reason,
    exitCode: byPolicy ? policyExitCode(message) : null,
    disrupted: byPolicy && message.includes('has condition DisruptionTarget'),
    at: end.lastTransitionTime,
  };
}

/** The job controller writes: `Container runner for pod NS/NAME failed with exit code 75 matching FailJob rule at index 1`. */
function policyExitCode(message: string): number | null {
  const match = /^Container runner for pod \S+ failed with exit code (\d{1,3}) matching /.exec(message);
  return match === null ? null : Number(match[1]);
}
