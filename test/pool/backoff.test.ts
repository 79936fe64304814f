import { describe, expect, test } from 'vitest';
import {
  forgetOld,
  isBackingOff,
  type Mishap,
  poolAllows,
  recordMishaps,
  recordRegistrations,
  retryFreed,
  spendTry,
  withoutRefusals,
} from '../../src/pool/backoff.ts';
import type { ForgejoFailure, ForgejoFailureKind } from '../../src/pool/failure.ts';
import type { BackoffEntry, NewRunner, Outcome } from '../../src/pool/model.ts';
import { aBackoff, aJob, aMemory, aRunningJob, now, SPEC_HASH, secondsAgo, secondsAhead } from './support/builders.ts';

const HANDLE_KEY = 'handle-1';

function newRunner(runner: string): NewRunner {
  return { runner, handle: HANDLE_KEY, repositoryId: 17, job: 'build', attempt: 1, specHash: SPEC_HASH };
}

function mishap(kind: Mishap['kind'], changes: Partial<Mishap> = {}): Mishap {
  return { kind, runner: 'a', key: HANDLE_KEY, attempt: 1, ...changes };
}

describe('a job that is held back', () => {
  const job = aJob(5, { handle: 'held' });
  const entry = aBackoff('held', { heldBack: true, until: secondsAhead(200) });
  const task = aRunningJob(1, 7, { repositoryId: job.repositoryId });
  const before = new Map([[7, job.repositoryId]]);
  test.each([
    { because: 'a running job of its repository has ended', entries: [entry], jobs: [job], before, until: now },
    { because: 'that job still runs', entries: [entry], jobs: [job, task], before, until: secondsAhead(200) },
    {
      because: 'the job that ended was another repository’s',
      entries: [entry],
      jobs: [job],
      before: new Map([[7, 4711]]),
      until: secondsAhead(200),
    },
    { because: 'nothing ran before', entries: [entry], jobs: [job], before: new Map(), until: secondsAhead(200) },
    {
      because: 'its runner did not start: nobody held it back',
      entries: [{ ...entry, heldBack: false }],
      jobs: [job],
      before,
      until: secondsAhead(200),
    },
    { because: 'it is due already', entries: [{ ...entry, until: secondsAgo(3) }], jobs: [job], before, until: secondsAgo(3) },
    { because: 'a new process sees that nothing can hold it', entries: [entry], jobs: [job], before: null, until: now },
    {
      because: 'a new process sees a job that may hold it, and will see its end',
      entries: [entry],
      jobs: [job, task],
      before: null,
      until: secondsAhead(200),
    },
    {
      because: 'a new process leaves alone what nobody held back',
      entries: [{ ...entry, heldBack: false }],
      jobs: [job],
      before: null,
      until: secondsAhead(200),
    },
    {
      because: 'the second try was in vain: its time of 10 s is short anyway',
      entries: [{ ...entry, attempts: 2, failures: 2, until: secondsAhead(9) }],
      jobs: [job],
      before,
      until: now,
    },
    {
      because: 'the seventh try was in vain 1 s ago, and jobs may end each second',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(299) }],
      jobs: [job],
      before,
      until: secondsAhead(9),
    },
    {
      because: 'the seventh try was in vain 10 s ago',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(290) }],
      jobs: [job],
      before,
      until: now,
    },
    {
      because: 'it was put forward once: a second end does not put it forward again',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(9) }],
      jobs: [job],
      before,
      until: secondsAhead(9),
    },
    {
      because: 'an older one of its repository waits too, and is more likely to be free',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(299) }, aBackoff('older', { heldBack: true, until: now })],
      jobs: [job, aJob(4, { handle: 'older' })],
      before,
      until: secondsAhead(29),
    },
    {
      because: 'an older one of another repository waits too',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(299) }, aBackoff('older', { heldBack: true, until: now })],
      jobs: [job, aJob(4, { handle: 'older', repositoryId: 4711 })],
      before,
      until: secondsAhead(9),
    },
    {
      because: 'an older one of its repository waits for its first runner',
      entries: [{ ...entry, attempts: 7, failures: 7, until: secondsAhead(299) }],
      jobs: [job, aJob(4, { handle: 'older' })],
      before,
      until: secondsAhead(9),
    },
  ])('$because', ({ entries, jobs, before: running, until }) => {
    expect(retryFreed(entries, jobs, running, now)[0]).toMatchObject({ key: 'held', until });
  });
});

