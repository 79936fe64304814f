/** Worlds of a few runners in any state, also in states that no cluster shows: objects missing, annotations lost, reads stale. */
import * as fc from 'fast-check';
import { ENDED_PHASES, LIVE_PHASES, type World } from '../../../src/pool/model.ts';
import type { ObservedPod, RunnerTags } from '../../../src/pool/observed.ts';
import {
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  holding,
  jobEnd,
  jobOf,
  podOf,
  remembered,
  rowOf,
  running,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  undeclaredRowOf,
  type WorldParts,
  waiting,
} from './builders.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const seconds = fc.integer({ min: -400, max: 1000 });
const instant = seconds.map(secondsAgo);

/** What is left of a runner's annotations on one object. */
function withLosses(tags: RunnerTags): fc.Arbitrary<RunnerTags> {
  return fc.record({
    runner: fc.constant(tags.runner),
    attempt: fc.constantFrom(tags.attempt, 0),
    handle: fc.constantFrom(tags.handle, null),
    repositoryId: fc.constantFrom(tags.repositoryId, null),
    job: fc.constantFrom(tags.job, null),
    specHash: fc.constantFrom(tags.specHash, ''),
    registration: fc.constantFrom(tags.registration, tags.registration, null),
    issuedAt: fc.constantFrom(tags.issuedAt, tags.issuedAt, null),
  });
}

function podsOf(tags: RunnerTags): fc.Arbitrary<readonly ObservedPod[]> {
  const pod = fc.record({
    tags: withLosses(tags),
    createdAt: instant,
    deletionAt: fc.option(instant),
    ownerUid: fc.constantFrom(`uid-of-${tags.runner}`, 'an-earlier-one', null),
    state: fc.oneof(
      fc.constantFrom(waiting(), running(), terminated(null, { finishedAt: null })),
      fc.tuple(fc.constantFrom(0, 1, 2, 75, 137), instant).map(([code, finishedAt]) => terminated(code, { finishedAt })),
    ),
  });
  return fc
    .array(pod, { maxLength: 3 })
    .map((pods) =>
      pods.map((changes, index) => podOf(tags, { name: `${tags.runner}-${index}`, uid: `${tags.runner}-${index}`, ...changes })),
    );
}

function runnerParts(name: (typeof NAMES)[number]): fc.Arbitrary<WorldParts> {
  return fc
    .record({ handle: fc.constantFrom(`handle-of-${name}`, null), issuedAt: instant })
    .map((changes) => tagsOf(name, changes))
    .chain((tags) =>
      fc.record({
        secrets: fc.array(
          fc.tuple(withLosses(tags), fc.boolean()).map(([each, complete]) => secretOf(each, { complete })),
          { maxLength: 1 },
        ),
        workloads: fc
          .array(
            fc.record({
              each: withLosses(tags),
              deployment: fc.boolean(),
              terminating: fc.boolean(),
              ended: fc.boolean(),
              createdAt: instant,
            }),
            { maxLength: 1 },
          )
          .map((all) =>
            all.map(({ each, deployment, terminating, ended, createdAt }) =>
              deployment
                ? deploymentOf(each, { terminating, createdAt })
                : jobOf(each, { terminating, createdAt, end: ended ? jobEnd() : null }),
            ),
          ),
        pods: podsOf(tags),
        rows: fc.subarray([
          rowOf(tags),
          rowOf(tags, { id: 1000 + NAMES.indexOf(name), uuid: `stray-of-${name}`, status: 'offline' }),
          undeclaredRowOf(tags, { id: 2000 + NAMES.indexOf(name), uuid: `second-stray-of-${name}` }),
        ]),
        jobs: fc.constantFrom(
          [],
          [aJob(NAMES.indexOf(name), { handle: `handle-of-${name}` })],
          [aRunningJob(NAMES.indexOf(name), 30 + NAMES.indexOf(name), { handle: `handle-of-${name}` })],
        ),
        runners: fc.array(
          fc
            .record({ phase: fc.constantFrom(...LIVE_PHASES, ...ENDED_PHASES), since: instant })
            .map((changes) => remembered(name, changes)),
          { maxLength: 1 },
        ),
        memory: fc.boolean().map((held) => (held ? holding(tags) : {})),
      }),
    );
}

export const arbitraryWorld: fc.Arbitrary<World> = fc
  .record({
    parts: fc.tuple(...NAMES.map(runnerParts)),
    reads: fc.option(fc.record({ jobsReadAt: instant, registrationsReadAt: instant, registrationsComplete: fc.boolean() })),
    mode: fc.constantFrom('Ephemeral' as const, 'Persistent' as const),
  })
  .map(({ parts, reads, mode }) => {
    const registrations = parts.flatMap(({ rows = [] }) => rows);
    const jobs = parts.flatMap(({ jobs: each = [] }) => each);
    return aWorld({
      secrets: parts.flatMap(({ secrets = [] }) => secrets),
      workloads: parts.flatMap(({ workloads = [] }) => workloads),
      pods: parts.flatMap(({ pods = [] }) => pods),
      runners: parts.flatMap(({ runners = [] }) => runners),
      memory: { credentials: new Map(parts.flatMap(({ memory }) => [...(memory?.credentials ?? [])])) },
      forgejo: reads === null ? unavailable() : answered({ registrations, jobs, ...reads }),
      spec: { mode },
    });
  });

function shuffled<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

/** The same world with every list in another order. */
export function reordered(world: World): fc.Arbitrary<World> {
  const { observed, forgejo, memory } = world;
  const snapshot = forgejo.kind === 'answered' ? forgejo.snapshot : null;
  return fc
    .record({
      secrets: shuffled(observed.secrets),
      workloads: shuffled(observed.workloads),
      pods: shuffled(observed.pods),
      runners: shuffled(memory.runners),
      credentials: shuffled([...memory.credentials]),
      registrations: shuffled(snapshot?.registrations ?? []),
      jobs: shuffled(snapshot?.jobs ?? []),
    })
    .map(({ secrets, workloads, pods, runners, credentials, registrations, jobs }) => ({
      ...world,
      observed: { secrets, workloads, pods },
      memory: { ...memory, runners, credentials: new Map(credentials) },
      forgejo: forgejo.kind === 'answered' ? { ...forgejo, snapshot: { ...forgejo.snapshot, registrations, jobs } } : forgejo,
    }));
}
