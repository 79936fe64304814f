import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsAt, windowOfMaximum } from '../../src/pool/schedule.ts';
import { aSpec } from './support/builders.ts';

type Schedule = ReturnType<typeof aSpec>['schedules'][number];

/** Every weekday from 8 to 18 h: 5 to 20 runners. */
function aWindow(changes: Partial<Schedule> = {}): Schedule {
  return { name: 'day', timeZone: 'UTC', start: '0 8 * * MON-FRI', duration: '10h', minRunners: 5, maxRunners: 20, ...changes };
}

function limits(schedules: readonly Schedule[], at: string, pool: { readonly minRunners?: number; readonly maxRunners?: number } = {}) {
  return limitsAt(aSpec({ minRunners: 1, maxRunners: 10, ...pool, schedules }), Date.parse(at));
}

/** When the window is open, minute by minute, as `start/end` in UTC; found without looking at `nextChangeAt`. */
function openTimes(schedule: Schedule, from: string, until: string): readonly string[] {
  const spec = aSpec({ schedules: [schedule] });
  const times: string[] = [];
  let opened: string | null = null;
  for (let at = Date.parse(from); at <= Date.parse(until); at += 60_000) {
    const isOpen = limitsAt(spec, at).open.length > 0;
    const minute = new Date(at).toISOString().slice(0, 16);
    if (isOpen) opened ??= minute;
    if (isOpen || opened === null) continue;
    times.push(`${opened}/${minute}`);
    opened = null;
  }
  return times;
}

describe('the limits of a pool', () => {
  const base = { minRunners: 1, maxRunners: 10 };
  const quiet = aWindow({ name: 'quiet', start: '0 12 * * *', duration: '1h', minRunners: 0, maxRunners: 3 });
  const { minRunners: _minimum, ...onlyMaximum } = quiet;
  const { maxRunners: _maximum, ...onlyMinimum } = aWindow({ name: 'lunch', start: '0 12 * * *', duration: '1h', minRunners: 7 });

  test.each([
    { because: 'no window at all', schedules: [], at: '2026-11-25T12:00:00Z', is: { ...base, open: [] } },
    { because: 'a moment before the start', schedules: [aWindow()], at: '2026-11-25T07:59:59.999Z', is: { ...base, open: [] } },
    {
      because: 'the start itself belongs to the window',
      schedules: [aWindow()],
      at: '2026-11-25T08:00:00Z',
      is: { minRunners: 5, maxRunners: 20, open: ['day'] },
    },
    {
      because: 'a moment before the end',
      schedules: [aWindow()],
      at: '2026-11-25T17:59:59.999Z',
      is: { minRunners: 5, maxRunners: 20, open: ['day'] },
    },
    { because: 'the end does not', schedules: [aWindow()], at: '2026-11-25T18:00:00Z', is: { ...base, open: [] } },
    { because: 'another day of the week', schedules: [aWindow()], at: '2026-11-28T12:00:00Z', is: { ...base, open: [] } },
    {
      because: 'the last in the list that is open wins',
      schedules: [aWindow(), quiet],
      at: '2026-11-25T12:30:00Z',
      is: { minRunners: 0, maxRunners: 3, open: ['day', 'quiet'] },
    },
    {
      because: 'the order of the list decides, not that of the starts',
      schedules: [quiet, aWindow()],
      at: '2026-11-25T12:30:00Z',
      is: { minRunners: 5, maxRunners: 20, open: ['quiet', 'day'] },
    },
    {
      because: 'each limit is that of the last window that sets it',
      schedules: [aWindow(), onlyMinimum],
      at: '2026-11-25T12:30:00Z',
      is: { minRunners: 7, maxRunners: 20, open: ['day', 'lunch'] },
    },
    {
      because: 'what no window sets is the pool’s',
      schedules: [onlyMinimum],
      at: '2026-11-25T12:30:00Z',
      is: { minRunners: 7, maxRunners: 10, open: ['lunch'] },
    },
    {
      because: 'the maximum bounds a minimum of another window',
      schedules: [onlyMinimum, onlyMaximum],
      at: '2026-11-25T12:30:00Z',
      is: { minRunners: 3, maxRunners: 3, open: ['lunch', 'quiet'] },
    },
    {
      because: 'a window over midnight is open in the morning',
      schedules: [aWindow({ name: 'night', start: '0 22 * * *', duration: '9h' })],
      at: '2026-11-25T06:59:00Z',
      is: { minRunners: 5, maxRunners: 20, open: ['night'] },
    },
    {
      because: 'a window longer than the time between its starts is always open',
      schedules: [aWindow({ name: 'always', start: '0 8 * * *', duration: '25h' })],
      at: '2026-11-25T07:59:00Z',
      is: { minRunners: 5, maxRunners: 20, open: ['always'] },
    },
    {
      because: 'a start that comes every four years',
      schedules: [aWindow({ name: 'leap', start: '0 8 29 2 *', duration: '8784h' })],
      at: '2029-02-27T12:00:00Z',
      is: { minRunners: 5, maxRunners: 20, open: ['leap'] },
    },
  ])('$because', ({ schedules, at, is }) => {
    expect(limits(schedules, at)).toMatchObject(is);
  });

  test('the window that sets the maximum is known by name', () => {
    const spec = aSpec({ schedules: [aWindow(), quiet, onlyMinimum] });
    const named = (at: string): string | null => windowOfMaximum(spec, limitsAt(spec, Date.parse(at)));
    expect(['2026-11-25T07:00:00Z', '2026-11-25T09:00:00Z', '2026-11-25T12:30:00Z'].map(named)).toEqual([null, 'day', 'quiet']);
  });
});

