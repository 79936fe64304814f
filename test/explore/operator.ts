/**
 * The operator of the explored world: what `src/hooks` does around the pure functions, with the real functions in it. One
 * call is one step, or two when others move between its fresh list and its decision; its answer is applied by another.
 */
import { mergeMemory } from '../../src/hooks/pool-memory.ts';
import { planFinalize } from '../../src/pool/finalize.ts';
import { type Judged, judge } from '../../src/pool/judge.ts';
import type { HeldCredentials, Outcome, World } from '../../src/pool/model.ts';
import { type Plan, plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import { aWorld } from '../pool/support/builders.ts';
import { checkAnswer, checkFinalizeInvariants, checkInvariants } from '../properties/invariants.ts';
import { MOMENT_MS } from './ages.ts';
import { canonicalOf } from './canonical.ts';
import { performAll, readForgejo } from './forgejo.ts';
import { createJob, createSecret, deleteJob, deleteSecret, type Move } from './kubernetes.ts';
import { busyStopped, leftOver } from './rules.ts';
import { type Answer, GRACES, type Limits, type Request, requestOf, type State, specOf, statusOf } from './state.ts';

/** Of no account here: who is called when is not the operator's decision. */
const INTERVAL_MS = 2_000;

interface Decision {
  readonly world: World;
  readonly slots: readonly Judged[];
  readonly plan: Plan;
  readonly finalized: boolean;
}

/** A call with its list, and what it would decide. */
interface Arrived {
  readonly state: State;
  readonly request: Request;
  readonly decision: Decision;
  readonly registers: boolean;
}

export function canBeCalled({ pool, operator }: State): boolean {
  return !pool.gone && operator.answer === null && operator.call === null;
}

/** A moment after everything that was before, with a list of its own. */
function arrive(before: State, limits: Limits): Arrived {
  const request = requestOf(before);
  return arrived(withRead({ ...before, now: before.now + MOMENT_MS }), request, limits);
}

function arrived(state: State, request: Request, limits: Limits): Arrived {
  const decision = decide(state, request, limits);
  const registers = decision.plan.effects.some(({ kind }) => kind === 'register');
  return { state, request, decision, registers };
}

function withRead(state: State): State {
  return { ...state, operator: { ...state.operator, reading: readForgejo(state) } };
}

/** One call from its arrival to its answer. */
export function callHook(state: State, limits: Limits): Move {
  return answerTo(arrive(state, limits), hookOf(state), false);
}

/** The same call, but the answer to its first registration is lost; null when it registers nothing. */
export function callAndLoseAnswer(state: State, limits: Limits): Move | null {
  const call = arrive(state, limits);
  return call.registers ? answerTo(call, `${hookOf(state)} registers, and the answer is lost`, true) : null;
}

/** The call finds the list of the one before young enough; null when it wants a younger one, or there is none. */
export function callOnOldList(before: State, limits: Limits): Move | null {
  if (before.operator.reading === null) return null;
  const call = arrived({ ...before, now: before.now + MOMENT_MS }, requestOf(before), limits);
  if (call.decision.plan.needsFreshReads) return null;
  return answerTo(call, `${hookOf(before)} on the list of the call before`, false);
}

/** The call has its list and is held up before it decides. */
export function callAndWait(before: State): State {
  const state = withRead({ ...before, now: before.now + MOMENT_MS });
  return { ...state, operator: { ...state.operator, call: requestOf(before) } };
}

export function goOn(before: State, limits: Limits): Move | null {
  const { call } = before.operator;
  if (call === null) return null;
  const state: State = { ...before, now: before.now + MOMENT_MS, operator: { ...before.operator, call: null } };
  return answerTo(arrived(state, call, limits), 'the held up call goes on', false);
}

function hookOf(state: State): string {
  return requestOf(state).pool.deletionAt === null ? 'sync' : 'finalize';
}

function decide(state: State, request: Request, limits: Limits): Decision {
  const world = worldOf(state, request, limits);
  const slots = judge(world);
  if (request.pool.deletionAt === null) return { world, slots, plan: plan(world, slots), finalized: false };
  const observesChildren = request.cluster.secrets.length + request.cluster.jobs.length > 0;
  const made = planFinalize(world, slots, { observesChildren, withoutTokenSince: null, scopeGoneSince: null });
  return { world, slots, plan: made, finalized: made.finalized };
}

function worldOf({ now, operator }: State, { cluster, pool }: Request, limits: Limits): World {
  const base = aWorld({ now, pool: { deletionAt: pool.deletionAt }, spec: specOf(limits) });
  const forgejo: World['forgejo'] =
    operator.reading === null ? base.forgejo : { kind: 'answered', snapshot: operator.reading.snapshot, nextReadAt: now + INTERVAL_MS };
  return {
    ...base,
    observed: { secrets: cluster.secrets, workloads: cluster.jobs, pods: cluster.pods.map(({ observed }) => observed) },
    forgejo,
    memory: mergeMemory(pool.status, operator.memory, now, 2_000),
    graces: GRACES,
  };
}

function answerTo({ state, request, decision }: Arrived, name: string, loseFirst: boolean): Move {
  const { world, slots, plan: made, finalized } = decision;
  const performed = performAll(state, made.effects, loseFirst);
  const settled = settle(world, slots, made, performed.outcomes);
  const reading = state.operator.reading;
  const deleted = request.pool.deletionAt !== null;
  const broken = [
    ...(deleted ? checkFinalizeInvariants(world, slots, made) : checkInvariants(world, slots, made)),
    ...checkAnswer(withoutDeregistered(made, performed.outcomes), settled),
    ...(reading === null ? [] : busyStopped(state, made.fates, reading)),
    ...performed.broken,
  ];
  const after: State = {
    ...performed.state,
    operator: {
      ...performed.state.operator,
      memory: {
        ...state.operator.memory,
        last: settled.memory,
        answeredAt: state.now,
        held: stillHeld(state, request, performed.outcomes),
      },
      answer: answerOf(request, settled.children, finalized),
    },
  };
  return { name: finalized ? `${name}: nothing is left` : name, state: appliedAtOnce(after), broken };
}

/** What was deregistered in this very call keeps no child for that. */
function withoutDeregistered(made: Plan, outcomes: readonly Outcome[]): Plan {
  const gone = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'deregistered' ? [outcome.effect.runner] : [])));
  return { ...made, fates: made.fates.filter(({ slot }) => !gone.has(slot.key)) };
}

