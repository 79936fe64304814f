/** Whose job gets a runner: never a repository's that is not served, never more than its share, the oldest first. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { POOL, REPOSITORIES } from './names.ts';
import { limitsAt, repositoryIdOf, servesRepository } from './pool-spec.ts';
import type { Repository, Scenario } from './scenario.ts';
import { handleOf, isPodAlive, ownerOf, poolOf, runnerOf, type Seen, type SeenCluster } from './seen.ts';
import { elapsed } from './simulation.ts';

type Job = Seen['jobs'][number];
type Row = Seen['rows'][number];

/** How long a spec may still have been the old one to a decision whose runners come now. */
const SPEC_REMEMBERED_MS = 40_000;
/** The world is looked at each half second, and each second once the faults have ended. */
const LOOKED_AT_EVERY_MS = 1_000;
/** So long after a disturbance of Forgejo's API a registration may have failed, or be on its way. */
const DISTURBED_FOR_MS = 60_000;

/** A registration that was made for one job since the world was last looked at. */
interface Birth {
  readonly row: Row;
  readonly job: Job;
  readonly place: SeenCluster;
}

/** Whose uid the main pool of a cluster has. */
function poolIn({ pools }: SeenCluster): string | undefined {
  return pools.find(({ metadata }) => metadata.name === POOL)?.metadata.uid;
}

/** Tells the births of each step; whoever asks sees each once. */
function watchBirths(): (seen: Seen) => readonly Birth[] {
  const known = new Set<string>();
  return (seen) => {
    const fresh = seen.rows.filter(({ uuid }) => !known.has(uuid));
    for (const { uuid } of fresh) known.add(uuid);
    return fresh.flatMap((row) => {
      const place = seen.clusters.find((each) => poolIn(each) === (ownerOf(row) ?? ''));
      const job = seen.jobs.find(({ handle }) => handle === handleOf(row));
      return place === undefined || job === undefined ? [] : [{ row, job, place }];
    });
  };
}

export const deniedRepositoriesAreNotServed: Invariant = {
  name: 'deniedRepositoriesAreNotServed',
  because: 'a privileged pool must never run the job of a repository that it does not trust',
  start({ scenario, edits }) {
    const births = watchBirths();
    const deniedSince = edits.map(() => new Map<Repository, number>());
    return (seen) => {
      for (const [index, each] of edits.entries()) {
        for (const path of REPOSITORIES) {
          const since = deniedSince[index];
          if (servesRepository(scenario, each, path)) since?.delete(path);
          else if (since?.has(path) === false) since.set(path, each.denials[path] > 0 ? seen.now : Number.NEGATIVE_INFINITY);
        }
      }
      const born = firstOf(births(seen), ({ row, job, place }) => {
        const path = REPOSITORIES.find((each) => repositoryIdOf(each) === job.repositoryId);
        const since = path === undefined ? undefined : deniedSince[place.index]?.get(path);
        return since !== undefined && seen.now - since > SPEC_REMEMBERED_MS
          ? `${row.name} was made for job ${job.id} of ${path}, which is not served`
          : null;
      });
      return born ?? firstOf(seen.jobs, (job) => runsWhereItIsNotServed(scenario, seen, job));
    };
  },
};

/** By the choice that the pool has had from the beginning. */
function runsWhereItIsNotServed({ sharing: { choice } }: Scenario, seen: Seen, job: Job): string | null {
  if (choice === null || job.status !== 'running') return null;
  const path = REPOSITORIES.find((each) => repositoryIdOf(each) === job.repositoryId);
  if (path === undefined || (choice.list === 'allow') === (choice.repository === path)) return null;
  const row = seen.rows.find(({ uuid }) => uuid === job.runnerUuid);
  const isOurs = row !== undefined && seen.clusters.some((each) => poolIn(each) === ownerOf(row));
  return isOurs ? `job ${job.id} of ${path} runs on ${row.name}, and is not served` : null;
}

/** A runner whose Secret was refused for so long is given up, and stopped when the Secret comes after all. */
const GIVEN_UP_MS = 20_000;

