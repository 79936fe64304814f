/**
 * One slot per runner: the Secret, workload and Pods that carry its name, the registration that has its uuid, and what an
 * earlier answer remembered of it. A row of ours that no slot has by uuid is a slot of its own, also when its name is taken.
 */

import type { QueuedJob, Registration } from './forgejo.ts';
import { keptBy } from './kept-by.ts';
import type { HeldCredentials, RememberedRunner, World } from './model.ts';
import { type Namesakes, namesakesOf, tagsOf } from './namesakes.ts';
import type { ObservedPod, ObservedSecret, ObservedWorkload, RunnerTags } from './observed.ts';
import { type OwnRegistration, ownRegistrations } from './ownership.ts';
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
const NO_PODS: readonly ObservedPod[] = [];

const rowsByUuid = keptBy(
  (rows: readonly Registration[]): ReadonlyMap<string, Registration> => new Map(rows.map((row) => [row.uuid, row])),
);

export function joinSlots(world: World): readonly Slot[] {
  return eachSlot(world, (slot) => slot);
}

/** What `make` makes of each slot, which is done with one before the next is looked at: thousands do not fit a processor's cache. */
export function eachSlot<T>(world: World, make: (slot: Slot) => T): readonly T[] {
  const snapshot = world.forgejo.kind === 'answered' ? world.forgejo.snapshot : null;
  const rows = rowsByUuid(snapshot?.registrations ?? NO_ROWS);
  const jobs = jobsByHandle(snapshot?.jobs ?? NO_JOBS);
  const all = namesakesOf(world);
  const joined = new Set<string>();
  const made = all.map((namesakes): T => {
    const { name, secret, workload, held, remembered } = namesakes;
    const pods = namesakes.pods ?? NO_PODS;
    const tags = tagsOf(namesakes);
    const kind = kindOf(world, workload, pods);
    const row = (tags.registration && rows.get(tags.registration.uuid)) ?? null;
    if (row !== null) joined.add(row.uuid);
    return make({
      key: name,
      kind,
      tags,
      secret,
      workload,
      pods,
      pod: speakingPod(kind, workload, pods),
      row,
      held,
      remembered,
      job: (tags.handle !== null && jobs.get(tags.handle)) || null,
    });
  });
  const alone = ownRegistrations(snapshot?.registrations ?? NO_ROWS, world.pool.uid).filter(({ uuid }) => !joined.has(uuid));
  return alone.length === 0 ? made : [...made, ...rowSlots(world, all, alone, jobs).map(make)];
}

function kindOf(world: World, workload: ObservedWorkload | null, pods: readonly ObservedPod[]): 'Job' | 'Deployment' {
  if (workload !== null) return workload.kind;
  const owner = pods.find((pod) => pod.ownerKind !== null)?.ownerKind;
  if (owner !== undefined) return owner === 'Job' ? 'Job' : 'Deployment';
  return world.spec.mode === 'Persistent' ? 'Deployment' : 'Job';
}

function speakingPod(kind: 'Job' | 'Deployment', workload: ObservedWorkload | null, pods: readonly ObservedPod[]): ObservedPod | null {
  const isJobs = kind === 'Job' && workload !== null;
  let speaking: ObservedPod | null = null;
  for (const pod of pods) {
    const maySpeak = kind === 'Deployment' ? pod.deletionAt === null : workload === null || pod.ownerUid === workload.uid;
    if (maySpeak && (speaking === null || speaksBefore(pod, speaking, isJobs))) speaking = pod;
  }
  return speaking;
}

/** The newest one speaks; of the Pods of a present Job the one that most likely works. */
function speaksBefore(pod: ObservedPod, other: ObservedPod, isJobs: boolean): boolean {
  const likelier = isJobs ? likelihoodToWork(pod) - likelihoodToWork(other) : 0;
  return (likelier || pod.createdAt - other.createdAt || (pod.name > other.name ? 1 : -1)) > 0;
}

function likelihoodToWork({ state, deletionAt }: ObservedPod): number {
  if (state.kind === 'terminated') return -1;
  return (state.kind === 'running' ? 2 : 0) + (deletionAt === null ? 1 : 0);
}

/** Of rows that no slot has, in the order in which they were made. */
function rowSlots(
  world: World,
  all: readonly Namesakes[],
  alone: readonly OwnRegistration[],
  jobs: ReadonlyMap<string, QueuedJob>,
): readonly Slot[] {
  const taken = new Set(all.map(({ name }) => name));
  const remembered = new Map(world.memory.runners.map((runner) => [runner.name, runner]));
  return alone
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