test('a job that waits for a group in a busy repository is tried no more than six times a minute', () => {
  const tries: number[] = [];
  let entries = recordMishaps([], [mishap('noTask', { runner: 'r0' })], false, now);
  for (let second = 1; second <= 600; second += 1) {
    const at = secondsAhead(second);
    // One job of its repository ends each second.
    entries = retryFreed(entries, [aJob(1)], new Map([[second, 17]]), at);
    if (isBackingOff({ backoff: entries }, HANDLE_KEY, at)) continue;
    tries.push(second);
    entries = recordMishaps(entries, [mishap('noTask', { runner: `r${second}` })], false, at);
  }
  expect(tries.slice(0, 5)).toEqual([1, 2, 12, 22, 32]);
  expect(tries.length).toBeLessThanOrEqual(62);
});

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
    expect(after).toEqual([
      {
        key: HANDLE_KEY,
        attempts: before + 1,
        failures: kind === 'disrupted' ? before : before + 1,
        until: secondsAhead(seconds),
        heldBack: kind === 'noTask',
        lastRunner: 'a',
      },
    ]);
  });

  test('drains use attempts up, and make no later failure wait for longer', () => {
    const drained = [1, 2, 3].reduce<readonly BackoffEntry[]>(
      (entries, attempt) => recordMishaps(entries, [mishap('disrupted', { runner: `r${attempt}`, attempt })], true, now),
      [],
    );
    const [entry] = recordMishaps(drained, [mishap('noTask', { runner: 'r4', attempt: 4 })], true, now);
    expect(entry).toMatchObject({ attempts: 4, failures: 1, until: secondsAhead(5) });
  });

  test('ten warm runners that fail together are one step', () => {
    const ten = Array.from({ length: 10 }, (_, index) => mishap('failedStart', { key: 'warm', runner: `r${index}` }));
    expect(recordMishaps([], ten, true, now)).toMatchObject([{ key: 'warm', failures: 1, until: secondsAhead(10) }]);
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

describe('the back-off of a pool whose registrations Forgejo refuses', () => {
  const at = { method: 'POST', path: '/api/v1/orgs/acme/actions/runners' } as const;
  const effect = { kind: 'register', tags: newRunner('b'), description: 'd', ephemeral: true } as const;
  const refused = (failure: ForgejoFailure): Outcome => ({ kind: 'failed', effect, failure, ambiguous: false });
  const forbidden = refused({ ...at, kind: 'forbidden', because: 'notOrganizationOwner' });
  const registered: Outcome = { kind: 'registered', effect, registration: { id: 5, uuid: 'uuid-of-5' }, issuedAt: now };
  const held = (changes: Partial<BackoffEntry> = {}): BackoffEntry => aBackoff('register', changes);
  const begun = [{ key: 'register', attempts: 1, failures: 1, until: secondsAhead(10), heldBack: false, lastRunner: 'b' }];

  const failures = {
    unauthorized: { failure: { ...at, kind: 'unauthorized' }, holds: true },
    scopeTooNarrow: { failure: { ...at, kind: 'scopeTooNarrow', required: ['write:organization'] }, holds: true },
    forbidden: { failure: { ...at, kind: 'forbidden', because: 'publicOnly' }, holds: true },
    notFound: { failure: { ...at, kind: 'notFound', what: 'organization' }, holds: true },
    notOurs: { failure: { ...at, kind: 'notOurs' }, holds: true },
    moved: { failure: { ...at, kind: 'moved', location: '/api/v1/orgs/new' }, holds: true },
    rejected: { failure: { ...at, kind: 'rejected', status: 422 }, holds: true },
    addressRefused: { failure: { ...at, kind: 'addressRefused', host: '169.254.169.254' }, holds: true },
    throttled: { failure: { ...at, kind: 'throttled', retryAfterSeconds: 9 }, holds: false },
    serverError: { failure: { ...at, kind: 'serverError', status: 502 }, holds: false },
    timeout: { failure: { ...at, kind: 'timeout', afterMs: 4000 }, holds: false },
    unreachable: { failure: { ...at, kind: 'unreachable', code: 'ECONNRESET' }, holds: false },
    nonsense: { failure: { ...at, kind: 'nonsense', problem: 'id' }, holds: false },
  } as const satisfies { readonly [K in ForgejoFailureKind]: { readonly failure: ForgejoFailure & { kind: K }; readonly holds: boolean } };

  test.each(Object.values(failures))('$failure.kind: the next one would fare alike: $holds', ({ failure, holds }) => {
    expect(recordRegistrations([], [refused(failure)], now)).toEqual(holds ? begun : []);
  });

  test.each([
    { because: 'refused for the first time: 10 s', before: 0, seconds: 10 },
    { because: 'twice', before: 1, seconds: 20 },
    { because: 'the fifth time', before: 4, seconds: 160 },
    { because: 'the sixth time is capped', before: 5, seconds: 300 },
    { because: 'a number from a foreign status does not overflow', before: 5000, seconds: 300 },
  ])('lasts $seconds s: $because', ({ before, seconds }) => {
    const entries = before === 0 ? [] : [held({ attempts: before, until: now })];
    expect(recordRegistrations(entries, [forbidden], now)).toEqual([
      { key: 'register', attempts: before + 1, failures: before + 1, until: secondsAhead(seconds), heldBack: false, lastRunner: 'b' },
    ]);
  });

  const other = aBackoff('handle-1');
  const last = aBackoff('warm');
  test.each<{ because: string; before: readonly BackoffEntry[]; outcomes: readonly Outcome[]; after: readonly BackoffEntry[] }>([
    { because: 'nothing was tried', before: [held(), other], outcomes: [], after: [held(), other] },
    { because: 'ten refusals of one answer are one', before: [], outcomes: Array.from({ length: 10 }, () => forbidden), after: begun },
    { because: 'one that succeeds ends it', before: [other, held()], outcomes: [registered], after: [other] },
    {
      because: 'one that succeeds beside one that is refused shows that the token is good',
      before: [held()],
      outcomes: [forbidden, registered],
      after: [],
    },
    { because: 'others wait as before, in order', before: [last, other], outcomes: [forbidden], after: [other, ...begun, last] },
    { because: 'one that was put off tells nothing', before: [held()], outcomes: [{ kind: 'deferred', effect }], after: [held()] },
    {
      because: 'one whose answer got lost tells nothing',
      before: [held()],
      outcomes: [{ kind: 'failed', effect, failure: failures.timeout.failure, ambiguous: true }],
      after: [held()],
    },
    {
      because: 'a refused deletion is no refused registration',
      before: [],
      outcomes: [
        {
          kind: 'failed',
          effect: { kind: 'deregister', runner: 'a', registration: { id: 4, uuid: 'u' }, whenStatus: ['offline'] },
          failure: { kind: 'forbidden', because: 'other', method: 'DELETE', path: '/api/v1/orgs/acme/actions/runners/4' },
          ambiguous: false,
        },
      ],
      after: [],
    },
    {
      because: 'a question that was refused says nothing of the token',
      before: [],
      outcomes: [
        {
          kind: 'failed',
          effect: { kind: 'ask', runner: 'a', registration: { id: 4, uuid: 'u' }, taskId: 7 },
          failure: failures.unauthorized.failure,
          ambiguous: false,
        },
      ],
      after: [],
    },
  ])('$because', ({ before, outcomes, after }) => {
    expect(recordRegistrations(before, outcomes, now)).toEqual(after);
  });

  test.each([
    { because: 'its time is not over', backoff: [held({ until: now + 1 })], allowed: 0 },
    { because: 'its time is over: one try', backoff: [held({ until: now })], allowed: 1 },
    { because: 'it has been refused for long: one try all the same', backoff: [held({ until: secondsAgo(300), attempts: 9 })], allowed: 1 },
    { because: 'nothing is refused', backoff: [], allowed: Number.POSITIVE_INFINITY },
    {
      because: 'its time is over, but the pool is braked',
      backoff: [held({ until: now }), aBackoff('pool', { attempts: 5, until: secondsAhead(30) })],
      allowed: 0,
    },
    {
      because: 'the brake allows a try, but its time is not over',
      backoff: [held({ until: secondsAhead(30) }), aBackoff('pool', { attempts: 5, until: now })],
      allowed: 0,
    },
    {
      because: 'both allow one try: one',
      backoff: [held({ until: now }), aBackoff('pool', { attempts: 5, until: now })],
      allowed: 1,
    },
  ])('allows $allowed at once: $because', ({ backoff, allowed }) => {
    expect(poolAllows({ backoff }, now)).toBe(allowed);
  });

  test('is not spent like the brake: how a try ends shows in the same answer', () => {
    expect(spendTry([held({ until: now })], 1, now)).toEqual([held({ until: now })]);
  });

  test('has nothing to do with what runners do', () => {
    const entries = [held()];
    expect(recordMishaps(entries, [mishap('noTask')], true, now)).toContainEqual(held());
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
    { because: 'the same for refused registrations', entry: aBackoff('register', { until: secondsAgo(599) }), kept: true },
    { because: 'and after ten minutes as well', entry: aBackoff('register', { until: secondsAgo(600) }), kept: false },
  ])('$because', ({ entry, kept }) => {
    expect(forgetOld([entry], new Set(['handle-1']), now)).toEqual(kept ? [entry] : []);
  });
});

test('what was refused to one token does not hold back the next', () => {
  const others = [aBackoff('handle-1'), aBackoff('pool'), aBackoff('warm')];
  expect(withoutRefusals([...others, aBackoff('register')])).toEqual(others);
});
