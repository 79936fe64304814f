/** Whole pools: a valid spec, runners in every state with their Forgejo, and a status that anybody may have written. */
import fc from 'fast-check';
import { API_VERSION, KIND, LABEL_POOL_UID } from '../../../src/api/keys.ts';
import { ENDED_PHASES, LIVE_PHASES } from '../../../src/pool/model.ts';
import { describeOwnership } from '../../../src/pool/ownership.ts';
import type { ScriptedForgejo } from '../../contract/support/forgejo.ts';
import { INPUT_CANARY } from './canaries.ts';
import { type Json, nonsense, ODD_TIMES } from './nonsense.ts';
import { ago, busyRunnerArbitrary, type DrawnRunner, POOL, podsOf, runnerArbitrary, secretOf, workloadOf } from './runner-arbitrary.ts';
import { NOW, SPEC, tokenSecret } from './seeds.ts';

export interface DrawnPool {
  readonly spec: Json;
  readonly status: unknown;
  readonly runners: readonly DrawnRunner[];
  /** Handles of jobs that wait for nobody yet. */
  readonly waiting: number;
  readonly deleted: boolean;
  readonly namespaceTerminating: boolean;
  readonly token: boolean;
}

const spec: fc.Arbitrary<Json> = fc
  .record(
    {
      minRunners: fc.constantFrom(0, 0, 1, 3),
      maxRunners: fc.constantFrom(0, 1, 4, 1000),
      pollIntervalSeconds: fc.constantFrom(1, 300),
      pendingTimeoutSeconds: fc.constantFrom(30, 86_400),
      idleTimeoutSeconds: fc.constantFrom(0, 86_400),
      drainTimeoutSeconds: fc.constantFrom(0, 605_400),
      history: fc.constantFrom<Json>({ succeeded: 0, failed: 0 }, { succeeded: 50 }),
      paused: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((more) => ({ ...SPEC, ...more }));

const time = fc.oneof(fc.constantFrom(1, 20, 100, 400, 100_000, -100).map(ago), fc.constantFrom(...ODD_TIMES));
const number = fc.constantFrom<unknown>(0, 1, 5, 13, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, -1, 1.5, '1', null);

/** `names`: of runners that are there; others are too. */
export function statusArbitrary(names: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.constantFrom(...names, ...names, ...names, 'nobody', 'k-ci-', INPUT_CANARY, '__proto__', 'constructor');
  const handle = fc.constantFrom('handle-11', 'handle-12', 'waiting-1', '-', '', 'warm', 'pool');
  const entry = fc.record(
    {
      name,
      phase: fc.constantFrom<unknown>(...LIVE_PHASES, ...ENDED_PHASES, 'asleep', 'toString', 3),
      since: time,
      outdatedSince: time,
      handle,
      job: fc.constantFrom<unknown>('build', INPUT_CANARY, 'x'.repeat(5000), 5),
      repositoryId: number,
      reason: fc.constantFrom<unknown>('Because', null, 7),
      lastTask: number,
      task: number,
      asked: fc.oneof(fc.array(number, { maxLength: 3 }), fc.constantFrom<unknown>(null, 5, { 0: 1 })),
      askedAt: time,
      worked: fc.constantFrom<unknown>(true, false, 'yes'),
    },
    { requiredKeys: ['name', 'phase', 'since'] },
  );
  const backoff = fc.record({ key: fc.oneof(handle, name), attempts: number, until: time, heldBack: fc.boolean(), lastRunner: name });
  const recent = fc.record({
    name,
    reason: fc.constant('x'),
    message: fc.constantFrom<unknown>('Ended.', null, INPUT_CANARY),
    at: time,
    attempt: number,
    handle,
  });
  const condition = fc.record({
    type: fc.constantFrom('Ready', 'SpecValid', 'Draining', 'Sunny'),
    status: fc.constantFrom('True', 'False', 'Maybe'),
    reason: fc.constantFrom('RunnersReady', 'SpecInvalid', 'Why'),
    message: fc.constant(''),
    lastTransitionTime: time,
  });
  const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 30, arbitrary: fc.array(item, { maxLength: 6 }) },
      { weight: 3, arbitrary: nonsense },
      { weight: 1, arbitrary: item.map((one) => Array.from({ length: 500 }, () => one)) },
    );
  const record = fc.record(
    {
      runners: list(entry),
      backoff: list(backoff),
      recentRunners: list(recent),
      conditions: list(condition),
      lastWarmAttempt: number,
      queue: fc.oneof(fc.record({ waiting: number, running: number, oldestWaitingSince: time }), nonsense),
      versions: nonsense,
      observedGeneration: number,
    },
    { requiredKeys: [] },
  );
  return fc.oneof({ weight: 5, arbitrary: record }, { weight: 1, arbitrary: nonsense }, { weight: 1, arbitrary: fc.constant(undefined) });
}

