/** What the observers of a call are shown, made from a world by the real decisions; Forgejo does whatever it is asked. */
import type { SyncView } from '../../../src/hooks/observer.ts';
import { findings } from '../../../src/pool/conditions.ts';
import { planFinalize } from '../../../src/pool/finalize.ts';
import { judge } from '../../../src/pool/judge.ts';
import type { Effect, Outcome, World } from '../../../src/pool/model.ts';
import { plan } from '../../../src/pool/plan.ts';
import { settle } from '../../../src/pool/settle.ts';
import { renderStatus } from '../../../src/pool/status.ts';

export function viewOf(world: World, outcomeOf: (effect: Effect) => Outcome = done): SyncView {
  const slots = judge(world);
  const facts = { observesChildren: true, withoutTokenSince: null, scopeGoneSince: null };
  const made = world.pool.deletionAt === null ? plan(world, slots) : planFinalize(world, slots, facts);
  const outcomes = made.effects.map(outcomeOf);
  const settled = settle(world, slots, made, outcomes);
  const found = findings(world, made, settled, world.pool.deletionAt !== null);
  const status = renderStatus(world, made, settled, found, { conditions: [], status: () => ({}) });
  return { pool: world.pool, status, decided: { world, slots, plan: made, outcomes, settled }, at: world.clusterNow };
}

/** A runner that is asked holds the task. */
export function done(effect: Effect): Outcome {
  switch (effect.kind) {
    case 'register':
      return { kind: 'registered', effect, registration: { id: 4711, uuid: `uuid-of-${effect.tags.runner}` }, issuedAt: 0 };
    case 'ask':
      return { kind: 'asked', effect, holds: true, at: 0 };
    case 'report':
      return { kind: 'reported', effect };
    case 'deregister':
      return { kind: 'deregistered', effect };
  }
}

export function failing(failure: Extract<Outcome, { kind: 'failed' }>['failure']): (effect: Effect) => Outcome {
  return (effect) => ({ kind: 'failed', effect, failure, ambiguous: false });
}
