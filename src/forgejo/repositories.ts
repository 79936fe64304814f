/**
 * Ids of repositories by their names, shared by all pools of this process. A name is looked up once per server and token: the
 * id stays when the repository is renamed or transferred. A failure is tried again after a while.
 */
import type { Clock } from '../clock.ts';
import type { ForgejoFailure } from '../pool/failure.ts';
import type { Access } from './access.ts';
import { accessKey } from './access-key.ts';
import { getRepositoryId } from './client.ts';
import type { Transport } from './transport.ts';

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

export type RepositoryLookup =
  | { readonly kind: 'found'; readonly id: number }
  /** Null: it has not been asked for yet. */
  | { readonly kind: 'unknown'; readonly failure: ForgejoFailure | null };

export interface RepositoryDirectory {
  /**
   * What is known of each name, in the order given, by that moment of the own clock at the latest. A question that is still
   * under way then goes on for the next call. Never rejects for what a server does.
   */
  lookUp(access: Access, names: readonly RepositoryName[], until: number): Promise<readonly RepositoryLookup[]>;
}

export interface RepositoryDirectoryOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** See Connection. */
  readonly timeoutMs?: number;
}

interface Entry {
  lookup: RepositoryLookup;
  /** Own clock, of the last answer. */
  answeredAt: number;
  usedAt: number;
  underWay: Promise<void> | null;
}

/** Scopes, names and networks are mended by people: once a minute is soon enough, and Forgejo logs each refusal. */
const RETRY_MS = 60_000;
/** The other names of a long list follow with the next calls. */
const MOST_AT_ONCE = 16;
/** A pool that still exists asks at least every 300 s. */
const IDLE_MS = 3_600_000;

export function createRepositoryDirectory(options: RepositoryDirectoryOptions): RepositoryDirectory {
  const { clock } = options;
  const entries = new Map<string, Entry>();

  function entryOf(prefix: string, { owner, name }: RepositoryName): Entry {
    // Forgejo's names are case-insensitive.
    const key = `${prefix} ${`${owner}/${name}`.toLowerCase()}`;
    const entry = entries.get(key) ?? { lookup: { kind: 'unknown', failure: null }, answeredAt: 0, usedAt: 0, underWay: null };
    entries.set(key, entry);
    entry.usedAt = clock.now();
    return entry;
  }

  function isDue({ lookup, answeredAt, underWay }: Entry): boolean {
    if (lookup.kind === 'found' || underWay !== null) return false;
    return lookup.failure === null || clock.now() - answeredAt >= RETRY_MS;
  }

  async function ask(entry: Entry, access: Access, repository: RepositoryName): Promise<void> {
    try {
      const result = await getRepositoryId({ ...options, access }, repository);
      entry.lookup = result.ok ? { kind: 'found', id: result.value } : { kind: 'unknown', failure: result.failure };
      entry.answeredAt = clock.now();
    } finally {
      entry.underWay = null;
    }
  }

  async function lookUp(access: Access, names: readonly RepositoryName[], until: number): Promise<readonly RepositoryLookup[]> {
    for (const [key, entry] of entries) {
      if (entry.underWay === null && clock.now() - entry.usedAt >= IDLE_MS) entries.delete(key);
    }
    const prefix = `${access.url} ${accessKey(access)}`;
    const wanted = names.map((repository) => ({ repository, entry: entryOf(prefix, repository) }));
    let begun = 0;
    for (const { repository, entry } of wanted) {
      if (begun === MOST_AT_ONCE || !isDue(entry)) continue;
      entry.underWay = ask(entry, access, repository);
      begun += 1;
    }
    const underWay = wanted.flatMap(({ entry }) => entry.underWay ?? []);
    if (underWay.length > 0) await inTime(Promise.all(underWay), until);
    return wanted.map(({ entry }) => entry.lookup);
  }

  async function inTime(done: Promise<unknown>, until: number): Promise<void> {
    const settled = new AbortController();
    await Promise.race([done, clock.sleep(Math.max(0, until - clock.now()), settled.signal)]);
    settled.abort();
  }

  return { lookUp };
}
