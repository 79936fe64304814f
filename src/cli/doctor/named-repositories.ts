/** The repositories that a pool names in `spec.repositories`. */
import { parseRepository } from '../../api/repository-name.ts';
import type { Connection, Result } from '../../forgejo/call.ts';
import { getRepositoryId } from '../../forgejo/client.ts';
import type { Target } from './target.ts';

export interface NamedLookup {
  readonly list: 'allow' | 'deny';
  /** As the spec has it. */
  readonly name: string;
  readonly result: Result<number>;
}

/** Ids need no look-up. */
export async function readNamed(connection: Connection, { pool }: Target): Promise<readonly NamedLookup[]> {
  if (pool?.validated.ok !== true) return [];
  const { allow = [], deny = [] } = pool.validated.spec.repositories ?? {};
  const entries = [...allow.map((name) => ({ list: 'allow', name }) as const), ...deny.map((name) => ({ list: 'deny', name }) as const)];
  const lookups = entries.map(async (entry): Promise<readonly NamedLookup[]> => {
    const named = parseRepository(entry.name);
    return named?.kind === 'name' ? [{ ...entry, result: await getRepositoryId(connection, named) }] : [];
  });
  return (await Promise.all(lookups)).flat();
}
