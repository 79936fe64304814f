import { describe, expect, it } from 'vitest';
import { decodeJob } from '../../src/hooks/decode-job.ts';
import type { NamedObject } from '../../src/hooks/protocol.ts';

const AT = '2026-11-24T23:09:13Z';

function job(status: object): NamedObject & { readonly status: object } {
  const labels = { 'forgejo-runner-operator.dev/pool-uid': 'pool-uid', 'forgejo-runner-operator.dev/runner': 'r' };
  const metadata = { name: 'r', namespace: 'ci', uid: 'job-uid', creationTimestamp: '2026-11-24T23:09:00Z', labels };
  return { metadata, status };
}

function failed(reason: string, message: string): object {
  return { conditions: [{ type: 'Failed', status: 'True', reason, message, lastTransitionTime: AT }] };
}

describe('the end of a Job', () => {
  it.each([
    {
      status: failed('PodFailurePolicy', 'Container runner for pod k/r-x failed with exit code 75 matching FailJob rule at index 1'),
      end: { type: 'Failed', reason: 'PodFailurePolicy', exitCode: 75, disrupted: false, at: Date.parse(AT) },
      because: 'the policy names the exit code',
    },
    {
      status: failed('PodFailurePolicy', 'Pod k/r-x has condition DisruptionTarget matching FailJob rule at index 2'),
      end: { type: 'Failed', reason: 'PodFailurePolicy', exitCode: null, disrupted: true, at: Date.parse(AT) },
      because: 'the policy names the disruption',
    },
    {
      status: failed('PodFailurePolicy', 'Container dind for pod k/r-x failed with exit code 2 matching FailJob rule at index 0'),
      end: { type: 'Failed', reason: 'PodFailurePolicy', exitCode: null, disrupted: false, at: Date.parse(AT) },
      because: 'only the runner container counts',
    },
    {
      status: failed('BackoffLimitExceeded', 'Container runner for pod k/r-x failed with exit code 2 matching FailJob rule at index 0'),
      end: { type: 'Failed', reason: 'BackoffLimitExceeded', exitCode: null, disrupted: false, at: Date.parse(AT) },
      because: 'only the policy writes that message',
    },
    {
      status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: AT }] },
      end: { type: 'Complete', reason: '', exitCode: null, disrupted: false, at: Date.parse(AT) },
      because: 'a condition need not have a reason',
    },
    {
      status: { conditions: [{ type: 'FailureTarget', status: 'True', lastTransitionTime: AT }] },
      end: null,
      because: 'its Pod is still ending',
    },
    {
      status: { conditions: [{ type: 'SuccessCriteriaMet', status: 'True', lastTransitionTime: AT }] },
      end: null,
      because: 'it is about to be Complete',
    },
    {
      status: { conditions: [{ type: 'Complete', status: 'False', lastTransitionTime: AT }] },
      end: null,
      because: 'False says that it has not',
    },
    {
      status: { conditions: [{ type: 'Complete', status: 'True' }] },
      end: null,
      because: 'no list can be read after an end without a time',
    },
    { status: { conditions: [{ status: 'True', lastTransitionTime: AT }] }, end: null, because: 'a condition has a type' },
    { status: { succeeded: 1 }, end: null, because: 'counters are no end' },
  ])('is $end: $because', ({ status, end }) => {
    expect(decodeJob(job(status), 'pool-uid')?.end).toEqual(end);
  });
});

describe('a Job counts an ended Pod', () => {
  it.each([
    { status: {}, counts: false, because: 'it is new' },
    { status: { active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} }, counts: false, because: 'its Pod is active' },
    { status: { succeeded: 1 }, counts: true, because: 'it succeeded' },
    { status: { failed: 1 }, counts: true, because: 'it failed' },
    { status: { terminating: 1 }, counts: true, because: 'it is terminating' },
    { status: { uncountedTerminatedPods: { succeeded: ['u'] } }, counts: true, because: 'it waits to be counted' },
    { status: { uncountedTerminatedPods: { succeeded: [] } }, counts: false, because: 'an empty list counts nothing' },
  ])('$counts: $because', ({ status, counts }) => {
    expect(decodeJob(job(status), 'pool-uid')?.countsEndedPod).toBe(counts);
  });

  it('is none of ours when its labels name another pool', () => {
    expect(decodeJob(job({}), 'other')).toBeNull();
  });
});
