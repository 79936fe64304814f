import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/api/scope.ts';
import type { Connection } from '../../src/forgejo/call.ts';
import { createRegistration, deleteRegistration, getRegistration, listJobs } from '../../src/forgejo/client.ts';
import { listRegistrations } from '../../src/forgejo/list-registrations.ts';
import type { HttpResponse, Transport } from '../../src/forgejo/transport.ts';
import { ACCESS, ACME, jobRow, json, recorder, registrationOf, runnerRow } from './support/answers.ts';
import { manualClock, NOON } from './support/manual-clock.ts';
import { type Recorded, recordingFiles, recordings, replay, responseOf } from './support/recordings.ts';

const APP: Scope = { kind: 'repository', owner: 'acme', repository: 'app' };

function connection(transport: Transport, changes: Partial<Connection> = {}): Connection {
  return { transport, clock: manualClock(), access: ACCESS, ...changes };
}

function replayed(file: string, token = 'DEV_ALL'): Connection {
  return connection(replay(recordings(file)), { access: { url: 'http://127.0.0.1:3300', token } });
}

describe('against recorded traffic', () => {
  const scopes: readonly { file: string; token: string; scope: Scope }[] = [
    { file: 'runners-admin.jsonl', token: 'ADMIN_ALL', scope: { kind: 'instance' } },
    { file: 'runners-org.jsonl', token: 'DEV_ALL', scope: ACME },
    { file: 'runners-user.jsonl', token: 'DEV_ALL', scope: { kind: 'user' } },
    { file: 'runners-repo.jsonl', token: 'DEV_ALL', scope: APP },
  ];

  it.each(scopes)('an empty scope of $file has an empty queue (null) and an empty list', async ({ file, token, scope }) => {
    const server = replayed(file, token);
    expect(await listJobs(server, scope)).toEqual({ ok: true, value: [], serverDate: null });
    expect(await listRegistrations(server, scope)).toEqual({ ok: true, value: { rows: [], complete: true }, serverDate: null });
  });

  it.each(scopes)('every recorded list, row and creation of $file is understood', async ({ file, token, scope }) => {
    const rows = recordings(file).filter((row) => row.status < 300 && row.request.token === token);
    const created = rows.filter((row) => row.request.method === 'POST' && typeof row.request.body === 'object');
    expect(created.length).toBeGreaterThan(3);
    for (const row of created) {
      const answer = await createRegistration(fixed(row), scope, { name: 'x', description: '', ephemeral: true });
      expect(answer).toMatchObject({
        ok: true,
        value: { token: expect.stringMatching(/^[0-9a-f]{40}$/), registration: { id: expect.any(Number) } },
      });
    }
    const items = rows.filter((row) => row.request.method === 'GET' && /\/runners\/\d+$/.test(row.request.path));
    expect(items.length).toBeGreaterThan(0);
    for (const row of items)
      expect(await getRegistration(fixed(row), scope, 1)).toMatchObject({ ok: true, value: { declared: false, status: 'offline' } });
  });

  it('every recorded queue is understood, waiting and running', async () => {
    const queues = recordingFiles()
      .flatMap(recordings)
      .filter((row) => row.status === 200 && row.request.method === 'GET' && /\/runners\/jobs(\?|$)/.test(row.request.path));
    expect(queues.length).toBeGreaterThan(40);
    const seen = new Set<string>();
    for (const row of queues) {
      const answer = await listJobs(fixed(row), ACME);
      expect(answer).toMatchObject({ ok: true });
      if (answer.ok) for (const job of answer.value) seen.add(job.status);
    }
    expect(seen).toContain('waiting');
  });

  it('a queue with every kind of runs-on keeps its order and its fields', async () => {
    const answer = await listJobs(replayed('jobs.jsonl'), APP);
    expect(answer).toMatchObject({ ok: true });
    const jobs = answer.ok ? answer.value : [];
    expect(jobs.map((job) => job.id)).toEqual([...jobs.map((job) => job.id)].sort((a, b) => b - a));
    expect(jobs[0]).toEqual({
      id: 12,
      attempt: 1,
      handle: '507b22e3-0245-4886-9040-6f38060f9b9f',
      repositoryId: 1,
      ownerId: 6,
      name: 'sfx',
      runsOn: ['docker:docker://node:20'],
      taskId: 0,
      status: 'waiting',
    });
    expect(jobs.map((job) => job.runsOn)).toContainEqual([]);
  });

  it('a list of 65 rows comes whole without a page', async () => {
    const { transport, requests } = recorder(answerOf(replay(recordings('paging.jsonl'))));
    const answer = await listRegistrations(connection(transport, { access: { url: 'http://127.0.0.1:3300', token: 'DEV_ALL' } }), {
      kind: 'organization',
      organization: 'hidden',
    });
    expect(answer.ok && answer.value.rows.length).toBe(65);
    expect(answer.ok && answer.value.complete).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it('a second DELETE finds the runner gone, another scope finds it not its own', async () => {
    const gone = recordings('runners-org.jsonl').find((row) => row.request.method === 'DELETE' && row.status === 404);
    const foreign = recordings('misc.jsonl').find((row) => row.label === 'DELETE org runner through repo');
    expect(await deleteRegistration(fixed(gone), ACME, 9)).toMatchObject({ ok: false, failure: { kind: 'notFound', what: 'runner' } });
    expect(await deleteRegistration(fixed(foreign), APP, 627)).toMatchObject({ ok: false, failure: { kind: 'notOurs' } });
  });

  it('with Actions disabled a repository is a missing target', async () => {
    expect(await listJobs(replayed('actions-disabled.jsonl'), APP)).toEqual({
      ok: false,
      failure: { kind: 'notFound', what: 'target', method: 'GET', path: '/api/v1/repos/acme/app/actions/runners/jobs' },
      serverDate: null,
    });
  });

  function answerOf(transport: Transport) {
    return (request: Parameters<Transport>[0]) => transport(request);
  }

  function fixed(row: Recorded | undefined): Connection {
    if (row === undefined) throw new Error('not recorded');
    return connection(async () => responseOf(row));
  }
});

describe('what is sent', () => {
  it('a registration: scope path, token header, JSON, CA and time-out', async () => {
    const { transport, requests } = recorder(() => json({ id: 1, uuid: 'u', token: 't' }, 201, { date: 'Tue, 24 Nov 2026 12:00:05 GMT' }));
    const server = connection(transport, { access: { url: 'https://example.org/git/', token: 'abc', ca: 'PEM' } });
    const body = { name: 'r', description: 'd', ephemeral: true, token: 'must not be sent' };
    expect(await createRegistration(server, ACME, body)).toEqual({
      ok: true,
      value: { registration: { id: 1, uuid: 'u' }, token: 't' },
      serverDate: NOON + 5_000,
    });
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://example.org/git/api/v1/orgs/acme/actions/runners',
        headers: { authorization: 'token abc', accept: 'application/json', 'content-type': 'application/json' },
        body: '{"name":"r","description":"d","ephemeral":true}',
        timeoutMs: 4_000,
        ca: 'PEM',
      },
    ]);
  });
});

