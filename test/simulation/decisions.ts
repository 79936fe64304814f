/** What the operators of a run decide and do, as their log hears of it. */
import type { OperatorLog } from '../../src/hooks/operator-log.ts';
import type { Judged } from '../../src/pool/judge.ts';
import type { Phase } from '../../src/pool/model.ts';

/** The slots of one pool, as one decision saw them. */
export interface Verdict {
  /** Of the pool. */
  readonly uid: string;
  readonly slots: readonly Judged[];
}

export interface Decisions {
  readonly log: OperatorLog;
  /** How often each row of the slot table ruled. */
  readonly rows: Readonly<Record<string, number>>;
  /** How often a runner went from one phase to the next, `before>after`. */
  readonly transitions: Readonly<Record<string, number>>;
  /** Names that a finalizer said it left. */
  readonly leftBehind: readonly string[];
  /** Names of runners whose task was reported as failed. */
  readonly reported: readonly string[];
  /** Since this was asked last. */
  takeVerdicts(): readonly Verdict[];
}

export function watchDecisions(): Decisions {
  const rows: Record<string, number> = {};
  const transitions: Record<string, number> = {};
  const leftBehind: string[] = [];
  const reported: string[] = [];
  const phases = new Map<string, Phase>();
  let verdicts: Verdict[] = [];

  function count(uid: string, { key, phase, ruledBy }: Judged): void {
    rows[ruledBy] = (rows[ruledBy] ?? 0) + 1;
    const name = `${uid} ${key}`;
    const before = phases.get(name);
    if (before === phase) return;
    phases.set(name, phase);
    const transition = `${before ?? 'none'}>${phase}`;
    transitions[transition] = (transitions[transition] ?? 0) + 1;
  }

  return {
    rows,
    transitions,
    leftBehind,
    reported,
    takeVerdicts() {
      const taken = verdicts;
      verdicts = [];
      return taken;
    },
    log: {
      outcomes(_pool, outcomes) {
        for (const outcome of outcomes) if (outcome.kind === 'reported') reported.push(outcome.effect.runner);
      },
      leftBehind: (_pool, names) => void leftBehind.push(...names),
      judged({ uid }, slots) {
        for (const slot of slots) count(uid, slot);
        verdicts.push({ uid, slots });
      },
    },
  };
}
