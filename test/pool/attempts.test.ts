import { describe, expect, test } from 'vitest';
import { lastWarmAttempt, nextAttempt } from '../../src/pool/attempts.ts';
import { judge } from '../../src/pool/judge.ts';
import { aBackoff, aMemory, aRecent, aWorld, jobOf, rowOf, tagsOf, warmTagsOf } from './support/builders.ts';

describe('names are never used again', () => {
  test.each([
    { because: 'nothing is known of the handle', parts: {}, next: 1 },
    { because: 'an object has a higher attempt', parts: { workloads: [jobOf(tagsOf('a', { handle: 'h', attempt: 3 }))] }, next: 4 },
    { because: 'a registration has', parts: { rows: [rowOf(tagsOf('a', { handle: 'h', attempt: 4 }))] }, next: 5 },
    { because: 'a recent runner has', parts: { memory: { recent: [aRecent('a', { handle: 'h', attempt: 5 })] } }, next: 6 },
    { because: 'the back-off has', parts: { memory: { backoff: [aBackoff('h', { attempts: 6 })] } }, next: 7 },
    {
      because: 'another handle has nothing to do with it',
      parts: { workloads: [jobOf(tagsOf('a', { handle: 'g', attempt: 3 }))] },
      next: 1,
    },
  ])('$because', ({ parts, next }) => {
    const world = aWorld(parts);
    expect(nextAttempt('h', judge(world), world.memory)).toBe(next);
  });

  test.each([
    { because: 'nothing is known', parts: {}, last: 0 },
    { because: 'the status counts', parts: { memory: { lastWarmAttempt: 7 } }, last: 7 },
    {
      because: 'an object counts',
      parts: { workloads: [jobOf(warmTagsOf('a', { attempt: 9 }))], memory: { lastWarmAttempt: 7 } },
      last: 9,
    },
    { because: 'a recent runner counts', parts: { memory: { recent: [aRecent('a', { handle: null, attempt: 8 })] } }, last: 8 },
    { because: 'a runner with a handle does not', parts: { memory: { recent: [aRecent('a', { handle: 'h', attempt: 8 })] } }, last: 0 },
  ])('of warm runners: $because', ({ parts, last }) => {
    const world = aWorld(parts);
    expect(lastWarmAttempt(judge(world), aMemory(parts.memory))).toBe(last);
  });
});
