import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Peak, peakEndsAt, recordWanted } from '../../src/pool/peaks.ts';
import { now, secondsAgo } from './support/builders.ts';

const WINDOW = { windowMs: 300_000, gapMs: 300_000 };

test('a process that has just begun takes what it finds for wanted until now', () => {
  expect(recordWanted([], { wanted: 1, there: 5 }, WINDOW, now)).toEqual([{ wanted: 5, lastAt: now }]);
  expect(recordWanted([], { wanted: 7, there: 5 }, WINDOW, now)).toEqual([{ wanted: 7, lastAt: now }]);
});

test('without a window only this moment counts', () => {
  const none = { windowMs: 0, gapMs: 4_000 };
  expect(recordWanted([], { wanted: 1, there: 5 }, none, now)).toEqual([{ wanted: 1, lastAt: now }]);
  expect(recordWanted([{ wanted: 4, lastAt: now }], { wanted: 1, there: 5 }, none, now)).toEqual([{ wanted: 1, lastAt: now }]);
});

test('a gap in which anything may have been wanted is a new beginning', () => {
  const before = [{ wanted: 2, lastAt: secondsAgo(301) }];
  expect(recordWanted(before, { wanted: 1, there: 5 }, WINDOW, now)).toEqual([{ wanted: 5, lastAt: now }]);
  expect(recordWanted(before, { wanted: 1, there: 5 }, { ...WINDOW, gapMs: 600_000 }, now)).toEqual([{ wanted: 1, lastAt: now }]);
});

test.each([
  { because: 'there is no lower one', peaks: [{ wanted: 4, lastAt: secondsAgo(10) }], at: null },
  { because: 'nothing was wanted yet', peaks: [], at: null },
  {
    because: 'the next one counts then',
    peaks: [
      { wanted: 4, lastAt: secondsAgo(10) },
      { wanted: 1, lastAt: now },
    ],
    at: now + 290_000,
  },
])('a peak ends: $because', ({ peaks, at }) => {
  expect(peakEndsAt(peaks, WINDOW.windowMs)).toBe(at);
});

test('the first is always the most within the window, and the list is never longer than the numbers there are', () => {
  const sync = fc.record({ after: fc.integer({ min: 0, max: 100_000 }), wanted: fc.integer({ min: 0, max: 12 }) });
  fc.assert(
    fc.property(fc.array(sync, { minLength: 1, maxLength: 60 }), (syncs) => {
      let peaks: readonly Peak[] = [];
      let at = now;
      const all: Peak[] = [];
      for (const { after, wanted } of syncs) {
        at += after;
        all.push({ wanted, lastAt: at });
        peaks = recordWanted(peaks, { wanted, there: 0 }, WINDOW, at);
        const most = Math.max(...all.filter((seen) => at - seen.lastAt < WINDOW.windowMs).map((seen) => seen.wanted));
        expect(peaks[0]?.wanted).toBe(most);
        expect(peaks.length).toBeLessThanOrEqual(13);
      }
    }),
  );
});
