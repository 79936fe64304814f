import { describe, expect, it } from 'vitest';
import { decodePod } from '../../src/hooks/decode-pod.ts';
import type { NamedObject } from '../../src/hooks/protocol.ts';

const CREATED = '2026-11-24T23:09:00Z';
const metadata = {
  name: 'r-x',
  namespace: 'ci',
  uid: 'pod-uid',
  creationTimestamp: CREATED,
  labels: { 'forgejo-runner-operator.dev/pool-uid': 'pool-uid', 'forgejo-runner-operator.dev/runner': 'r' },
};

function pod(status: object, more: object = {}): NamedObject & { readonly status: object } {
  return { metadata: { ...metadata, ...more }, status };
}

function runner(state: object, more: object = {}): { readonly containerStatuses: readonly object[] } {
  return {
    containerStatuses: [
      { name: 'other', state: { running: {} } },
      { name: 'runner', state, ...more },
    ],
  };
}

function dind(state: object): { readonly initContainerStatuses: readonly object[] } {
  return {
    initContainerStatuses: [
      { name: 'prep', state: {} },
      { name: 'dind', state },
    ],
  };
}

describe('the state of a runner', () => {
  it.each([
    { status: {}, state: { kind: 'waiting', reason: null }, because: 'the Pod has just been created' },
    { status: runner({}), state: { kind: 'waiting', reason: null }, because: 'Kubernetes reads an empty state as waiting' },
    {
      status: runner({ waiting: { reason: 'ErrImagePull', message: 'x' } }),
      state: { kind: 'waiting', reason: 'ErrImagePull' },
      because: 'the container says why',
    },
    {
      status: runner({ waiting: { reason: 'SomethingNew' } }),
      state: { kind: 'waiting', reason: 'Unknown' },
      because: 'raw text never enters the status',
    },
    {
      status: runner({ waiting: { reason: 'constructor' } }),
      state: { kind: 'waiting', reason: 'Unknown' },
      because: 'reasons are looked up as own keys',
    },
    {
      status: { ...runner({ waiting: { reason: 'PodInitializing' } }), ...dind({ waiting: { reason: 'CrashLoopBackOff' } }) },
      state: { kind: 'waiting', reason: 'CrashLoopBackOff' },
      because: 'dind holds it up',
    },
    {
      status: { ...runner({ waiting: { reason: 'PodInitializing' } }), ...dind({ waiting: { reason: 'PodInitializing' } }) },
      state: { kind: 'waiting', reason: 'PodInitializing' },
      because: 'no init container is to blame',
    },
    {
      status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: CREATED }] },
      state: { kind: 'waiting', reason: 'Unschedulable' },
      because: 'the scheduler says so',
    },
    {
      status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', lastTransitionTime: CREATED }] },
      state: { kind: 'waiting', reason: null },
      because: 'only one word of the scheduler is known',
    },
    {
      status: { phase: 'Running', ...runner({ running: { startedAt: '2026-11-24T23:09:05Z' } }) },
      state: { kind: 'running', startedAt: Date.parse('2026-11-24T23:09:05Z') },
      because: 'it runs',
    },
    {
      status: { phase: 'Running', ...runner({ running: {} }) },
      state: { kind: 'running', startedAt: Date.parse(CREATED) },
      because: 'it did not start before its Pod',
    },
    {
      status: { phase: 'Failed', ...runner({ running: { startedAt: CREATED } }) },
      state: { kind: 'terminated', exitCode: null, started: true, reason: null, finishedAt: null },
      because: 'PodGC leaves the container as it was',
    },
    {
      status: { phase: 'Failed', reason: 'OutOfcpu' },
      state: { kind: 'terminated', exitCode: null, started: false, reason: 'OutOfcpu', finishedAt: null },
      because: 'a kubelet that rejects reports no container',
    },
    {
      status: {
        phase: 'Failed',
        ...runner({ waiting: { reason: 'PodInitializing' } }),
        ...dind({ terminated: { exitCode: 3, reason: 'Error' } }),
      },
      state: { kind: 'terminated', exitCode: null, started: false, reason: 'Error', finishedAt: null },
      because: 'an init container failed',
    },
    {
      status: { phase: 'Succeeded' },
      state: { kind: 'terminated', exitCode: 0, started: true, reason: null, finishedAt: null },
      because: 'a Pod succeeds by exit codes of 0 alone',
    },
    {
      status: {
        phase: 'Running',
        ...runner({ terminated: { exitCode: 75, reason: 'Error', startedAt: CREATED, finishedAt: '2026-11-24T23:10:00Z' } }),
      },
      state: { kind: 'terminated', exitCode: 75, started: true, reason: 'Error', finishedAt: Date.parse('2026-11-24T23:10:00Z') },
      because: 'the container ends before the phase does',
    },
    {
      status: { phase: 'Failed', reason: 'Evicted', ...runner({ terminated: { exitCode: 137, reason: 'Error', startedAt: CREATED } }) },
      state: { kind: 'terminated', exitCode: 137, started: true, reason: 'Evicted', finishedAt: null },
      because: 'the Pod knows why',
    },
    {
      status: { phase: 'Failed', reason: 'Evicted', ...runner({ terminated: { exitCode: 0, reason: 'OOMKilled', startedAt: CREATED } }) },
      state: { kind: 'terminated', exitCode: 0, started: true, reason: 'OOMKilled', finishedAt: null },
      because: 'a step was killed, not the runner',
    },
    {
      status: runner({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null, finishedAt: null } }),
      state: { kind: 'terminated', exitCode: 137, started: false, reason: 'ContainerStatusUnknown', finishedAt: null },
      because: 'it was dropped before it started',
    },
    {
      status: runner({ terminated: 'nonsense' }),
      state: { kind: 'terminated', exitCode: null, started: false, reason: null, finishedAt: null },
      because: 'what ended has ended, however odd',
    },
  ])('is $state.kind: $because', ({ status, state }) => {
    expect(decodePod(pod(status), 'pool-uid')?.state).toEqual(state);
  });
});