export const noMoreThanTheirShare: Invariant = {
  name: 'noMoreThanTheirShare',
  because: 'a busy repository must not starve the others',
  start({ scenario, ledger }) {
    const { maxRunnersPerRepository, maxRunnersPerOwner } = scenario.sharing;
    const known = new Set<string>();
    const jobs = new Map<string, Job>();
    const handles = new Map<string, string>();
    const secretless = new Map<string, number>();
    return (seen) => {
      if (maxRunnersPerRepository === null && maxRunnersPerOwner === null) return null;
      jobs.clear();
      for (const job of seen.jobs) jobs.set(job.handle, job);
      for (const row of seen.rows) handles.set(row.name, handleOf(row) ?? '');
      return firstOf(seen.clusters, (place) => {
        const uid = poolIn(place);
        for (const pod of place.pods) {
          const runner = runnerOf(pod) ?? '';
          if (!place.secrets.has(runner)) secretless.set(runner, secretless.get(runner) ?? seen.now);
        }
        const alive = place.pods.filter((pod) => {
          const runner = runnerOf(pod) ?? '';
          const withSecret = place.secrets.has(runner) && seen.now - (secretless.get(runner) ?? seen.now) < GIVEN_UP_MS;
          return poolOf(pod) === uid && isPodAlive(pod) && withSecret && !ledger.isOnLostNode(runner);
        });
        // A replacement is nobody's decision.
        const isNew = alive.some((pod) => !known.has(runnerOf(pod) ?? ''));
        for (const pod of alive) known.add(runnerOf(pod) ?? '');
        if (!isNew) return null;
        // One whose job is over, or was taken by another, is on its way out.
        const assigned = [...new Set(alive.map(runnerOf))]
          .flatMap((name) => jobs.get(handles.get(name ?? '') ?? '') ?? [])
          .filter(({ status }) => status === 'waiting' || status === 'running');
        const most = (by: (job: Job) => number): number =>
          Math.max(0, ...[...Map.groupBy(assigned, by).values()].map((group) => group.length));
        const repository = most((job) => job.repositoryId);
        if (repository > (maxRunnersPerRepository ?? Number.POSITIVE_INFINITY)) return `${repository} runners for one repository`;
        const owner = most((job) => job.ownerId);
        return owner > (maxRunnersPerOwner ?? Number.POSITIVE_INFINITY) ? `${owner} runners for one owner` : null;
      });
    };
  },
};

export const oldestFirst: Invariant = {
  name: 'oldestFirst',
  because: 'a job that no runner has tried must not be passed over by a newer one',
  start(simulation) {
    const births = watchBirths();
    const waitingSince = new Map<string, number>();
    const tried = new Set<string>();
    let mayBeCoveredAt = Number.NEGATIVE_INFINITY;
    return (seen) => {
      const { scenario, edits, troubles } = simulation;
      for (const row of seen.rows) tried.add(handleOf(row) ?? '');
      const fresh = births(seen);
      const waiting = seen.jobs.filter(({ status }) => status === 'waiting');
      for (const { handle } of waiting) if (!waitingSince.has(handle)) waitingSince.set(handle, seen.now);
      // A runner that takes any job covers the oldest one.
      if (edits.some((each) => limitsAt(scenario, each, elapsed(simulation)).min > 0)) mayBeCoveredAt = seen.now;
      const { order, maxRunnersPerOwner, maxRunnersPerRepository } = scenario.sharing;
      if (order !== 'OldestFirst' || scenario.mode === 'Persistent' || maxRunnersPerOwner !== null) return null;
      if (seen.now - Math.max(mayBeCoveredAt, troubles.lastEnd(seen.now)) < DISTURBED_FOR_MS) return null;
      return firstOf(fresh, ({ job, place }) => {
        const since = waitingSince.get(job.handle);
        const own = edits[place.index];
        if (since === undefined || own === undefined) return null;
        const older = waiting.find(
          (other) =>
            other.id < job.id &&
            !tried.has(other.handle) &&
            (waitingSince.get(other.handle) ?? seen.now) < since &&
            other.runsOn.every((label) => job.runsOn.includes(label)) &&
            (maxRunnersPerRepository === null || other.repositoryId === job.repositoryId) &&
            REPOSITORIES.some((path) => repositoryIdOf(path) === other.repositoryId && servesRepository(scenario, own, path)),
        );
        return older === undefined ? null : `job ${job.id} got a runner before job ${older.id}, which no runner has tried`;
      });
    };
  },
};

export const claimsWait: Invariant = {
  name: 'claimsWait',
  because: 'an overflow pool takes only what the other pools have left for so long',
  start({ scenario, troubles }) {
    const births = watchBirths();
    const waitingSince = new Map<string, number>();
    const delayMs = scenario.sharing.claimDelaySeconds * 1000;
    // Forgejo's clock is learnt from whole seconds.
    const mostMs = delayMs - LOOKED_AT_EVERY_MS - 1_000;
    return (seen) => {
      for (const { handle, status } of seen.jobs) if (status === 'waiting' && !waitingSince.has(handle)) waitingSince.set(handle, seen.now);
      const born = births(seen);
      // Another process dates its oldest job by what the status said of the one that had waited longest (docs/lifecycle.md).
      if (troubles.overlaps('operator', seen.now - delayMs, seen.now)) return null;
      return firstOf(born, ({ row, job }) => {
        const waited = seen.now - (waitingSince.get(job.handle) ?? seen.now);
        return waited < mostMs ? `${row.name} was made for job ${job.id}, which has waited for ${Math.round(waited / 1000)} s` : null;
      });
    };
  },
};

export const SHARING_INVARIANTS: readonly Invariant[] = [deniedRepositoriesAreNotServed, noMoreThanTheirShare, oldestFirst, claimsWait];
