/** Runners in every state as the API server shows them: each object may be there or not, ended, deleted, or mangled by hand. */
import fc from 'fast-check';
import {
  ANNOTATION_ATTEMPT,
  ANNOTATION_HANDLE,
  ANNOTATION_ISSUED_AT,
  ANNOTATION_REGISTRATION_ID,
  ANNOTATION_REGISTRATION_UUID,
  ANNOTATION_REPOSITORY_ID,
  ANNOTATION_SPEC_HASH,
  LABEL_POOL_UID,
  LABEL_RUNNER,
} from '../../../src/api/keys.ts';
import { runnerName } from '../../../src/pool/naming.ts';
import { POD_CANARY, RUNNER_TOKEN } from './canaries.ts';
import { type Json, nonsense, ODD_TIMES } from './nonsense.ts';
import { NOW } from './seeds.ts';

export const POOL = { namespace: 'k', name: 'ci', uid: 'd854afc4-eb08-4d29-b4fb-94ca3300977f' } as const;

export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** What was done to an object's labels and annotations. */
type Mangled = { readonly labels: Json; readonly annotations: Json } | null;

interface DrawnPod {
  readonly state: 'none' | 'waiting' | 'running' | 'ended0' | 'ended2' | 'ended75' | 'killed' | 'gone' | 'odd';
  readonly deleted: number | null;
  readonly owner: 'present' | 'earlier' | 'none';
  readonly mangled: Mangled;
}

export interface DrawnRunner {
  readonly name: string;
  readonly id: number;
  readonly uuid: string;
  readonly kind: 'Job' | 'Deployment';
  readonly handle: string | null;
  readonly attempt: number;
  readonly issuedAgo: number;
  readonly secret: { readonly complete: boolean; readonly mangled: Mangled } | null;
  readonly workload: { readonly end: JobEnd; readonly deleted: boolean; readonly mangled: Mangled } | null;
  readonly pods: readonly DrawnPod[];
  /** Its registration in Forgejo. */
  readonly row: 'undeclared' | 'offline' | 'idle' | 'active' | null;
  /** Its job in Forgejo; a warm runner's is running as its task. */
  readonly job: 'waiting' | 'running' | null;
}

type JobEnd = 'none' | 'complete' | 'failed' | 'policy2' | 'deadline' | 'odd';

const mangled: fc.Arbitrary<Mangled> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      labels: fc.dictionary(fc.constantFrom(LABEL_POOL_UID, LABEL_RUNNER), fc.oneof(fc.constant(undefined), nonsense), { maxKeys: 2 }),
      annotations: fc.dictionary(
        fc.constantFrom(ANNOTATION_ATTEMPT, ANNOTATION_HANDLE, ANNOTATION_ISSUED_AT, ANNOTATION_REGISTRATION_UUID, ANNOTATION_SPEC_HASH),
        fc.oneof(fc.constant(undefined), fc.constantFrom<unknown>(...ODD_TIMES, '999999999999999', '-'), nonsense),
        { maxKeys: 3 },
      ),
    }),
  },
);

const pod: fc.Arbitrary<DrawnPod> = fc.record({
  state: fc.constantFrom('none', 'waiting', 'running', 'running', 'running', 'ended0', 'ended2', 'ended75', 'killed', 'gone', 'odd'),
  deleted: fc.constantFrom(null, null, null, null, null, null, -600, 30, 200),
  owner: fc.constantFrom('present', 'present', 'present', 'earlier', 'none'),
  mangled,
});

