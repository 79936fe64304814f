/** What the operator says in its log: one line for what was done at Forgejo, one for what failed. Never a body or a token. */
import type { Logger } from 'pino';
import type { Judged } from '../pool/judge.ts';
import type { Outcome, PoolIdentity } from '../pool/model.ts';

export interface OperatorLog {
  outcomes(pool: PoolIdentity, outcomes: readonly Outcome[]): void;
  /** A deleted pool ended although this was still there. */
  leftBehind(pool: PoolIdentity, names: readonly string[]): void;
  /** Every decision: each slot with its phase and the row of the table that ruled. */
  judged(pool: PoolIdentity, slots: readonly Judged[]): void;
}

export function createOperatorLog(log: Logger): OperatorLog {
  return {
    outcomes(pool, outcomes) {
      for (const outcome of outcomes) logOutcome(log, pool, outcome);
    },
    leftBehind(pool, names) {
      log.warn({ namespace: pool.namespace, pool: pool.name, runners: names }, 'a deleted pool left runners behind');
    },
    judged({ namespace, name }, slots) {
      if (!log.isLevelEnabled('debug')) return;
      for (const { key, phase, ruledBy, remembered } of slots) {
        if (remembered?.phase === phase) continue;
        log.debug(
          { namespace, pool: name, runner: key, from: remembered?.phase ?? null, to: phase, row: ruledBy },
          'a runner changed its phase',
        );
      }
    },
  };
}

function logOutcome(log: Logger, { namespace, name }: PoolIdentity, outcome: Outcome): void {
  const { effect } = outcome;
  const runner = effect.kind === 'register' ? effect.tags.runner : effect.runner;
  const base = { namespace, pool: name, runner };
  switch (outcome.kind) {
    case 'registered':
      return log.info({ ...base, id: outcome.registration.id, handle: outcome.effect.tags.handle }, 'registered a runner');
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
      return log.warn(
        { ...base, effect: effect.kind, failure: outcome.failure, ambiguous: outcome.ambiguous },
        'Forgejo did not do what it was asked',
      );
  }
}