describe('what an answer may look like', () => {
  const tolerated: readonly { because: string; row: Record<string, unknown>; kept: number }[] = [
    { because: 'unknown fields', row: jobRow(1, { brand_new: { a: 1 } }), kept: 1 },
    { because: 'runs_on null', row: jobRow(1, { runs_on: null }), kept: 1 },
    { because: 'running', row: jobRow(1, { status: 'running', task_id: 7 }), kept: 1 },
    { because: 'a status that Forgejo may learn', row: jobRow(1, { status: 'blocked' }), kept: 0 },
  ];
  it.each(tolerated)('a job with $because', async ({ row, kept }) => {
    const answer = await listJobs(
      connection(async () => json([row])),
      ACME,
    );
    expect(answer.ok && answer.value.length).toBe(kept);
  });

  const nonsense: readonly { because: string; response: HttpResponse; problem: RegExp }[] = [
    { because: 'a page of a proxy', response: { status: 200, headers: {}, body: '<html>secret' }, problem: /^body: not JSON$/ },
    { because: 'no list', response: json({ secret: 1 }), problem: /^body: Expected array$/ },
    {
      because: 'a handle that is a number',
      response: json([jobRow(1), jobRow(2, { handle: 4711 })]),
      problem: /^body\/1\/handle: Expected string$/,
    },
    { because: 'no id', response: json([jobRow(1, { id: undefined })]), problem: /^body\/0\/id: / },
    { because: 'labels that are text', response: json([jobRow(1, { runs_on: 'docker' })]), problem: /^body\/0\/runs_on: / },
    { because: 'accepted is no answer', response: json([], 202), problem: /^status 202$/ },
  ];
  it.each(nonsense)('a queue that is nonsense: $because', async ({ response, problem }) => {
    const answer = await listJobs(
      connection(async () => response),
      ACME,
    );
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'nonsense', problem: expect.stringMatching(problem) } });
    expect(JSON.stringify(answer)).not.toMatch(/secret|4711/);
  });

  it.each([
    { handle: 'warm', because: 'a back-off key of ours' },
    { handle: 'pool', because: 'a back-off key of ours' },
    { handle: 'register', because: 'a back-off key of ours' },
    { handle: '-', because: 'it means none' },
    { handle: '', because: 'it is no name' },
    { handle: '--token', because: 'it would be an option of the runner' },
    { handle: 'a b', because: 'a space ends a word' },
    { handle: 'a\n', because: 'a line break ends a line' },
    { handle: 'a'.repeat(65), because: 'it is longer than any' },
  ])('a queue with the handle $handle is nonsense: $because', async ({ handle }) => {
    const answer = await listJobs(
      connection(async () => json([jobRow(1, { handle })])),
      ACME,
    );
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'nonsense', problem: expect.stringMatching(/^body\/0\/handle: /) } });
  });

  it.each(['warm-1', 'pooled', 'Register', 'a'.repeat(64), '507b22e3-0245-4886-9040-6f38060f9b9f'])('%s is a handle', async (handle) => {
    const answer = await listJobs(
      connection(async () => json([jobRow(1, { handle })])),
      ACME,
    );
    expect(answer).toMatchObject({ ok: true, value: [{ handle }] });
  });

  it('a runner of a status that we do not know is left alone: active', async () => {
    const row = runnerRow(3, { status: 'draining', version: 'v12.8.2', description: undefined, ephemeral: undefined });
    const answer = await getRegistration(
      connection(async () => json(row)),
      ACME,
      3,
    );
    expect(answer).toMatchObject({
      ok: true,
      value: registrationOf(3, { status: 'active', declared: true, version: 'v12.8.2', ephemeral: false }),
    });
  });

  it('a runner without a version field was never declared', async () => {
    const answer = await getRegistration(
      connection(async () => json(runnerRow(3, { version: undefined, status: 'idle' }))),
      ACME,
      3,
    );
    expect(answer).toMatchObject({ ok: true, value: { declared: false, version: '', status: 'idle' } });
  });

  it.each([
    ['a runner', (server: Connection) => getRegistration(server, ACME, 1)],
    ['a creation', (server: Connection) => createRegistration(server, ACME, { name: 'r', description: '', ephemeral: true })],
    ['a list', (server: Connection) => listRegistrations(server, ACME)],
  ])('%s of the wrong shape is nonsense', async (_, ask) => {
    const transport: Transport = async ({ method }) =>
      json([{ id: 'x', token: 'hush' }], method === 'POST' ? 201 : 200, { 'x-total-count': '1' });
    const answer = await ask(connection(transport));
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'nonsense' } });
    expect(JSON.stringify(answer)).not.toContain('hush');
  });

  it('a list without X-Total-Count is nonsense: nothing could prove an absence', async () => {
    const answer = await listRegistrations(
      connection(async () => json([])),
      ACME,
    );
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'nonsense', problem: 'header x-total-count: not a number' } });
  });
});
