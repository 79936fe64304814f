import { describe, expect, test } from 'vitest';
import { coveredJobs, unservedJobs, waitingJobs } from '../../src/pool/demand.ts';
import type { QueuedJob } from '../../src/pool/forgejo.ts';
import { aBackoff, aJob, aMemory, aRunningJob, aSpec, now, secondsAgo } from './support/builders.ts';

function idsOf(jobs: readonly QueuedJob[]): readonly number[] {
  return jobs.map(({ id }) => id);
}

describe('which jobs a pool is for', () => {
  test.each([
    { because: 'Forgejo lists newest first, the oldest is served first', jobs: [aJob(3), aJob(2), aJob(1)], ids: [1, 2, 3] },
    { because: 'every label must be among the pool’s names', jobs: [aJob(1, { runsOn: ['docker', 'large'] })], ids: [1] },
    { because: 'one label that is not covered is enough', jobs: [aJob(1, { runsOn: ['docker', 'windows'] })], ids: [] },
    { because: 'names are compared as they are, case and all', jobs: [aJob(1, { runsOn: ['Docker'] })], ids: [] },
    { because: 'a job may name the label only, not its image', jobs: [aJob(1, { runsOn: ['docker:docker://node:22-bookworm'] })], ids: [] },
    { because: 'an empty runs-on is listed for ever and never taken', jobs: [aJob(1, { runsOn: [] })], ids: [] },
    { because: 'a running job is covered too', jobs: [aRunningJob(1, 7)], ids: [1] },
  ])('$because', ({ jobs, ids }) => {
    expect(idsOf(coveredJobs(jobs, aSpec()))).toEqual(ids);
  });

  test('only waiting jobs want a runner', () => {
    expect(idsOf(waitingJobs([aJob(2), aRunningJob(1, 7)]))).toEqual([2]);
  });
});

describe('which waiting jobs want a runner of their own', () => {
  const seen = (seconds: number, ...ids: readonly number[]): ReadonlyMap<string, number> =>
    new Map(ids.map((id) => [`handle-${id}`, secondsAgo(seconds)]));

  test.each([
    { because: 'nothing serves them', held: [], idle: 0, memory: {}, ids: [1, 2, 3] },
    { because: 'a live runner was made for it', held: ['handle-2'], idle: 0, memory: {}, ids: [1, 3] },
    { because: 'it is backing off', held: [], idle: 0, memory: { backoff: [aBackoff('handle-1')] }, ids: [2, 3] },
    {
      because: 'its back-off is over, but what was never tried comes first',
      held: [],
      idle: 0,
      memory: { backoff: [aBackoff('handle-1', { until: secondsAgo(1) })] },
      ids: [2, 3, 1],
    },
    { because: 'an idle warm runner takes the oldest', held: [], idle: 1, memory: { firstSeen: seen(2, 1, 2, 3) }, ids: [2, 3] },
    { because: 'each idle warm runner takes one', held: [], idle: 2, memory: {}, ids: [3] },
    { because: 'ten seconds are not more than ten', held: [], idle: 1, memory: { firstSeen: seen(10, 1) }, ids: [2, 3] },
    {
      because: 'what no warm runner took within 10 s is not covered',
      held: [],
      idle: 1,
      memory: { firstSeen: seen(10.001, 1) },
      ids: [1, 3],
    },
    { because: 'a held handle needs no cover', held: ['handle-1'], idle: 1, memory: {}, ids: [3] },
  ])('$because', ({ held, idle, memory, ids }) => {
    const jobs = [aJob(1), aJob(2), aJob(3)];
    expect(idsOf(unservedJobs(jobs, new Set(held), idle, { memory: aMemory(memory), now }))).toEqual(ids);
  });
});
