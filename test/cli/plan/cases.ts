/** Pools, queues and what is said of them: each reason that a job or a runner can have stands in one of these at least. */
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_SPEC_HASH,
  API_VERSION,
  KIND,
  LABEL_POOL_UID,
  LABEL_RUNNER,
} from '../../../src/api/keys.ts';
import { describeOwnership } from '../../../src/pool/ownership.ts';
import { MINIMAL, patched } from '../../api/specs.ts';
import { jobRow, runnerRow } from '../../forgejo/support/answers.ts';
import { NOW } from './support.ts';

type Json = Readonly<Record<string, unknown>>;

export interface PlanCase {
  /** A sentence; also the name of its golden file. */
  readonly situation: string;
  readonly because: string;
  /** Of the pool, beside the minimal one. */
  readonly spec?: Json;
  readonly status?: Json;
  readonly metadata?: Json;
  /** What kubectl printed beside the pool. */
  readonly objects?: readonly Json[];
  readonly queue?: readonly Json[];
  readonly registrations?: readonly Json[];
  readonly args?: readonly string[];
}

const UID = '6b7f0c1e-0000-4000-8000-000000000001';
const OTHER = '6b7f0c1e-0000-4000-8000-000000000002';
const HANDLE = 'handle-7';
const MINUTE = 60_000;

function time(minutesAgo: number): string {
  return new Date(NOW - minutesAgo * MINUTE).toISOString();
}

export function poolOf({ spec = {}, status, metadata = {} }: Pick<PlanCase, 'spec' | 'status' | 'metadata'>): Json {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'docker', namespace: 'ci', uid: UID, generation: 3, creationTimestamp: time(600), ...metadata },
    spec: patched(MINIMAL, spec),
    ...(status === undefined ? {} : { status }),
  };
}

interface RunnerOptions {
  readonly handle?: string;
  readonly kind?: 'Job' | 'Deployment';
  readonly pod?: Json;
  readonly minutesAgo?: number;
  readonly specHash?: string;
  /** Of the Job, once it has ended. */
  readonly ended?: 'Complete' | 'Failed';
}

/** Secret, workload and Pod of one runner, as the operator and the cluster make them. */
function runner(name: string, id: number, options: RunnerOptions = {}): readonly Json[] {
  const {
    handle = '-',
    kind = 'Job',
    minutesAgo = 5,
    specHash,
    ended,
    pod = {
      phase: 'Running',
      containerStatuses: [{ name: 'runner', restartCount: 0, state: { running: { startedAt: time(minutesAgo) } } }],
    },
  } = options;
  const metadata = (own: string, suffix = ''): Json => ({
    name: `${name}${suffix}`,
    namespace: 'ci',
    uid: own,
    creationTimestamp: time(minutesAgo),
    labels: { [LABEL_POOL_UID]: UID, [LABEL_RUNNER]: name },
    annotations: {
      [ANNOTATION_HANDLE]: handle,
      [ANNOTATION_ATTEMPT]: '1',
      [ANNOTATION_REGISTRATION_ID]: String(id),
      [ANNOTATION_REGISTRATION_UUID]: `uuid-${id}`,
      [ANNOTATION_ISSUED_AT]: time(minutesAgo),
      ...(specHash === undefined ? {} : { [ANNOTATION_SPEC_HASH]: specHash }),
    },
  });
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const owner = kind === 'Job' ? { kind: 'Job', apiVersion: 'batch/v1', name } : { kind: 'ReplicaSet', apiVersion: 'apps/v1', name };
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(`secret-${id}`),
      data: { id: encoded(String(id)), uuid: encoded(`uuid-${id}`), token: encoded('t0k3n-of-a-runner') },
    },
    kind === 'Job'
      ? {
          apiVersion: 'batch/v1',
          kind,
          metadata: metadata(`job-${id}`),
          spec: {},
          status: {
            conditions:
              ended === undefined ? [] : [{ type: ended, status: 'True', reason: 'PodFailurePolicy', lastTransitionTime: time(1) }],
          },
        }
      : { apiVersion: 'apps/v1', kind, metadata: metadata(`deployment-${id}`), spec: {}, status: {} },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata(`pod-${id}`, '-x'),
        ownerReferences: [{ ...owner, uid: kind === 'Job' ? `job-${id}` : `set-${id}`, controller: true }],
      },
      status: pod,
    },
  ];
}

