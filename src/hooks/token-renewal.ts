/** A token of OpenBao is changed there, and nothing in the cluster tells: the pool is called again for it. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { Instant } from '../pool/instant.ts';
import type { Effect, Outcome, World } from '../pool/model.ts';
import { openBaoWish, type Resolved } from './access.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';

type WithAccess = Extract<Resolved, { readonly kind: 'access' }>;

/**
 * In the time of `now`, Forgejo's: when the pool wants a call for its token; infinity for one of a Secret. What Forgejo refuses
 * (401) may have a successor already: it is asked for within seconds.
 */
export function tokenWakeAt(
  { access, againAt }: WithAccess,
  forgejo: RunnerPoolSpec['forgejo'],
  decoded: Pick<DecodedRequest, 'pool'>,
  decided: { readonly world: World; readonly outcomes: readonly Outcome[] },
  { openBao, clock }: Pick<OperatorDeps, 'openBao' | 'clock'>,
  now: Instant,
): Instant {
  const wish = openBaoWish(forgejo, decoded);
  if (wish === null || againAt === null || openBao.tokens === null) return Number.POSITIVE_INFINITY;
  const at = isRejected(decided.world, decided.outcomes) ? openBao.tokens.rejected(wish, access.token) : againAt;
  return now + Math.max(0, at - clock.now());
}

function isRejected({ forgejo }: World, outcomes: readonly Outcome[]): boolean {
  if (forgejo.kind === 'unavailable' && forgejo.failure.kind === 'unauthorized') return true;
  return outcomes.some((each) => each.kind === 'failed' && each.failure.kind === 'unauthorized' && isOfPool(each.effect));
}

/** The others are a runner's own calls, with its token. */
function isOfPool({ kind }: Effect): boolean {
  return kind === 'register' || kind === 'deregister';
}
