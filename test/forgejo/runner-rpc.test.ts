import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/forgejo/call.ts';
import { ownsTask, reportFailure } from '../../src/forgejo/runner-rpc.ts';
import { type HttpResponse, TransportError } from '../../src/forgejo/transport.ts';
import { ACCESS, json, recorder } from './support/answers.ts';
import { manualClock, NOON } from './support/manual-clock.ts';
import { recordings, responseOf } from './support/recordings.ts';

const RUNNER = { uuid: 'b0b31ea9', token: 'runner-secret' };
const REPORT = { taskId: 11, cause: 'the container ran out of memory', at: NOON };

function server(answer: (index: number) => HttpResponse | Promise<HttpResponse>) {
  const { transport, requests } = recorder((_, index) => answer(index));
  const connection: Connection = { transport, clock: manualClock(), access: ACCESS };
  return { connection, requests };
}

/** The recorded answer to that request, told by its label and status. */
function recorded(label: string, status: number): HttpResponse {
  const row = recordings('dead-runner.jsonl').find((candidate) => candidate.label.includes(label) && candidate.status === status);
  if (row === undefined) throw new Error(`not recorded: ${label} ${status}`);
  return responseOf(row);
}

describe('which task a runner holds', () => {
  const rows: readonly { because: string; response: HttpResponse; holds: boolean }[] = [
    { because: 'it has logged lines', response: recorded('E2 UpdateLog without rows', 200), holds: true },
    { because: 'it has no line yet', response: recorded('V6 UpdateLog without rows', 200), holds: true },
    { because: "it is another runner's task", response: recorded('E2 UpdateLog without rows', 500), holds: false },
    { because: 'the task does not exist', response: recorded('UpdateLog unknown task', 500), holds: false },
    { because: 'the runner is not registered any more', response: recorded('UpdateTask again', 401), holds: false },
  ];
  it.each(rows)('$holds: $because', async ({ response, holds }) => {
    const { connection, requests } = server(() => response);
    expect(await ownsTask(connection, RUNNER, 35)).toMatchObject({ ok: true, value: holds });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: 'https://git.example.org/api/actions/runner.v1.RunnerService/UpdateLog',
        headers: { 'x-runner-uuid': 'b0b31ea9', 'x-runner-token': 'runner-secret', 'content-type': 'application/json' },
        body: '{"taskId":"35"}',
      },
    ]);
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['a page of the server', recorded('UpdateTask empty', 500), { kind: 'serverError', status: 500 }],
    ['a proxy that wants a login', json({ message: 'login' }, 401), { kind: 'unauthorized' }],
    ['an answer of another shape', json({ ackIndex: { secret: 1 } }), { kind: 'nonsense', problem: 'body/ackIndex: Expected string' }],
    ['Actions switched off', { status: 404, headers: {}, body: 'Not found.\n' }, { kind: 'notFound', what: 'other' }],
  ])('%s is no answer', async (_, response, failure) => {
    expect(await ownsTask(server(() => response).connection, RUNNER, 35)).toMatchObject({ ok: false, failure });
  });

  it('is asked once, even when the answer is lost', async () => {
    const { connection, requests } = server(() => Promise.reject(new TransportError({ kind: 'timeout' })));
    expect(await ownsTask(connection, RUNNER, 35)).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    expect(requests).toHaveLength(1);
  });
});

describe('reporting a dead runner', () => {
  it('asks for the index, closes the log with the reason, and fails the task with all its steps', async () => {
    const { connection, requests } = server((index) =>
      json([{ ackIndex: '5' }, { ackIndex: '6' }, { state: { id: '11', result: 'RESULT_FAILURE' } }][index]),
    );
    const report = { ...REPORT, at: NOON + 999, cause: ' the container\nran out   of memory' };
    expect(await reportFailure(connection, RUNNER, report)).toMatchObject({ ok: true, value: 'reported' });
    const stoppedAt = '2026-11-24T12:00:00Z';
    const steps = Array.from({ length: 50 }, (_, id) => ({ id: String(id), result: 'RESULT_FAILURE', stoppedAt }));
    expect(requests.map(({ url, body }) => [url.split('/').at(-1), JSON.parse(body ?? '')])).toEqual([
      ['UpdateLog', { taskId: '11' }],
      [
        'UpdateLog',
        {
          taskId: '11',
          index: '5',
          rows: [{ time: stoppedAt, content: 'forgejo-runner-operator: the container ran out of memory' }],
          noMore: true,
        },
      ],
      ['UpdateTask', { state: { id: '11', result: 'RESULT_FAILURE', stoppedAt, steps } }],
    ]);
  });

  it('a runner that died before its first line starts at 0', async () => {
    const { connection, requests } = server(() => json({}));
    await reportFailure(connection, RUNNER, REPORT);
    expect(JSON.parse(requests[1]?.body ?? '')).toMatchObject({ index: '0' });
  });

  it('goes on when an earlier try has closed the log', async () => {
    const archived = recorded('UpdateLog after noMore', 409);
    const { connection, requests } = server((index) => (index === 1 ? archived : json({})));
    expect(await reportFailure(connection, RUNNER, REPORT)).toMatchObject({ ok: true, value: 'reported' });
    expect(requests).toHaveLength(3);
  });

  const unregistered = recorded('UpdateTask again', 401);
  const foreign = recorded('E3D other runner', 500);
  const broken = json({}, 503);
  const rows: readonly { because: string; at: number; response: HttpResponse; means: object }[] = [
    { because: 'an earlier report has removed the row', at: 0, response: unregistered, means: { ok: true, value: 'unregistered' } },
    { because: 'the row went between log and task', at: 2, response: unregistered, means: { ok: true, value: 'unregistered' } },
    { because: 'the row went between index and log', at: 1, response: unregistered, means: { ok: true, value: 'unregistered' } },
    { because: 'it is not its task', at: 0, response: foreign, means: { ok: true, value: 'notItsTask' } },
    { because: 'it is not its task any more', at: 2, response: foreign, means: { ok: true, value: 'notItsTask' } },
    {
      because: 'Forgejo is away at the first step',
      at: 0,
      response: broken,
      means: { ok: false, failure: { kind: 'serverError', status: 503 } },
    },
    {
      because: 'Forgejo is away at the second step',
      at: 1,
      response: broken,
      means: { ok: false, failure: { kind: 'serverError', status: 503 } },
    },
    {
      because: 'Forgejo is away at the third step',
      at: 2,
      response: broken,
      means: { ok: false, failure: { kind: 'serverError', status: 503 } },
    },
  ];
  it.each(rows)('$because', async ({ at, response, means }) => {
    const { connection, requests } = server((index) => (index === at ? response : json({})));
    expect(await reportFailure(connection, RUNNER, REPORT)).toMatchObject(means);
    expect(requests).toHaveLength(at + 1);
  });
});
