/** Every runner with its phase, what decided it, and what becomes of it. */
import { TABLE } from '../../pool/classify.ts';
import type { Fate } from '../../pool/fate.ts';
import { rfc3339 } from '../../pool/instant.ts';
import type { Judged } from '../../pool/judge.ts';
import type { Outcome } from '../../pool/model.ts';
import { OVERRULES } from '../../pool/overrule.ts';
import type { Plan } from '../../pool/plan.ts';
import { printable } from '../input/printable.ts';

export interface ToldSlot {
  readonly runner: string;
  readonly kind: Judged['kind'];
  readonly phase: Judged['phase'];
  readonly since: string;
  /** The job it was made for, or is known to hold; null: any. */
  readonly job: string | null;
  /** Row of the table (docs/architecture.md, src/pool/classify.ts). */
  readonly row: string;
  readonly why: string;
  /** What becomes of it. */
  readonly fate: string;
}

export function tellSlots({ fates }: Plan, outcomes: readonly Outcome[]): readonly ToldSlot[] {
  const gone = new Set(outcomes.flatMap((outcome) => (outcome.kind === 'deregistered' ? [outcome.effect.runner] : [])));
  return fates.map((fate) => {
    const { slot } = fate;
    return {
      runner: printable(slot.key),
      kind: slot.kind,
      phase: slot.phase,
      since: rfc3339(slot.since),
      job: jobOf(slot),
      row: slot.ruledBy,
      why: becauseOf(slot.ruledBy) + waitWords(slot),
      fate: gone.has(slot.key) ? fateOfDeregistered(fate) : fateOf(fate),
    };
  });
}

function jobOf({ job, tags, remembered }: Judged): string | null {
  const name = job?.name ?? tags.job ?? remembered?.job ?? null;
  return name === null ? null : printable(name);
}

function becauseOf(row: string): string {
  return [...TABLE, ...OVERRULES].find((rule) => rule.row === row)?.because ?? 'unknown';
}

function waitWords({ waitsFor, outdated }: Judged): string {
  return `${waitsFor === null ? '' : ` (${waitsFor})`}${outdated ? '; made from an older spec' : ''}`;
}

/** What `src/pool/settle.ts` makes of it once its registration is gone. */
function fateOfDeregistered({ slot, workload, phase }: Fate): string {
  const objects = [...(slot.secret === null ? [] : ['Secret']), ...(slot.workload === null || workload === 'keep' ? [] : [slot.kind])];
  if (phase === 'idleExit' && slot.workload !== null && workload === 'keep') objects.push(slot.kind);
  if (objects.length === 0) return 'is deregistered';
  const stays = slot.workload !== null && !objects.includes(slot.kind) ? `; its ${slot.kind} stays as history` : '';
  return `is deregistered, and its ${objects.join(' and ')} taken away${stays}`;
}

/** In the order of what a person wants to know first. */
function fateOf({ secret, workload, slot }: Fate): string {
  const drops = workload === 'drop' && slot.workload !== null;
  const letsGo = secret === 'drop' && slot.secret !== null;
  if (drops && letsGo) return 'is taken away, with its Secret';
  if (drops)
    return slot.pod === null ? `is stopped: its ${slot.kind} is dropped` : `is stopped: its ${slot.kind} is dropped, a job in hand goes on`;
  if (letsGo) return slot.workload === null ? 'its Secret is let go' : 'stays as history, without its Secret';
  if (workload === 'render' || secret === 'render') return 'is rendered again: an informer does not show it yet';
  if (slot.secret === null && slot.workload === null) return 'nothing of it is kept in the cluster';
  return 'stays as it is';
}
