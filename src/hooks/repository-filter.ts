/** `spec.repositories` as the decisions see it: ids. */
import { type NamedRepository, parseRepository } from '../api/repository-name.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Access } from '../forgejo/access.ts';
import type { RepositoryDirectory, RepositoryLookup } from '../forgejo/repositories.ts';
import { EVERY_REPOSITORY, type RepositoryFilter, type UnresolvedRepository } from '../pool/repositories.ts';

type Repositories = RunnerPoolSpec['repositories'];

interface Entry {
  readonly list: 'allow' | 'deny';
  /** As the spec has it. */
  readonly text: string;
  readonly named: NamedRepository | null;
}

/** `until`: own clock; names that are not known by then are unresolved. */
export async function resolveRepositories(
  repositories: Repositories,
  access: Access,
  directory: RepositoryDirectory,
  until: number,
): Promise<RepositoryFilter> {
  if (repositories === undefined) return EVERY_REPOSITORY;
  // A denied name that is unknown stops the whole pool: it is asked for first.
  const entries = [...entriesOf('deny', repositories.deny), ...entriesOf('allow', repositories.allow)];
  const names = entries.flatMap(({ named }) => (named?.kind === 'name' ? [named] : []));
  const answers = await directory.lookUp(access, names, until);
  const lookups = new Map(names.map((named, index) => [named, answers[index]]));
  const known = entries.map((entry) => ({ ...entry, lookup: lookupOf(entry.named, lookups) }));
  const idsOf = (list: Entry['list']): ReadonlySet<number> =>
    new Set(known.flatMap((entry) => (entry.list === list && entry.lookup.kind === 'found' ? [entry.lookup.id] : [])));
  return {
    allow: repositories.allow === undefined ? null : idsOf('allow'),
    deny: idsOf('deny'),
    unresolved: known.flatMap(({ list, text, lookup }): readonly UnresolvedRepository[] =>
      lookup.kind === 'unknown' ? [{ list, name: text, failure: lookup.failure }] : [],
    ),
  };
}

/** Without Forgejo, or for a pool that is deleted, nothing new is served: nothing is looked up, and nothing is said of it. */
export function withoutLookups(repositories: Repositories): RepositoryFilter {
  return repositories === undefined ? EVERY_REPOSITORY : { allow: new Set(), deny: new Set(), unresolved: [] };
}

function entriesOf(list: Entry['list'], texts: readonly string[] = []): readonly Entry[] {
  return texts.map((text) => ({ list, text, named: parseRepository(text) }));
}

function lookupOf(named: NamedRepository | null, lookups: ReadonlyMap<NamedRepository, RepositoryLookup | undefined>): RepositoryLookup {
  if (named?.kind === 'id') return { kind: 'found', id: named.id };
  return (named === null ? undefined : lookups.get(named)) ?? { kind: 'unknown', failure: null };
}
