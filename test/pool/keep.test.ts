import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keep, keepItems, keepParts } from '../../src/pool/keep.ts';

interface Item {
  readonly id: number;
  readonly tags: readonly string[];
}

const keepById = (before: readonly Item[], now: readonly Item[]) => keepItems(before, now, ({ id }) => id);

describe('what says the same', () => {
  it('stays the object of before, and what says something else takes its place', () => {
    const before = { times: new Map([['a', 1]]) };
    const other = { times: new Map([['a', 2]]) };
    expect(keep(before, { times: new Map([['a', 1]]) })).toBe(before);
    expect(keep(before, other)).toBe(other);
  });

  it('stays part by part', () => {
    const before = { runners: [1], peaks: [2] };
    const now = { runners: [1], peaks: [3] };
    const kept = keepParts(before, now);
    expect(kept).toEqual(now);
    expect(kept.runners).toBe(before.runners);
    expect(kept.peaks).toBe(now.peaks);
  });

  it('stays item by item, where another came, went or changed', () => {
    const before: readonly Item[] = [1, 2, 3].map((id) => ({ id, tags: [`${id}`] }));
    const now = [0, 1, 3].map((id) => ({ id, tags: [id === 3 ? 'other' : `${id}`] }));
    const kept = keepById(before, now);
    expect(kept).toEqual(now);
    expect(kept.map((item) => before.indexOf(item))).toEqual([-1, 0, -1]);
  });

  it('is the whole list when nothing of it has changed, its order included', () => {
    const before = [1, 2].map((id) => ({ id, tags: [] }));
    expect(keepById(before, structuredClone(before))).toBe(before);
    expect(keepById(before, structuredClone(before.toReversed()))).toEqual(before.toReversed());
  });
});

it('never tells anything but what is told now', () => {
  const items = fc.uniqueArray(fc.record({ id: fc.nat(5), tags: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }) }), {
    selector: ({ id }) => id,
  });
  fc.assert(
    fc.property(items, items, (before, now) => {
      expect(keepById(before, now)).toEqual(now);
      expect(keepParts({ items: before }, { items: now })).toEqual({ items: now });
    }),
  );
});
