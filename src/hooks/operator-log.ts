/** What the operator says in its log: one line for what was done at Forgejo, one for what fails from now on. Never a body or a token. */
import type { Logger } from 'pino';
import type { ForgejoFailureKind } from '../pool/failure.ts';
import { isEnded, type Judged } from '../pool/judge.ts';
import type { Outcome, PoolIdentity } from '../pool/model.ts';
import { reasonOf } from './changes.ts';

export interface OperatorLog {
  /** `slots` tell why. */
  outcomes(pool: PoolIdentity, outcomes: readonly Outcome[], slots: readonly Judged[]): void;
  /** A deleted pool ended although this was still there. */
  leftBehind(pool: PoolIdentity, names: readonly string[]): void;
  /** Every decision: each slot with its phase and the row of the table that ruled. */
  judged(pool: PoolIdentity, slots: readonly Judged[]): void;
}

/** Pools in trouble at a time, far more than one process has: those that never come back must not be kept for ever. */
const MOST_POOLS = 10_000;

export function createOperatorLog(log: Logger): OperatorLog {
  /** By uid, what fails: it is tried again every few seconds, and said once. */
  const failing = new Map<string, Failing>();

  return {
    outcomes(pool, outcomes, slots) {
      const before = failing.get(pool.uid);
      if (outcomes.length === 0 && before === undefined) return;
      for (const outcome of outcomes) logOutcome(log, pool, outcome, slots, isKnown(outcome, before));
      failing.delete(pool.uid);
      const after = failingAfter(before, outcomes, slots);
      if (failing.size >= MOST_POOLS) failing.clear();
      if (after.size > 0) failing.set(pool.uid, after);
    },
    leftBehind(pool, names) {
      log.warn({ namespace: pool.namespace, pool: pool.name, runners: names }, 'a deleted pool left runners behind');
    },
    judged({ namespace, name }, slots) {
      if (!log.isLevelEnabled('debug')) return;
      for (const { key, phase, ruledBy, remembered, secret } of slots) {
        // A Job that is kept as history is not remembered.
        if (remembered?.phase === phase || (remembered === null && secret === null && isEnded(phase))) continue;
        log.debug(
          { namespace, pool: name, runner: key, from: remembered?.phase ?? null, to: phase, row: ruledBy },
          'a runner changed its phase',
        );
      }
    },
  };
}

/** By runner and kind of effect, the kind of the failure. */
type Failing = ReadonlyMap<string, { readonly runner: string; readonly failure: ForgejoFailureKind }>;

function isKnown(outcome: Outcome, failing: Failing | undefined): boolean {
  return outcome.kind === 'failed' && failing?.get(keyOf(outcome))?.failure === outcome.failure.kind;
}

/** What was not tried this time, or was put off, fails as before; a runner that is gone has nothing left that could. */
function failingAfter(before: Failing | undefined, outcomes: readonly Outcome[], slots: readonly Judged[]): Failing {
  const there = new Set(slots.map(({ key }) => key));
  const after = new Map([...(before ?? [])].filter(([, { runner }]) => there.has(runner)));
  for (const outcome of outcomes) {
    if (outcome.kind === 'failed') after.set(keyOf(outcome), { runner: runnerOf(outcome), failure: outcome.failure.kind });
    else if (outcome.kind !== 'deferred') after.delete(keyOf(outcome));
  }
  return after;
}

function keyOf(outcome: Outcome): string {
  return `${runnerOf(outcome)} ${outcome.effect.kind}`;
}

function runnerOf({ effect }: Outcome): string {
  return effect.kind === 'register' ? effect.tags.runner : effect.runner;
}

/** `known`: it failed in the same way before. */
function logOutcome(log: Logger, { namespace, name }: PoolIdentity, outcome: Outcome, slots: readonly Judged[], known: boolean): void {
  const { effect } = outcome;
  const runner = runnerOf(outcome);
  const reason = reasonOf(outcome, slots);
  const base = { namespace, pool: name, runner, ...(reason === null ? {} : { reason }) };
  switch (outcome.kind) {
    case 'registered':
      return log.info(
        { ...base, id: outcome.registration.id, handle: outcome.effect.tags.handle, attempt: outcome.effect.tags.attempt },
        'registered a runner',
      );
    case 'deregistered':
      return log.info({ ...base, id: outcome.effect.registration.id }, 'deregistered a runner');
    case 'reported':
      return log.info({ ...base, taskId: outcome.effect.taskId }, 'a lost task is over: reported as failed, or it had ended already');
    case 'asked':
      return log.debug({ ...base, taskId: outcome.effect.taskId, holds: outcome.holds }, 'asked whether a runner holds a task');
    case 'spared':
      return log.debug({ ...base, status: outcome.status }, 'left a registration that is in use');
    case 'deferred':
      return log.debug({ ...base, effect: effect.kind }, 'put an effect off to the next call');
    case 'failed':
      return log[known ? 'debug' : 'warn'](
        { ...base, effect: effect.kind, failure: outcome.failure, ambiguous: outcome.ambiguous },
        'Forgejo did not do what it was asked',
      );
  }
}
