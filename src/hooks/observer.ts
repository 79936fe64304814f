/** Who is told of every answered call: the meters, the log and the web page. They see what was decided and change nothing of it. */
import type { RunnerPoolStatus } from '../api/status.ts';
import type { Judged } from '../pool/judge.ts';
import type { Outcome, PoolIdentity, World } from '../pool/model.ts';
import type { Plan } from '../pool/plan.ts';
import type { Settled } from '../pool/settle.ts';

export interface PoolObserver {
  /** Once for each answered `/sync` and `/finalize`, before the answer leaves. Keeps little and takes no time: it is in the way of the call. */
  synced(view: SyncView): void;
  /** The pool is let go: after its last `synced`. Both come again when something else still holds it. */
  ended(pool: PoolIdentity): void;
}

/** One call and its answer. Without a token: what speaks for a runner stands in the hooks' store alone. */
export interface SyncView {
  readonly pool: PoolIdentity;
  readonly status: RunnerPoolStatus;
  /** What the status was made from; null: nothing was decided, for the spec is refused or the pool had ended before. */
  readonly decided: Decided | null;
  /** Own clock, ms. */
  readonly at: number;
}

/** What only watches must not stop a call whose effects are done: what it throws goes to `failed`. */
export function guarded(observer: PoolObserver, failed: (error: unknown) => void): PoolObserver {
  function attempt(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      failed(error);
    }
  }
  return {
    synced: (view) => attempt(() => observer.synced(view)),
    ended: (pool) => attempt(() => observer.ended(pool)),
  };
}

/** `world.memory` is what was remembered before the call, `settled.memory` what is after it. */
export interface Decided {
  readonly world: World;
  readonly slots: readonly Judged[];
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly settled: Settled;
}
