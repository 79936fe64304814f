/** Forgejo's documents about its ID tokens (facts: OpenBao, section 1; recorded in `forgejo/oidc.jsonl`). Public: no token is sent. */
import { Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { DiscoveryView, OidcDocuments } from '../pool/oidc.ts';
import { type Connection, call, deadlineOf, type Result } from './call.ts';
import type { Decoded } from './schemas.ts';

const ISSUER_PATH = '/api/actions';
const DOCUMENT_PATH = '/.well-known/openid-configuration';
const KEYS_PATH = '/.well-known/keys';

/** What stands in a condition: a server must not write sentences with it. */
const PLAIN_URL = '^https?://[A-Za-z0-9._~%:\\[\\]/-]{1,300}$';
const ALGORITHM = /^[A-Za-z0-9]{1,10}$/;
/** Forgejo lists one. */
const MOST_ALGORITHMS = 16;

const documentCheck = TypeCompiler.Compile(
  Type.Object({
    issuer: Type.String({ pattern: PLAIN_URL }),
    jwks_uri: Type.String({ pattern: PLAIN_URL }),
    id_token_signing_alg_values_supported: Type.Array(Type.String()),
  }),
);
const keysCheck = TypeCompiler.Compile(Type.Object({ keys: Type.Array(Type.Object({ alg: Type.Optional(Type.String()) })) }));

interface Document {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
}

/**
 * Reads document and keys at the pool's URL; when the issuer is another one, it looks there too, under the same address policy.
 * `Connection.access.token` is not used. Rejects only for what the transport's contract does not allow.
 */
export async function readDiscovery(connection: Connection): Promise<DiscoveryView> {
  const { url } = connection.access;
  const [document, keys] = await Promise.all([
    get(connection, `${ISSUER_PATH}${DOCUMENT_PATH}`, decodeDocument),
    get(connection, `${ISSUER_PATH}${KEYS_PATH}`, decodeKeys),
  ]);
  const answeredAt = connection.clock.now();
  if (!document.ok) return { kind: 'failed', failure: document.failure };
  if (!keys.ok) return { kind: 'failed', failure: keys.failure };
  const { value } = document;
  const issuerAnswers = value.issuer === `${url.replace(/\/+$/, '')}${ISSUER_PATH}` ? null : await lookAtIssuer(connection, value.issuer);
  const aheadMs = document.serverDate === null ? null : document.serverDate - answeredAt;
  return { kind: 'answered', documents: { ...value, keyAlgorithms: keys.value, aheadMs, issuerAnswers } };
}

async function lookAtIssuer(connection: Connection, issuer: string): Promise<OidcDocuments['issuerAnswers']> {
  const there = { ...connection, access: { ...connection.access, url: issuer } };
  const document = await get(there, DOCUMENT_PATH, decodeDocument);
  if (!document.ok) return document.failure;
  return document.value.issuer === issuer ? 'same' : 'other';
}

function get<T>(connection: Connection, path: string, decode: (body: string) => Decoded<T>): Promise<Result<T>> {
  // Headers of our own stand in place of the `Authorization` of every other call.
  return call(connection, { method: 'GET', path, headers: {}, success: 200, decode, deadline: deadlineOf(connection) });
}

function decodeDocument(body: string): Decoded<Document> {
  const value = parse(body);
  if (!documentCheck.Check(value) || !URL.canParse(value.issuer)) return { ok: false, problem: 'issuer, jwks_uri or algorithms' };
  const algorithms = value.id_token_signing_alg_values_supported.filter((name) => ALGORITHM.test(name)).slice(0, MOST_ALGORITHMS);
  return { ok: true, value: { issuer: value.issuer, jwksUri: value.jwks_uri, algorithms } };
}

function decodeKeys(body: string): Decoded<readonly string[]> {
  const value = parse(body);
  if (!keysCheck.Check(value)) return { ok: false, problem: 'keys' };
  return { ok: true, value: value.keys.flatMap(({ alg }) => (alg !== undefined && ALGORITHM.test(alg) ? [alg] : [])) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
