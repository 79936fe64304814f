import { describe, expect, it } from 'vitest';
import { isTooDeep, MOST_LEVELS } from '../../src/hooks/nesting.ts';
import { RECORDED_REQUESTS, recordedBody } from './recordings.ts';

function nested(levels: number): unknown {
  const open = '{"a":['.repeat(levels / 2);
  return JSON.parse(`${open}${']}'.repeat(levels / 2)}`);
}

describe('JSON that would be answered again', () => {
  it.each([
    { value: 'x', deep: false, because: 'text has no levels' },
    { value: null, deep: false, because: 'nothing has no levels' },
    { value: nested(MOST_LEVELS), deep: false, because: 'the limit is allowed' },
    { value: nested(MOST_LEVELS + 2), deep: true, because: 'it is beyond the limit' },
    { value: nested(200_000), deep: true, because: 'looking ends where the limit is' },
    { value: { shallow: 1, deep: nested(MOST_LEVELS) }, deep: true, because: 'every member counts' },
  ])('is too deep: $deep ($because)', ({ value, deep }) => {
    expect(isTooDeep(value)).toBe(deep);
  });

  it('is nowhere near the limit when Kubernetes wrote it', () => {
    expect(RECORDED_REQUESTS.filter((name) => isTooDeep(recordedBody(`kubernetes/${name}`), 25))).toEqual([]);
  });
});
