/** Calls that only `doctor` makes. All are harmless: reads, and a DELETE of what can't exist. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Connection, call, deadlineOf, type Result } from '../../forgejo/call.ts';
import type { Decoded } from '../../forgejo/schemas.ts';

/** Without one: the request carries no token. */
const ANONYMOUS = {};

const Version = Type.Object({ version: Type.String({ pattern: '^[\\w.+~-]{1,80}$' }) });
const Ping = Type.Object({ data: Type.String() });
const Url = Type.String({ pattern: '^https?://[!-~]{1,500}$' });
const Discovery = Type.Object({
  issuer: Url,
  jwks_uri: Url,
  id_token_signing_alg_values_supported: Type.Optional(Type.Array(Type.String({ pattern: '^\\w{1,20}$' }))),
});
const Keys = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() })) });

/** A server that wants a sign-in for everything is asked as somebody. */
export async function readVersion(connection: Connection): Promise<Result<string>> {
  const ask = (headers: { headers?: Readonly<Record<string, string>> }): Promise<Result<Static<typeof Version>>> =>
    call(connection, { ...get('/api/v1/version', connection), ...headers, decode: decoder(Version) });
  const anonymous = await ask({ headers: ANONYMOUS });
  const refused = !anonymous.ok && (anonymous.failure.kind === 'unauthorized' || anonymous.failure.kind === 'forbidden');
  const answer = refused ? await ask({}) : anonymous;
  return answer.ok ? { ...answer, value: answer.value.version } : answer;
}

/** The runners' own way in, which asks for no token; 404 where Actions are off (facts: section 1, "Authorization"). */
export function ping(connection: Connection): Promise<Result<unknown>> {
  return call(connection, {
    method: 'POST',
    path: '/api/actions/ping.v1.PingService/Ping',
    headers: ANONYMOUS,
    body: { data: 'doctor' },
    success: 200,
    decode: decoder(Ping),
    deadline: deadlineOf(connection),
  });
}

export interface Discovered {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
}

/** What OpenBao and others read before they trust the id tokens of workflows (facts: section 4). */
export async function readDiscovery(connection: Connection): Promise<Result<Discovered>> {
  const path = '/api/actions/.well-known/openid-configuration';
  const answer = await call(connection, { ...get(path, connection), headers: ANONYMOUS, decode: decoder(Discovery) });
  if (!answer.ok) return answer;
  const { issuer, jwks_uri: jwksUri, id_token_signing_alg_values_supported: algorithms = [] } = answer.value;
  return { ...answer, value: { issuer, jwksUri, algorithms } };
}

/** How many keys stand there. The address is the server's word, so the token stays at home. */
export async function readKeys(connection: Connection, jwksUri: string): Promise<Result<number>> {
  const { origin, pathname, search } = new URL(jwksUri);
  const there: Connection = { ...connection, access: { ...connection.access, url: origin, token: '' } };
  const answer = await call(there, { ...get(pathname, there), query: search, headers: ANONYMOUS, decode: decoder(Keys) });
  return answer.ok ? { ...answer, value: answer.value.keys.length } : answer;
}

/** `unknown`: the answer does not tell. */
export type Right = 'granted' | 'lacking' | 'unknown';

/**
 * Whether the token has the scope that this request asks for. Forgejo checks the scope before it looks for anything, so the
 * path may name what does not exist (facts: section 1, "Authorization").
 */
export async function probe(connection: Connection, method: 'GET' | 'DELETE', path: string): Promise<Right> {
  const answer = await call(connection, {
    method,
    path,
    success: method === 'GET' ? 200 : 204,
    decode: () => ({ ok: true, value: null }),
    deadline: deadlineOf(connection),
  });
  if (answer.ok) return 'granted';
  const { failure } = answer;
  if (failure.kind === 'scopeTooNarrow') return 'lacking';
  const known = failure.kind === 'notFound' && failure.what !== 'other';
  return known || failure.kind === 'notOurs' || (failure.kind === 'forbidden' && failure.because !== 'other') ? 'granted' : 'unknown';
}

function get(path: string, connection: Connection) {
  return { method: 'GET', path, success: 200, deadline: deadlineOf(connection) } as const;
}

function decoder<S extends TSchema>(schema: S): (body: string) => Decoded<Static<S>> {
  return (body) => {
    const value = parsed(body);
    if (value === undefined) return { ok: false, problem: 'body: not JSON' };
    if (Value.Check(schema, value)) return { ok: true, value };
    const first = Value.Errors(schema, value).First();
    return { ok: false, problem: `body${first?.path ?? ''}: ${first?.message ?? 'not as documented'}` };
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