/**
 * An answer is a step of its own where it matters who comes first: it drops the Job of a Pod that may be at work, or the
 * operator may yet be restarted before it arrives.
 */
function appliedAtOnce(state: State): State {
  const applied = applyAnswer(state)?.state;
  const { answer } = state.operator;
  if (applied === undefined || answer === null) return state;
  const { cluster, budget, faultsLeft } = state;
  if (budget === 0 || !faultsLeft.includes('restart')) {
    const running = cluster.pods.some(({ process, observed }) => process !== 'over' && answer.dropJobs.includes(observed.ownerUid ?? ''));
    return running ? state : applied;
  }
  const unapplied: State = { ...state, operator: { ...state.operator, answer: null } };
  return canonicalOf(applied).text === canonicalOf(unapplied).text ? applied : state;
}

/** As the hooks do it: let go of what is seen in a Secret, and of what is too old to be on its way. */
function stillHeld({ operator, now }: State, { cluster }: Request, outcomes: readonly Outcome[]): State['operator']['memory']['held'] {
  const born = outcomes.flatMap((outcome) => (outcome.kind === 'registered' ? [heldOf(outcome)] : []));
  const seen = new Set(cluster.secrets.map(({ tags }) => tags.runner));
  return new Map(
    [...operator.memory.held, ...born].filter(([runner, { tags }]) => !seen.has(runner) && now - (tags.issuedAt ?? 0) < GRACES.issuedMs),
  );
}

function heldOf({
  effect,
  registration,
  issuedAt,
}: Outcome & { kind: 'registered' }): [string, HeldCredentials & { readonly token: string }] {
  const { runner, handle, repositoryId, job, attempt, specHash } = effect.tags;
  return [
    runner,
    { registration, token: 'a-token', tags: { runner, handle, repositoryId, job, attempt, specHash, registration, issuedAt } },
  ];
}

/** What is left out is deleted, as far as Metacontroller sees it. */
function answerOf({ cluster }: Request, children: Answer['children'], finalized: boolean): Answer {
  const kept = new Set(children.flatMap((child) => ('runner' in child ? [`${child.kind} ${child.runner}`] : [])));
  return {
    children,
    dropSecrets: cluster.secrets.map(({ tags }) => tags.runner).filter((runner) => !kept.has(`keepSecret ${runner}`)),
    dropJobs: cluster.jobs.filter(({ tags }) => !kept.has(`keepWorkload ${tags.runner}`)).map(({ uid }) => uid),
    finalized,
  };
}

/** Children, then the status; of a pool that is let go nothing is applied, and its children go with it. */
export function applyAnswer(state: State): Move | null {
  const { answer, memory } = state.operator;
  if (answer === null) return null;
  if (answer.finalized) return letGo(state);
  const dropped = answer.dropJobs.reduce(deleteJob, answer.dropSecrets.reduce(deleteSecret, state));
  const applied = answer.children.reduce((after, child) => {
    switch (child.kind) {
      case 'renderSecret':
        return createSecret(after, child.tags);
      case 'renderWorkload':
        return createJob(after, child.tags);
      case 'keepSecret':
      case 'keepWorkload':
        return after;
    }
  }, dropped);
  const status = memory.last === null ? state.pool.status : statusOf(memory.last);
  const after: State = { ...applied, pool: { ...state.pool, status }, operator: { ...state.operator, answer: null } };
  return { name: 'the answer is applied', state: after, broken: [] };
}

function letGo(state: State): Move {
  const { secrets, jobs } = state.cluster;
  const names = secrets.map(({ tags }) => tags.runner);
  const collected = jobs.map(({ uid }) => uid).reduce(deleteJob, names.reduce(deleteSecret, state));
  const after: State = { ...collected, pool: { ...state.pool, gone: true }, operator: { ...state.operator, answer: null } };
  return { name: 'the pool is let go', state: after, broken: leftOver(state).map((what) => `the pool is let go although ${what}`) };
}
