/** How a pool reaches Forgejo: what its spec names, found among the related objects or in OpenBao. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Access } from '../forgejo/access.ts';
import type { AccessProblem } from '../pool/failure.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';

export type Resolved = { readonly kind: 'access'; readonly access: Access } | { readonly kind: 'problem'; readonly problem: AccessProblem };

type Forgejo = RunnerPoolSpec['forgejo'];
type FoundToken = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'problem'; readonly problem: AccessProblem };

/** OpenBao's answers take some milliseconds; a read that takes longer goes on, and the next call finds its outcome. */
const TOKEN_MS = 2_000;

/** `calledAt`: own clock. `last`: how the same server was reached before, taken for what is gone since. */
export async function resolveAccess(
  forgejo: Forgejo,
  decoded: DecodedRequest,
  { openBao }: Pick<OperatorDeps, 'openBao'>,
  calledAt: number,
  last: Access | null = null,
): Promise<Resolved> {
  // What was remembered of one server is never sent to another.
  const before = last?.url === forgejo.url ? last : null;
  const { tokenFrom } = forgejo;
  const found =
    tokenFrom === undefined
      ? tokenOfSecret(forgejo, decoded, before)
      : await tokenOfOpenBao(tokenFrom.openbao, forgejo, decoded, openBao.tokens, calledAt + TOKEN_MS);
  return found.kind === 'problem' ? found : withCa(forgejo, found.token, decoded, before);
}

function tokenOfSecret({ tokenSecretRef }: Forgejo, decoded: DecodedRequest, before: Access | null): FoundToken {
  const { name, key } = tokenSecretRef ?? UNNAMED;
  const found = decoded.tokenSecret(name, key);
  const token = found.kind === 'found' ? found.value : (before?.token ?? null);
  if (token !== null) return { kind: 'token', token };
  return {
    kind: 'problem',
    problem: { kind: found.kind === 'objectMissing' ? 'tokenSecretMissing' : 'tokenKeyMissing', object: name, key },
  };
}

/** No object can be called so: a spec without either way to a token is refused before. */
const UNNAMED = { name: '', key: '' };

/**
 * Also of a pool that is deleted: how long a token may be used that OpenBao does not vouch for any more is the source's to say,
 * not this process' memory of it.
 */
async function tokenOfOpenBao(
  place: NonNullable<Forgejo['tokenFrom']>['openbao'],
  { url }: Forgejo,
  { pool }: DecodedRequest,
  tokens: OperatorDeps['openBao']['tokens'],
  until: number,
): Promise<FoundToken> {
  if (tokens === null) return { kind: 'problem', problem: { kind: 'tokenSourceOff' } };
  const { role, path, key } = place;
  return tokens.tokenFor({ namespace: pool.namespace, role, path, key, forgejoUrl: url }, until);
}

function withCa(forgejo: Forgejo, token: string, decoded: DecodedRequest, before: Access | null): Resolved {
  const ca = forgejo.caSecretRef ?? forgejo.caConfigMapRef;
  const { url } = forgejo;
  if (ca === undefined) return { kind: 'access', access: { url, token } };
  const bundle = forgejo.caSecretRef === undefined ? decoded.caConfigMap(ca.name, ca.key) : decoded.caSecret(ca.name, ca.key);
  if (bundle.kind !== 'found' && before?.ca !== undefined) return { kind: 'access', access: { url, token, ca: before.ca } };
  if (bundle.kind !== 'found') return { kind: 'problem', problem: { kind: 'caMissing', object: ca.name, key: ca.key } };
  if (!bundle.value.includes('-----BEGIN CERTIFICATE-----')) {
    return { kind: 'problem', problem: { kind: 'caInvalid', object: ca.name, key: ca.key } };
  }
  return { kind: 'access', access: { url, token, ca: bundle.value } };
}
