/** `/sync`: one pool, from what was observed to what should be there. */
import { scopeOf } from '../api/scope.ts';
import type { ValidSpec } from '../api/validate.ts';
import type { Access } from '../forgejo/access.ts';
import { withoutRefusals } from '../pool/backoff.ts';
import { findings, findingsForInvalidSpec } from '../pool/conditions.ts';
import type { Judged } from '../pool/judge.ts';
import type { World } from '../pool/model.ts';
import { plan } from '../pool/plan.ts';
import { settle } from '../pool/settle.ts';
import { renderStatus, statusForInvalidSpec } from '../pool/status.ts';
import { resolveAccess } from './access.ts';
import { childKey } from './answer.ts';
import { newCacheSecret } from './cache-secret.ts';
import { childrenAsObserved, childrenOfSync, prepareChildren } from './children.ts';
import { type CallTimes, decide, decideWithoutAccess, performFor, stillHeld } from './decide.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';
import { identityFindings, previousFor } from './identity.ts';
import type { Decided } from './observer.ts';
import type { MemoryStore } from './pool-memory.ts';
import { poolObjectsToKeep } from './pool-objects.ts';
import { type Draft, previousOf } from './reply-draft.ts';
import { tokenWakeAt } from './token-renewal.ts';

/** How often a pool is tried again that can't ask Forgejo for want of a Secret: its arrival starts a sync by itself. */
const ACCESS_RETRY_MS = 30_000;

export async function syncPool(decoded: DecodedRequest, times: CallTimes, deps: OperatorDeps, memory: MemoryStore): Promise<Draft> {
  const validated = deps.specs.check(decoded);
  if (!validated.ok) {
    const status = statusForInvalidSpec(previousOf(decoded), findingsForInvalidSpec(validated.problems), deps.clock.now());
    const [children, mustKeep] = [childrenAsObserved(decoded), decoded.childKeys];
    return { status, children, mustKeep, wakeAt: null, now: deps.clock.now(), decided: null };
  }
  const { spec } = validated;
  const resolved = await resolveAccess(spec.forgejo, decoded, deps, times.calledAt);
  if (resolved.kind === 'problem') {
    const { world, slots, plan: made } = decideWithoutAccess(resolved.problem, ACCESS_RETRY_MS, { decoded, spec }, deps, memory, plan);
    const settled = settle(world, slots, made, []);
    return answer({ world, slots, plan: made, outcomes: [], settled }, decoded, validated, deps, memory);
  }

  const { access, origin } = resolved;
  forgetRefusals(decoded.pool.uid, access, memory);
  const call = { decoded, spec, scope: scopeOf(spec.forgejo), access, ...times };
  const decision = await decide(call, deps, memory, plan);
  const performing = performFor(call, decision.plan.effects, deps, memory);
  prepareChildren({ decoded, spec, assets: deps.assets });
  const outcomes = await performing;
  deps.log.outcomes(decoded.pool, outcomes, decision.slots);
  const settled = settle(decision.world, decision.slots, decision.plan, outcomes);
  memory.change(decoded.pool.uid, { access: { ...access, origin } });
  const answered = answer({ ...decision, outcomes, settled }, decoded, validated, deps, memory);
  const now = deps.reader.forgejoNow(access);
  const tokenAt = tokenWakeAt(resolved, spec.forgejo, decoded, { world: decision.world, outcomes }, deps, now);
  return { ...answered, wakeAt: Math.min(answered.wakeAt, tokenAt), now };
}

/** A token that was put right must not wait for what the one before was refused. */
function forgetRefusals(uid: string, access: Access, memory: MemoryStore): void {
  const { access: before, last } = memory.recall(uid);
  if (before === null || last === null || before.token === access.token) return;
  memory.change(uid, { last: { ...last, backoff: withoutRefusals(last.backoff) } });
}

function answer(
  decided: Decided,
  decoded: DecodedRequest,
  { spec, warnings }: ValidSpec,
  deps: OperatorDeps,
  memory: MemoryStore,
): Draft & { readonly wakeAt: number } {
  const { world, slots, plan: made, settled } = decided;
  const { uid } = decoded.pool;
  const held = memory.recall(uid).held;
  const children = childrenOfSync({
    decoded,
    spec,
    assets: deps.assets,
    intents: settled.children,
    tokenOf: (runner) => held.get(runner)?.token,
    newCacheSecret: newCacheSecret(decoded, spec, deps, memory),
  });
  const previous = previousFor(spec, previousOf(decoded));
  const found = [...findings(world, made, settled, false, warnings), ...identityFindings(spec, decoded, previous, deps)];
  memory.change(uid, { last: settled.memory, held: stillHeld(decoded, memory, world.now, world.graces.issuedMs) });
  return {
    status: renderStatus(world, made, settled, found, previous),
    children,
    mustKeep: new Set([...mustKeep(world, slots, decoded.childKeys), ...poolObjectsToKeep(decoded, spec)]),
    wakeAt: Math.min(world.forgejo.nextReadAt, made.wakeAt ?? Number.POSITIVE_INFINITY),
    now: world.now,
    decided,
  };
}

/**
 * What the answer is held against, apart from how it was made: what may hold a task stays; without Forgejo everything stays
 * but what was being stopped.
 */
function mustKeep(world: World, slots: readonly Judged[], observed: ReadonlySet<string>): ReadonlySet<string> {
  const blind = world.forgejo.kind === 'unavailable';
  const kept = slots.filter((slot) => slot.phase !== 'stopping' && (blind ? true : slot.phase === 'busy' && slot.kind === 'Job'));
  const keys = kept.flatMap((slot) => [
    ...(slot.secret === null ? [] : [childKey('Secret', slot.key)]),
    ...(slot.workload === null ? [] : [childKey(slot.workload.kind, slot.key)]),
  ]);
  // A label that was edited by hand names what no child is called.
  return new Set(keys.filter((key) => observed.has(key)));
}
