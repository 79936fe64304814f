import { describe, expect, it } from 'vitest';
import { jobsByHandle, jobsByTask, latestTask, ownersOfRepositories, repositoriesOfTasks } from '../../src/pool/queue.ts';
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

describe('a queue', () => {
  const jobs = [aRunningJob(1, 12, { repositoryId: 5, ownerId: 8 }), aJob(2, { repositoryId: 6, ownerId: 9 }), aRunningJob(3, 11)];

  it('has every job by its handle, and by a task those that run', () => {
    expect([...jobsByHandle(jobs).values()]).toEqual(jobs);
    expect([...jobsByTask(jobs).keys()]).toEqual([12, 11]);
  });

  it('has the highest task that runs, 0 while none does', () => {
    expect(latestTask(jobs)).toBe(12);
    expect(latestTask([aJob(2)])).toBe(0);
  });

  it('names the present owner of a repository that was transferred, in whatever order its jobs are listed', () => {
    const [old, young] = [aJob(4, { repositoryId: 5, ownerId: 8 }), aJob(7, { repositoryId: 5, ownerId: 9 })];
    for (const listed of [
      [old, young],
      [young, old],
    ])
      expect(ownersOfRepositories(listed).get(5)).toBe(9);
  });
});
