/** The condition OIDCReady of a pool with `spec.identity`: what is known of its two servers, and how it is said. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { IdentityTarget } from '../openbao/identity-checks.ts';
import type { Finding } from '../pool/conditions.ts';
import { NOTHING_KNOWN } from '../pool/oidc.ts';
import { oidcReady, withoutHaste, withoutOidc } from '../pool/oidc-ready.ts';
import type { Previous } from '../pool/status.ts';
import { forgejoCa } from './access.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';

type Identity = NonNullable<RunnerPoolSpec['identity']>;

/** None for a pool without identity. Neither look needs the pool's token. */
export function identityFindings(
  { forgejo, identity }: RunnerPoolSpec,
  decoded: DecodedRequest,
  previous: Previous,
  { openBao }: Pick<OperatorDeps, 'openBao'>,
): readonly Finding[] {
  if (identity === undefined) return [];
  const bundle = forgejoCa(forgejo, decoded);
  const server = bundle.kind === 'ca' ? { url: forgejo.url, ca: bundle.ca } : bundle;
  const target = { forgejo: server, openBao: serverOf(identity, decoded) };
  const view = openBao.checks === null ? NOTHING_KNOWN : openBao.checks.look(target);
  const current = previous.status().observedGeneration === decoded.pool.generation;
  return withoutHaste(oidcReady(view, forgejo.url), previous.conditions, current);
}

/** `previous` as a pool of this spec may go on saying it. */
export function previousFor({ identity }: RunnerPoolSpec, previous: Previous): Previous {
  if (identity !== undefined) return previous;
  return { conditions: withoutOidc(previous.conditions), status: previous.status };
}

function serverOf({ openbao: { address, ca } }: Identity, decoded: DecodedRequest): IdentityTarget['openBao'] {
  const ref = ca?.secretRef ?? ca?.configMapRef;
  if (ref === undefined) return { address, ca: null };
  const found = ca?.secretRef === undefined ? decoded.caConfigMap(ref.name, ref.key) : decoded.caSecret(ref.name, ref.key);
  if (found.kind !== 'found') return { kind: 'caMissing', object: ref.name, key: ref.key };
  if (!found.value.includes('-----BEGIN CERTIFICATE-----')) return { kind: 'caInvalid', object: ref.name, key: ref.key };
  return { address, ca: found.value };
}
