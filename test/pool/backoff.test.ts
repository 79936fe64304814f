import { describe, expect, test } from 'vitest';
import { forgetOld, isBackingOff, type Mishap, poolAllows, recordMishaps, spendTry } from '../../src/pool/backoff.ts';
import { aBackoff, aMemory, now, secondsAgo, secondsAhead } from './support/builders.ts';

const HANDLE_KEY = 'handle-1';

function mishap(kind: Mishap['kind'], changes: Partial<Mishap> = {}): Mishap {
  return { kind, runner: 'a', key: HANDLE_KEY, attempt: 1, ...changes };
}

describe('how long a handle or a kind of runner waits', () => {
  test.each([
    { because: 'nobody got it: 5 s', kind: 'noTask', before: 0, seconds: 5 },
    { because: 'twice', kind: 'noTask', before: 1, seconds: 10 },
    { because: 'the seventh time is capped', kind: 'noTask', before: 6, seconds: 300 },
    { because: 'a number from a foreign status does not overflow', kind: 'noTask', before: 5000, seconds: 300 },
    { because: 'a failed start: 10 s', kind: 'failedStart', before: 0, seconds: 10 },
    { because: 'a second failed start', kind: 'failedStart', before: 1, seconds: 20 },
    { because: 'failed starts are capped at 600 s', kind: 'failedStart', before: 7, seconds: 600 },
    { because: 'a drained node is no reason to wait', kind: 'disrupted', before: 2, seconds: 0 },
  ] as const)('$because', ({ kind, before, seconds }) => {
    const entries = before === 0 ? [] : [aBackoff(HANDLE_KEY, { attempts: before })];
    const after = recordMishaps(entries, [mishap(kind)], true, now);
    expect(after).toEqual([{ key: HANDLE_KEY, attempts: before + 1, until: secondsAhead(seconds), lastRunner: 'a' }]);
  });

  test('a slot is counted once, whatever happens to it later', () => {
    const once = recordMishaps([], [mishap('noTask')], false, now);
    expect(recordMishaps(once, [mishap('noTask')], false, secondsAhead(60))).toEqual(once);
  });

  test('after a lost status the attempt of the runner tells how often it was tried', () => {
    const [entry] = recordMishaps([], [mishap('noTask', { attempt: 4 })], false, now);
    expect(entry).toMatchObject({ attempts: 4, until: secondsAhead(40) });
  });

  test('the number of a warm runner does not: it counts all that ever were', () => {
    const [, warm] = recordMishaps([], [mishap('failedStart', { key: 'warm', attempt: 90 })], false, now);
    expect(warm).toMatchObject({ key: 'warm', attempts: 1 });
  });

  test.each([
    { because: 'its time is not over', key: 'a', backing: true },
    { because: 'its time is over at that moment', key: 'b', backing: false },
    { because: 'nothing is known of it', key: 'c', backing: false },
  ])('$because', ({ key, backing }) => {
    const memory = aMemory({ backoff: [aBackoff('a', { until: now + 1 }), aBackoff('b', { until: now })] });
    expect(isBackingOff(memory, key, now)).toBe(backing);
  });
});

describe('the brake of a pool in which nothing starts', () => {
  const braked = (changes = {}) => aBackoff('pool', { attempts: 5, until: secondsAhead(60), ...changes });

  test('is pulled by the fifth failed start in a row', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((runner) => mishap('failedStart', { runner, key: runner }));
    const four = recordMishaps([], five.slice(0, 4), false, now);
    expect(poolAllows({ backoff: four }, now)).toBe(Number.POSITIVE_INFINITY);
    expect(poolAllows({ backoff: recordMishaps(four, five.slice(4), false, now) }, now)).toBe(0);
  });

  test.each([
    { because: 'a runner that found no task has started', kind: 'noTask' },
    { because: 'a drained node says nothing about starting', kind: 'disrupted' },
  ] as const)('is not pulled: $because', ({ kind }) => {
    expect(recordMishaps([], [mishap(kind)], false, now).map(({ key }) => key)).toEqual([HANDLE_KEY]);
  });

  test('is let go by the first runner that declares itself', () => {
    expect(recordMishaps([braked()], [], true, now)).toEqual([]);
  });

  test('is not pulled again by a failed start beside one that has declared itself', () => {
    expect(recordMishaps([braked()], [mishap('failedStart')], true, now).map(({ key }) => key)).toEqual([HANDLE_KEY]);
  });

  test('allows one try after a minute, and none until the next', () => {
    const over = braked({ until: now });
    expect(poolAllows({ backoff: [over] }, now)).toBe(1);
    expect(spendTry([over], 1, now)).toEqual([{ ...over, until: secondsAhead(60) }]);
  });

  test.each([
    { because: 'nothing was created', entry: braked({ until: now }), made: 0 },
    { because: 'four failures do not brake', entry: braked({ attempts: 4, until: now }), made: 3 },
    { because: 'only the pool is braked', entry: aBackoff('warm', { attempts: 9, until: now }), made: 1 },
  ])('no try is spent when $because', ({ entry, made }) => {
    expect(spendTry([entry], made, now)).toEqual([entry]);
  });
});

describe('what is forgotten', () => {
  test.each([
    { because: 'the handle is still listed', entry: aBackoff('handle-1', { until: secondsAgo(5000) }), kept: true },
    { because: 'the handle has left the queue', entry: aBackoff('handle-9'), kept: false },
    { because: 'warm failures of the last ten minutes count', entry: aBackoff('warm', { until: secondsAgo(599) }), kept: true },
    { because: 'older ones do not', entry: aBackoff('warm', { until: secondsAgo(600) }), kept: false },
    { because: 'the same for the pool', entry: aBackoff('pool', { until: secondsAgo(599) }), kept: true },
    { because: 'and after ten minutes', entry: aBackoff('pool', { until: secondsAgo(600) }), kept: false },
  ])('$because', ({ entry, kept }) => {
    expect(forgetOld([entry], new Set(['handle-1']), now)).toEqual(kept ? [entry] : []);
  });
});
