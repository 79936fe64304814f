import { describe, expect, it } from 'vitest';
import { decodeMemory } from '../../src/hooks/decode-status.ts';

const T = '2026-11-24T23:09:13.250Z';
const AT = Date.parse(T);
const unknown = {
  outdatedSince: null,
  handle: null,
  job: null,
  repositoryId: null,
  reason: null,
  sinceTask: null,
  lastTask: null,
  task: null,
  askedAt: null,
  lostTasks: [],
  lostSince: null,
  cause: null,
};
const runner = { name: 'r', phase: 'busy', since: T };
const backoff = { key: 'warm', attempts: 2, failures: 2, until: T, heldBack: true, lastRunner: 'r' };
const recent = { name: 'r', reason: 'Completed', message: 'done', at: T, attempt: 1 };

describe('what the status remembers', () => {
  it('is nothing for a new pool', () => {
    expect(decodeMemory({})).toEqual({ runners: [], backoff: [], recent: [], lastWarmAttempt: 0, oldestWaitingSince: null });
  });

  it('is read back in full', () => {
    const cause = { reason: 'OOMKilled', message: 'OOMKilled, limit 2Gi', exitCode: 137 };
    const known = {
      handle: 'h',
      job: 'build',
      repositoryId: 7,
      reason: 'OOMKilled',
      sinceTask: 5,
      lastTask: 9,
      task: 8,
      lostTasks: [7],
      cause,
    };
    const status = {
      runners: [{ ...runner, ...known, outdatedSince: T, asked: [3, 4], askedAt: T, lostSince: T, worked: true }],
      backoff: [backoff],
      recentRunners: [{ ...recent, job: 'build', handle: 'h', exitCode: 0, repositoryId: 7 }],
      lastWarmAttempt: 12,
      queue: { waiting: 1, running: 0, oldestWaitingSince: T },
    };
    expect(decodeMemory(status)).toEqual({
      runners: [{ ...runner, ...known, since: AT, outdatedSince: AT, asked: [3, 4], askedAt: AT, lostSince: AT, worked: true }],
      backoff: [{ ...backoff, until: AT }],
      recent: [{ ...recent, at: AT, job: 'build', handle: 'h', exitCode: 0, repositoryId: 7 }],
      lastWarmAttempt: 12,
      oldestWaitingSince: AT,
    });
  });

  it('reads what is not written as unknown', () => {
    const { runners, recent: ended } = decodeMemory({ runners: [runner], recentRunners: [{ ...recent, message: undefined }] });
    expect(runners).toEqual([{ ...runner, ...unknown, since: AT, asked: [], worked: false }]);
    expect(ended).toEqual([{ ...recent, message: '', at: AT, job: null, handle: null, exitCode: null, repositoryId: null }]);
  });

  it.each([
    { cause: { reason: 'Killed', message: 'killed (SIGKILL)' }, is: { reason: 'Killed', message: 'killed (SIGKILL)', exitCode: null } },
    { cause: { reason: 'Killed', message: '<b>' }, is: null },
    { cause: { reason: 'a b', message: 'killed' }, is: null },
    { cause: { message: 'killed' }, is: null },
    { cause: { reason: 'Killed', message: 'x'.repeat(121) }, is: null },
  ])('takes a cause, which goes into the log of a job, only in plain words: $cause.message', ({ cause, is }) => {
    expect(decodeMemory({ runners: [{ ...runner, cause }] }).runners[0]?.cause).toEqual(is);
  });

  it.each([
    { status: { runners: [{ ...runner, name: '' }] }, because: 'a runner has a name' },
    { status: { runners: [{ ...runner, phase: 'flying' }] }, because: 'a phase is one of ours' },
    { status: { runners: [{ ...runner, phase: undefined }] }, because: 'a runner has a phase' },
    { status: { runners: [{ ...runner, since: 'now' }] }, because: 'a time is RFC 3339' },
    { status: { runners: [null, 'r', []] }, because: 'a runner is an object' },
    { status: { runners: { 0: runner } }, because: 'runners are a list' },
    { status: { backoff: [{ ...backoff, key: 1 }] }, because: 'a key is text' },
    { status: { backoff: [{ ...backoff, attempts: -1 }] }, because: 'attempts are counted' },
    { status: { backoff: [{ ...backoff, attempts: 1.5 }] }, because: 'attempts are whole' },
    { status: { backoff: [{ ...backoff, until: undefined }] }, because: 'a back-off ends' },
    { status: { backoff: [{ ...backoff, lastRunner: undefined }] }, because: 'a slot is counted once' },
    { status: { recentRunners: [{ ...recent, name: undefined }] }, because: 'a runner has a name' },
    { status: { recentRunners: [{ ...recent, reason: undefined }] }, because: 'an end has a reason' },
    { status: { recentRunners: [{ ...recent, at: 5 }] }, because: 'an end has a time' },
    { status: { recentRunners: [{ ...recent, attempt: '1' }] }, because: 'an attempt is a number' },
    { status: { recentRunners: [{ ...recent, attempt: 1e12 + 1 }] }, because: 'the attempt after it must be another number' },
    { status: { recentRunners: [{ ...recent, at: '9999-12-31T23:59:59-00:01' }] }, because: 'in UTC its year has five digits' },
    { status: { backoff: [{ ...backoff, attempts: Number.MAX_SAFE_INTEGER }] }, because: 'the attempt after it must be another number' },
    { status: { lastWarmAttempt: -3 }, because: 'attempts begin at 1' },
    { status: { lastWarmAttempt: Number.MAX_SAFE_INTEGER }, because: 'the attempt after it must be another number' },
  ])('drops what is malformed: $because', ({ status }) => {
    expect(decodeMemory(status)).toEqual({ runners: [], backoff: [], recent: [], lastWarmAttempt: 0, oldestWaitingSince: null });
  });

  it('keeps of the tasks asked about those that are numbers', () => {
    const { runners } = decodeMemory({ runners: [{ ...runner, asked: [1, 'x', null, 2.5, 3] }] });
    expect(runners[0]?.asked).toEqual([1, 3]);
  });
});
