import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rfc3339 } from '../../src/pool/instant.ts';

describe('a moment as it is written', () => {
  const [from, until] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

  it('is the one that Date writes, less its fraction of a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: from, max: until }), (instant) => {
        expect(rfc3339(instant)).toBe(new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z'));
      }),
    );
  });

  it.each([
    { instant: from, text: '0000-01-01T00:00:00Z', because: 'a year has four digits' },
    { instant: -1, text: '1969-12-31T23:59:59Z', because: 'a fraction is cut off towards the past, before the epoch too' },
    { instant: Date.UTC(2026, 10, 25, 12, 0, 0, 999), text: '2026-11-25T12:00:00Z', because: 'whole seconds are written' },
    { instant: until, text: '9999-12-31T23:59:59Z', because: 'the last one that can be written' },
  ])('$text: $because', ({ instant, text }) => {
    expect(rfc3339(instant)).toBe(text);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 8_640_000_000_000_001])('%d is none, and nothing is written', (instant) => {
    expect(() => rfc3339(instant)).toThrow(new RangeError(`not a time: ${instant}`));
  });
});
