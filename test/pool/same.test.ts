import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSame } from '../../src/pool/same.ts';

const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

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
    { a: new Map([['x', 1]]), b: new Map([['x', 2]]), because: 'another value of a Map' },
    { a: new Map([['x', 1]]), b: new Map([['y', 1]]), because: 'another key of a Map' },
    {
      a: new Map([
        ['x', 1],
        ['y', 1],
      ]),
      b: new Map([
        ['y', 1],
        ['x', 1],
      ]),
      because: 'the order of a Map counts',
    },
    { a: new Set(['x']), b: new Set(['x', 'y']), because: 'one member more' },
  ])('$because', ({ a, b }) => {
    expect(isSame(a, b)).toBe(false);
  });

  test('Maps and Sets are looked into', () => {
    expect(isSame(new Map([['x', { y: 1 }]]), new Map([['x', { y: 1 }]]))).toBe(true);
    expect(isSame({ set: new Set([1, 2]) }, { set: new Set([1, 2]) })).toBe(true);
  });

  test('the order of keys does not count', () => {
    expect(isSame({ x: 1, y: { a: 1, b: 2 } }, { y: { b: 2, a: 1 }, x: 1 })).toBe(true);
  });
});
