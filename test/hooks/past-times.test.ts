import { describe, expect, it } from 'vitest';
import { withoutFuture } from '../../src/hooks/past-times.ts';
import { aMemory, now, remembered, secondsAgo, secondsAhead } from '../pool/support/builders.ts';

describe('times that were taken by another clock', () => {
  it('are put to now, so that the next list is later than what was seen', () => {
    const ahead = secondsAhead(600);
    const memory = withoutFuture(
      aMemory({
        runners: [remembered('a', { since: ahead, askedAt: ahead, outdatedSince: null })],
        endSeenAt: new Map([['a', ahead]]),
        firstSeen: new Map([['handle', ahead]]),
        oldestWaitingSince: ahead,
      }),
      now,
    );
    expect(memory.runners[0]).toMatchObject({ since: now, askedAt: now, outdatedSince: null });
    expect([...memory.endSeenAt.values(), ...memory.firstSeen.values(), memory.oldestWaitingSince]).toEqual([now, now, now]);
  });

  it.each([
    { part: { runners: [remembered('a', { lostSince: secondsAhead(600) })] }, because: 'a runner has one' },
    { part: { openTasks: new Map([[7, secondsAhead(600)]]) }, because: 'a task has one' },
    { part: { peaks: [{ wanted: 1, lastAt: secondsAhead(600) }] }, because: 'a peak has one' },
  ])('are all looked at: $because', ({ part }) => {
    const memory = aMemory(part);
    expect(withoutFuture(memory, now)).not.toEqual(memory);
  });

  it('are left as they are, and nothing is copied, when none lies ahead', () => {
    const memory = aMemory({ runners: [remembered('a')], firstSeen: new Map([['handle', secondsAgo(5)]]) });
    expect(withoutFuture(memory, now)).toBe(memory);
  });

  it('stay when they are past, or ahead by less than a clock of whole seconds goes back', () => {
    const memory = aMemory({
      runners: [remembered('a', { since: secondsAhead(1), askedAt: secondsAgo(5) })],
      endSeenAt: new Map([['a', secondsAhead(2)]]),
    });
    expect(withoutFuture(memory, now)).toEqual(memory);
  });
});
