/**
 * Worlds of every kind, plausible or not: each object of a runner may be there or missing, deleted, ended or stale, the status
 * may say anything, and the reads of Forgejo may be older than what they are held against. Only names tell the truth, since
 * they are computed: a name is that of its handle and attempt.
 */
import fc from 'fast-check';
import type { QueuedJob, Registration } from '../../src/pool/forgejo.ts';
import type { BackoffEntry, Memory, RememberedRunner, World } from '../../src/pool/model.ts';
import { ENDED_PHASES, LIVE_PHASES } from '../../src/pool/model.ts';
import { runnerName } from '../../src/pool/naming.ts';
import type { ObservedPod, ObservedWorkload, RunnerState, RunnerTags } from '../../src/pool/observed.ts';
import {
  aBackoff,
  aJob,
  answered,
  aPool,
  aRecent,
  aWorld,
  deploymentOf,
  holding,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  running,
  SPEC_HASH,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  waiting,
} from '../pool/support/builders.ts';

const HANDLES = ['handle-1', 'handle-2', 'handle-3', 'handle-4', 'handle-5', 'handle-6'] as const;
const TASKS = [11, 12, 13, 14] as const;

interface Runner {
  readonly tags: RunnerTags;
  readonly secret: 'complete' | 'damaged' | null;
  readonly workload: ObservedWorkload | null;
  readonly pods: readonly ObservedPod[];
  readonly row: Registration | null;
  readonly memory: RememberedRunner | null;
  readonly held: boolean;
}

function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null });
}

const someTime = fc.constantFrom(...[1, 4, 9, 20, 40, 100, 300, 1000, 20_000].map(secondsAgo));

function stateOf(): fc.Arbitrary<RunnerState> {
  return fc.constantFrom(
    waiting(),
    waiting('ImagePullBackOff'),
    waiting(null),
    running(),
    running(),
    terminated(0),
    terminated(1),
    terminated(2),
    terminated(75),
    terminated(137),
    terminated(null, { finishedAt: null, started: false, reason: 'Evicted' }),
    terminated(137, { started: false, finishedAt: secondsAgo(2), reason: 'ContainerStatusUnknown' }),
  );
}

function podsOf(tags: RunnerTags, kind: 'Job' | 'Deployment'): fc.Arbitrary<readonly ObservedPod[]> {
  const pod = fc.record({
    state: stateOf(),
    deletionAt: maybe(fc.constantFrom(secondsAhead(600), secondsAgo(30), secondsAgo(200))),
    ownerUid: fc.constantFrom(`uid-of-${tags.runner}`, `uid-of-${tags.runner}`, 'uid-of-an-earlier-one', null),
    createdAt: someTime,
    disruption: maybe(fc.constant('EvictionByEvictionAPI')),
  });
  return fc
    .array(pod, { maxLength: 2 })
    .map((pods) =>
      pods.map((changes, index) =>
        podOf(tags, { ...changes, name: `${tags.runner}-${index}`, ownerKind: kind === 'Job' ? 'Job' : 'ReplicaSet' }),
      ),
    );
}

function workloadOf(tags: RunnerTags, kind: 'Job' | 'Deployment'): fc.Arbitrary<ObservedWorkload | null> {
  const terminating = fc.constantFrom(false, false, false, true);
  if (kind === 'Deployment') return maybe(terminating.map((gone) => deploymentOf(tags, { terminating: gone })));
  const end = fc.constantFrom(
    null,
    null,
    null,
    jobEnd(),
    jobEnd({ type: 'Failed', reason: 'BackoffLimitExceeded' }),
    jobEnd({ type: 'Failed', reason: 'DeadlineExceeded' }),
    jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', exitCode: 2 }),
    jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', exitCode: 75, at: secondsAgo(2) }),
    jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', disrupted: true }),
  );
  return maybe(fc.record({ end, terminating, countsEndedPod: fc.boolean() }).map((changes) => jobOf(tags, changes)));
}

function rememberedOf({ runner, handle }: RunnerTags): fc.Arbitrary<RememberedRunner> {
  return fc
    .record({
      phase: fc.constantFrom(...LIVE_PHASES, ...ENDED_PHASES),
      since: someTime,
      outdatedSince: maybe(someTime),
      lastTask: maybe(fc.constantFrom(...TASKS)),
      task: maybe(fc.constantFrom(...TASKS)),
      asked: fc.subarray([...TASKS]),
      askedAt: maybe(someTime),
      worked: fc.boolean(),
    })
    .map((changes) => remembered(runner, { handle, ...changes }));
}

function runnerOf(handle: string | null, attempt: number, kind: 'Job' | 'Deployment'): fc.Arbitrary<Runner> {
  const name = runnerName(aPool(), handle, attempt);
  return fc
    .record({ issuedAt: someTime, specHash: fc.constantFrom(SPEC_HASH, SPEC_HASH, 'spec-of-old', '') })
    .chain(({ issuedAt, specHash }) => {
      const tags = tagsOf(name, { handle, attempt, specHash, issuedAt, repositoryId: handle === null ? null : 17 });
      return fc.record({
        tags: fc.constant(tags),
        secret: fc.constantFrom('complete' as const, 'complete' as const, 'damaged' as const, null, null),
        workload: workloadOf(tags, kind),
        pods: podsOf(tags, kind),
        row: maybe(
          fc
            .constantFrom('offline', 'idle', 'active')
            .chain((status) =>
              fc
                .boolean()
                .map((declared) => rowOf(tags, { status, declared: declared || status !== 'offline', ephemeral: kind === 'Job' })),
            ),
        ),
        memory: maybe(rememberedOf(tags)),
        held: fc.constantFrom(false, false, true),
      });
    });
}

