/** Whose job gets the next free place. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { QueuedJob } from './forgejo.ts';
import { type Judged, liveSlots } from './judge.ts';
import { ownersOfRepositories } from './queue.ts';

/** Live runners by the repository, and by the owner, of their job. */
export interface Usage {
  readonly byRepository: ReadonlyMap<number, number>;
  readonly byOwner: ReadonlyMap<number, number>;
}

/**
 * A runner counts once its job is known: from the start when it was made for one, else when Forgejo has told which task it
 * holds. Whose a repository is, is read from the queue, which lists the job of every runner that holds one.
 */
export function usageOf(slots: readonly Judged[], jobs: readonly QueuedJob[]): Usage {
  const owners = ownersOfRepositories(jobs);
  const repositories = liveSlots(slots).flatMap((slot) => repositoryOf(slot) ?? []);
  return { byRepository: counted(repositories), byOwner: counted(repositories.flatMap((id) => owners.get(id) ?? [])) };
}

export function repositoryOf({ tags, job, remembered }: Judged): number | null {
  return tags.repositoryId ?? job?.repositoryId ?? remembered?.repositoryId ?? null;
}

export interface Share {
  /** In the order in which they get a runner, no more than `most`. */
  readonly chosen: readonly QueuedJob[];
  /** A job waits only because its repository or owner has as many runners as it may have. */
  readonly limited: boolean;
}

/**
 * Untried jobs before those that were tried in vain; of each kind the oldest first, or in turns: the repository with the
 * fewest runners, the oldest of several. Who has as many as allowed is passed over. `candidates` are in order of age.
 */
export function shareOut(
  candidates: readonly QueuedJob[],
  tried: (job: QueuedJob) => boolean,
  usage: Usage,
  fairness: RunnerPoolSpec['fairness'],
  most: number,
): Share {
  const runners = { byRepository: new Map(usage.byRepository), byOwner: new Map(usage.byOwner) };
  const isFull = (job: QueuedJob): boolean =>
    (runners.byRepository.get(job.repositoryId) ?? 0) >= (fairness.maxRunnersPerRepository ?? Number.POSITIVE_INFINITY) ||
    (runners.byOwner.get(job.ownerId) ?? 0) >= (fairness.maxRunnersPerOwner ?? Number.POSITIVE_INFINITY);
  const load = (job: QueuedJob): number => (fairness.order === 'RoundRobin' ? (runners.byRepository.get(job.repositoryId) ?? 0) : 0);

  const before = (a: QueuedJob, b: QueuedJob): boolean => (load(a) - load(b) || a.id - b.id) < 0;

  const chosen: QueuedJob[] = [];
  for (const kind of [candidates.filter((job) => !tried(job)), candidates.filter(tried)]) {
    const queues = [...Map.groupBy(kind, (job) => `${job.ownerId}/${job.repositoryId}`).values()].map((jobs) => jobs.toReversed());
    while (chosen.length < most) {
      const next = firstOf(queues, isFull, before);
      const job = next?.pop();
      if (job === undefined) break;
      chosen.push(job);
      add(runners.byRepository, job.repositoryId);
      add(runners.byOwner, job.ownerId);
    }
  }
  return { chosen, limited: chosen.length < most && chosen.length < candidates.length };
}

/** The queue whose turn it is; the last job of each is its first. */
function firstOf(
  queues: readonly QueuedJob[][],
  isFull: (job: QueuedJob) => boolean,
  before: (a: QueuedJob, b: QueuedJob) => boolean,
): QueuedJob[] | null {
  let found: { readonly queue: QueuedJob[]; readonly job: QueuedJob } | null = null;
  for (const queue of queues) {
    const job = queue.at(-1);
    if (job !== undefined && !isFull(job) && (found === null || before(job, found.job))) found = { queue, job };
  }
  return found?.queue ?? null;
}

function counted(ids: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids) add(counts, id);
  return counts;
}

function add(counts: Map<number, number>, id: number): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}
