import { describe, expect, test } from 'vitest';
import type { MemoryFromStatus } from '../../src/hooks/decode-status.ts';
import { createMemoryStore, mergeMemory, type PoolMemory } from '../../src/hooks/pool-memory.ts';
import type { Memory, RememberedRunner } from '../../src/pool/model.ts';
import { aBackoff, aMemory, aRecent, remembered, secondsAgo, tagsOf } from '../pool/support/builders.ts';

const CLOCK = 1_000_000;

function fromStatus(changes: Partial<MemoryFromStatus> = {}): MemoryFromStatus {
  const { runners, backoff, recent, lastWarmAttempt, oldestWaitingSince } = aMemory();
  return { runners, backoff, recent, lastWarmAttempt, oldestWaitingSince, ...changes };
}

/** `silentFor`: how long ago this process last answered for the pool, ms. */
function ofProcess(changes: Parameters<typeof aMemory>[0] = {}, silentFor = 2000): PoolMemory {
  return {
    last: aMemory(changes),
    answeredAt: CLOCK - silentFor,
    held: new Map(),
    cacheSecret: null,
    access: null,
    endingSince: null,
    withoutTokenSince: null,
    scopeGoneSince: null,
    finalized: false,
  };
}

const NEW_PROCESS: PoolMemory = { ...ofProcess(), last: null, answeredAt: Number.NEGATIVE_INFINITY };