describe('a Pod', () => {
  it('tells its owner, its end and its restarts', () => {
    const ownerReferences = [
      { kind: 'Node', uid: 'n' },
      { kind: 'ReplicaSet', uid: 'rs', controller: true },
    ];
    const crashed = runner({ running: {} }, { restartCount: 2, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: CREATED };
    const decoded = decodePod(
      pod({ ...crashed, conditions: [condition] }, { ownerReferences, deletionTimestamp: '2026-11-24T23:19:00Z' }),
      'pool-uid',
    );
    expect(decoded).toMatchObject({
      name: 'r-x',
      uid: 'pod-uid',
      ownerUid: 'rs',
      ownerKind: 'ReplicaSet',
      createdAt: Date.parse(CREATED),
      deletionAt: Date.parse('2026-11-24T23:19:00Z'),
      disruption: 'EvictionByEvictionAPI',
      restarts: 2,
      lastExitCode: 1,
      lastReason: 'Error',
    });
  });

  it.each([
    { limits: { memory: '2Gi' }, limit: '2Gi', because: 'it is a quantity' },
    { limits: { memory: '1536M' }, limit: '1536M', because: 'decimal suffixes are quantities too' },
    { limits: { memory: '2Gi, <script>' }, limit: null, because: 'raw text is not repeated' },
    { limits: { cpu: '2' }, limit: null, because: 'it has a limit for another resource' },
    { limits: undefined, limit: null, because: 'it has no limit' },
  ])('has the memory limit $limit: $because', ({ limits, limit }) => {
    const spec = {
      containers: [
        { name: 'other', resources: { limits: { memory: '1Gi' } } },
        { name: 'runner', resources: { limits } },
      ],
    };
    const object = { ...pod({}), spec };
    expect(decodePod(object, 'pool-uid')?.memoryLimit).toBe(limit);
  });

  it.each([
    { state: { terminated: { reason: 'OOMKilled', exitCode: 137 } }, is: true, because: 'it is dead now' },
    { state: { running: {} }, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } }, is: true, because: 'it was restarted' },
    { state: { running: {} }, lastState: { terminated: { reason: 'Error', exitCode: 1 } }, is: false, because: 'it ended by itself' },
    { state: { running: {} }, is: false, because: 'it runs' },
  ])('tells of its dind container that it was OOMKilled ($is): $because', ({ state, lastState = {}, is }) => {
    const status = { initContainerStatuses: [{ name: 'dind', state, lastState }] };
    expect(decodePod(pod(status), 'pool-uid')?.dindOomKilled).toBe(is);
  });

  it.each([
    { status: { phase: 'Failed', reason: 'Evicted' }, is: true, because: 'nothing of it starts again' },
    { status: { phase: 'Succeeded' }, is: true, because: 'nothing of it starts again' },
    {
      status: { phase: 'Running', ...runner({ terminated: { exitCode: 1 } }) },
      is: false,
      because: 'a Deployment starts the container again',
    },
    { status: { phase: 'Pending' }, is: false, because: 'it has not started' },
  ])('tells whether it is final ($is): $because', ({ status, is }) => {
    expect(decodePod(pod(status), 'pool-uid')?.final).toBe(is);
  });

  it.each([
    { ownerReferences: undefined, owner: { ownerUid: null, ownerKind: null }, because: 'an orphan has no owner' },
    {
      ownerReferences: [{ kind: 'Job', uid: 'j' }],
      owner: { ownerUid: null, ownerKind: null },
      because: 'only the controlling owner counts',
    },
    {
      ownerReferences: [{ kind: 'Job', uid: 'j', controller: true }],
      owner: { ownerUid: 'j', ownerKind: 'Job' },
      because: 'a Job owns it',
    },
    {
      ownerReferences: [{ kind: 'Other', controller: true }],
      owner: { ownerUid: '', ownerKind: null },
      because: 'another owner is none of ours',
    },
  ])('has the owner $owner: $because', ({ ownerReferences, owner }) => {
    expect(decodePod(pod({}, { ownerReferences }), 'pool-uid')).toMatchObject(owner);
  });

  it.each([
    { condition: { type: 'DisruptionTarget', status: 'False', reason: 'X' }, disruption: null, because: 'it has been withdrawn' },
    {
      condition: { type: 'DisruptionTarget', status: 'True', reason: 'a b <script>' },
      disruption: 'Unknown',
      because: 'a reason is one word',
    },
    { condition: { type: 'DisruptionTarget', status: 'True' }, disruption: 'Unknown', because: 'a disruption is one without a reason too' },
    {
      condition: { type: 'DisruptionTarget', status: 'Perhaps', reason: 'X' },
      disruption: null,
      because: 'a condition is True, False or Unknown',
    },
  ])('has the disruption $disruption: $because', ({ condition, disruption }) => {
    const conditions = [{ ...condition, lastTransitionTime: CREATED }];
    expect(decodePod(pod({ conditions }), 'pool-uid')?.disruption).toBe(disruption);
  });

  it.each([
    { labels: {}, because: 'it has no labels' },
    { labels: { 'forgejo-runner-operator.dev/pool-uid': 'pool-uid' }, because: 'it has no runner' },
    { labels: { ...metadata.labels, 'forgejo-runner-operator.dev/pool-uid': 'other' }, because: "it is another pool's" },
  ])('is none of ours when $because', ({ labels }) => {
    expect(decodePod(pod({}, { labels }), 'pool-uid')).toBeNull();
  });
});
