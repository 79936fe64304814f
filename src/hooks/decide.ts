/** From what was observed to a world, and from a world to a decision on reads that are young enough. */

import type { Scope } from '../api/scope.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { specHash } from '../children/spec-hash.ts';
import type { Access } from '../forgejo/access.ts';
import { perform } from '../forgejo/perform.ts';
import type { ReadOptions } from '../forgejo/reader.ts';
import { runnersPath } from '../forgejo/scope-path.ts';
import type { AccessProblem } from '../pool/failure.ts';
import type { ForgejoView } from '../pool/forgejo.ts';
import { type Judged, judge } from '../pool/judge.ts';
import type { Effect, Outcome, World } from '../pool/model.ts';
import type { Plan } from '../pool/plan.ts';
import type { RepositoryFilter } from '../pool/repositories.ts';
import { limitsAt } from '../pool/schedule.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';
import { withoutFuture } from './past-times.ts';
import { type MemoryStore, mergeMemory } from './pool-memory.ts';
import { resolveRepositories, withoutLookups } from './repository-filter.ts';

export interface CallTimes {
  /** Own clock: when this call's turn came; what is read for it alone is read after that. */
  readonly arrivedAt: number;
  /** Own clock: when the hook was called; its time-out runs from then. */
  readonly calledAt: number;
}

/** One call for one pool. */
export interface Call extends CallTimes {
  readonly decoded: DecodedRequest;
  readonly spec: RunnerPoolSpec;
  readonly scope: Scope;
  readonly access: Access;
}

/** A hook has 10 s (facts: Metacontroller, section 4): the reads, the effects and the answer must fit into it. */
const READS_MS = 4_500;
const EFFECTS_END_MS = 9_000;
/** A read that is still under way goes on, and the next call finds its outcome. */
const READ_AGAIN_MS = 2_000;

export interface Decision<P extends Plan> {
  readonly world: World;
  readonly slots: readonly Judged[];
  readonly plan: P;
}

/**
 * Decides on the shared reads; what asks for younger ones (a registration is about to be made, or taken from a runner that
 * lives, or a pool is about to end) is decided again on reads that began after this call arrived.
 */
export async function decide<P extends Plan>(
  call: Call,
  deps: OperatorDeps,
  memory: MemoryStore,
  planner: (world: World, slots: readonly Judged[]) => P,
): Promise<Decision<P>> {
  const intervalMs = call.spec.pollIntervalSeconds * 1000;
  const [shared, repositories] = await Promise.all([readInTime(call, deps, { intervalMs }), repositoriesOf(call, deps)]);
  const first = decideOn(shared, repositories, call, deps, memory, planner);
  if (!first.plan.needsFreshReads) return first;
  const view = await readInTime(call, deps, { intervalMs, begunAfter: call.arrivedAt });
  // The shared reads may have begun after this call arrived, and then there is nothing to decide again.
  if (deps.reader.isSameRead(shared, view)) return first;
  return decideOn(view, repositories, call, deps, memory, planner);
}

/** Nothing new is made for a pool that is deleted. */
async function repositoriesOf({ spec, access, decoded, calledAt }: Call, deps: OperatorDeps): Promise<RepositoryFilter> {
  if (decoded.pool.deletionAt !== null) return withoutLookups(spec.repositories);
  return resolveRepositories(spec.repositories, access, deps.repositories, calledAt + READS_MS);
}

/** Decides without asking Forgejo, for want of what it takes to ask: nothing is known of it. */
export function decideWithoutAccess<P extends Plan>(
  problem: AccessProblem,
  retryMs: number,
  pool: Pick<Call, 'decoded' | 'spec'>,
  deps: OperatorDeps,
  memory: MemoryStore,
  planner: (world: World, slots: readonly Judged[]) => P,
): Decision<P> {
  const { decoded, spec } = pool;
  const now = deps.reader.forgejoNow({ url: spec.forgejo.url, token: '' });
  const forgejo: ForgejoView = { kind: 'unavailable', failure: problem, nextReadAt: now + retryMs };
  const world = worldOf(forgejo, withoutLookups(spec.repositories), decoded, spec, now, deps, memory);
  return judgeAndPlan(world, deps, planner);
}