/** `index`: of the runner within its pool; all of a pool are of one kind, since its mode is immutable. */
export function runnerArbitrary(index: number, kind: DrawnRunner['kind']): fc.Arbitrary<DrawnRunner> {
  const id = 11 + index;
  return fc
    .record({
      warm: fc.boolean(),
      issuedAgo: fc.constantFrom(1, 10, 100, 2000, 100_000),
      secret: fc.option(fc.record({ complete: fc.constantFrom(true, true, true, false), mangled }), { freq: 5 }),
      workload: fc.option(
        fc.record({
          end: fc.constantFrom<JobEnd>('none', 'none', 'none', 'none', 'complete', 'failed', 'policy2', 'deadline', 'odd'),
          deleted: fc.constantFrom(false, false, false, false, true),
          mangled,
        }),
        { freq: 6 },
      ),
      pods: fc.array(pod, { maxLength: 2 }),
      row: fc.constantFrom('active', 'active', 'idle', 'offline', 'undeclared', null),
      job: fc.constantFrom('running', 'running', 'waiting', null),
    })
    .map(({ warm, ...rest }) => {
      const handle = warm || kind === 'Deployment' ? null : `handle-${id}`;
      const attempt = handle === null ? id : 1;
      const uuid = `2f6f586d-7b8b-49b6-9837-0000000000${id}`;
      return { ...rest, kind, id, uuid, handle, attempt, name: runnerName(POOL, handle, attempt) };
    });
}

/** A runner whose Job surely holds a task, whatever else is there of it. */
export function busyRunnerArbitrary(index: number): fc.Arbitrary<DrawnRunner> {
  const running: DrawnPod = { state: 'running', deleted: null, owner: 'present', mangled: null };
  return fc
    .record({ runner: runnerArbitrary(index, 'Job'), warm: fc.boolean(), active: fc.boolean(), first: fc.boolean() })
    .map(({ runner, warm, active, first }) => {
      const handle = warm ? null : `handle-${runner.id}`;
      const attempt = warm ? runner.id : 1;
      // Two of a Job that both run do not exist: Kubernetes makes the second when the first has ended.
      const others = runner.pods
        .slice(1)
        .filter(({ deleted, state }) => deleted !== null || state !== 'running')
        .map((other) => ({ ...other, mangled: null }));
      return {
        ...runner,
        handle,
        attempt,
        name: runnerName(POOL, handle, attempt),
        secret: runner.secret === null ? null : { ...runner.secret, mangled: null },
        workload: { end: 'none' as const, deleted: false, mangled: null },
        pods: first ? [running, ...others] : [...others, running],
        ...(active || warm ? { row: 'active' as const } : { job: 'running' as const, row: runner.row ?? ('offline' as const) }),
      };
    });
}

export function secretOf(runner: DrawnRunner): Json | null {
  if (runner.secret === null) return null;
  const { complete, mangled: hand } = runner.secret;
  const data = { id: btoa(String(runner.id)), uuid: btoa(runner.uuid), ...(complete ? { token: btoa(RUNNER_TOKEN) } : {}) };
  // As dynamic apply leaves it: the answer must not repeat that.
  const applied = { 'metacontroller.k8s.io/last-applied-configuration': JSON.stringify({ data }) };
  const metadata = metadataOf(runner, runner.name, `secret-${runner.id}`, hand, applied);
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', immutable: true, metadata, data };
}

export function workloadOf(runner: DrawnRunner): Json | null {
  if (runner.workload === null) return null;
  const { end, deleted, mangled: hand } = runner.workload;
  const metadata = { ...metadataOf(runner, runner.name, workloadUid(runner), hand), ...(deleted ? { deletionTimestamp: ago(2) } : {}) };
  const template = { spec: { containers: [{ name: 'runner' }], volumes: [{ configMap: { name: 'of-an-old-spec' } }] } };
  if (runner.kind === 'Deployment') return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template }, status: {} };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template }, status: jobStatus(end) };
}

