import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOwnership, ownRegistrations, readOwnership } from '../../src/pool/ownership.ts';
import { HANDLE, POOL_UID, rowOf, tagsOf } from './support/builders.ts';

const TEXT = `forgejo-runner-operator pool=${POOL_UID} handle=${HANDLE} attempt=2 created=2026-11-25T12:00:00.250Z`;
const OWNERSHIP = { poolUid: POOL_UID, handle: HANDLE, attempt: 2, createdAt: Date.UTC(2026, 10, 25, 12, 0, 0, 250) };

describe('the description of a registration', () => {
  it('names the pool, the handle, the attempt and the time', () => {
    expect(describeOwnership(OWNERSHIP)).toBe(TEXT);
    expect(describeOwnership({ ...OWNERSHIP, handle: null })).toContain(' handle=- ');
  });

  it('reads back as what was written', () => {
    const ownership = fc.record({
      poolUid: fc.uuid(),
      handle: fc.option(fc.uuid()),
      attempt: fc.nat(),
      createdAt: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.getTime()),
    });
    fc.assert(
      fc.property(ownership, (written) => {
        expect(readOwnership(describeOwnership(written))).toEqual(written);
      }),
    );
  });

  it.each([
    ['empty', ''],
    ['a person’s', 'runner of the build team'],
    ['cut short', TEXT.slice(0, -30)],
    ['followed by more', `${TEXT} and more`],
    ['preceded by more', `old ${TEXT}`],
    ['without an attempt', TEXT.replace('attempt=2', 'attempt=')],
    ['with a time that is none', TEXT.replace('2026-11-25T12:00:00.250Z', 'yesterday')],
    ['longer than a uid can be', TEXT.replace(POOL_UID, 'x'.repeat(65))],
    ['longer than a handle can be', TEXT.replace(HANDLE, 'x'.repeat(65))],
    ['on two lines', TEXT.replace(' attempt', '\nattempt')],
  ])('is nobody’s when it is %s', (_, description) => {
    expect(readOwnership(description)).toBeNull();
  });

  it('never makes reading it fail', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readOwnership(text)).toBeNull();
      }),
    );
  });
});

describe('the registrations of a pool', () => {
  it('are those that name its uid, in the order of the list', () => {
    const mine = rowOf(tagsOf('mine'));
    const warm = rowOf(tagsOf('warm', { handle: null, attempt: 7 }));
    const other = rowOf(tagsOf('other'), { ownership: { ...OWNERSHIP, poolUid: `${POOL_UID}0` } });
    const person = rowOf(tagsOf('person'), { ownership: null });
    const found = ownRegistrations([warm, other, person, mine], POOL_UID);
    expect(found.map(({ name, ownership }) => [name, ownership.handle, ownership.attempt])).toEqual([
      ['warm', null, 7],
      ['mine', HANDLE, 1],
    ]);
  });
});
