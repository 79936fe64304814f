/** Forgejo's runners API, one function per endpoint (facts: section 1, "Endpoints"). None of them throws for what a server does. */

import type { Scope } from '../api/scope.ts';
import type { QueuedJob, Registration, RegistrationRef } from '../pool/forgejo.ts';
import { type Connection, call, deadlineOf, type Result } from './call.ts';
import type { RepositoryName } from './repositories.ts';
import { decodeCreated, decodeJobs, decodeRegistration, decodeRepositoryId, decodeVersion } from './schemas.ts';
import { repositoryPath, runnersPath } from './scope-path.ts';

/** Waiting and running jobs of the scope, newest first; unpaged, 183 KB for 1000 jobs. */
export function listJobs(connection: Connection, scope: Scope): Promise<Result<readonly QueuedJob[]>> {
  return call(connection, {
    method: 'GET',
    path: `${runnersPath(scope)}/jobs`,
    success: 200,
    decode: decodeJobs,
    deadline: deadlineOf(connection),
  });
}

/** One row by id. It finds more than the list does: a repository's GET also finds its owner's and global runners. */
export function getRegistration(connection: Connection, scope: Scope, id: number): Promise<Result<Registration>> {
  return call(connection, {
    method: 'GET',
    path: `${runnersPath(scope)}/${id}`,
    success: 200,
    decode: decodeRegistration,
    deadline: deadlineOf(connection),
  });
}

/**
 * The id of a repository by its present name; the token needs `read:repository`. A former name is a redirect, which is never
 * followed (facts: section 1, "Authorization", renames).
 */
export function getRepositoryId(connection: Connection, { owner, name }: RepositoryName): Promise<Result<number>> {
  return call(connection, {
    method: 'GET',
    path: repositoryPath(owner, name),
    success: 200,
    decode: decodeRepositoryId,
    deadline: deadlineOf(connection),
  });
}

/** What the server calls itself; no scope is needed (facts: section 3). */
export function getServerVersion(connection: Connection): Promise<Result<string>> {
  return call(connection, {
    method: 'GET',
    path: '/api/v1/version',
    success: 200,
    decode: decodeVersion,
    deadline: deadlineOf(connection),
  });
}

export interface NewRegistration {
  readonly name: string;
  readonly description: string;
  readonly ephemeral: boolean;
}

/** Not idempotent: names are not unique, and the token is shown in this answer only. Never repeated by itself. */
export function createRegistration(
  connection: Connection,
  scope: Scope,
  body: NewRegistration,
): Promise<Result<{ readonly registration: RegistrationRef; readonly token: string }>> {
  const { name, description, ephemeral } = body;
  return call(connection, {
    method: 'POST',
    path: runnersPath(scope),
    body: { name, description, ephemeral },
    success: 201,
    decode: decodeCreated,
    deadline: deadlineOf(connection),
  });
}

/** Unguarded: Forgejo answers 204 for a busy runner too, and orphans its job. */
export function deleteRegistration(connection: Connection, scope: Scope, id: number): Promise<Result<null>> {
  return call(connection, {
    method: 'DELETE',
    path: `${runnersPath(scope)}/${id}`,
    success: 204,
    decode: () => ({ ok: true, value: null }),
    deadline: deadlineOf(connection),
  });
}
