/** The condition Draining: which runners are waited for before everything is as the spec says. */
import { messageOf } from '../api/condition-advice.ts';
import type { Finding } from './conditions.ts';
import type { Fate } from './fate.ts';
import type { Judged } from './judge.ts';
import type { Phase, World } from './model.ts';
import { isDrainedOut } from './persistent.ts';
import type { Plan } from './plan.ts';
import { isAway } from './stop-order.ts';

export function draining(plan: Plan, finalizing: boolean, world: World): Finding {
  const waits = (reason: Finding['reason'], fact: string): Finding => ({
    type: 'Draining',
    status: 'True',
    reason,
    message: messageOf(reason, fact),
  });
  const { drainTimeoutSeconds, jobTimeoutSeconds, updateStrategy, paused } = world.spec;
  if (finalizing) {
    const most = `It ends ${drainTimeoutSeconds} s after its deletion at the latest (spec.drainTimeoutSeconds).`;
    return waits('Finalizing', `The pool is deleted once its runners have ended. ${most}`);
  }
  const outdated = plan.fates.filter(({ slot, phase }) => slot.outdated && WAITED_FOR.has(phase));
  const overdue = outdated.filter((fate) => endsForItsTime(fate, world)).map(({ slot }) => slot.key);
  if (overdue.length > 0) {
    const who = `${overdue.length === 1 ? 'Runner' : 'Runners'} ${overdue.join(', ')}`;
    const what = `told to end after ${drainTimeoutSeconds} s at work with an older spec (spec.drainTimeoutSeconds)`;
    return waits('DrainTimeout', `${who}: ${what}. A job in hand may go on for ${jobTimeoutSeconds} s (spec.jobTimeoutSeconds).`);
  }
  if (outdated.length > 0) {
    const left = outdated.length === 1 ? '1 runner of an older spec is left' : `${outdated.length} runners of an older spec are left`;
    const idle = paused ? 'idle ones stay while spec.paused is true' : `idle ones are replaced ${updateStrategy.maxUnavailable} at a time`;
    return waits('OutdatedRunners', `${left}: busy ones first end their job, ${idle}.`);
  }
  return { type: 'Draining', status: 'False', reason: 'NotDraining', message: 'No runner of an older spec is left.' };
}

const WAITED_FOR: ReadonlySet<Phase> = new Set(['starting', 'idle', 'busy', 'silent', 'detached', 'finishing', 'draining', 'stopping']);

/** Stopped for its drain time-out now, or earlier and still at its job. */
function endsForItsTime({ slot, phase }: Fate, world: World): boolean {
  return (phase === 'stopping' && isDrainedOut(slot, world)) || isStillAtWork(slot, world);
}

function isStillAtWork(slot: Judged, { spec, now }: World): boolean {
  const since = slot.remembered?.outdatedSince;
  if (slot.kind !== 'Deployment' || !isAway(slot) || slot.evidence.row !== 'active' || since == null) return false;
  return now - since >= spec.drainTimeoutSeconds * 1000;
}
