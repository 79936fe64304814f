/** One effect, from the call to its outcome: what each answer of Forgejo means for it. */

import type { Scope } from '../api/scope.ts';
import type { Clock } from '../clock.ts';
import type { ForgejoFailure } from '../pool/failure.ts';
import type { Registration, RegistrationRef } from '../pool/forgejo.ts';
import type { Instant } from '../pool/instant.ts';
import type { Effect, Outcome } from '../pool/model.ts';
import { readOwnership } from '../pool/ownership.ts';
import type { Access } from './access.ts';
import type { Connection, Result } from './call.ts';
import { createRegistration, deleteRegistration, getRegistration } from './client.ts';
import type { Reader } from './reader.ts';
import { ownsTask, type RunnerCredentials, reportFailure } from './runner-rpc.ts';
import type { Transport } from './transport.ts';

export interface Registered {
  readonly effect: Effect & { kind: 'register' };
  readonly registration: RegistrationRef;
  /** Shown this once. */
  readonly token: string;
  /** `Date` of the answer + 1 s, Forgejo's time. */
  readonly issuedAt: Instant;
}

export interface EffectDeps {
  /** Per request, ms; see Connection. */
  readonly timeoutMs?: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly reader: Reader;
  readonly access: Access;
  readonly scope: Scope;
  /** What the runner's Secret holds; undefined when it is not at hand. */
  readonly credentialsOf: (runner: string) => RunnerCredentials | undefined;
  /** Called as soon as a registration is known, even when nobody waits for its outcome any more. Must not throw. */
  readonly onRegistered: (registered: Registered) => void;
}

/** Codes of a connection that was never made: the request can't have arrived. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
]);

/** Never rejects for what Forgejo does. */
export function performEffect(effect: Effect, deps: EffectDeps): Promise<Outcome> {
  switch (effect.kind) {
    case 'register':
      return register(effect, deps);
    case 'ask':
      return ask(effect, deps);
    case 'report':
      return report(effect, deps);
    case 'deregister':
      return deregister(effect, deps);
  }
}

async function register(effect: Effect & { kind: 'register' }, deps: EffectDeps): Promise<Outcome> {
  const { description, ephemeral } = effect;
  const name = effect.tags.runner;
  const created = await noted(deps, createRegistration(connectionOf(deps), deps.scope, { name, description, ephemeral }));
  if (!created.ok) return failed(effect, created.failure, mayHaveArrived(created.failure));
  const { registration, token } = created.value;
  const issuedAt = (created.serverDate ?? deps.reader.forgejoNow(deps.access)) + 1_000;
  const row: Registration = {
    ...registration,
    name,
    ownership: readOwnership(description),
    ephemeral,
    status: 'offline',
    declared: false,
    version: '',
  };
  deps.reader.registered(deps.access, deps.scope, row);
  deps.onRegistered({ effect, registration, token, issuedAt });
  return { kind: 'registered', effect, registration, issuedAt };
}

/** A question changes nothing, so a lost answer is never ambiguous. */
async function ask(effect: Effect & { kind: 'ask' }, deps: EffectDeps): Promise<Outcome> {
  const runner = deps.credentialsOf(effect.runner);
  if (runner === undefined) return failed(effect, noCredentials(), false);
  const answer = await noted(deps, ownsTask(connectionOf(deps), runner, effect.taskId));
  if (!answer.ok) return failed(effect, answer.failure, false);
  return { kind: 'asked', effect, holds: answer.value, at: deps.reader.forgejoNow(deps.access) };
}

async function report(effect: Effect & { kind: 'report' }, deps: EffectDeps): Promise<Outcome> {
  const runner = deps.credentialsOf(effect.runner);
  if (runner === undefined) return failed(effect, noCredentials(), false);
  const at = deps.reader.forgejoNow(deps.access);
  const answer = await noted(deps, reportFailure(connectionOf(deps), runner, { taskId: effect.taskId, cause: effect.cause, at }));
  if (!answer.ok) return failed(effect, answer.failure, mayHaveArrived(answer.failure));
  switch (answer.value) {
    case 'reported':
    case 'unregistered':
      return { kind: 'reported', effect };
    case 'notItsTask':
      return failed(effect, { ...RPC, kind: 'rejected', status: 500 }, false);
  }
}

/** The last look before the DELETE is a fresh GET by id: the cached list is too old for it (design: section 3). */
async function deregister(effect: Effect & { kind: 'deregister' }, deps: EffectDeps): Promise<Outcome> {
  const { id, uuid } = effect.registration;
  const connection = connectionOf(deps);
  const row = await noted(deps, getRegistration(connection, deps.scope, id));
  if (!row.ok) return isGone(row.failure) ? deregistered(effect, deps) : failed(effect, row.failure, false);
  if (row.value.uuid !== uuid) return { kind: 'deregistered', effect };
  const { status } = row.value;
  if (status === 'active' || !effect.whenStatus.includes(status)) return { kind: 'spared', effect, status };
  const gone = await noted(deps, deleteRegistration(connection, deps.scope, id));
  if (!gone.ok && !isGone(gone.failure)) return failed(effect, gone.failure, mayHaveArrived(gone.failure));
  return deregistered(effect, deps);
}

function deregistered(effect: Effect & { kind: 'deregister' }, deps: EffectDeps): Outcome {
  deps.reader.removed(deps.access, deps.scope, effect.registration.id);
  return { kind: 'deregistered', effect };
}

function failed(effect: Effect, failure: ForgejoFailure, ambiguous: boolean): Outcome {
  return { kind: 'failed', effect, failure, ambiguous };
}

/** Whether Forgejo may have done it although we don't know: the answer was lost, a proxy's, or unreadable. */
function mayHaveArrived(failure: ForgejoFailure): boolean {
  switch (failure.kind) {
    case 'timeout':
    case 'serverError':
    case 'nonsense':
      return true;
    case 'unreachable':
      return !NEVER_SENT.has(failure.code);
    case 'unauthorized':
    case 'scopeTooNarrow':
    case 'forbidden':
    case 'notFound':
    case 'notOurs':
    case 'moved':
    case 'rejected':
    case 'throttled':
    case 'addressRefused':
      return false;
  }
}

/** Only the row's own 404 says so; a hidden scope and "No permission" are 404 too. */
function isGone(failure: ForgejoFailure): boolean {
  return failure.kind === 'notFound' && failure.what === 'runner';
}

const RPC = { method: 'POST', path: '/api/actions/runner.v1.RunnerService/UpdateLog' } as const;

/** Nobody was asked; the kind is that of a missing token, the path tells whose. */
function noCredentials(): ForgejoFailure {
  return { ...RPC, kind: 'unauthorized' };
}

function connectionOf({ transport, clock, access, timeoutMs }: EffectDeps): Connection {
  return { transport, clock, access, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** Passes the answer on after its `Date` has set Forgejo's time. */
async function noted<T>(deps: EffectDeps, result: Promise<Result<T>>): Promise<Result<T>> {
  const settled = await result;
  deps.reader.noteServerDate(deps.access, settled.serverDate);
  return settled;
}
