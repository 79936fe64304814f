import { describe, expect, test } from 'vitest';
import { explore } from './explore.ts';
import { BOUNDED } from './rounds.ts';

describe('every state of a small world', () => {
  test.each(BOUNDED)('keeps the rules and comes to rest: $name', ({ limits, most, atLeast }) => {
    const { findings, states, complete } = explore(limits, most);
    expect(findings).toEqual([]);
    expect(states).toBeGreaterThanOrEqual(atLeast);
    expect(complete).toBe(most === Number.POSITIVE_INFINITY);
  });
});