function backoff(key: string, changes: Json = {}): Json {
  return { key, attempts: 2, failures: 2, until: time(-2), heldBack: false, lastRunner: 'ci-docker-old', ...changes };
}

const WAITING = [jobRow(7, { handle: HANDLE, name: 'build' })];

export const CASES: readonly PlanCase[] = [
  { situation: 'nothing waits', because: 'an empty queue is assumed, and said' },
  { situation: 'two jobs wait', because: 'each gets a runner of its own', args: ['--waiting', '2'] },
  {
    situation: 'more jobs wait than the maximum',
    because: 'the first ones get a runner, and it is said who waits for what',
    spec: { maxRunners: 2 },
    args: ['--waiting', '4'],
  },
  {
    situation: 'jobs that ask for something else',
    because: 'the pool is not for them',
    args: ['--waiting', '1', '--labels', 'docker,arm64'],
  },
  { situation: 'a pool with idle runners to keep', because: 'minRunners are made without any job', spec: { minRunners: 2 } },
  {
    situation: 'a window of a schedule is open',
    because: 'limits are those of that moment',
    spec: {
      schedules: [
        { name: 'office-hours', timeZone: 'Europe/Berlin', start: '0 8 * * 1-5', duration: '10h', minRunners: 2, maxRunners: 20 },
      ],
    },
    args: ['--at', '2026-03-02T08:00:00+01:00'],
  },
  {
    situation: 'a window of a schedule is not open yet',
    because: 'the same pool a minute earlier',
    spec: {
      schedules: [
        { name: 'office-hours', timeZone: 'Europe/Berlin', start: '0 8 * * 1-5', duration: '10h', minRunners: 2, maxRunners: 20 },
      ],
    },
    args: ['--at', '2026-03-02T07:59:00+01:00'],
  },
  { situation: 'the pool is paused', because: 'it makes no new runner', spec: { paused: true }, args: ['--waiting', '1'] },
  {
    situation: 'a persistent pool scales up',
    because: 'its runners are for any job',
    spec: { mode: 'Persistent', maxRunners: 2 },
    args: ['--waiting', '3'],
  },
  {
    situation: 'jobs must wait before they are taken',
    because: 'an overflow pool lets others come first',
    spec: { claimDelaySeconds: 60 },
    args: ['--waiting', '1'],
  },
  {
    situation: 'a queue with a job of every kind',
    because: 'what becomes of each is said',
    spec: { fairness: { maxRunnersPerRepository: 1 }, repositories: { deny: ['9'] } },
    queue: [
      jobRow(7, { name: 'third of one repository' }),
      jobRow(6, { name: 'second of one repository' }),
      jobRow(5, { name: 'denied', repo_id: 9 }),
      jobRow(4, { name: 'impossible', runs_on: [] }),
      jobRow(3, { name: 'other', runs_on: ['macos'] }),
      jobRow(2, { name: 'first', repo_id: 2 }),
      jobRow(1, { name: 'at work', repo_id: 3, status: 'running', task_id: 4 }),
    ],
  },
  {
    situation: 'runners at work, starting and idle',
    because: 'each phase has its reason',
    spec: { minRunners: 1 },
    objects: [
      ...runner('ci-docker-busy', 11, { handle: 'handle-1' }),
      ...runner('ci-docker-idle', 12, { minutesAgo: 30 }),
      ...runner('ci-docker-new', 13, {
        handle: 'handle-3',
        minutesAgo: 1,
        pod: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      }),
    ],
    queue: [
      jobRow(4, { name: 'for the idle one' }),
      jobRow(3, { name: 'starting' }),
      jobRow(1, { name: 'at work', status: 'running', task_id: 4 }),
    ],
  },
  {
    situation: 'runners whose phase only the status knows',
    because: 'without a queue what ran is taken to run on',
    objects: runner('ci-docker-busy', 11, { handle: 'handle-1' }),
    args: ['--waiting', '0'],
  },
  {
    situation: 'a runner has ended with its job',
    because: 'its Secret is let go, and its Job stays as history',
    objects: runner('ci-docker-done', 11, {
      ended: 'Complete',
      handle: 'handle-1',
      pod: {
        phase: 'Succeeded',
        containerStatuses: [
          {
            name: 'runner',
            restartCount: 0,
            state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: time(4), finishedAt: time(1) } },
          },
        ],
      },
    }),
  },
  {
    situation: 'a runner died before it had a job',
    because: 'it is deregistered, counted, and tried again later',
    objects: runner('ci-docker-dead', 11, {
      ended: 'Failed',
      handle: HANDLE,
      pod: {
        phase: 'Failed',
        containerStatuses: [
          {
            name: 'runner',
            restartCount: 0,
            state: { terminated: { exitCode: 1, reason: 'Error', startedAt: time(4), finishedAt: time(1) } },
          },
        ],
      },
    }),
    queue: WAITING,
  },
  {
    situation: 'a persistent runner of an older spec is idle',
    because: 'it is replaced when it is idle',
    spec: { mode: 'Persistent', minRunners: 1 },
    objects: runner('ci-docker-1', 11, { kind: 'Deployment', minutesAgo: 30, specHash: 'older' }),
    registrations: [
      runnerRow(11, {
        name: 'ci-docker-1',
        status: 'idle',
        version: 'v12.8.2',
        ephemeral: false,
        description: describeOwnership({ poolUid: UID, handle: null, attempt: 1, createdAt: NOW }),
      }),
    ],
    queue: [],
  },
  {
    situation: 'a registration that nothing uses',
    because: 'its Secret never came to be',
    registrations: [
      runnerRow(21, {
        name: 'ci-docker-lost',
        description: describeOwnership({ poolUid: UID, handle: null, attempt: 1, createdAt: NOW - 60 * MINUTE }),
      }),
    ],
  },
  {
    situation: 'another pool has made a runner for the job',
    because: 'served once is enough',
    queue: WAITING,
    registrations: [
      runnerRow(31, {
        name: 'other',
        description: describeOwnership({ poolUid: OTHER, handle: HANDLE, attempt: 1, createdAt: NOW - MINUTE }),
      }),
    ],
  },
  {
    situation: 'a job is held back and another was tried in vain',
    because: 'both wait for their next try',
    status: { backoff: [backoff(HANDLE, { heldBack: true }), backoff('handle-8')] },
    queue: [...WAITING, jobRow(8, { name: 'in vain' }), jobRow(1, { name: 'in its way', status: 'running', task_id: 4 })],
  },
  {
    situation: 'a job is tried for the third time',
    because: 'names are never used again',
    status: { backoff: [backoff(HANDLE, { until: time(1) })] },
    queue: WAITING,
  },
  {
    situation: 'Forgejo refused the last registration',
    because: 'it is not asked again at once',
    status: { backoff: [backoff('register')] },
    queue: WAITING,
  },
  {
    situation: 'runners fail to start',
    because: 'one is tried a minute',
    status: { backoff: [backoff('pool', { failures: 6, attempts: 6 })] },
    queue: WAITING,
  },
  {
    situation: 'a denied repository has a name',
    because: 'without a network nobody knows whom it means',
    spec: { repositories: { deny: ['acme/secret'] } },
    args: ['--waiting', '1'],
  },
  {
    situation: 'the namespace is being deleted',
    because: 'nothing new can be made there',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'ci', uid: 'ns', creationTimestamp: time(900), deletionTimestamp: time(0) },
        status: { phase: 'Terminating' },
      },
    ],
    args: ['--waiting', '1'],
  },
  {
    situation: 'the pool is being deleted',
    because: 'what works is waited for, what idles is stopped',
    spec: { minRunners: 1 },
    metadata: { deletionTimestamp: time(1), finalizers: ['metacontroller.io/compositecontroller-forgejo-runner-operator'] },
    objects: [...runner('ci-docker-busy', 11, { handle: 'handle-1' }), ...runner('ci-docker-idle', 12, { minutesAgo: 30 })],
    queue: [jobRow(1, { name: 'at work', status: 'running', task_id: 4 })],
  },
  {
    situation: 'the pool has a cache and a network policy',
    because: 'they are made once',
    spec: { cache: { server: {} }, networkPolicy: {} },
    args: ['--waiting', '0'],
  },
  {
    situation: 'the image is a tag that moves',
    because: 'the conditions say so',
    spec: { runner: { image: 'code.forgejo.org/forgejo/runner:12', version: '12.8.2' } },
    args: ['--waiting', '0'],
  },
];
