/** How a pool reaches Forgejo: what its spec names, found among the related objects. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Access } from '../forgejo/access.ts';
import type { AccessProblem } from '../pool/failure.ts';
import type { DecodedRequest } from './decode.ts';

export type Resolved = { readonly kind: 'access'; readonly access: Access } | { readonly kind: 'problem'; readonly problem: AccessProblem };

/** `last`: how the same server was reached before, taken for what is gone since. */
export function resolveAccess(forgejo: RunnerPoolSpec['forgejo'], decoded: DecodedRequest, last: Access | null = null): Resolved {
  const { name, key } = forgejo.tokenSecretRef;
  const found = decoded.tokenSecret(name, key);
  const token = found.kind === 'found' ? found.value : (last?.token ?? null);
  if (token === null) {
    const kind = found.kind === 'objectMissing' ? 'tokenSecretMissing' : 'tokenKeyMissing';
    return { kind: 'problem', problem: { kind, object: name, key } };
  }
  const ca = forgejo.caSecretRef ?? forgejo.caConfigMapRef;
  if (ca === undefined) return { kind: 'access', access: { url: forgejo.url, token } };
  const bundle = forgejo.caSecretRef === undefined ? decoded.caConfigMap(ca.name, ca.key) : decoded.caSecret(ca.name, ca.key);
  if (bundle.kind !== 'found' && last?.ca !== undefined) return { kind: 'access', access: { url: forgejo.url, token, ca: last.ca } };
  if (bundle.kind !== 'found') return { kind: 'problem', problem: { kind: 'caMissing', object: ca.name, key: ca.key } };
  if (!bundle.value.includes('-----BEGIN CERTIFICATE-----'))
    return { kind: 'problem', problem: { kind: 'caInvalid', object: ca.name, key: ca.key } };
  return { kind: 'access', access: { url: forgejo.url, token, ca: bundle.value } };
}
