/**
 * The end of a pool: nothing new, idle runners are stopped, tasks run to their end, every registration goes behind the
 * guard. It never hangs for ever: without a token, without a scope, or after `drainTimeoutSeconds` it ends all the same and
 * says what it left.
 */
import { demandOf } from './demand.ts';
import { endsOfPhases } from './due-times.ts';
import type { AccessProblem, ForgejoFailure } from './failure.ts';
import { type Fate, keep, stop } from './fate.ts';
import { earliest, type Instant } from './instant.ts';
import { isLive, type Judged } from './judge.ts';
import type { Effect, World } from './model.ts';
import { isOverdueFinishing, type Plan, type SettledSlot, settleEnded } from './plan.ts';
import { deregisterWhenOffline, retire } from './retire.ts';
import { unseenRunners } from './settle.ts';
import { FINALIZE_WITHOUT_TOKEN_MS, SCOPE_GONE_AFTER_MS } from './times.ts';
import { endUnheard, wasNotLookedAt } from './unheard.ts';

export interface FinalizePlan extends Plan {
  /** Nothing is left, or is waited for any longer. */
  readonly finalized: boolean;
  /** Names of what is left at Forgejo because it can not be waited for, or not be reached. */
  readonly leftBehind: readonly string[];
}

/** `observesChildren`: a child of any kind is still there. `withoutTokenSince`: since when no token was to be had. */
export function planFinalize(
  world: World,
  slots: readonly Judged[],
  facts: { readonly observesChildren: boolean; readonly withoutTokenSince: Instant | null; readonly scopeGoneSince: Instant | null },
): FinalizePlan {
  const waited = world.pool.deletionAt === null ? 0 : world.clusterNow - world.pool.deletionAt;
  if (waited > world.spec.drainTimeoutSeconds * 1000) return giveUp(world, slots);
  if (world.forgejo.kind === 'unavailable') return withoutForgejo(world, slots, world.forgejo.failure, facts);

  const settled = slots.map((slot) => settleSlot(slot, slots, world));
  const unheard = slots.flatMap((slot) => endUnheard(slot, slots, world, 'orphans too'));
  const left = slots.some((slot) => !isLostForGood(slot));
  const finalized = !left && !facts.observesChildren && world.forgejo.snapshot.registrationsComplete;
  return {
    ...base(
      world,
      settled.map(({ fate }) => fate),
    ),
    effects: [...settled.flatMap(({ effects }) => effects), ...unheard],
    wakeAt: earliest([...settled.map(({ wakeAt }) => wakeAt), ...endsOfPhases(world, slots)]),
    needsFreshReads: finalized || unheard.length > 0 || slots.some((slot) => wasNotLookedAt(slot, world)),
    finalized,
    leftBehind: [],
  };
}

/**
 * Nothing of it is registered, and what is left are Pods of a node that no longer answers, ended ones, or orphans
 * (`kubectl delete --cascade=orphan`) that do nothing: a daemon without a registration (facts: Forgejo, section 3), and a Pod
 * that has not started.
 */
export function isLostForGood(slot: Judged): boolean {
  const idles = slot.kind === 'Deployment' || slot.pods.every((pod) => pod.state.kind === 'waiting');
  const orphaned = idles && slot.pods.every((pod) => pod.deletionAt === null);
  const over = slot.phase === 'lost' || orphaned || slot.pods.every((pod) => pod.state.kind === 'terminated');
  return over && slot.evidence.row === 'absent' && slot.secret === null && slot.workload === null;
}

function withoutForgejo(
  world: World,
  slots: readonly Judged[],
  failure: ForgejoFailure | AccessProblem,
  facts: { readonly observesChildren: boolean; readonly withoutTokenSince: Instant | null; readonly scopeGoneSince: Instant | null },
): FinalizePlan {
  const goneSince = facts.scopeGoneSince;
  if (isScopeGone(failure) && goneSince !== null && world.now - goneSince >= SCOPE_GONE_AFTER_MS) {
    const fates = slots.map(stopAll);
    const running =
      facts.observesChildren || slots.some((slot) => slot.phase !== 'lost' && slot.pods.some((pod) => pod.state.kind !== 'terminated'));
    // A scope that is hidden from the token, renamed, or without Actions still has them.
    const registered = slots.filter((slot) => slot.tags.registration !== null).map((slot) => slot.key);
    const leftBehind = [...registered, ...unseenRunners(world, slots).map(({ name }) => name)];
    return { ...base(world, fates), finalized: !running, leftBehind };
  }
  const { withoutTokenSince } = facts;
  if (withoutTokenSince !== null && world.now - withoutTokenSince >= FINALIZE_WITHOUT_TOKEN_MS) return giveUp(world, slots);
  return {
    ...base(
      world,
      slots.map((slot) => (slot.phase === 'stopping' || slot.phase === 'idle' ? stop(slot) : keep(slot))),
    ),
    finalized: false,
    leftBehind: [],
  };
}

/** Forgejo itself says so; a proxy's 404 while Forgejo restarts has another body. */
export function isScopeGone(failure: ForgejoFailure | AccessProblem): boolean {
  return failure.kind === 'moved' || (failure.kind === 'notFound' && (failure.what === 'target' || failure.what === 'organization'));
}

/** The scope is gone and its registrations with it: nothing can be at work, and nothing has to be deregistered. */
function stopAll(slot: Judged): Fate {
  return { ...(isLive(slot.phase) ? stop(slot) : keep(slot)), workload: 'drop', secret: 'drop' };
}

function giveUp(world: World, slots: readonly Judged[]): FinalizePlan {
  return {
    ...base(world, slots.map(keep)),
    finalized: true,
    leftBehind: [
      ...slots.filter((slot) => !isLostForGood(slot)).map((slot) => slot.key),
      ...unseenRunners(world, slots).map(({ name }) => name),
    ],
  };
}

function base(world: World, fates: readonly Fate[]): Plan {
  const { backoff, recent, peaks } = world.memory;
  const slots = fates.map(({ slot }) => slot);
  const demand = world.forgejo.kind === 'answered' ? demandOf(world, slots, world.forgejo.snapshot) : null;
  return { fates, effects: [], backoff, recent, desired: 0, atMaximum: false, peaks, demand, wakeAt: null, needsFreshReads: false };
}

function settleSlot(slot: Judged, slots: readonly Judged[], world: World): SettledSlot {
  const only = (fate: Fate, effects: readonly Effect[] = []): SettledSlot => ({ fate, effects, wakeAt: null, finished: false });
  switch (slot.phase) {
    case 'issued':
    case 'inUse':
    case 'draining':
      return only(keep(slot));
    case 'finishing':
      return only(isOverdueFinishing(slot, world) ? stop(slot) : keep(slot));
    case 'detached':
      return only(slot.kind === 'Deployment' || slot.evidence.row === 'idle' ? stop(slot) : keep(slot));
    case 'starting':
    case 'stuck':
    case 'idle':
    case 'silent':
    case 'stopping':
    case 'deregistered':
      return only(stop(slot));
    case 'busy':
      // A daemon that gets TERM ends with its job; left alone it would take the next one.
      return only(slot.kind === 'Deployment' ? stop(slot) : keep(slot));
    case 'stray':
      return only(keep(slot), deregisterWhenOffline(slot));
    case 'lost':
    case 'ended':
    case 'idleExit':
    case 'completed':
    case 'cancelled':
    case 'failed': {
      const settled = settleEnded(slot, retire(slot, slots, world));
      return settled.finished ? { ...settled, fate: { ...settled.fate, workload: 'drop' } } : settled;
    }
  }
}
