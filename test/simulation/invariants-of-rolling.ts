/** How runners of an older spec are replaced, as the operators' own decisions tell it. */
import type { Judged } from '../../src/pool/judge.ts';
import { isLive } from '../../src/pool/judge.ts';
import type { Verdict } from './decisions.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import { POOL } from './names.ts';
import { limitsAt } from './pool-spec.ts';
import { elapsed } from './simulation.ts';

/** How long a spec may still have been the old one to a decision. */
const SPEC_REMEMBERED_MS = 40_000;

function isStopped({ phase }: Judged): boolean {
  return phase === 'stopping' || phase === 'draining';
}

function isReady({ tags, phase }: Judged): boolean {
  return tags.handle === null && (phase === 'idle' || phase === 'starting' || phase === 'issued');
}

export const rollsInSteps: Invariant = {
  name: 'rollsInSteps',
  because: 'a spec with which nothing starts must not cost more than maxUnavailable of the idle runners that are wanted',
  start(simulation) {
    const { scenario, edits, decisions, ledger } = simulation;
    const last = new Map<string, readonly Judged[]>();
    const stopped = new Set<string>();
    const limits: { readonly at: number; readonly each: readonly ReturnType<typeof limitsAt>[] }[] = [];

    /** Of what was stopped since the decision before; `wanted`: idle runners that the pool is to keep. */
    function check({ uid, slots }: Verdict, min: number, max: number): string | null {
      const before = last.get(uid) ?? [];
      last.set(uid, slots);
      const now = new Map(slots.map((slot) => [slot.key, slot]));
      const gone = before.filter((slot) => {
        const after = now.get(slot.key);
        const byUs = after !== undefined && isStopped(after) && (after.phase === 'stopping' || after.workload === null);
        return slot.phase === 'idle' && slot.outdated && byUs && !ledger.wasDroppedByHand(slot.key);
      });
      for (const { key } of gone) stopped.add(key);
      const away = slots.filter((slot) => stopped.has(slot.key) && isStopped(slot)).length;
      if (gone.length === 0 || away <= scenario.maxUnavailable) return null;
      const others = before.filter((slot) => isLive(slot.phase) && !isReady(slot)).length;
      const available = before.filter((slot) => slot.phase === 'idle' || (scenario.mode === 'Persistent' && slot.phase === 'busy')).length;
      const wanted = Math.min(min, scenario.mode === 'Persistent' ? max : Math.max(0, max - others));
      const left = available - gone.length;
      return left < wanted - scenario.maxUnavailable ? `${away} outdated runners are away at a time, ${left} of ${wanted} are left` : null;
    }

    return (seen) => {
      limits.push({ at: seen.now, each: edits.map((each) => limitsAt(scenario, each, elapsed(simulation))) });
      while (limits[0] !== undefined && limits[0].at < seen.now - SPEC_REMEMBERED_MS) limits.shift();
      const verdicts = decisions.takeVerdicts();
      // A replica does not hear at once what the other one has stopped.
      if (scenario.world === 'replicas') return null;
      return firstOf(verdicts, (verdict) => {
        const place = seen.clusters.find(({ pools }) => pools.some(({ metadata }) => metadata.uid === verdict.uid));
        const pool = place?.pools.find(({ metadata }) => metadata.uid === verdict.uid);
        if (place === undefined || pool?.metadata.name !== POOL || pool.metadata.deletionTimestamp !== undefined) return null;
        const lately = limits.flatMap(({ each }) => each[place.index] ?? []);
        return check(verdict, Math.min(...lately.map(({ min }) => min)), Math.min(...lately.map(({ max }) => max)));
      });
    };
  },
};
