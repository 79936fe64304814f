/** `/finalize`: a pool that is deleted, until nothing of it is left. */

import { scopeOf } from '../api/scope.ts';
import { DRAIN_MARGIN_SECONDS, type RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { readForgejo, type ValidSpec } from '../api/validate.ts';
import { type Finding, findings, findingsForInvalidSpec } from '../pool/conditions.ts';
import type { AccessProblem } from '../pool/failure.ts';
import { type FinalizePlan, isLostForGood, isScopeGone, planFinalize } from '../pool/finalize.ts';
import type { Judged } from '../pool/judge.ts';
import type { Outcome, World } from '../pool/model.ts';
import { settle } from '../pool/settle.ts';
import { renderStatus } from '../pool/status.ts';
import { type Resolved, resolveAccess } from './access.ts';
import { childKey } from './answer.ts';
import { childrenOfFinalize } from './children.ts';
import { type CallTimes, type Decision, decide, decideWithoutAccess, performFor, stillHeld } from './decide.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';
import type { MemoryStore } from './pool-memory.ts';
import { type Draft, previousOf } from './reply-draft.ts';
import { tokenWakeAt } from './token-renewal.ts';

/** How often a deleted pool without a token is looked at. */
const WITHOUT_ACCESS_RETRY_MS = 10_000;

/** There is a token, behind a CA that is missing or an OpenBao that does not answer: it is waited for like Forgejo itself. */
const COMES_BACK: ReadonlySet<AccessProblem['kind']> = new Set(['caMissing', 'caInvalid', 'openBaoUnavailable']);

/** `spec.forgejo` says nothing that could be used. */
const UNREADABLE: Extract<Resolved, { readonly kind: 'problem' }> = { kind: 'problem', problem: { kind: 'forgejoUnreadable' } };

export async function finalizePool(decoded: DecodedRequest, times: CallTimes, deps: OperatorDeps, memory: MemoryStore): Promise<Draft> {
  const { uid } = decoded.pool;
  if (memory.recall(uid).finalized) return heldByOthers(decoded, deps);
  const spec = readSpec(decoded, deps);
  const observesChildren = decoded.childKeys.size > 0;
  const last = memory.recall(uid);
  const ending = { last: last.access, since: last.endingSince ?? times.calledAt };
  const resolved = spec === null ? UNREADABLE : await resolveAccess(spec.forgejo, decoded, deps, times.calledAt, ending);

  if (spec === null || resolved.kind === 'problem') {
    const { problem, outdated = false } = resolved.kind === 'problem' ? resolved : UNREADABLE;
    // What OpenBao refused before may have been put right since, and it has not been asked yet.
    const withoutToken = !outdated && !COMES_BACK.has(problem.kind);
    const planWithout = (world: World, slots: readonly Judged[]): FinalizePlan => {
      const withoutTokenSince = withoutToken ? (last.withoutTokenSince ?? world.now) : null;
      return planFinalize(world, slots, { observesChildren, withoutTokenSince, scopeGoneSince: null });
    };
    const pool = { decoded, spec: spec ?? FALLBACK };
    const decision = decideWithoutAccess(problem, WITHOUT_ACCESS_RETRY_MS, pool, deps, memory, planWithout);
    const withoutTokenSince = withoutToken ? (last.withoutTokenSince ?? decision.world.now) : null;
    memory.change(uid, { endingSince: ending.since, withoutTokenSince });
    return answer(decision, [], decoded, deps, memory);
  }

  memory.change(uid, { access: { ...resolved.access, origin: resolved.origin }, endingSince: ending.since, withoutTokenSince: null });
  const call = { decoded, spec, scope: scopeOf(spec.forgejo), access: resolved.access, ...times };
  const { scopeGoneSince } = last;
  const planner = (world: World, slots: readonly Judged[]): FinalizePlan =>
    planFinalize(world, slots, { observesChildren, withoutTokenSince: null, scopeGoneSince });
  const decision = await decide(call, deps, memory, planner);
  const { world } = decision;
  const gone = world.forgejo.kind === 'unavailable' && isScopeGone(world.forgejo.failure);
  memory.change(uid, { scopeGoneSince: gone ? (scopeGoneSince ?? world.now) : null });
  const outcomes = await performFor(call, decision.plan.effects, deps, memory);
  deps.log.outcomes(decoded.pool, outcomes, decision.slots);
  const answered = answer(decision, outcomes, decoded, deps, memory);
  const now = deps.reader.forgejoNow(resolved.access);
  const tokenAt = tokenWakeAt(resolved, spec.forgejo, decoded, { world, outcomes }, deps, now);
  return { ...answered, wakeAt: Math.min(answered.wakeAt, tokenAt), now };
}

/** Something else holds the pool after its end: it hears the same again, and nothing is asked of Forgejo. */
function heldByOthers(decoded: DecodedRequest, deps: OperatorDeps): Draft {
  const status = previousOf(decoded).status();
  return { status, children: [], mustKeep: new Set(), wakeAt: null, now: deps.clock.now(), decided: null, finalized: true };
}

function answer(
  { world, slots, plan }: Decision<FinalizePlan>,
  outcomes: readonly Outcome[],
  decoded: DecodedRequest,
  deps: OperatorDeps,
  memory: MemoryStore,
): Draft & { readonly wakeAt: number } {
  const { uid } = decoded.pool;
  const settled = settle(world, slots, plan, outcomes);
  if (plan.finalized && plan.leftBehind.length > 0) deps.log.leftBehind(decoded.pool, plan.leftBehind);
  if (plan.finalized) {
    memory.finish(uid);
  } else {
    memory.change(uid, { last: settled.memory, held: stillHeld(decoded, memory, world.now, world.graces.issuedMs) });
  }
  const held = memory.recall(uid).held;
  const input = {
    decoded,
    spec: world.spec,
    assets: deps.assets,
    intents: settled.children,
    tokenOf: (runner: string) => held.get(runner)?.token,
    newCacheSecret: null,
  };
  return {
    status: renderStatus(
      world,
      plan,
      settled,
      foundOf(decoded, deps, (warnings) => findings(world, plan, settled, true, warnings)),
      previousOf(decoded),
    ),
    children: childrenOfFinalize(
      input,
      slots.some((slot) => !isLostForGood(slot)),
    ),
    mustKeep: plan.finalized ? new Set() : busyJobs(slots),
    wakeAt: Math.min(world.forgejo.nextReadAt, plan.wakeAt ?? Number.POSITIVE_INFINITY),
    now: world.now,
    decided: { world, slots, plan, outcomes, settled },
    finalized: plan.finalized,
  };
}

/** A spec that is refused ends all the same, and is not called valid for that. */
function foundOf(
  decoded: DecodedRequest,
  deps: OperatorDeps,
  found: (warnings: ValidSpec['warnings']) => readonly Finding[],
): readonly Finding[] {
  const validated = deps.specs.check(decoded);
  if (validated.ok) return found(validated.warnings);
  const invalid = findingsForInvalidSpec(validated.problems).filter(({ type }) => type === 'SpecValid');
  return [...found([]).filter(({ type }) => type !== 'SpecValid'), ...invalid];
}

function busyJobs(slots: readonly Judged[]): ReadonlySet<string> {
  const busy = slots.filter((slot) => slot.phase === 'busy' && slot.kind === 'Job' && slot.evidence.row !== 'unknown');
  return new Set(busy.flatMap((slot) => (slot.workload === null ? [] : [childKey('Job', slot.key)])));
}

/** Deleting needs the uid and `spec.forgejo` only: a spec that is refused elsewhere must not keep a pool for ever. */
function readSpec(decoded: DecodedRequest, deps: OperatorDeps): RunnerPoolSpec | null {
  const validated = deps.specs.check(decoded);
  if (validated.ok) return validated.spec;
  const forgejo = readForgejo(decoded.rawSpec);
  return forgejo === null ? null : { ...FALLBACK, forgejo };
}

const JOB_TIMEOUT_SECONDS = 10_800;

/** What is assumed of a spec that can't be read: the defaults. */
export const FALLBACK: RunnerPoolSpec = {
  forgejo: { url: 'https://forgejo.invalid', scope: { instance: {} }, tokenSecretRef: { name: 'unreadable', key: 'token' } },
  mode: 'Ephemeral',
  labels: [],
  minRunners: 0,
  maxRunners: 0,
  pollIntervalSeconds: 2,
  runner: { image: 'unreadable' },
  containerMode: { type: 'Host' },
  jobTimeoutSeconds: JOB_TIMEOUT_SECONDS,
  pendingTimeoutSeconds: 900,
  idleTimeoutSeconds: 300,
  drainTimeoutSeconds: JOB_TIMEOUT_SECONDS + DRAIN_MARGIN_SECONDS,
  history: { succeeded: 0, failed: 0 },
  schedules: [],
  fairness: { order: 'OldestFirst' },
  claimDelaySeconds: 0,
  updateStrategy: { maxUnavailable: 1 },
  reportDeadRunners: false,
  paused: false,
};
