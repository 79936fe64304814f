import { describe, expect, it } from 'vitest';
import { repositoriesOfTasks } from '../../src/pool/queue.ts';
import { aJob, aRunningJob } from './support/builders.ts';

describe('the repositories of running tasks', () => {
  const jobs = [aRunningJob(1, 11, { repositoryId: 5 }), aJob(2, { repositoryId: 6 })];

  it('are those of running jobs alone', () => {
    expect([...repositoriesOfTasks(jobs)]).toEqual([[11, 5]]);
  });

  it('are one map for all pools that decide on one queue, and another for the next queue', () => {
    expect(repositoriesOfTasks(jobs)).toBe(repositoriesOfTasks(jobs));
    expect(repositoriesOfTasks([...jobs])).not.toBe(repositoriesOfTasks(jobs));
  });
});