describe('the next change', () => {
  test.each([
    { because: 'nothing is scheduled', schedules: [], at: '2026-11-25T12:00:00Z', next: null },
    { because: 'the end of an open window', schedules: [aWindow()], at: '2026-11-25T12:00:00Z', next: '2026-11-25T18:00:00.000Z' },
    {
      because: 'after its last minute the next start',
      schedules: [aWindow()],
      at: '2026-11-27T18:00:00Z',
      next: '2026-11-30T08:00:00.000Z',
    },
    { because: 'a millisecond before the start', schedules: [aWindow()], at: '2026-11-25T07:59:59.999Z', next: '2026-11-25T08:00:00.000Z' },
    {
      because: 'the earliest of all windows',
      schedules: [aWindow(), aWindow({ name: 'lunch', start: '30 12 * * *', duration: '30m' })],
      at: '2026-11-25T12:00:00Z',
      next: '2026-11-25T12:30:00.000Z',
    },
    {
      because: 'a start within an open window is none, but looking sooner does no harm',
      schedules: [aWindow({ start: '0 * * * *', duration: '90m' })],
      at: '2026-11-25T12:10:00Z',
      next: '2026-11-25T13:30:00.000Z',
    },
  ])('$because', ({ schedules, at, next }) => {
    const { nextChangeAt } = limits(schedules, at);
    expect(nextChangeAt === null ? null : new Date(nextChangeAt).toISOString()).toBe(next);
  });

  test('is never missed: between now and then the limits stay as they are', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const start = fc.constantFrom('0 8 * * MON-FRI', '30 2 * * *', '15 1,2,3 * * *', '*/20 * * * *', '45 1 * * SUN', '0 */7 * * *');
    const window = fc.record({ timeZone: zone, start, duration: fc.constantFrom('1m', '19m', '45m', '3h', '26h') });
    const changesOfClocks = fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01');
    const moment = fc.tuple(changesOfClocks, fc.integer({ min: -36 * 3600, max: 36 * 3600 }));
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), moment, ([...windows], [day, seconds]) => {
        const spec = aSpec({ schedules: windows.map((each, index) => aWindow({ ...each, name: `w${index}`, maxRunners: 10 + index })) });
        const at = Date.parse(`${day}T00:00:00Z`) + seconds * 1000;
        const { nextChangeAt, ...now } = limitsAt(spec, at);
        const until = nextChangeAt ?? at;
        expect(until).toBeGreaterThan(at);
        for (const between of [0.2, 0.5, 0.9].map((part) => at + Math.floor((until - at - 1) * part)).concat(until - 1)) {
          const { nextChangeAt: later, ...then } = limitsAt(spec, between);
          expect(then).toEqual(now);
          expect(later).toBeGreaterThanOrEqual(until);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('when the clocks change', () => {
  test.each([
    {
      because: 'Berlin, spring: 2:30 does not exist, and the window opens at 3:00',
      window: { timeZone: 'Europe/Berlin', start: '30 2 * * *', duration: '1h' },
      from: '2026-03-28T12:00Z',
      until: '2026-03-30T12:00Z',
      open: ['2026-03-29T01:00/2026-03-29T02:00', '2026-03-30T00:30/2026-03-30T01:30'],
    },
    {
      because: 'Berlin, autumn: 2:30 comes twice, and the window opens at the first',
      window: { timeZone: 'Europe/Berlin', start: '30 2 * * *', duration: '30m' },
      from: '2026-10-24T12:00Z',
      until: '2026-10-26T12:00Z',
      open: ['2026-10-25T00:30/2026-10-25T01:00', '2026-10-26T01:30/2026-10-26T02:00'],
    },
    {
      because: 'Berlin, spring: a night of ten hours lasts ten hours',
      window: { timeZone: 'Europe/Berlin', start: '0 22 * * *', duration: '10h' },
      from: '2026-03-28T12:00Z',
      until: '2026-03-30T12:00Z',
      open: ['2026-03-28T21:00/2026-03-29T07:00', '2026-03-29T20:00/2026-03-30T06:00'],
    },
    {
      because: 'Berlin, autumn: and so it does',
      window: { timeZone: 'Europe/Berlin', start: '0 22 * * *', duration: '10h' },
      from: '2026-10-24T12:00Z',
      until: '2026-10-26T12:00Z',
      open: ['2026-10-24T20:00/2026-10-25T06:00', '2026-10-25T21:00/2026-10-26T07:00'],
    },
    {
      because: 'a list of hours is fixed too: the one in the gap opens at its end',
      window: { timeZone: 'Europe/Berlin', start: '30 2,14 * * *', duration: '10m' },
      from: '2026-03-29T00:00Z',
      until: '2026-03-29T23:00Z',
      open: ['2026-03-29T01:00/2026-03-29T01:10', '2026-03-29T12:30/2026-03-29T12:40'],
    },
    {
      because: 'what follows the clock opens at every half hour that there is',
      window: { timeZone: 'Europe/Berlin', start: '*/30 * * * *', duration: '10m' },
      from: '2026-10-25T00:15Z',
      until: '2026-10-25T02:15Z',
      open: [
        '2026-10-25T00:30/2026-10-25T00:40',
        '2026-10-25T01:00/2026-10-25T01:10',
        '2026-10-25T01:30/2026-10-25T01:40',
        '2026-10-25T02:00/2026-10-25T02:10',
      ],
    },
    {
      because: 'New York, spring',
      window: { timeZone: 'America/New_York', start: '30 2 * * *', duration: '1h' },
      from: '2026-03-07T12:00Z',
      until: '2026-03-09T12:00Z',
      open: ['2026-03-08T07:00/2026-03-08T08:00', '2026-03-09T06:30/2026-03-09T07:30'],
    },
    {
      because: 'New York, autumn',
      window: { timeZone: 'America/New_York', start: '30 1 * * *', duration: '1h' },
      from: '2026-10-31T12:00Z',
      until: '2026-11-02T12:00Z',
      open: ['2026-11-01T05:30/2026-11-01T06:30', '2026-11-02T06:30/2026-11-02T07:30'],
    },
    {
      because: 'Lord Howe, spring: the clocks go half an hour forward, from 2:00 to 2:30',
      window: { timeZone: 'Australia/Lord_Howe', start: '15 2 * * *', duration: '1h' },
      from: '2026-10-03T00:00Z',
      until: '2026-10-05T00:00Z',
      open: ['2026-10-03T15:30/2026-10-03T16:30', '2026-10-04T15:15/2026-10-04T16:15'],
    },
    {
      because: 'Lord Howe, autumn: 1:45 comes twice, half an hour apart',
      window: { timeZone: 'Australia/Lord_Howe', start: '45 1 * * *', duration: '20m' },
      from: '2026-04-04T00:00Z',
      until: '2026-04-06T00:00Z',
      open: ['2026-04-04T14:45/2026-04-04T15:05', '2026-04-05T15:15/2026-04-05T15:35'],
    },
    {
      because: 'Kolkata has one clock all year, half an hour off',
      window: { timeZone: 'Asia/Kolkata', start: '0 8 * * *', duration: '2h' },
      from: '2026-03-29T00:00Z',
      until: '2026-03-30T12:00Z',
      open: ['2026-03-29T02:30/2026-03-29T04:30', '2026-03-30T02:30/2026-03-30T04:30'],
    },
  ])('$because', ({ window, from, until, open }) => {
    expect(openTimes(aWindow(window), from.replace('Z', ':00Z'), until.replace('Z', ':00Z'))).toEqual(open);
  });
});

test('sixteen windows that start every minute, a year long each, cost a sync next to nothing', () => {
  const schedules = Array.from({ length: 16 }, (_, index) =>
    aWindow({ name: `w${index}`, start: '* * * * *', timeZone: 'Europe/Berlin', duration: '8784h' }),
  );
  const spec = aSpec({ schedules });
  const began = performance.now();
  for (let second = 0; second < 600; second += 1) limitsAt(spec, Date.parse('2026-11-25T12:00:00Z') + second * 1000);
  expect((performance.now() - began) / 600).toBeLessThan(5);
});
