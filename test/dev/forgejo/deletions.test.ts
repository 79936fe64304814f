import { expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createEmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';

const START = Date.parse('2026-11-24T00:00:00Z');

it('rows that are deleted over the REST API are remembered, with the task that they had', async () => {
  const clock = createVirtualClock(START);
  const forgejo = createEmbeddedForgejo({ clock, rootUrl: 'http://forgejo.test', offsetMs: 60_000 });
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  forgejo.addRepository({ path: 'acme/app' });
  const token = forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });
  forgejo.queueJob({ repository: 'acme/app', name: 'job', runsOn: ['docker'] });
  const url = 'http://forgejo.test/api/v1/orgs/acme/actions/runners';
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
  const timeoutMs = 1000;
  const register = async (name: string): Promise<{ id: number; uuid: string; token: string }> =>
    JSON.parse((await forgejo.handle({ method: 'POST', url, headers, body: JSON.stringify({ name }), timeoutMs })).body);
  const busy = await register('busy');
  const idle = await register('idle');
  const call = (method: string, message: object) =>
    forgejo.handle({
      method: 'POST',
      url: `http://forgejo.test/api/actions/runner.v1.RunnerService/${method}`,
      headers: { 'x-runner-uuid': busy.uuid, 'x-runner-token': busy.token },
      body: JSON.stringify(message),
      timeoutMs,
    });
  await call('Declare', { version: '12.8.2', labels: ['docker'] });
  await call('FetchTask', {});
  for (const { id } of [busy, idle, { id: 99 }]) await forgejo.handle({ method: 'DELETE', url: `${url}/${id}`, headers, timeoutMs });

  expect(forgejo.deletions()).toEqual([
    { id: busy.id, uuid: busy.uuid, name: 'busy', runningTask: 1, at: START },
    { id: idle.id, uuid: idle.uuid, name: 'idle', runningTask: null, at: START },
  ]);
  expect(forgejo.counters).toEqual({ create: 2, Declare: 1, FetchTask: 1, delete: 3 });
});
