import { expect, it } from 'vitest';
import { decodeJobs, decodeRegistrations } from '../../src/forgejo/schemas.ts';
import { createSharer } from '../../src/forgejo/shared.ts';
import { describeOwnership } from '../../src/pool/ownership.ts';

it('the first value stands for all that have its key', () => {
  const shared = createSharer((labels: readonly string[]) => JSON.stringify(labels));
  const first = shared(['docker', 'large']);
  expect(shared(['docker', 'large'])).toBe(first);
  expect(shared(['docker,large'])).toEqual(['docker,large']);
});

it('rows of a list share labels, and keep those of their own', () => {
  const row = { id: 1, attempt: 1, handle: 'a', repo_id: 1, owner_id: 1, name: 'build', task_id: 0, status: 'waiting' };
  const body = JSON.stringify([
    { ...row, runs_on: ['docker'] },
    { ...row, id: 2, runs_on: ['docker'] },
    { ...row, id: 3, runs_on: null },
    { ...row, id: 4, runs_on: ['large'] },
  ]);
  const jobs = decodeJobs(body);
  if (!jobs.ok) throw new Error(jobs.problem);
  const labels = jobs.value.map(({ runsOn }) => runsOn);
  expect(labels).toEqual([['docker'], ['docker'], [], ['large']]);
  expect(labels[1]).toBe(labels[0]);
});

it('a runner says whose it is in its description, and every other is nobody’s', () => {
  const row = { uuid: 'u', name: 'n', status: 'idle', version: '' };
  const ours = {
    poolUid: '0f8d1a52-7c6e-4f3b-9a55-2d1c3b4a5e6f',
    handle: '507b22e3-0245-4886-9040-6f38060f9b9f',
    attempt: 2,
    createdAt: 0,
  };
  const registrations = decodeRegistrations(
    JSON.stringify([
      { ...row, id: 1, description: describeOwnership(ours) },
      { ...row, id: 2, description: describeOwnership({ ...ours, handle: null }) },
      { ...row, id: 3, description: 'build machine under the desk' },
      { ...row, id: 4 },
    ]),
  );
  if (!registrations.ok) throw new Error(registrations.problem);
  expect(registrations.value.map(({ ownership }) => ownership)).toEqual([ours, { ...ours, handle: null }, null, null]);
});

it('a runner without a version has not started yet, whatever its neighbours say', () => {
  const row = { uuid: 'u', name: 'n', status: 'idle' };
  const registrations = decodeRegistrations(
    JSON.stringify([
      { ...row, id: 1, version: 'v12.8.2' },
      { ...row, id: 2, version: '' },
      { ...row, id: 3 },
    ]),
  );
  if (!registrations.ok) throw new Error(registrations.problem);
  expect(registrations.value.map(({ version, declared }) => [version, declared])).toEqual([
    ['v12.8.2', true],
    ['', false],
    ['', false],
  ]);
});