export const drawnPool: fc.Arbitrary<DrawnPool> = fc
  .tuple(fc.nat(4), fc.constantFrom('Job' as const, 'Job' as const, 'Deployment' as const))
  .chain(([count, kind]) =>
    fc.tuple(fc.constant(kind), fc.tuple(...Array.from({ length: count }, (_, index) => runnerArbitrary(index, kind)))),
  )
  .chain(([kind, runners]) => poolOf(runners, kind === 'Job' ? 'Ephemeral' : 'Persistent'));

/** One at least whose Job holds a task, beside others; not deleted. */
export const busyPool: fc.Arbitrary<DrawnPool> = fc
  .tuple(fc.nat(2), fc.integer({ min: 1, max: 2 }))
  .chain(([others, busy]) =>
    fc.tuple(
      ...Array.from({ length: others }, (_, index) => runnerArbitrary(index, 'Job')),
      ...Array.from({ length: busy }, (_, index) => busyRunnerArbitrary(others + index)),
    ),
  )
  .chain((runners) => poolOf(runners, 'Ephemeral'))
  .map((pool) => ({ ...pool, deleted: false }));

function poolOf(runners: readonly DrawnRunner[], mode: 'Ephemeral' | 'Persistent'): fc.Arbitrary<DrawnPool> {
  return fc.record({
    spec: spec.map((more) => ({ ...more, mode })),
    status: statusArbitrary(runners.map(({ name }) => name)),
    runners: fc.constant(runners),
    waiting: fc.nat(3),
    deleted: fc.constantFrom(false, false, false, true),
    namespaceTerminating: fc.constantFrom(false, false, false, false, true),
    token: fc.constantFrom(true, true, true, true, true, false),
  });
}

export function requestOf(pool: DrawnPool): Json {
  const { runners, deleted } = pool;
  const parent = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { ...POOL, generation: 1, creationTimestamp: ago(4000), ...(deleted ? { deletionTimestamp: ago(100) } : {}) },
    spec: pool.spec,
    status: pool.status,
  };
  const namespace = { name: POOL.namespace, uid: 'namespace', creationTimestamp: ago(5000) };
  const status = { phase: pool.namespaceTerminating ? 'Terminating' : 'Active' };
  const workloads = runners.map(workloadOf).filter((object) => object !== null);
  return {
    controller: {},
    parent,
    children: {
      'Secret.v1': keyed(runners.map(secretOf).filter((object) => object !== null)),
      'ConfigMap.v1': keyed([configMap('of-an-old-spec'), configMap('unused')]),
      'Job.batch/v1': keyed(workloads.filter(({ kind }) => kind === 'Job')),
      'Deployment.apps/v1': keyed(workloads.filter(({ kind }) => kind === 'Deployment')),
    },
    related: {
      'Namespace.v1': { [POOL.namespace]: { apiVersion: 'v1', kind: 'Namespace', metadata: namespace, status } },
      'Pod.v1': keyed(runners.flatMap(podsOf)),
      'Secret.v1': pool.token ? keyed([tokenSecret(POOL.namespace)]) : {},
    },
    finalizing: deleted,
  };
}

function configMap(name: string): Json {
  const metadata = { name, namespace: POOL.namespace, uid: name, creationTimestamp: ago(4000), labels: { [LABEL_POOL_UID]: POOL.uid } };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yaml': '' } };
}

function keyed(objects: readonly Json[]): Json {
  return Object.fromEntries(objects.map((object) => [`${POOL.namespace}/${nameOf(object)}`, object]));
}

function nameOf({ metadata }: Json): string {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
}

/** Puts the pool's registrations and jobs into Forgejo. */
export function fillForgejo(pool: DrawnPool, forgejo: ScriptedForgejo): void {
  const rows = pool.runners.filter(({ row }) => row !== null);
  forgejo.change({
    runners: rows.map(({ id, uuid, name, handle, attempt, kind, row, issuedAgo }) => ({
      id,
      uuid,
      name,
      ephemeral: kind === 'Job',
      status: row ?? 'undeclared',
      description: describeOwnership({ poolUid: POOL.uid, handle, attempt, createdAt: NOW - issuedAgo * 1000 }),
    })),
    jobs: [
      ...pool.runners.flatMap(({ id, handle, job, row }) => {
        if (job === null || (job === 'waiting' && handle === null)) return [];
        return [
          {
            id,
            handle: handle ?? `job-of-${id}`,
            status: job,
            ...(job === 'running' ? { task: id, ...(row === null ? {} : { runner: id }) } : {}),
          },
        ];
      }),
      ...Array.from({ length: pool.waiting }, (_, index) => ({ id: 100 + index, handle: `waiting-${index}`, status: 'waiting' as const })),
    ],
  });
}
