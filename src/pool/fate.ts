/** What one slot's objects come to in the answer. */
import type { Judged } from './judge.ts';
import type { Phase } from './model.ts';

export interface Fate {
  readonly slot: Judged;
  /** `render`: from credentials in memory; `keep`: as observed (nothing, when it is not observed). */
  readonly secret: 'keep' | 'render' | 'drop';
  readonly workload: 'keep' | 'render' | 'drop';
  /** What the status will say. */
  readonly phase: Phase;
  readonly lastTask: number | null;
}

export function keep(slot: Judged): Fate {
  return { slot, secret: 'keep', workload: 'keep', phase: slot.phase, lastTask: slot.remembered?.lastTask ?? null };
}

/** Render what a stale informer does not show, or what is not there yet; never beside a Pod that may still run. */
export function keepOrRender(slot: Judged, mayRender: boolean): Fate {
  const secret = slot.secret === null && slot.held !== null;
  const workload = slot.workload === null && slot.pods.length === 0 && (secret || slot.secret !== null);
  if (!mayRender) return keep(slot);
  return { ...keep(slot), secret: secret ? 'render' : 'keep', workload: workload ? 'render' : 'keep' };
}

/** Drop the workload: its Pod gets TERM and shields a task by itself. The Secret stays until the last Pod is gone. */
export function stop(slot: Judged): Fate {
  return { ...keep(slot), workload: 'drop', phase: slot.phase === 'draining' ? 'draining' : 'stopping' };
}
