/** How a pool reaches Forgejo: what its spec names, found among the related objects or in OpenBao. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Access } from '../forgejo/access.ts';
import type { AskedWhen, KeyWish } from '../openbao/token-source.ts';
import type { AccessProblem } from '../pool/failure.ts';
import { type CaBundle, caBundle } from './ca-bundle.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';

/** How a pool was reached, and where its token was from. */
export interface RememberedAccess extends Access {
  readonly origin: string;
}

export type Resolved =
  | {
      readonly kind: 'access';
      readonly access: Access;
      /** What the spec names for the token, in one word: another one is another token. */
      readonly origin: string;
      /** Own clock: when OpenBao is to be asked for the token again; null for one of a Secret, whose change is a call by itself. */
      readonly againAt: number | null;
    }
  /** `outdated`: OpenBao told it before it was asked for the sake of this pool's end. */
  | { readonly kind: 'problem'; readonly problem: AccessProblem; readonly outdated?: true };

type Forgejo = RunnerPoolSpec['forgejo'];
type FoundToken =
  | { readonly kind: 'token'; readonly token: string; readonly againAt: number | null }
  | Exclude<Resolved, { kind: 'access' }>;

/** OpenBao's answers take some milliseconds; a read that takes longer goes on, and the next call finds its outcome. */
const TOKEN_MS = 2_000;

/** Of a pool that is deleted. */
export interface Ending {
  /** How the same server was reached before: taken for what is gone since. */
  readonly last: RememberedAccess | null;
  /** Own clock: since when this process knows that it is deleted. */
  readonly since: number;
}

/** `calledAt`: own clock. */
export async function resolveAccess(
  forgejo: Forgejo,
  decoded: DecodedRequest,
  { openBao }: Pick<OperatorDeps, 'openBao'>,
  calledAt: number,
  ending: Ending | null = null,
): Promise<Resolved> {
  // What was remembered of one server is never sent to another.
  const before = ending?.last?.url === forgejo.url ? ending.last : null;
  const when = { until: calledAt + TOKEN_MS, ...(ending !== null && { begunAfter: ending.since }) };
  const wish = openBaoWish(forgejo, decoded);
  const found = wish === null ? tokenOfSecret(forgejo, decoded, before) : await tokenOfOpenBao(wish, openBao.tokens, when);
  if (found.kind === 'problem') return found;
  const bundle = forgejoCa(forgejo, decoded, before);
  if (bundle.kind !== 'ca') return { kind: 'problem', problem: bundle };
  const access = { url: forgejo.url, token: found.token, ...(bundle.ca !== null && { ca: bundle.ca }) };
  return { kind: 'access', access, origin: tokenOrigin(forgejo), againAt: found.againAt };
}

/** What a pool asks OpenBao for; null when its token is in a Secret. */
export function openBaoWish({ url, tokenFrom }: Forgejo, { pool }: Pick<DecodedRequest, 'pool'>): KeyWish | null {
  if (tokenFrom === undefined) return null;
  const { role, path, key } = tokenFrom.openbao;
  return { namespace: pool.namespace, role, path, key, forgejoUrl: url };
}

/** Where a pool's token is from, in one word. An author may make a pool name another Secret, or OpenBao: what was remembered of one is none of the other. */
export function tokenOrigin({ tokenSecretRef, tokenFrom }: Forgejo): string {
  const { role, path, key } = tokenFrom?.openbao ?? { role: null, path: null, key: null };
  return JSON.stringify(tokenFrom === undefined ? ['secret', tokenSecretRef?.name, tokenSecretRef?.key] : ['openbao', role, path, key]);
}

function tokenOfSecret(forgejo: Forgejo, decoded: DecodedRequest, before: RememberedAccess | null): FoundToken {
  const { name, key } = forgejo.tokenSecretRef ?? UNNAMED;
  const found = decoded.tokenSecret(name, key);
  const remembered = before?.origin === tokenOrigin(forgejo) ? before.token : null;
  const token = found.kind === 'found' ? found.value : remembered;
  if (token !== null) return { kind: 'token', token, againAt: null };
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
async function tokenOfOpenBao(wish: KeyWish, tokens: OperatorDeps['openBao']['tokens'], when: AskedWhen): Promise<FoundToken> {
  if (tokens === null) return { kind: 'problem', problem: { kind: 'tokenSourceOff' } };
  return tokens.tokenFor(wish, when);
}

/** `before`: how the same server was reached before. */
export function forgejoCa(forgejo: Forgejo, decoded: DecodedRequest, before: Access | null = null): CaBundle {
  return caBundle({ secretRef: forgejo.caSecretRef, configMapRef: forgejo.caConfigMapRef }, decoded, before?.ca);
}
