/** Everything that is read for a diagnosis, and nothing else: what it comes to is judged by the checks, which ask nobody. */
import type { Connection, Result } from '../../forgejo/call.ts';
import { getRepositoryId, listJobs } from '../../forgejo/client.ts';
import { listRegistrations, type RegistrationList } from '../../forgejo/list-registrations.ts';
import type { QueuedJob } from '../../pool/forgejo.ts';
import { type Discovered, ping, readDiscovery, readKeys, readVersion } from './calls.ts';
import { type Coverage, readCoverage } from './coverage.ts';
import { type NamedLookup, readNamed } from './named-repositories.ts';
import { type Resolved, resolveHost } from './resolve.ts';
import { type Rights, readRights } from './rights.ts';
import type { Target } from './target.ts';

export interface ExamineDeps {
  readonly connection: Connection;
  /** Every address of a host name; rejects with an error that has a `code`. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
}

/** Of the scope as the token sees it; asked only when the server answered as a Forgejo. */
export interface ScopeFacts {
  readonly ping: Result<unknown>;
  readonly list: Result<RegistrationList>;
  readonly jobs: Result<readonly QueuedJob[]>;
  readonly rights: Rights;
  /** The repository of a repository's scope as such; null for other scopes. */
  readonly repository: Result<number> | null;
  readonly named: readonly NamedLookup[];
  readonly coverage: readonly Coverage[];
  readonly discovery: Result<Discovered>;
  /** Null when the discovery failed. */
  readonly keys: Result<number> | null;
}

export interface Facts {
  readonly target: Target;
  /** Null for an IP address. */
  readonly resolved: Resolved | null;
  readonly version: Result<string>;
  /** Where a Forgejo answered when the given URL has none. */
  readonly elsewhere: string | null;
  /** Own clock when the version's answer had come. */
  readonly answeredAt: number;
  readonly scope: ScopeFacts | null;
}

export async function examine(target: Target, { connection, lookup }: ExamineDeps): Promise<Facts> {
  const resolved = await resolveHost(target.url, lookup);
  const version = await readVersion(connection);
  const answeredAt = connection.clock.now();
  const elsewhere = version.ok ? null : await findElsewhere(target.url, connection);
  return { target, resolved, version, elsewhere, answeredAt, scope: version.ok ? await examineScope(target, connection) : null };
}

async function examineScope(target: Target, connection: Connection): Promise<ScopeFacts> {
  const { scope, pools } = target;
  const [pinged, list, jobs, rights, discovery] = await Promise.all([
    ping(connection),
    listRegistrations(connection, scope),
    listJobs(connection, scope),
    readRights(connection),
    readDiscovery(connection),
  ]);
  const repository = scope.kind === 'repository' ? await getRepositoryId(connection, { owner: scope.owner, name: scope.repository }) : null;
  return {
    ping: pinged,
    list,
    jobs,
    rights,
    repository,
    named: await readNamed(connection, target),
    coverage: jobs.ok && pools !== null ? await readCoverage(connection, target, pools, jobs.value) : [],
    discovery,
    keys: discovery.ok ? await readKeys(connection, discovery.value.jwksUri) : null,
  };
}

/** People paste the address of a page: the Forgejo is at its beginning. */
async function findElsewhere(url: string, connection: Connection): Promise<string | null> {
  const { origin, pathname } = new URL(url);
  const parts = pathname.split('/').filter((part) => part !== '');
  for (let left = parts.length - 1; left >= 0; left -= 1) {
    const candidate = [origin, ...parts.slice(0, left)].join('/');
    const answer = await readVersion({ ...connection, access: { ...connection.access, url: candidate } });
    if (answer.ok) return candidate;
  }
  return null;
}
