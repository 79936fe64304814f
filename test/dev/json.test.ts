import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../src/dev/deep-freeze.ts';
import { jsonValue } from '../../src/dev/json-value.ts';
import { isSame } from '../../src/pool/same.ts';

const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

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

describe('isSame', () => {
  test('agrees with the deep equality of Node', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(isSame(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(isSame(a, structuredClone(a))).toBe(true);
      }),
    );
  });

  test.each([
    { a: { x: 1 }, b: { y: 1 }, because: 'another key' },
    { a: { x: 1, y: 2 }, b: { x: 1 }, because: 'one key less' },
    { a: { x: undefined }, b: {}, because: 'a key without a value is a key' },
    { a: [], b: {}, because: 'a list is no object' },
    { a: {}, b: [], because: 'an object is no list' },
    { a: [1, 2], b: [2, 1], because: 'the order of a list counts' },
    { a: null, b: {}, because: 'null is no object' },
  ])('$because', ({ a, b }) => {
    expect(isSame(a, b)).toBe(false);
  });

  test('the order of keys does not count', () => {
    expect(isSame({ x: 1, y: { a: 1, b: 2 } }, { y: { b: 2, a: 1 }, x: 1 })).toBe(true);
  });
});