async function readInTime(call: Call, deps: OperatorDeps, options: ReadOptions): Promise<ForgejoView> {
  // Most calls find what another pool of the scope has read: no timer for those.
  const known = deps.reader.known(call.access, call.scope, options);
  if (known !== null) return known;
  const left = call.calledAt + READS_MS - deps.clock.now();
  const answered = new AbortController();
  const tooLate = deps.clock.sleep(Math.max(0, left), answered.signal).then((): ForgejoView => {
    const now = deps.reader.forgejoNow(call.access);
    const failure = { kind: 'timeout', method: 'GET', path: runnersPath(call.scope), afterMs: READS_MS } as const;
    return { kind: 'unavailable', failure, nextReadAt: now + READ_AGAIN_MS };
  });
  const view = await Promise.race([deps.reader.read(call.access, call.scope, options), tooLate]);
  // Without a reason each abort makes an error with its stack.
  answered.abort('answered');
  return view;
}

function decideOn<P extends Plan>(
  forgejo: ForgejoView,
  repositories: RepositoryFilter,
  call: Call,
  deps: OperatorDeps,
  memory: MemoryStore,
  planner: (world: World, slots: readonly Judged[]) => P,
): Decision<P> {
  const now = deps.reader.forgejoNow(call.access);
  const server = forgejo.kind === 'answered' ? (deps.servers?.known(call.access) ?? null) : null;
  return judgeAndPlan({ ...worldOf(forgejo, repositories, call.decoded, call.spec, now, deps, memory), server }, deps, planner);
}

function judgeAndPlan<P extends Plan>(
  world: World,
  deps: OperatorDeps,
  planner: (world: World, slots: readonly Judged[]) => P,
): Decision<P> {
  const slots = judge(world);
  deps.log.judged(world.pool, slots);
  return { world, slots, plan: planner(world, slots) };
}

function worldOf(
  forgejo: ForgejoView,
  repositories: RepositoryFilter,
  decoded: DecodedRequest,
  spec: RunnerPoolSpec,
  now: number,
  deps: OperatorDeps,
  memory: MemoryStore,
): World {
  const { pool } = decoded;
  const clusterNow = deps.clock.now();
  const remembered = mergeMemory(decoded.memoryFromStatus, memory.recall(pool.uid), clusterNow, spec.pollIntervalSeconds * 1000);
  return {
    now,
    clusterNow,
    pool,
    spec,
    limits: limitsAt(spec, clusterNow),
    specHash: specHash(spec),
    observed: decoded.observed,
    forgejo,
    memory: forgejo.kind === 'answered' ? withoutFuture(remembered, now) : remembered,
    namespaceTerminating: decoded.namespaceTerminating,
    repositories,
    graces: { issuedMs: deps.config.issuedGraceMs, finishingMs: deps.config.finishingGraceMs },
  };
}

/** Performs the effects of a decision; credentials that come too late for their answer still reach the memory. */
export function performFor(call: Call, effects: readonly Effect[], deps: OperatorDeps, memory: MemoryStore): Promise<readonly Outcome[]> {
  const { uid } = call.decoded.pool;
  return perform(effects, {
    transport: deps.transport,
    clock: deps.clock,
    reader: deps.reader,
    access: call.access,
    scope: call.scope,
    underWay: deps.effectsUnderWay,
    timeoutMs: deps.config.forgejoTimeoutMs,
    budgetMs: Math.max(0, Math.min(deps.config.effectBudgetMs, call.calledAt + EFFECTS_END_MS - deps.clock.now())),
    concurrency: deps.config.effectConcurrency,
    credentialsOf: (runner) => credentialsOf(runner, call.decoded, memory),
    onRegistered: ({ effect, registration, token, issuedAt }) => {
      const { runner, handle, repositoryId, job, attempt, specHash: hash } = effect.tags;
      memory.hold(uid, runner, {
        registration,
        token,
        tags: { runner, handle, repositoryId, job, attempt, specHash: hash, registration, issuedAt },
      });
    },
  });
}

function credentialsOf(
  runner: string,
  decoded: DecodedRequest,
  memory: MemoryStore,
): { readonly uuid: string; readonly token: string } | undefined {
  const found = decoded.credentials.get(runner) ?? memory.recall(decoded.pool.uid).held.get(runner);
  return found === undefined ? undefined : { uuid: found.registration.uuid, token: found.token };
}

/** Held credentials whose Secret is seen, or whose answer is surely lost, are let go. */
export function stillHeld(
  decoded: DecodedRequest,
  memory: MemoryStore,
  now: number,
  graceMs: number,
): ReturnType<MemoryStore['recall']>['held'] {
  const { held } = memory.recall(decoded.pool.uid);
  return new Map([...held].filter(([runner, { tags }]) => !decoded.credentials.has(runner) && now - (tags.issuedAt ?? 0) < graceMs));
}
