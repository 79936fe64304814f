import { describe, expect, it } from 'vitest';
import { createLab, type Lab } from './lab.ts';
import { finish, rest, rpc, take } from './requests.ts';

const MINUTE = 60_000;

async function busyLab(ephemeral = true): Promise<{ lab: Lab; handle: string } & Awaited<ReturnType<typeof take>>> {
  const lab = createLab();
  const { handle } = lab.forgejo.queueJob({ repository: 'acme/app', name: 'slow', runsOn: ['self-hosted'] });
  return { lab, handle, ...(await take(lab, 'repos/acme/app', handle, ['self-hosted'], ephemeral)) };
}

describe('status of a runner', () => {
  it('is offline until it declares, active for 10 s after a report, offline 60 s after its last call', async () => {
    const { lab, runner, taskId } = await busyLab(false);
    const status = () => lab.forgejo.runners()[0]?.status;
    expect(status()).toBe('idle');
    await rpc(lab.forgejo, runner, 'UpdateLog', { taskId });
    expect(status()).toBe('active');
    lab.clock.advance(10_001);
    expect(status()).toBe('idle');
    lab.clock.advance(50_000);
    expect(status()).toBe('offline');
  });

  it('shows labels as null before the first Declare, and the runner seen last first', async () => {
    const { lab, runner } = await busyLab(false);
    await rest(lab, 'POST', '/api/v1/repos/acme/app/actions/runners', 'DEV_ALL', { name: 'never-seen' });
    lab.clock.advance(1000);
    await rpc(lab.forgejo, runner, 'Declare', { version: 'v12.8.2', labels: ['x'] });
    const answer = await rest(lab, 'GET', '/api/v1/repos/acme/app/actions/runners', 'DEV_ALL');
    expect(JSON.parse(answer.body)).toMatchObject([
      { labels: ['x'], version: 'v12.8.2', status: 'idle' },
      { labels: null, version: '', status: 'offline' },
    ]);
  });
});

describe('time limits', () => {
  it('fails the task of a silent runner at the first check after ten minutes, and removes its ephemeral row', async () => {
    const { lab } = await busyLab();
    lab.clock.advance(9 * MINUTE);
    lab.forgejo.tick();
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'running' }]);
    lab.clock.advance(5 * MINUTE + 1);
    lab.forgejo.tick();
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'failure' }]);
    expect(lab.forgejo.runners()).toEqual([]);
  });

  it('leaves the job of a deleted busy runner running until then', async () => {
    const { lab, runner, taskId } = await busyLab();
    const path = `/api/v1/repos/acme/app/actions/runners/${runner.id}`;
    expect(await rest(lab, 'DELETE', path, 'DEV_ALL')).toMatchObject({ status: 204 });
    expect(await finish(lab, runner, taskId)).toMatchObject({ status: 401 });
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'running' }]);
    lab.clock.advance(11 * MINUTE);
    lab.forgejo.tick();
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'failure' }]);
  });

  it('fails a task that has run for three hours although its runner reports', async () => {
    const { lab, runner, taskId } = await busyLab();
    for (let minutes = 0; minutes <= 215; minutes += 5) {
      await rpc(lab.forgejo, runner, 'UpdateTask', { state: { id: taskId } });
      lab.clock.advance(5 * MINUTE);
    }
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'failure' }]);
  });

  it('cancels a job that has waited for a day', () => {
    const lab = createLab();
    lab.forgejo.queueJob({ repository: 'acme/app', name: 'never', runsOn: ['nobody-has-it'] });
    lab.clock.advance(23 * 60 * MINUTE);
    lab.forgejo.tick();
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'waiting' }]);
    lab.clock.advance(7 * 60 * MINUTE);
    lab.forgejo.tick();
    expect(lab.forgejo.jobs()).toMatchObject([{ status: 'cancelled' }]);
  });

  it("answers in Forgejo's own time", async () => {
    const lab = createLab({ offsetMs: 90_000 });
    const answer = await rest(lab, 'GET', '/api/v1/version', null);
    expect(Date.parse(answer.headers['date'] ?? '')).toBe(lab.clock.now() + 90_000);
    expect(JSON.parse(answer.body)).toEqual({ version: '15.0.3+gitea-1.22.0' });
  });
});