export function podsOf(runner: DrawnRunner): readonly Json[] {
  return runner.pods.map((drawn, index) => {
    const owned = drawn.owner === 'present' ? workloadUid(runner) : 'uid-of-an-earlier-workload';
    const ownerReferences = [{ kind: runner.kind === 'Job' ? 'Job' : 'ReplicaSet', uid: owned, controller: true }];
    const metadata = {
      ...metadataOf(runner, `${runner.name}-${index}`, `pod-${runner.id}-${index}`, drawn.mangled),
      ...(drawn.deleted === null ? {} : { deletionTimestamp: ago(drawn.deleted) }),
      ...(drawn.owner === 'none' ? {} : { ownerReferences }),
    };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'n' }, status: podStatus(drawn.state) };
  });
}

function workloadUid({ id }: DrawnRunner): string {
  return `workload-${id}`;
}

function metadataOf(runner: DrawnRunner, name: string, uid: string, hand: Mangled, more: Json = {}): Json {
  const labels = { 'controller-uid': POOL.uid, [LABEL_POOL_UID]: POOL.uid, [LABEL_RUNNER]: runner.name, ...hand?.labels };
  const annotations = {
    [ANNOTATION_HANDLE]: runner.handle ?? '-',
    [ANNOTATION_REPOSITORY_ID]: '1',
    [ANNOTATION_ATTEMPT]: String(runner.attempt),
    [ANNOTATION_SPEC_HASH]: 'of-another-spec',
    [ANNOTATION_REGISTRATION_ID]: String(runner.id),
    [ANNOTATION_REGISTRATION_UUID]: runner.uuid,
    [ANNOTATION_ISSUED_AT]: ago(runner.issuedAgo),
    ...more,
    ...hand?.annotations,
  };
  return { name, namespace: POOL.namespace, uid, creationTimestamp: ago(runner.issuedAgo), labels, annotations };
}

function jobStatus(end: JobEnd): Json {
  const ended = (type: string, reason: string, message: string): Json => ({
    conditions: [{ type, status: 'True', reason, message, lastTransitionTime: ago(5) }],
  });
  switch (end) {
    case 'none':
      return { active: 1 };
    case 'complete':
      return { succeeded: 1, ...ended('Complete', 'CompletionsReached', '') };
    case 'failed':
      return { failed: 1, ...ended('Failed', 'BackoffLimitExceeded', POD_CANARY) };
    case 'policy2':
      return ended('Failed', 'PodFailurePolicy', 'Container runner for pod k/x failed with exit code 2 matching FailJob rule at index 0');
    case 'deadline':
      return ended('Failed', 'DeadlineExceeded', POD_CANARY);
    case 'odd':
      return { conditions: [null, { type: 'Complete', status: 'True', lastTransitionTime: ODD_TIMES[2] }], uncountedTerminatedPods: [] };
  }
}

function podStatus(state: DrawnPod['state']): unknown {
  const container = (kind: string, inner: Json): Json => ({
    containerStatuses: [{ name: 'runner', restartCount: 0, state: { [kind]: inner } }],
  });
  const terminated = (exitCode: number): Json =>
    container('terminated', { exitCode, reason: POD_CANARY, message: POD_CANARY, startedAt: ago(60), finishedAt: ago(5) });
  switch (state) {
    case 'none':
      return { phase: 'Pending', message: POD_CANARY };
    case 'waiting':
      return { phase: 'Pending', ...container('waiting', { reason: POD_CANARY, message: POD_CANARY }) };
    case 'running':
      return { phase: 'Running', ...container('running', { startedAt: ago(60) }) };
    case 'ended0':
      return { phase: 'Succeeded', ...terminated(0) };
    case 'ended2':
      return { phase: 'Failed', ...terminated(2) };
    case 'ended75':
      return { phase: 'Failed', ...terminated(75) };
    case 'killed':
      return { phase: 'Failed', reason: POD_CANARY, message: POD_CANARY, ...terminated(137) };
    case 'gone':
      return { phase: 'Failed', reason: 'NodeLost', message: POD_CANARY };
    case 'odd':
      return { phase: 7, containerStatuses: { name: 'runner' }, conditions: [[]] };
  }
}
