/** From pairs to a row: medians, the ratio of a pair in the middle, and whether the goal is met. */
import type { Case, Description, Pair } from './measure.ts';

export interface Row {
  readonly measure: string;
  readonly case: string;
  readonly unit: Case['unit'];
  readonly pairs: number;
  /** Medians. */
  readonly ours: number;
  readonly beside: number;
  /** Median of the pairs' ratios, with the quarter points around it. */
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly ratioTo: number;
  readonly goal: Case['goal'];
  readonly met: boolean;
}

/** Throws when a case has no pair: a measure that measured nothing is no measure that was met. */
export function summarize({ name, cases }: Description, pairs: readonly Pair[]): readonly Row[] {
  return cases.map(({ name: caseName, unit, goal }) => {
    const own = pairs.filter((pair) => pair.case === caseName);
    if (own.length === 0) throw new Error(`${name}: nothing was measured for ${caseName}`);
    const ratios = own.map(({ ours, beside }) => ours / beside);
    const ours = quantile(
      own.map((pair) => pair.ours),
      0.5,
    );
    const ratio = quantile(ratios, 0.5);
    return {
      measure: name,
      case: caseName,
      unit,
      pairs: own.length,
      ours,
      beside: quantile(
        own.map((pair) => pair.beside),
        0.5,
      ),
      ratio,
      ratioFrom: quantile(ratios, 0.25),
      ratioTo: quantile(ratios, 0.75),
      goal,
      met: (goal.kind === 'ratio' ? ratio : ours) <= goal.atMost,
    };
  });
}

/** Between its neighbours where it falls between two. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
