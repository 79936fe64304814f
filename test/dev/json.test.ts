import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../src/dev/deep-freeze.ts';
import { jsonValue } from '../../src/dev/json-value.ts';

describe('jsonValue', () => {
  test('is what the text would be read as', () => {
    const loose = fc.object({ values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)] });
    fc.assert(
      fc.property(loose, (value) => {
        expect(jsonValue(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('shares what is frozen and copies the rest', () => {
    const shared = deepFreeze({ a: [1] });
    const own = { b: 1 };
    const copy = jsonValue({ shared, own }) as { shared: unknown; own: unknown };
    expect(copy.shared).toBe(shared);
    expect(copy.own).not.toBe(own);
  });

  test.each([
    { what: 'a function', value: { f: () => 1 } },
    { what: 'a Map', value: { m: new Map() } },
    { what: 'NaN', value: [Number.NaN] },
    { what: 'a Date', value: new Date(0) },
  ])('$what is refused', ({ value }) => {
    expect(() => jsonValue(value)).toThrow(TypeError);
  });
});
