import { describe, expect, it } from 'vitest';
import { createBoard, MOST_POOLS, positionOf, revisionOf } from '../../src/ui/board.ts';
import { aJob, aPool, now } from '../pool/support/builders.ts';
import { sync } from './support/service.ts';

const MINUTE_MS = 60_000;

function start() {
  const clock = { at: now };
  const board = createBoard({ now: () => clock.at });
  return { clock, board, keys: () => board.look().entries.map(({ key }) => key) };
}

describe('a pool that is synced', () => {
  it('is shown by namespace and name, in order', () => {
    const { keys, ...parts } = start();
    for (const name of ['b', 'a']) sync(parts, name);
    expect(keys()).toEqual(['ci/a', 'ci/b']);
  });

  it('has changed only when something of it has', () => {
    const { board, clock } = start();
    sync({ board, clock }, 'a');
    const first = board.look();
    clock.at += 2000;
    sync({ board, clock }, 'a');
    const second = board.look();
    expect(second.revision).toBe(first.revision);
    expect(second.entries[0]).toMatchObject({ syncedAt: clock.at, changedAt: first.entries[0]?.changedAt });
    sync({ board, clock }, 'a', { jobs: [aJob(1)] });
    const third = board.look();
    expect(third.revision).toBeGreaterThan(second.revision);
    expect(third.entries[0]?.changedAt).toBe(third.revision);
    expect(third.listedAt).toBe(first.listedAt);
  });
});

describe('a pool that is not synced any more', () => {
  it.each([
    { minutes: 9, stale: [false], because: 'the longest poll interval is five minutes' },
    { minutes: 10, stale: [true], because: 'it is called elsewhere, or not at all' },
    { minutes: 59, stale: [true], because: 'what was last seen may still help' },
    { minutes: 60, stale: [], because: 'it is gone' },
  ])('after $minutes minutes: $stale, for $because', ({ minutes, stale }) => {
    const { board, clock } = start();
    sync({ board, clock }, 'a');
    const { revision } = board.look();
    clock.at += minutes * MINUTE_MS;
    const look = board.look();
    expect(look.entries.map((entry) => entry.stale)).toEqual(stale);
    expect(look.revision > revision).toBe(minutes >= 10);
  });

  it('is not stale any more with its next sync', () => {
    const { board, clock } = start();
    sync({ board, clock }, 'a');
    clock.at += 20 * MINUTE_MS;
    const { revision } = board.look();
    sync({ board, clock }, 'a');
    expect(board.look()).toMatchObject({ revision: revision + 1, entries: [{ stale: false }] });
  });
});

describe('a pool that has ended', () => {
  it('is gone at once', () => {
    const { board, clock, keys } = start();
    sync({ board, clock }, 'a');
    sync({ board, clock }, 'b');
    const { revision } = board.look();
    board.observer.ended(aPool({ name: 'a', uid: 'uid-of-a' }));
    expect(keys()).toEqual(['ci/b']);
    expect(board.look().listedAt).toBeGreaterThan(revision);
  });

  it('takes no pool with it that has its name by now', () => {
    const { board, clock, keys } = start();
    sync({ board, clock }, 'a', { pool: { uid: 'the-new-one' } });
    board.observer.ended(aPool({ name: 'a', uid: 'the-old-one' }));
    expect(keys()).toEqual(['ci/a']);
  });

  it('gives its place to one of the same name: nothing of it is kept', () => {
    const { board, clock } = start();
    sync({ board, clock }, 'a', { spec: { mode: 'Persistent' } });
    const view = { pool: aPool({ name: 'a', uid: 'the-new-one' }), status: {}, decided: null, at: clock.at };
    board.observer.synced(view);
    expect(board.look().entries).toMatchObject([{ uid: 'the-new-one', seen: { spec: null } }]);
  });
});

it('more pools than a page can bear are only counted', () => {
  const { board, clock } = start();
  const parts = { board, clock };
  for (let index = 0; index < MOST_POOLS + 3; index += 1) sync(parts, `pool-${String(index).padStart(4, '0')}`);
  const { entries, more } = board.look();
  expect([entries.length, more, entries.at(-1)?.key]).toEqual([MOST_POOLS, 3, 'ci/pool-0999']);
});

describe('a position', () => {
  it('is understood by the board that gave it, and by no other', () => {
    const [one, other] = [start(), start()];
    sync(one, 'a');
    const look = one.board.look();
    expect(revisionOf(positionOf(look), look)).toBe(look.revision);
    expect(revisionOf(positionOf(look), other.board.look())).toBe(-1);
  });

  it.each([undefined, '', 'x', '.1', '.'])('%j is before everything', (position) => {
    expect(revisionOf(position, { board: 'b' })).toBe(-1);
  });
});
