/** Carries out what was decided, several effects at once, and answers in time whatever Forgejo does. */
import type { Effect, Outcome } from '../pool/model.ts';
import { type EffectDeps, performEffect } from './perform-effect.ts';
import { runnersPath } from './scope-path.ts';

/** A hook's time-out is 10 s: this leaves room for the reads before and the answer after. */
export const EFFECTS_BUDGET_MS = 6_000;
/** 20 POSTs at once were all answered within 0.85 s (facts: section 6). */
export const EFFECTS_AT_ONCE = 16;

/** Effects under way, over all calls of this process: a second call for the same one waits for the first one's outcome. */
export type EffectsUnderWay = Map<string, Promise<Outcome>>;

export interface PerformDeps extends EffectDeps {
  readonly budgetMs?: number;
  readonly concurrency?: number;
  /** Shared by all calls; without it a call knows only its own effects. */
  readonly underWay?: EffectsUnderWay;
}

/**
 * One outcome per effect, in the same order; effects start in that order. What has not ended within the budget is
 * `deferred`: it was not begun, or goes on without a listener (a registration still reaches `onRegistered`).
 */
export async function perform(effects: readonly Effect[], deps: PerformDeps): Promise<readonly Outcome[]> {
  if (effects.length === 0) return [];
  const outcomes = new Map<number, Outcome>();
  const queue = effects.entries();
  const over = new AbortController();

  async function work(): Promise<void> {
    for (const [index, effect] of queue) {
      outcomes.set(index, await once(effect, deps));
      if (over.signal.aborted) return;
    }
  }

  const workers = Array.from({ length: deps.concurrency ?? EFFECTS_AT_ONCE }, work);
  await Promise.race([Promise.all(workers), deps.clock.sleep(deps.budgetMs ?? EFFECTS_BUDGET_MS, over.signal)]);
  // Without a reason each abort makes an error with its stack.
  over.abort('ended');
  return effects.map((effect, index) => outcomes.get(index) ?? { kind: 'deferred', effect });
}

/** A register whose first try is still under way must not be sent twice: names are not unique at Forgejo. */
async function once(effect: Effect, deps: PerformDeps): Promise<Outcome> {
  const { underWay } = deps;
  if (underWay === undefined) return performEffect(effect, deps);
  const key = keyOf(effect, deps);
  const first = underWay.get(key);
  if (first !== undefined) return first;
  const outcome = performEffect(effect, deps).finally(() => underWay.delete(key));
  underWay.set(key, outcome);
  return outcome;
}

function keyOf(effect: Effect, { access, scope }: PerformDeps): string {
  const where = [effect.kind, access.url, runnersPath(scope)];
  switch (effect.kind) {
    case 'register':
      return [...where, effect.tags.runner].join(' ');
    case 'ask':
    case 'report':
      return [...where, effect.runner, effect.taskId].join(' ');
    case 'deregister':
      return [...where, effect.runner, effect.registration.id, effect.registration.uuid].join(' ');
  }
}
