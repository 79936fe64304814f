/**
 * What an answer of OpenBao 2.6 means to a client that reads a KV secret (facts: OpenBao, sections 2 and 7; each row was recorded).
 * Nothing of a body but the wanted values leaves this file: an error may quote what it was sent.
 */
import { Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { HttpResponse, TransportError } from '../forgejo/transport.ts';
import type { OpenBaoTrouble } from '../pool/failure.ts';
import { parseJson } from './parse-json.ts';

export type Refusal =
  /** 400 or 403, as a rule for good: somebody has to change a role, a policy or the service. */
  | { readonly kind: 'denied'; readonly step: 'login' | 'read'; readonly status: number }
  | { readonly kind: 'missing'; readonly what: 'path' | 'deleted' | 'namespace' }
  | { readonly kind: 'unavailable'; readonly because: OpenBaoTrouble };

export type ReadOutcome =
  /** Values that are strings, by key. */
  { readonly kind: 'read'; readonly values: ReadonlyMap<string, string> } | Refusal;

export type LoginOutcome = { readonly kind: 'loggedIn'; readonly token: string } | Refusal;

/** Set when the login within a read failed, not the read itself. */
const INLINE_FAILED = 'x-vault-inline-auth-failed';

const secretCheck = TypeCompiler.Compile(Type.Object({ data: Type.Object({ data: Type.Record(Type.String(), Type.Unknown()) }) }));
/** Soft-deleted and destroyed versions: there is metadata and no data. */
const deletedCheck = TypeCompiler.Compile(Type.Object({ data: Type.Object({ data: Type.Null(), metadata: Type.Object({}) }) }));
const loginCheck = TypeCompiler.Compile(Type.Object({ auth: Type.Object({ client_token: Type.String({ pattern: '^[!-~]+$' }) }) }));
const errorsCheck = TypeCompiler.Compile(Type.Object({ errors: Type.Array(Type.String()) }));

export function outcomeOfRead(response: HttpResponse): ReadOutcome {
  const { status, headers } = response;
  const step = headers[INLINE_FAILED] === 'true' ? 'login' : 'read';
  if (status !== 200) return refusalOf(step, response);
  const body = parseJson(response.body);
  if (!secretCheck.Check(body)) return unavailable({ kind: 'nonsense', problem: 'data.data' });
  const texts = Object.entries(body.data.data).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  return { kind: 'read', values: new Map(texts) };
}

export function outcomeOfLogin(response: HttpResponse): LoginOutcome {
  if (response.status !== 200) return refusalOf('login', response);
  const body = parseJson(response.body);
  return loginCheck.Check(body)
    ? { kind: 'loggedIn', token: body.auth.client_token }
    : unavailable({ kind: 'nonsense', problem: 'auth.client_token' });
}

export function outcomeOfError({ because }: TransportError): Refusal {
  switch (because.kind) {
    case 'timeout':
      return unavailable({ kind: 'timeout' });
    case 'unreachable':
      return unavailable({ kind: 'unreachable', code: because.code });
    case 'addressRefused':
      return unavailable({ kind: 'unreachable', code: 'ADDRESS_REFUSED' });
  }
}

export function unavailable(because: OpenBaoTrouble): Refusal {
  return { kind: 'unavailable', because };
}

/** No mount at a path and a forgotten `/data/` are 403 too; every problem of a JWT is 400 with the method jwt and 403 with kubernetes. */
function refusalOf(step: 'login' | 'read', { status, body }: HttpResponse): Refusal {
  if (status === 400 && step === 'login' && lacksKeys(parseJson(body))) return unavailable({ kind: 'keysUnreachable' });
  if (status === 400 || status === 403) return { kind: 'denied', step, status };
  if (status === 404) return missing(parseJson(body));
  if (status === 429) return unavailable({ kind: 'throttled' });
  // `Vault is sealed`, and the same before it is initialised.
  if (status === 503) return unavailable({ kind: 'sealed' });
  if (status >= 300 && status < 400) return unavailable({ kind: 'moved' });
  if (status >= 500) return unavailable({ kind: 'serverError', status });
  return unavailable({ kind: 'nonsense', problem: `status ${status}` });
}

/**
 * OpenBao can't fetch the keys that it checks tokens with: where they come from is away, and nobody has been refused. Of a mount
 * that it can't set up without them, and of a key that it does not have yet.
 */
const WITHOUT_KEYS = /^error configuring token validator: .*keyset|^error validating token: error verifying token signature: fetching keys/;

function lacksKeys(body: unknown): boolean {
  return errorsCheck.Check(body) && body.errors.some((error) => WITHOUT_KEYS.test(error));
}

function missing(body: unknown): Refusal {
  if (deletedCheck.Check(body)) return { kind: 'missing', what: 'deleted' };
  if (!errorsCheck.Check(body)) return unavailable({ kind: 'nonsense', problem: 'status 404' });
  return { kind: 'missing', what: body.errors.some((error) => error.includes('namespace not found')) ? 'namespace' : 'path' };
}