describe('what is believed of a runner', () => {
  const merge = (status: Partial<RememberedRunner>, own: Partial<RememberedRunner>): RememberedRunner | undefined =>
    mergeMemory(fromStatus({ runners: [remembered('a', status)] }), ofProcess({ runners: [remembered('a', own)] }), CLOCK, 2_000)
      .runners[0];

  test.each([
    {
      because: 'the later phase, of another replica',
      status: { phase: 'busy', since: secondsAgo(5) },
      own: { phase: 'idle', since: secondsAgo(60) },
      is: { phase: 'busy', since: secondsAgo(5) },
    },
    {
      because: 'the later phase, of our own',
      status: { phase: 'idle', since: secondsAgo(60) },
      own: { phase: 'stopping', since: secondsAgo(5) },
      is: { phase: 'stopping', since: secondsAgo(5) },
    },
    {
      because: 'of equal times our own',
      status: { phase: 'idle', since: secondsAgo(5) },
      own: { phase: 'stopping', since: secondsAgo(5) },
      is: { phase: 'stopping' },
    },
    {
      because: 'of the same phase the earlier beginning',
      status: { phase: 'idle', since: secondsAgo(90) },
      own: { phase: 'idle', since: secondsAgo(60) },
      is: { since: secondsAgo(90) },
    },
    {
      because: 'also when it is our own',
      status: { phase: 'idle', since: secondsAgo(30) },
      own: { phase: 'idle', since: secondsAgo(60) },
      is: { since: secondsAgo(60) },
    },
    {
      because: 'of the same phase what this process knows of it',
      status: { phase: 'busy', since: secondsAgo(5), job: 'old' },
      own: { phase: 'busy', since: secondsAgo(60), job: 'new' },
      is: { job: 'new', since: secondsAgo(60) },
    },
    {
      because: 'the earlier moment of being outdated',
      status: { outdatedSince: secondsAgo(9) },
      own: { outdatedSince: secondsAgo(5) },
      is: { outdatedSince: secondsAgo(9) },
    },
    {
      because: 'the one that knows',
      status: { outdatedSince: null },
      own: { outdatedSince: secondsAgo(5) },
      is: { outdatedSince: secondsAgo(5) },
    },
    { because: 'a task that either holds to be the last', status: { lastTask: 9 }, own: { lastTask: null }, is: { lastTask: 9 } },
    { because: 'every question that was asked', status: { asked: [1, 2] }, own: { asked: [2, 3] }, is: { asked: [1, 2, 3] } },
    {
      because: 'the latest question: it made the row active',
      status: { askedAt: secondsAgo(2) },
      own: { askedAt: secondsAgo(30) },
      is: { askedAt: secondsAgo(2) },
    },
    { because: 'the only question', status: { askedAt: null }, own: { askedAt: secondsAgo(30) }, is: { askedAt: secondsAgo(30) } },
    { because: 'that it was ever at work', status: { worked: true }, own: { worked: false }, is: { worked: true } },
  ] as const)('$because', ({ status, own, is }) => {
    expect(merge(status, own)).toMatchObject(is);
  });

  test('each side may know runners that the other does not', () => {
    const { runners } = mergeMemory(fromStatus({ runners: [remembered('a')] }), ofProcess({ runners: [remembered('b')] }), CLOCK, 2_000);
    expect(runners.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('back-off and recent runners', () => {
  const status = fromStatus({
    backoff: [aBackoff('h', { attempts: 3 }), aBackoff('g', { attempts: 1 })],
    recent: [aRecent('a', { at: secondsAgo(5) }), aRecent('b', { at: secondsAgo(50) })],
    oldestWaitingSince: secondsAgo(70),
  });
  const own = { backoff: [aBackoff('h', { attempts: 2 }), aBackoff('g', { attempts: 4 })], recent: [aRecent('c', { at: secondsAgo(20) })] };

  test('are our own as long as we have been answering: a status that lags must not bring back what was cleared', () => {
    expect(mergeMemory(status, ofProcess(own, 59_999), CLOCK, 2_000)).toMatchObject({ ...own, oldestWaitingSince: null });
  });

  test('are both sides’ after a silence: of a key the higher count, of runners the newest first', () => {
    const { backoff, recent, oldestWaitingSince } = mergeMemory(status, ofProcess(own, 60_000), CLOCK, 2_000);
    expect(backoff.map(({ key, attempts }) => [key, attempts])).toEqual([
      ['h', 3],
      ['g', 4],
    ]);
    expect(recent.map(({ name }) => name)).toEqual(['a', 'c', 'b']);
    expect(oldestWaitingSince).toBe(secondsAgo(70));
  });

  test('are the status’ in a new process, which knows nothing of sequences', () => {
    const memory = mergeMemory(status, NEW_PROCESS, CLOCK, 2_000);
    expect(memory).toMatchObject({ backoff: status.backoff, recent: status.recent, oldestWaitingSince: secondsAgo(70) });
    expect([memory.firstSeen, memory.rowGoneSince, memory.rowIdleSince, memory.endSeenAt].map(({ size }) => size)).toEqual([0, 0, 0, 0]);
  });

  test.each([
    { because: 'the status is ahead', status: 9, own: 4, last: 9 },
    { because: 'the status lags', status: 4, own: 9, last: 9 },
  ])('a number that was ever used stays used: $because', ({ status: written, own: known, last }) => {
    expect(mergeMemory(fromStatus({ lastWarmAttempt: written }), ofProcess({ lastWarmAttempt: known }), CLOCK, 2_000).lastWarmAttempt).toBe(
      last,
    );
  });

  test('a new process takes the number of the status', () => {
    expect(mergeMemory(fromStatus({ lastWarmAttempt: 9 }), NEW_PROCESS, CLOCK, 2_000).lastWarmAttempt).toBe(9);
  });
});

const ACCESS = { url: 'https://forgejo.example.org', token: 't', origin: 'a-secret' };

describe('the store', () => {
  function storeAt(): { readonly store: ReturnType<typeof createMemoryStore>; readonly advance: (ms: number) => void } {
    let time = CLOCK;
    const store = createMemoryStore({ now: () => time, sleep: () => Promise.resolve() });
    return { store, advance: (ms) => (time += ms) };
  }

  test('knows nothing of a pool at first, and of one that is over only that', () => {
    const { store } = storeAt();
    expect(store.recall('u').last).toBeNull();
    store.change('u', { access: ACCESS });
    expect(store.recall('u')).toMatchObject({ access: ACCESS, answeredAt: CLOCK });
    store.finish('u');
    expect(store.recall('u')).toMatchObject({ access: null, finalized: true });
  });

  test('keeps what says the same as it was, and one empty list for all pools', () => {
    const { store } = storeAt();
    const memory = (): Memory => aMemory({ runners: [remembered('a'), remembered('b')], podsSeen: new Set(['a']) });
    const lastOf = (uid: string): Memory => store.recall(uid).last ?? aMemory();
    store.change('u', { last: memory() });
    const before = lastOf('u');
    const now = { ...memory(), runners: [remembered('a'), remembered('b', { phase: 'idle' })], lastWarmAttempt: 3 };
    store.change('u', { last: now });
    expect(lastOf('u')).toEqual(now);
    expect(lastOf('u').podsSeen).toBe(before.podsSeen);
    expect(lastOf('u').runners[0]).toBe(before.runners[0]);
    store.change('other', { last: memory() });
    expect(lastOf('other').openTasks).toBe(lastOf('u').openTasks);
  });

  test('holds credentials beside those that it has', () => {
    const { store } = storeAt();
    for (const name of ['a', 'b']) store.hold('u', name, { registration: { id: 1, uuid: name }, tags: tagsOf(name), token: 'secret' });
    expect([...store.recall('u').held.keys()]).toEqual(['a', 'b']);
  });

  test('forgets pools that were not heard of for an hour', () => {
    const { store, advance } = storeAt();
    store.change('old', { access: ACCESS });
    advance(3_600_001);
    store.change('new', { access: ACCESS });
    expect(store.recall('old').access).toBeNull();
    expect(store.recall('new').access).toBe(ACCESS);
  });

  test('runs the calls of one pool one after the other, also after one that failed, and those of others beside them', async () => {
    const { store } = storeAt();
    const seen: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const first = store.exclusive('u', async () => {
      await gate.promise;
      seen.push('first');
      throw new Error('it failed');
    });
    const second = store.exclusive('u', async () => seen.push('second'));
    await store.exclusive('v', async () => seen.push('other'));
    gate.resolve(undefined);
    await expect(first).rejects.toThrow('it failed');
    await second;
    await store.exclusive('u', async () => seen.push('third'));
    expect(seen).toEqual(['other', 'first', 'second', 'third']);
  });
});

test('what a persistent pool wanted lately is known to this process alone', () => {
  const peaks = [{ wanted: 3, lastAt: secondsAgo(5) }];
  expect(mergeMemory(fromStatus(), ofProcess({ peaks }), CLOCK, 2_000).peaks).toEqual(peaks);
  expect(mergeMemory(fromStatus(), NEW_PROCESS, CLOCK, 2_000).peaks).toEqual([]);
});
