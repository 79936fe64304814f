/** Which of the queued jobs each pool takes: labels as `src/pool` matches them, scope and repositories as Forgejo knows them. */
import { parseRepository } from '../../api/repository-name.ts';
import { type Scope, scopeOf, scopeText } from '../../api/scope.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { Connection } from '../../forgejo/call.ts';
import { getRepositoryId, listJobs } from '../../forgejo/client.ts';
import { coveredJobs } from '../../pool/demand.ts';
import type { QueuedJob } from '../../pool/forgejo.ts';
import { EVERY_REPOSITORY, isServed, type RepositoryFilter } from '../../pool/repositories.ts';
import type { KnownPool, Target } from './target.ts';

export interface Coverage {
  readonly pool: KnownPool;
  /** `unseen`: the token may not read the queue of the pool's scope. */
  readonly reach: 'seen' | 'unseen';
  /** Handles of the jobs that it takes. */
  readonly handles: ReadonlySet<string>;
}

/** One queue read for each scope beside the target's own, and one look-up for each repository that is named. */
export async function readCoverage(
  connection: Connection,
  target: Target,
  pools: readonly KnownPool[],
  jobs: readonly QueuedJob[],
): Promise<readonly Coverage[]> {
  const inScope = new Map<string, Promise<ReadonlySet<string> | null>>();
  const handlesOf = (scope: Scope): Promise<ReadonlySet<string> | null> => {
    const key = scopeText(scope).toLowerCase();
    const known = inScope.get(key) ?? readHandles(connection, target.scope, scope, jobs);
    inScope.set(key, known);
    return known;
  };
  const ids = new Map<string, Promise<number | null>>();
  /** Pools of a cluster name the same repositories; Forgejo's names are case-insensitive. */
  const idOf = (text: string): Promise<number | null> => {
    const key = text.toLowerCase();
    const known = ids.get(key) ?? readId(connection, text);
    ids.set(key, known);
    return known;
  };
  return Promise.all(
    poolsOfServer(target, pools).map(async (pool): Promise<Coverage> => {
      const seen = await handlesOf(scopeOf(pool.spec.forgejo));
      const filter = await filterOf(pool.spec, idOf);
      const taken = coveredJobs(jobs, pool.spec).filter((job) => seen?.has(job.handle) !== false && isServed(job.repositoryId, filter));
      return { pool, reach: seen === null ? 'unseen' : 'seen', handles: new Set(taken.map(({ handle }) => handle)) };
    }),
  );
}

/** Inside the cluster a server may have another name: when no pool has the given one, all are taken to mean it. */
export function poolsOfServer({ url }: Target, pools: readonly KnownPool[]): readonly KnownPool[] {
  const same = pools.filter(({ spec }) => spec.forgejo.url.toLowerCase() === url.toLowerCase());
  return same.length > 0 ? same : pools;
}

/** Null: it can't be told. */
async function readHandles(
  connection: Connection,
  asked: Scope,
  scope: Scope,
  jobs: readonly QueuedJob[],
): Promise<ReadonlySet<string> | null> {
  const all = new Set(jobs.map(({ handle }) => handle));
  if (scope.kind === 'instance' || scopeText(scope).toLowerCase() === scopeText(asked).toLowerCase()) return all;
  // `/user` is whoever the token belongs to, and each pool has a token of its own.
  if (scope.kind === 'user') return null;
  const answer = await listJobs(connection, scope);
  return answer.ok ? new Set(answer.value.map(({ handle }) => handle)) : null;
}

/** A name that can't be looked up serves nobody, as in the operator; in `deny` it stops the whole pool there. */
async function filterOf({ repositories }: RunnerPoolSpec, idOf: (text: string) => Promise<number | null>): Promise<RepositoryFilter> {
  if (repositories === undefined) return EVERY_REPOSITORY;
  const ids = async (texts: readonly string[]): Promise<ReadonlySet<number>> => {
    const found = await Promise.all(texts.map(idOf));
    return new Set(found.filter((id) => id !== null));
  };
  const { allow, deny = [] } = repositories;
  return { allow: allow === undefined ? null : await ids(allow), deny: await ids(deny), unresolved: [] };
}

async function readId(connection: Connection, text: string): Promise<number | null> {
  const named = parseRepository(text);
  if (named === null || named.kind === 'id') return named?.id ?? null;
  const answer = await getRepositoryId(connection, named);
  return answer.ok ? answer.value : null;
}
