/** The condition OIDCReady of a pool with `spec.identity`: what is known of its two servers, and how it is said. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { IdentityTarget } from '../openbao/identity-checks.ts';
import type { Finding } from '../pool/conditions.ts';
import { NOTHING_KNOWN } from '../pool/oidc.ts';
import { oidcReady, withoutHaste, withoutOidc } from '../pool/oidc-ready.ts';
import type { Previous } from '../pool/status.ts';
import { forgejoCa } from './access.ts';
import { caBundle } from './ca-bundle.ts';
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
  const bundle = caBundle({ secretRef: ca?.secretRef, configMapRef: ca?.configMapRef }, decoded);
  return bundle.kind === 'ca' ? { address, ca: bundle.ca } : bundle;
}
