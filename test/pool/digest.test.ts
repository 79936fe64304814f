import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digest } from '../../src/pool/digest.ts';

describe('the digest of a text', () => {
  it.each([
    // SHA-256 of the empty text and of `abc` (FIPS 180-2), in base32 (RFC 4648) of lower case.
    ['', '4oymiquy7q'],
    ['abc', 'xj4bnp4pah'],
  ])('of %j is %s', (text, expected) => {
    expect(digest(text)).toBe(expected);
  });

  it('is the first 50 bits of its SHA-256 as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bits = BigInt(`0x${createHash('sha256').update(text, 'utf8').digest('hex')}`) >> 206n;
        const letters = Array.from(
          { length: 10 },
          (_, index) => 'abcdefghijklmnopqrstuvwxyz234567'[Number((bits >> BigInt(45 - 5 * index)) & 31n)],
        );
        expect(digest(text)).toBe(letters.join(''));
      }),
    );
  });
});

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: { d: [1, { z: null, y: true }], c: 'x' } }, '{"a":{"c":"x","d":[1,{"y":true,"z":null}]},"b":1}'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [{ '"': '\n' }, '{"\\"":"\\n"}'],
    [undefined, 'null'],
    [null, 'null'],
    [{}, '{}'],
    [[], '[]'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(canonicalJson(Object.fromEntries(Object.entries(value).toReversed()))).toBe(canonicalJson(value));
      }),
    );
  });
});