function queueOf(): fc.Arbitrary<readonly QueuedJob[]> {
  const job = fc.record({
    handle: fc.constantFrom(...HANDLES),
    task: fc.constantFrom(0, 0, ...TASKS),
    runsOn: fc.constantFrom(['docker'], ['docker', 'large'], ['docker'], [], ['windows']),
  });
  return fc
    .uniqueArray(job, { maxLength: 6, selector: ({ handle }) => handle })
    .map((jobs) => jobs.filter(({ task }, index) => task === 0 || jobs.findIndex((other) => other.task === task) === index))
    .map((jobs) =>
      jobs
        .map(({ handle, task, runsOn }) =>
          aJob(100 + HANDLES.indexOf(handle), { handle, taskId: task, status: task === 0 ? 'waiting' : 'running', runsOn }),
        )
        .toSorted((a, b) => b.id - a.id),
    );
}

function backoffOf(): fc.Arbitrary<readonly BackoffEntry[]> {
  const entry = fc.record({
    key: fc.constantFrom(...HANDLES, 'warm', 'pool', 'register'),
    attempts: fc.integer({ min: 1, max: 7 }),
    until: fc.constantFrom(secondsAgo(5), secondsAhead(40)),
  });
  return fc
    .uniqueArray(entry, { maxLength: 4, selector: ({ key }) => key })
    .map((entries) => entries.map(({ key, ...changes }) => aBackoff(key, changes)));
}

function memoryOf(runners: readonly Runner[]): fc.Arbitrary<Partial<Memory>> {
  const times = (): fc.Arbitrary<ReadonlyMap<string, number>> =>
    fc
      .subarray(runners.map(({ tags }) => tags.runner))
      .chain((names) => fc.tuple(...names.map((name) => someTime.map((at) => [name, at] as const))).map((entries) => new Map(entries)));
  return fc.record({
    runners: fc.constant(runners.flatMap(({ memory }) => memory ?? [])),
    credentials: fc.constant(holding(...runners.filter(({ held }) => held).map(({ tags }) => tags)).credentials),
    backoff: backoffOf(),
    recent: fc.constantFrom([], [aRecent('an-earlier-one', { handle: 'handle-1', attempt: 2 })]),
    lastWarmAttempt: fc.constantFrom(0, 3),
    oldestWaitingSince: maybe(someTime),
    firstSeen: fc.subarray([...HANDLES]).map((handles) => new Map(handles.map((handle) => [handle, secondsAgo(60)]))),
    rowGoneSince: times(),
    rowIdleSince: times(),
    endSeenAt: times(),
  });
}

/** `onlyAnswered`: Forgejo has answered. */
export function worlds(onlyAnswered = false): fc.Arbitrary<World> {
  return fc.constantFrom('Ephemeral' as const, 'Persistent' as const).chain((mode) => {
    const handles = mode === 'Persistent' ? [null] : [null, null, ...HANDLES];
    const kind = mode === 'Persistent' ? 'Deployment' : 'Job';
    const who = fc.record({ handle: fc.constantFrom(...handles), attempt: fc.integer({ min: 1, max: 4 }) });
    return fc
      .uniqueArray(who, { maxLength: 6, selector: ({ handle, attempt }) => `${handle} ${attempt}` })
      .chain((all) => fc.tuple(...all.map(({ handle, attempt }) => runnerOf(handle, attempt, kind))))
      .chain((runners) =>
        fc
          .record({
            memory: memoryOf(runners),
            jobs: queueOf(),
            readAt: fc.constantFrom(secondsAgo(1), secondsAgo(1), secondsAgo(15), secondsAgo(60)),
            complete: fc.constantFrom(true, true, false),
            answeringSince: fc.constantFrom(secondsAgo(3600), secondsAgo(30)),
            reachable: onlyAnswered ? fc.constant(true) : fc.constantFrom(true, true, true, false),
            minRunners: fc.integer({ min: 0, max: 4 }),
            maxRunners: fc.integer({ min: 0, max: 6 }),
            paused: fc.constantFrom(false, false, false, true),
            namespaceTerminating: fc.constantFrom(false, false, false, true),
            deletionAt: maybe(fc.constantFrom(secondsAgo(5), secondsAgo(700))),
          })
          .map(
            ({
              memory,
              jobs,
              readAt,
              complete,
              answeringSince,
              reachable,
              minRunners,
              maxRunners,
              paused,
              namespaceTerminating,
              deletionAt,
            }) =>
              aWorld({
                now,
                spec: { mode, minRunners, maxRunners, paused, drainTimeoutSeconds: 600 },
                pool: { deletionAt },
                secrets: runners.flatMap(({ tags, secret }) =>
                  secret === null ? [] : [secretOf(tags, { complete: secret === 'complete' })],
                ),
                workloads: runners.flatMap(({ workload }) => workload ?? []),
                pods: runners.flatMap(({ pods }) => pods),
                memory,
                namespaceTerminating,
                forgejo: reachable
                  ? answered({
                      jobs,
                      jobsReadAt: readAt,
                      registrations: runners.flatMap(({ row }) => row ?? []),
                      registrationsReadAt: readAt,
                      registrationsComplete: complete,
                      answeringSince,
                    })
                  : unavailable(),
              }),
          ),
      );
  });
}
