/** Which repositories a pool serves: `spec.repositories`, with its names looked up. */
import type { ForgejoFailure } from './failure.ts';

/** Every id is Forgejo's. What is not known for sure is not served. */
export interface RepositoryFilter {
  /** Null: every repository. */
  readonly allow: ReadonlySet<number> | null;
  readonly deny: ReadonlySet<number>;
  readonly unresolved: readonly UnresolvedRepository[];
}

/** A name whose id is not known. */
export interface UnresolvedRepository {
  readonly list: 'allow' | 'deny';
  /** As the spec has it. */
  readonly name: string;
  /** Why; null: it has not been asked for yet. */
  readonly failure: ForgejoFailure | null;
}

export const EVERY_REPOSITORY: RepositoryFilter = { allow: null, deny: new Set(), unresolved: [] };

export function isServed(repositoryId: number, { allow, deny }: RepositoryFilter): boolean {
  return !deny.has(repositoryId) && (allow === null || allow.has(repositoryId));
}

/** Surely not served: as long as a name of `allow` is unknown, it may be this repository's. */
export function isRefused(repositoryId: number, filter: RepositoryFilter): boolean {
  if (filter.deny.has(repositoryId)) return true;
  return !isServed(repositoryId, filter) && !filter.unresolved.some(({ list }) => list === 'allow');
}

/** Nobody knows whom an unknown name in `deny` means, so nobody can be told apart from it. */
export function deniesSomeUnknown({ unresolved }: RepositoryFilter): boolean {
  return unresolved.some(({ list }) => list === 'deny');
}

/** What the first unknown name is, what it costs, and why it is unknown; a denied one costs most. */
export function wordsForUnresolved(unresolved: readonly UnresolvedRepository[]): string | null {
  const first = unresolved.find(({ list }) => list === 'deny') ?? unresolved[0];
  if (first === undefined) return null;
  const more = unresolved.length === 1 ? '' : ` (and ${unresolved.length - 1} more)`;
  const cost = first.list === 'deny' ? 'no new runners until it is known' : 'it is not served';
  return `"${first.name}" of spec.repositories.${first.list}${more} could not be looked up, so ${cost}: ${causeOf(first.failure)}`;
}

function causeOf(failure: ForgejoFailure | null): string {
  switch (failure?.kind) {
    case undefined:
      return 'Forgejo has not answered yet.';
    case 'scopeTooNarrow':
    case 'unauthorized':
    case 'forbidden':
      return 'that takes a token with the scope read:repository, of a user who may see it.';
    case 'notFound':
    case 'notOurs':
      return "there is no such repository, or the token's user may not see it.";
    case 'moved':
      return 'it was renamed or has another owner.';
    case 'rejected':
    case 'throttled':
    case 'serverError':
    case 'timeout':
    case 'unreachable':
    case 'nonsense':
    case 'addressRefused':
      return `Forgejo did not tell (${failure.kind}); it is asked again within minutes.`;
  }
}
