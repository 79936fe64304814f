import { describe, expect, it } from 'vitest';
import { createLab } from './lab.ts';
import { fetch, finish, register, rest, rpc, runJob, take } from './requests.ts';

const LABELS = ['self-hosted'];
const APP = 'repos/acme/app';

function job(name: string, more: object = {}) {
  return { repository: 'acme/app', name, runsOn: LABELS, ...more };
}

describe('which runner gets a job', () => {
  const rows = [
    { scope: APP, gets: true, because: "a repository's runner serves it" },
    { scope: 'orgs/acme', gets: true, because: "its owner's runner serves it" },
    { scope: 'admin', gets: true, because: "the instance's runner serves all" },
    { scope: 'repos/dev/own', gets: false, because: 'another repository' },
    { scope: 'orgs/hidden', gets: false, because: 'another organization' },
    { scope: 'user', gets: false, because: "a user's runner serves no repository of his organizations" },
  ];
  it.each(rows)('registered at $scope: $gets, because $because', async ({ scope, gets }) => {
    const lab = createLab();
    expect(await runJob(lab, scope, lab.forgejo.queueJob(job('a')).handle, LABELS)).toBe(gets);
  });

  it('gets nothing without the labels, nor for a job that asks for none', async () => {
    const lab = createLab();
    const covered = lab.forgejo.queueJob(job('a', { runsOn: ['self-hosted', 'gpu'] }));
    const none = lab.forgejo.queueJob(job('b', { runsOn: [] }));
    expect(await runJob(lab, APP, covered.handle, LABELS)).toBe(false);
    expect(await runJob(lab, APP, none.handle, LABELS)).toBe(false);
    expect(await runJob(lab, APP, covered.handle, ['gpu', 'self-hosted', 'more'])).toBe(true);
  });

  it('takes the oldest job without a handle, or with an empty one', async () => {
    const lab = createLab();
    const first = lab.forgejo.queueJob(job('first'));
    lab.clock.advance(1000);
    const second = lab.forgejo.queueJob(job('second'));
    const runner = await register(lab, APP, false);
    await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels: LABELS });
    const fetched = await rpc(lab.forgejo, runner, 'FetchTask', {});
    await finish(lab, runner, JSON.parse(fetched.body).task.id);
    expect(await fetch(lab, runner, '', LABELS)).not.toBeNull();
    expect(lab.forgejo.jobs().map(({ handle, status }) => [handle, status])).toEqual([
      [first.handle, 'success'],
      [second.handle, 'running'],
    ]);
  });

  it('gives an ephemeral runner one task, and the same one again for the same request key', async () => {
    const lab = createLab();
    lab.forgejo.queueJob(job('first'));
    lab.forgejo.queueJob(job('second'));
    const runner = await register(lab, APP);
    await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels: LABELS });
    const key = { 'x-runner-request-key': '0b7a2e0e-7d9f-4a52-a3f5-2f3f7d0b8f10' };
    const fetched = await rpc(lab.forgejo, runner, 'FetchTask', {}, key);
    const again = await rpc(lab.forgejo, runner, 'FetchTask', {}, key);
    const other = await rpc(lab.forgejo, runner, 'FetchTask', {});
    expect(JSON.parse(again.body)).toEqual(JSON.parse(fetched.body));
    expect(JSON.parse(other.body)).toEqual({ tasksVersion: '2' });
  });

  it('gives no task to a runner that knows the present version of the queue', async () => {
    const lab = createLab();
    lab.forgejo.queueJob(job('a'));
    const runner = await register(lab, APP, false);
    await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels: LABELS });
    expect(JSON.parse((await rpc(lab.forgejo, runner, 'FetchTask', { tasksVersion: '1' })).body).task).toBeUndefined();
    expect(JSON.parse((await rpc(lab.forgejo, runner, 'FetchTask', { tasksVersion: '0' })).body).task).toBeDefined();
  });

  it('tells in the task how long its step takes, and whether it fails', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('sleep 7', { durationMs: 2500, fails: true }));
    const runner = await register(lab, APP);
    await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels: LABELS });
    const { task } = JSON.parse((await rpc(lab.forgejo, runner, 'FetchSingleTask', { handle })).body);
    const workflow = JSON.parse(Buffer.from(task.workflowPayload, 'base64').toString());
    expect(workflow.jobs.job).toEqual({ steps: [{ run: 'sleep 2.5; exit 1' }], name: 'sleep 7', 'runs-on': LABELS });
    expect(task.context).toMatchObject({ repository: 'acme/app', run_attempt: '1' });
  });

  it('gives one handle to one of four runners', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('a'));
    const tasks = await Promise.all([1, 2, 3, 4].map(() => take(lab, APP, handle, LABELS)));
    expect(tasks.filter(({ taskId }) => taskId !== null)).toHaveLength(1);
  });
});

