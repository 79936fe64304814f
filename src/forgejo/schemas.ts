/**
 * What Forgejo's answers must look like, as far as we read them. Unknown fields are let through. A problem names the
 * field's path and what was expected, never the value: bodies can hold tokens.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { Ownership, QueuedJob, Registration, RegistrationRef } from '../pool/forgejo.ts';
import { readOwnership } from '../pool/ownership.ts';
import { copyOf, createSharer } from './shared.ts';

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/**
 * Forgejo's handles are UUIDs. Our back-off keys and annotations use three words and `-` in a handle's place, so those are none;
 * nor is what could not stand in an annotation or on a command line as it is.
 */
const HANDLE = '^(?!(?:warm|pool|register)$)[0-9A-Za-z][\\w-]{0,63}$';

const JobRow = Type.Object({
  id: Type.Integer(),
  attempt: Type.Integer(),
  handle: Type.String({ pattern: HANDLE }),
  repo_id: Type.Integer(),
  owner_id: Type.Integer(),
  name: Type.String(),
  runs_on: Type.Union([Type.Array(Type.String()), Type.Null()]),
  task_id: Type.Integer(),
  status: Type.String(),
});

const RunnerRow = Type.Object({
  id: Type.Integer(),
  uuid: Type.String({ minLength: 1 }),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  status: Type.String(),
  version: Type.Optional(Type.String()),
  ephemeral: Type.Optional(Type.Boolean()),
});

const CreatedRow = Type.Object({
  id: Type.Integer(),
  uuid: Type.String({ minLength: 1 }),
  token: Type.String({ minLength: 1 }),
});

/** It is shown as it stands, so it must be plain words. */
const VersionRow = Type.Object({ version: Type.String({ pattern: '^[\\w.+~-]{1,80}$' }) });

const RepositoryRow = Type.Object({ id: Type.Integer({ minimum: 1 }) });

/** protobuf's JSON writes int64 as text and leaves 0 out. */
const UpdateLogAnswer = Type.Object({ ackIndex: Type.Optional(Type.String({ pattern: '^[0-9]{1,19}$' })) });

const checkJobs = checker(Type.Array(JobRow));
const checkRunners = checker(Type.Array(RunnerRow));
const checkRunner = checker(RunnerRow);
const checkCreated = checker(CreatedRow);
const checkVersion = checker(VersionRow);
const checkRepository = checker(RepositoryRow);
const checkLog = checker(UpdateLogAnswer);

/** Forgejo answers an empty queue with `null`. Rows of an unknown status are left out: neither waiting nor running. */
export function decodeJobs(body: string): Decoded<readonly QueuedJob[]> {
  const rows = checkJobs(body, []);
  if (!rows.ok) return rows;
  const shared = createSharer((labels: readonly string[]) => JSON.stringify(labels));
  return { ok: true, value: rows.value.flatMap((row) => queuedJob(row, shared(row.runs_on ?? []))) };
}

export function decodeRegistrations(body: string): Decoded<readonly Registration[]> {
  const rows = checkRunners(body, []);
  if (!rows.ok) return rows;
  const shared = createSharer((text: string) => text);
  return { ok: true, value: rows.value.map((row) => registration(row, shared)) };
}

export function decodeRegistration(body: string): Decoded<Registration> {
  const row = checkRunner(body);
  return row.ok ? { ok: true, value: registration(row.value, (text) => text) } : row;
}

/** The token is shown in this answer only. */
export function decodeCreated(body: string): Decoded<{ readonly registration: RegistrationRef; readonly token: string }> {
  const row = checkCreated(body);
  if (!row.ok) return row;
  return { ok: true, value: { registration: { id: row.value.id, uuid: row.value.uuid }, token: row.value.token } };
}

export function decodeVersion(body: string): Decoded<string> {
  const row = checkVersion(body);
  return row.ok ? { ok: true, value: row.value.version } : row;
}

/** The id of a repository. */
export function decodeRepositoryId(body: string): Decoded<number> {
  const row = checkRepository(body);
  return row.ok ? { ok: true, value: row.value.id } : row;
}

/** Number of log lines that the server has, as decimal text. */
export function decodeAckIndex(body: string): Decoded<string> {
  const answer = checkLog(body);
  return answer.ok ? { ok: true, value: answer.value.ackIndex ?? '0' } : answer;
}

function queuedJob(row: Static<typeof JobRow>, runsOn: readonly string[]): readonly QueuedJob[] {
  const status = jobStatus(row.status);
  if (status === null) return [];
  return [
    {
      id: row.id,
      attempt: row.attempt,
      handle: row.handle,
      repositoryId: row.repo_id,
      ownerId: row.owner_id,
      name: row.name,
      runsOn,
      taskId: row.task_id,
      status,
    },
  ];
}

/** Null for one that is neither. */
function jobStatus(status: string): QueuedJob['status'] | null {
  return status === 'waiting' ? 'waiting' : status === 'running' ? 'running' : null;
}

/** `shared`: of what many rows say, the one that stands for all. */
function registration(row: Static<typeof RunnerRow>, shared: (text: string) => string): Registration {
  const version = shared(row.version ?? '');
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    ownership: ownershipIn(row.description ?? '', shared),
    status: runnerStatus(row.status),
    declared: version !== '',
    version,
    ephemeral: row.ephemeral ?? false,
  };
}

/** The texts of it are copies: a part of the description would keep the whole of it. */
function ownershipIn(description: string, shared: (text: string) => string): Ownership | null {
  const ownership = readOwnership(description);
  if (ownership === null) return null;
  const { poolUid, handle } = ownership;
  return { ...ownership, poolUid: shared(copyOf(poolUid)), handle: handle === null ? null : copyOf(handle) };
}

/** A status that we don't know reads as `active`, the one that nobody deregisters. */
function runnerStatus(status: string): Registration['status'] {
  return status === 'offline' ? 'offline' : status === 'idle' ? 'idle' : 'active';
}

/** Compiles the schema once. `whenNull` stands for a body that is JSON `null`. */
function checker<S extends TSchema>(schema: S): (body: string, whenNull?: Static<S>) => Decoded<Static<S>> {
  const compiled = TypeCompiler.Compile(schema);
  return (body, whenNull) => {
    const json = parse(body);
    if (!json.ok) return json;
    if (json.value === null && whenNull !== undefined) return { ok: true, value: whenNull };
    if (compiled.Check(json.value)) return { ok: true, value: json.value };
    const first = compiled.Errors(json.value).First();
    return { ok: false, problem: `body${first?.path ?? ''}: ${first?.message ?? 'not as documented'}` };
  };
}

function parse(body: string): Decoded<unknown> {
  try {
    return { ok: true, value: JSON.parse(body) };
  } catch {
    return { ok: false, problem: 'body: not JSON' };
  }
}
