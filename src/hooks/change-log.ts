/** One line of the log for each thing that a call changed; a pool at rest says nothing. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { isTrouble } from '../pool/condition-state.ts';
import { keepParts } from '../pool/keep.ts';
import type { PoolIdentity } from '../pool/model.ts';
import { backoffsOf, endsOf, stopsOf } from './changes.ts';
import type { Decided, PoolObserver, SyncView } from './observer.ts';

/** What was last said of a pool. */
interface Said {
  readonly at: number;
  /** Status and reason by type of condition. */
  readonly conditions: ReadonlyMap<string, string>;
  readonly blocked: number;
  readonly limits: string;
  readonly ended: boolean;
}

/** A pool that still exists is synced far more often; then it is another replica's. */
const FORGOTTEN_AFTER_MS = 3_600_000;
const SWEEP_EACH_MS = 60_000;

export function createChangeLog(log: Logger, clock: Pick<Clock, 'now'>): PoolObserver {
  const pools = new Map<string, Said>();
  let sweptAt = clock.now();

  function sweep(now: number): void {
    if (now - sweptAt < SWEEP_EACH_MS) return;
    sweptAt = now;
    for (const [uid, { at }] of pools) if (now - at > FORGOTTEN_AFTER_MS) pools.delete(uid);
  }

  return {
    synced(view) {
      // At debug level, each question to Forgejo is told with the id of its call, and no pool.
      log.debug({ namespace: view.pool.namespace, pool: view.pool.name }, 'answered a call');
      // What else holds a pool after its end has it called again, and nothing of it changes any more.
      const before = pools.get(view.pool.uid);
      if (before?.ended === true) {
        pools.set(view.pool.uid, { ...before, at: view.at });
        return;
      }
      if (view.decided !== null) logChanges(log, view.pool, view.decided);
      pools.set(view.pool.uid, logStatus(log, view, before));
      sweep(view.at);
    },
    ended({ uid, namespace, name }) {
      if (pools.get(uid)?.ended === true) return;
      log.info({ namespace, pool: name }, 'a deleted pool has ended');
      pools.set(uid, { at: clock.now(), conditions: new Map(), blocked: 0, limits: '', ended: true });
    },
  };
}

function logChanges(log: Logger, { namespace, name }: PoolIdentity, decided: Decided): void {
  const pool = { namespace, pool: name };
  for (const { runner, reason } of stopsOf(decided)) log.info({ ...pool, runner, reason }, 'stopped a runner');
  for (const { name: runner, reason, exitCode, handle } of endsOf(decided)) {
    log.info({ ...pool, runner, reason, exitCode, handle }, 'a runner has ended');
  }
  for (const { key, failures, until, heldBack, lastRunner } of backoffsOf(decided)) {
    const reason = heldBack ? 'jobNotToBeHad' : key === 'register' ? 'registrationRefused' : 'failedStart';
    log.info({ ...pool, runner: lastRunner, reason, key, failures, until: new Date(until).toISOString() }, 'backed off');
  }
}

/** A new process says once what is not as it should be. */
function logStatus(log: Logger, { pool: { namespace, name }, status, at }: SyncView, before: Said | undefined): Said {
  const pool = { namespace, pool: name };
  const conditions = new Map<string, string>();
  for (const condition of status.conditions ?? []) {
    const { type, status: holds, reason, message } = condition;
    const now = `${holds} ${reason}`;
    conditions.set(type, now);
    const trouble = isTrouble(condition);
    if (before?.conditions.get(type) === now || (before === undefined && !trouble)) continue;
    log[trouble ? 'warn' : 'info']({ ...pool, condition: type, status: holds, reason, message }, 'a condition has changed');
  }
  const blocked = status.queue?.blocked ?? 0;
  if (blocked !== (before?.blocked ?? 0)) log.info({ ...pool, blocked }, 'other jobs are blocked than before');
  const limits = JSON.stringify(status.limits ?? {});
  if (before !== undefined && limits !== before.limits) log.info({ ...pool, ...status.limits }, 'other limits hold than before');
  const said = { at, conditions, blocked, limits, ended: false };
  return before === undefined ? said : keepParts(before, said);
}