describe('jobs that are held back', () => {
  it('lists a job of a busy concurrency group as waiting, and hands it out when the older one ends', async () => {
    const lab = createLab();
    const older = lab.forgejo.queueJob(job('older', { concurrencyGroup: 'deploy' }));
    const newer = lab.forgejo.queueJob(job('newer', { concurrencyGroup: 'deploy' }));
    const { runner, taskId } = await take(lab, APP, older.handle, LABELS);
    expect(await runJob(lab, APP, newer.handle, LABELS)).toBe(false);
    const listed = await rest(lab, 'GET', `/api/v1/${APP}/actions/runners/jobs`, 'DEV_ALL');
    expect(JSON.parse(listed.body)).toMatchObject([{ handle: newer.handle, status: 'waiting' }, { handle: older.handle }]);
    await finish(lab, runner, taskId);
    expect(await runJob(lab, APP, newer.handle, LABELS)).toBe(true);
  });

  it('lists a dependent a second after its need succeeded, skips it after a failure, and runs `always` anyway', async () => {
    const lab = createLab();
    const build = lab.forgejo.queueJob(job('build'));
    const broken = lab.forgejo.queueJob(job('broken'));
    lab.forgejo.queueJob(job('test', { needs: ['build'] }));
    lab.forgejo.queueJob(job('deploy', { needs: ['build', 'broken'] }));
    lab.forgejo.queueJob(job('clean', { needs: ['broken'], always: true }));
    const failing = await take(lab, APP, broken.handle, LABELS);
    await finish(lab, failing.runner, failing.taskId, 'RESULT_FAILURE');
    expect(await runJob(lab, APP, build.handle, LABELS)).toBe(true);
    const path = `/api/v1/${APP}/actions/runners/jobs`;
    expect(JSON.parse((await rest(lab, 'GET', path, 'DEV_ALL')).body)).toBeNull();
    lab.clock.advance(1000);
    expect(JSON.parse((await rest(lab, 'GET', path, 'DEV_ALL')).body)).toMatchObject([
      { name: 'clean', needs: ['broken'] },
      { name: 'test', needs: ['build'] },
    ]);
    expect(lab.forgejo.jobs().find(({ name }) => name === 'deploy')?.status).toBe('skipped');
  });
});

describe('cancel, re-run and deletion', () => {
  it('deletes an ephemeral runner with the cancel, so that it never hears of it', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('a'));
    const { runner, taskId } = await take(lab, APP, handle, LABELS);
    lab.forgejo.cancelJob(handle);
    expect(await finish(lab, runner, taskId)).toMatchObject({ status: 401 });
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('tells a persistent runner of the cancel in its next report', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('a'));
    const { runner, taskId } = await take(lab, APP, handle, LABELS, false);
    lab.forgejo.cancelJob(handle);
    const answer = await finish(lab, runner, taskId, 'RESULT_UNSPECIFIED');
    expect(JSON.parse(answer.body)).toEqual({ state: { id: taskId, result: 'RESULT_CANCELLED' } });
  });

  it('cancels a waiting job, which no runner gets then', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('a'));
    lab.forgejo.cancelJob(handle);
    expect(await runJob(lab, APP, handle, LABELS)).toBe(false);
  });

  it('gives a re-run attempt 2 and a new handle; the old one is dead', async () => {
    const lab = createLab();
    const { handle, id } = lab.forgejo.queueJob(job('a'));
    await runJob(lab, APP, handle, LABELS);
    const again = lab.forgejo.rerunJob(handle);
    expect(again.id).toBe(id);
    expect(again.handle).not.toBe(handle);
    expect(await runJob(lab, APP, handle, LABELS)).toBe(false);
    expect(await runJob(lab, APP, again.handle, LABELS)).toBe(true);
    expect(lab.forgejo.jobs()).toMatchObject([{ attempt: 2, status: 'success', pastAttempts: [{ handle, result: 'success' }] }]);
    expect(() => lab.forgejo.rerunJob(handle)).toThrow('no job with the handle');
  });

  it('takes the runners, jobs and tasks of a deleted repository away', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob(job('a'));
    const { taskId } = await take(lab, APP, handle, LABELS);
    const organizationRunner = await register(lab, 'orgs/acme');
    lab.forgejo.deleteRepository('acme/app');
    expect(lab.forgejo.jobs()).toEqual([]);
    expect(lab.forgejo.runners()).toMatchObject([{ uuid: organizationRunner.uuid }]);
    const asked = await rpc(lab.forgejo, organizationRunner, 'UpdateLog', { taskId });
    expect(JSON.parse(asked.body).message).toContain('resource does not exist');
  });
});
