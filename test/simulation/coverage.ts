/** Whether a whole simulation has visited what there is to visit. */
import { TABLE } from '../../src/pool/classify.ts';
import type { Tally } from './tally.ts';
import { RARE_TRANSITIONS, TRANSITIONS } from './transitions.ts';

export interface Gaps {
  /** Rows of the slot table that never ruled. */
  readonly rows: readonly string[];
  /** Expected transitions that were not seen; rare ones are not missed. */
  readonly unseen: readonly string[];
  /** Seen ones that nobody expects: a bug, or a line that is missing. */
  readonly unexpected: readonly string[];
}

export function gapsOf(tally: Pick<Tally, 'rows' | 'transitions'>): Gaps {
  const expected = new Set(Object.keys(TRANSITIONS));
  return {
    rows: TABLE.map(({ row }) => row).filter((row) => tally.rows[row] === undefined),
    unseen: [...expected].filter((transition) => tally.transitions[transition] === undefined && !RARE_TRANSITIONS.has(transition)),
    unexpected: Object.keys(tally.transitions).filter((transition) => !expected.has(transition)),
  };
}
