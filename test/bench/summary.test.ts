import { describe, expect, it } from 'vitest';
import { interleave } from '../../bench/interleave.ts';
import type { Case, Description, Pair } from '../../bench/measure.ts';
import { quantile, summarize } from '../../bench/summary.ts';
import { drawTable } from '../../bench/table.ts';

const AT_MOST_2X: Case = { name: 'one', unit: 'ms', goal: { kind: 'ratio', atMost: 2 } };
const AT_MOST_150: Case = { name: 'one', unit: 'MiB', goal: { kind: 'value', atMost: 150 } };

function measureOf(...cases: readonly Case[]): Description {
  return { name: 'speed', measures: 'how long it takes', beside: 'nothing', cases };
}

function pairsOf(...values: readonly (readonly [number, number])[]): readonly Pair[] {
  return values.map(([ours, beside]) => ({ case: 'one', ours, beside }));
}

describe('a row of the table', () => {
  it('has the median of the ratios of pairs, which is not the ratio of the medians', () => {
    const [row] = summarize(measureOf(AT_MOST_2X), pairsOf([1, 1], [30, 10], [8, 4]));
    expect(row).toMatchObject({ pairs: 3, ours: 8, beside: 4, ratio: 2, ratioFrom: 1.5, ratioTo: 2.5 });
  });

  it('is not moved by one pair that was disturbed', () => {
    const calm = pairsOf([3, 2], [3, 2], [3, 2], [3, 2]);
    const [row] = summarize(measureOf(AT_MOST_2X), [...calm, ...pairsOf([900, 2])]);
    expect(row).toMatchObject({ ratio: 1.5, met: true });
  });

  it.each([
    { of: AT_MOST_2X, pair: [4, 2], met: true, because: 'the goal itself is met' },
    { of: AT_MOST_2X, pair: [4.01, 2], met: false, because: 'more than it is not' },
    { of: AT_MOST_150, pair: [150, 1], met: true, because: 'a value has its own bound, whatever stands beside it' },
    { of: AT_MOST_150, pair: [151, 1000], met: false, because: 'a small ratio is no excuse' },
  ] as const)('says whether the goal is met: $met ($because)', ({ of, pair, met }) => {
    expect(summarize(measureOf(of), pairsOf(pair))[0]?.met).toBe(met);
  });

  it('is made of the pairs of its own case', () => {
    const other: Case = { ...AT_MOST_2X, name: 'other' };
    const rows = summarize(measureOf(AT_MOST_2X, other), [...pairsOf([3, 1]), { case: 'other', ours: 5, beside: 5 }]);
    expect(rows.map(({ ratio }) => ratio)).toEqual([3, 1]);
  });

  it('is refused for a case of which nothing was measured', () => {
    expect(() => summarize(measureOf(AT_MOST_2X), [])).toThrow('speed: nothing was measured for one');
  });

  it('says MISSED where a goal is missed', () => {
    const description = measureOf(AT_MOST_2X);
    const lines = drawTable(summarize(description, pairsOf([3, 1], [2.5, 1], [5, 1])), [description]).split('\n');
    expect(lines.at(-1)).toBe('| how long it takes | one | 3 ms | 1 ms | 3x (2.75–4) | <= 2x | MISSED |');
  });
});

describe('a quantile', () => {
  it.each([
    { values: [3, 1, 2], share: 0.5, is: 2, because: 'the order does not count' },
    { values: [1, 2, 3, 4], share: 0.5, is: 2.5, because: 'between two it is between them' },
    { values: [1, 2, 3, 4, 5], share: 0.25, is: 2, because: 'a quarter point may be a value' },
    { values: [7], share: 0.75, is: 7, because: 'of one value it is that one' },
    { values: [], share: 0.5, is: Number.NaN, because: 'of none there is none' },
  ])('of $values at $share is $is ($because)', ({ values, share, is }) => {
    expect(quantile(values, share)).toBe(is);
  });
});

describe('interleaved pairs', () => {
  it('begin in turn with either side, and warm-ups are no pairs', async () => {
    const order: string[] = [];
    const side = (name: string, took: number) => () => {
      order.push(name);
      return took;
    };
    const taken: Pair[] = [];
    for await (const pair of interleave({ case: 'one', ours: side('a', 2), beside: side('b', 1), warmUps: 1, pairs: 2 })) taken.push(pair);
    expect(order.join('')).toBe('baabba');
    expect(taken).toEqual(pairsOf([2, 1], [2, 1]));
  });
});
