import { expect, it } from 'vitest';
import { ageInWords } from '../../src/ui/assets/age.js';
import { textOf } from '../../src/ui/html.ts';
import { age } from '../../src/ui/words.ts';

it.each([
  { ms: -5000, words: '0 s', because: 'what lies ahead is no age: two clocks differ' },
  { ms: 999, words: '0 s', because: 'seconds are whole' },
  { ms: 59_999, words: '59 s', because: 'a minute is not over' },
  { ms: 60_000, words: '1 min', because: 'now it is' },
  { ms: 3_599_999, words: '59 min', because: 'an hour is not over' },
  { ms: 3_600_000, words: '1 h', because: 'now it is' },
  { ms: 86_400_000 * 12, words: '12 d', because: 'days are the largest unit' },
])('$ms ms are $words: $because', ({ ms, words }) => {
  expect(ageInWords(ms)).toBe(words);
});

it('a time that is none does not break the page', () => {
  expect(textOf(age(Number.NaN, 0))).toContain('datetime="1970-01-01T00:00:00.000Z"');
  expect(textOf(age(1e300, 0))).toContain('datetime="1970-01-01T00:00:00.000Z"');
});
