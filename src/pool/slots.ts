/**
 * One slot per runner: the Secret, workload and Pods that carry its name, the registration that has its uuid, and what an
 * earlier answer remembered of it. A row of ours that no slot has by uuid is a slot of its own, also when its name is taken.
 */

import type { QueuedJob, Registration } from './forgejo.ts';
import { keptBy } from './kept-by.ts';
import type { HeldCredentials, RememberedRunner, World } from './model.ts';
import type { ObservedPod, ObservedSecret, ObservedWorkload, RunnerTags } from './observed.ts';
import { ownRegistrations } from './ownership.ts';
import { jobsByHandle } from './queue.ts';

export interface Slot {
  /** Unique within the pool: the runner's name, or `name#id` for a row whose name another slot has. */
  readonly key: string;
  readonly kind: 'Job' | 'Deployment';
  readonly tags: RunnerTags;
  readonly secret: ObservedSecret | null;
  readonly workload: ObservedWorkload | null;
  /** Every Pod that carries its name. */
  readonly pods: readonly ObservedPod[];
  /** The one that speaks for it: of the present Job one that runs, and is not being deleted, first; of a Deployment the newest that is not being deleted. */
  readonly pod: ObservedPod | null;
  readonly row: Registration | null;
  /** Credentials in the memory of this process. */
  readonly held: HeldCredentials | null;
  readonly remembered: RememberedRunner | null;
  /** The job of its handle, where it is listed. */
  readonly job: QueuedJob | null;
}

const NO_ROWS: readonly Registration[] = [];
const NO_JOBS: readonly QueuedJob[] = [];

const rowsByUuid = keptBy(
  (rows: readonly Registration[]): ReadonlyMap<string, Registration> => new Map(rows.map((row) => [row.uuid, row])),
);

export function joinSlots(world: World): readonly Slot[] {
  const { observed, memory } = world;
  const snapshot = world.forgejo.kind === 'answered' ? world.forgejo.snapshot : null;
  const secrets = new Map(observed.secrets.map((secret) => [secret.tags.runner, secret]));
  const workloads = new Map(observed.workloads.map((workload) => [workload.tags.runner, workload]));
  const pods = Map.groupBy(observed.pods, (pod) => pod.tags.runner);
  const remembered = new Map(memory.runners.map((runner) => [runner.name, runner]));
  const rows = rowsByUuid(snapshot?.registrations ?? NO_ROWS);
  const jobs = jobsByHandle(snapshot?.jobs ?? NO_JOBS);

  const names = [...new Set([...secrets.keys(), ...workloads.keys(), ...pods.keys(), ...memory.credentials.keys()])].sort();
  const slots = names.map((name): Slot => {
    const secret = secrets.get(name) ?? null;
    const workload = workloads.get(name) ?? null;
    const own = pods.get(name) ?? [];
    const held = memory.credentials.get(name) ?? null;
    const tags = mergeTags(
      name,
      [secret?.tags, workload?.tags, held?.tags, ...own.map((pod) => pod.tags)].filter((each) => each !== undefined),
    );
    const kind = kindOf(world, workload, own);
    return {
      key: name,
      kind,
      tags,
      secret,
      workload,
      pods: own,
      pod: speakingPod(kind, workload, own),
      row: (tags.registration && rows.get(tags.registration.uuid)) ?? null,
      held,
      remembered: remembered.get(name) ?? null,
      job: (tags.handle !== null && jobs.get(tags.handle)) || null,
    };
  });
  return [...slots, ...rowSlots(world, slots, remembered, jobs)];
}

/** A fact that one object lost (an annotation edited away) is taken from the next that has it. */
function mergeTags(runner: string, all: readonly RunnerTags[]): RunnerTags {
  return all.reduce<RunnerTags>(
    (merged, tags) => ({
      runner,
      handle: merged.handle ?? tags.handle,
      repositoryId: merged.repositoryId ?? tags.repositoryId,
      job: merged.job ?? tags.job,
      attempt: Math.max(merged.attempt, tags.attempt),
      specHash: merged.specHash || tags.specHash,
      registration: merged.registration ?? tags.registration,
      issuedAt: merged.issuedAt ?? tags.issuedAt,
    }),
    { runner, handle: null, repositoryId: null, job: null, attempt: 0, specHash: '', registration: null, issuedAt: null },
  );
}

function kindOf(world: World, workload: ObservedWorkload | null, pods: readonly ObservedPod[]): 'Job' | 'Deployment' {
  if (workload !== null) return workload.kind;
  const owner = pods.find((pod) => pod.ownerKind !== null)?.ownerKind;
  if (owner !== undefined) return owner === 'Job' ? 'Job' : 'Deployment';
  return world.spec.mode === 'Persistent' ? 'Deployment' : 'Job';
}

function speakingPod(kind: 'Job' | 'Deployment', workload: ObservedWorkload | null, pods: readonly ObservedPod[]): ObservedPod | null {
  const newestFirst = pods.toSorted((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1));
  if (kind === 'Deployment') return newestFirst.find((pod) => pod.deletionAt === null) ?? null;
  if (workload === null) return newestFirst[0] ?? null;
  const own = newestFirst.filter((pod) => pod.ownerUid === workload.uid);
  const alive = own.filter((pod) => pod.state.kind !== 'terminated').toSorted((a, b) => likelihoodToWork(b) - likelihoodToWork(a));
  return alive[0] ?? own[0] ?? null;
}

function likelihoodToWork({ state, deletionAt }: ObservedPod): number {
  return (state.kind === 'running' ? 2 : 0) + (deletionAt === null ? 1 : 0);
}

function rowSlots(
  world: World,
  slots: readonly Slot[],
  remembered: ReadonlyMap<string, RememberedRunner>,
  jobs: ReadonlyMap<string, QueuedJob>,
): readonly Slot[] {
  if (world.forgejo.kind !== 'answered') return [];
  const taken = new Set(slots.map((slot) => slot.key));
  const joined = new Set(slots.map((slot) => slot.tags.registration?.uuid));
  return ownRegistrations(world.forgejo.snapshot.registrations, world.pool.uid)
    .filter((row) => !joined.has(row.uuid))
    .toSorted((a, b) => a.id - b.id)
    .map((row): Slot => {
      const { ownership } = row;
      const key = taken.has(row.name) ? `${row.name}#${row.id}` : row.name;
      taken.add(key);
      return {
        key,
        kind: world.spec.mode === 'Persistent' ? 'Deployment' : 'Job',
        tags: {
          runner: row.name,
          handle: ownership.handle,
          repositoryId: null,
          job: null,
          attempt: ownership.attempt,
          specHash: '',
          registration: { id: row.id, uuid: row.uuid },
          issuedAt: ownership.createdAt,
        },
        secret: null,
        workload: null,
        pods: [],
        pod: null,
        row,
        held: null,
        remembered: remembered.get(key) ?? null,
        job: (ownership.handle !== null && jobs.get(ownership.handle)) || null,
      };
    });
}
