import { describe, expect, it } from 'vitest';
import { createLab, type Lab } from './lab.ts';
import { createNames, type RecordedRow, readRows } from './replay.ts';
import { type Credentials, register, rpc, take } from './requests.ts';

/** Every runner of the file as it was when its first call was recorded: with its task in mid-life. */
interface Scene {
  readonly runners: Map<string, Credentials>;
  /** Recorded task id -> ours. */
  readonly tasks: Map<string, string>;
}

interface Call {
  readonly uuid: string;
  readonly method: string;
  readonly taskId: string | null;
  readonly message: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly body: string;
}

function callOf(row: RecordedRow): Call {
  const { body } = row.request;
  const message: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {};
  const state: unknown = message['state'];
  const id = message['taskId'] ?? (typeof state === 'object' && state !== null && 'id' in state ? state.id : null);
  return {
    uuid: row.request.headers?.['x-runner-uuid'] ?? '',
    method: row.request.path.split('/').at(-1) ?? '',
    taskId: id == null ? null : String(id),
    message,
    status: row.status,
    body: String(row.body),
  };
}

/** Lines that the runner had sent before: the index of its first recorded line, or the answer to the question for it. */
function linesBefore(calls: readonly Call[], taskId: string): number {
  const first = calls.find((call) => call.taskId === taskId && call.method === 'UpdateLog' && call.status === 200);
  if (first === undefined) return 0;
  const index = first.message['rows'] === undefined ? JSON.parse(first.body).ackIndex : first.message['index'];
  return Number(index ?? 0);
}

/** The label says which runners were persistent; the first report of all others took their row away. */
function isPersistent(rows: readonly RecordedRow[], uuid: string): boolean {
  return rows.some((row) => row.request.headers?.['x-runner-uuid'] === uuid && /persistent|eph=False/.test(row.label));
}

async function setScene(lab: Lab, rows: readonly RecordedRow[]): Promise<Scene> {
  const calls = rows.map(callOf);
  const scene: Scene = { runners: new Map(), tasks: new Map() };
  for (const { uuid, taskId, status, method } of calls) {
    const holds = status === 200 && taskId !== null && !scene.tasks.has(taskId);
    if (holds) await giveTask(lab, rows, scene, uuid, taskId);
    else if (!scene.runners.has(uuid) && !(method === 'Declare' && status === 401)) {
      scene.runners.set(uuid, await register(lab, 'repos/acme/app', !isPersistent(rows, uuid)));
    }
  }
  for (const { taskId, body } of calls) {
    const isForeign = taskId !== null && body.includes('invalid runner') && !scene.tasks.has(taskId);
    if (isForeign) await giveTask(lab, rows, scene, `holder of ${taskId}`, taskId);
  }
  return scene;
}

async function giveTask(lab: Lab, rows: readonly RecordedRow[], scene: Scene, uuid: string, taskId: string): Promise<void> {
  const { handle } = lab.forgejo.queueJob({ repository: 'acme/app', name: 'slow', runsOn: ['self-hosted'] });
  const known = scene.runners.get(uuid);
  const taken = await take(lab, 'repos/acme/app', handle, ['self-hosted'], !isPersistent(rows, uuid));
  const runner = known ?? taken.runner;
  if (taken.taskId === null || known !== undefined) throw new Error(`runner ${uuid} got no task`);
  scene.runners.set(uuid, runner);
  scene.tasks.set(taskId, taken.taskId);
  const lines = linesBefore(rows.map(callOf), taskId);
  const sent = Array.from({ length: lines }, (_, n) => ({ time: '2026-11-24T22:00:00Z', content: `line ${n}` }));
  await rpc(lab.forgejo, runner, 'UpdateLog', { taskId: taken.taskId, index: '0', rows: sent });
}

/** The same text with the recorded task id replaced by ours. */
function translate(call: Call, scene: Scene): Readonly<Record<string, unknown>> {
  const ours = call.taskId === null ? undefined : scene.tasks.get(call.taskId);
  if (ours === undefined) return call.message;
  const id = typeof call.message['taskId'] === 'number' ? Number(ours) : ours;
  const state = call.message['state'];
  if (typeof state === 'object' && state !== null) return { ...call.message, state: { ...state, id } };
  return { ...call.message, taskId: id };
}

describe('replay of the recorded reports on dead runners', () => {
  it('answers each of the 57 runner calls as recorded', async () => {
    const rows = readRows('dead-runner.jsonl');
    const lab = createLab();
    const scene = await setScene(lab, rows);
    const ours = new Map([...scene.tasks].map(([recorded, own]) => [own, recorded]));
    const recordedNames = createNames();
    const ownNames = createNames();
    for (const [index, row] of rows.entries()) {
      const call = callOf(row);
      const runner = scene.runners.get(call.uuid) ?? { uuid: call.uuid, token: 'deleted' };
      const answer = await rpc(lab.forgejo, runner, call.method, translate(call, scene));
      const seen = bodyOf(answer.body, (id) => ours.get(id) ?? id, ownNames);
      expect({ index, status: answer.status, body: seen }).toEqual({
        index,
        status: call.status,
        body: bodyOf(call.body, (id) => id, recordedNames),
      });
    }
  });

  it('keeps the reason of a dead runner in the log and fails the job', async () => {
    const lab = createLab();
    const { handle } = lab.forgejo.queueJob({ repository: 'acme/app', name: 'slow', runsOn: ['self-hosted'] });
    const { runner, taskId } = await take(lab, 'repos/acme/app', handle, ['self-hosted']);
    await rpc(lab.forgejo, runner, 'UpdateLog', { taskId, index: '0', rows: [{ content: 'OOM\nKilled' }], noMore: true });
    await rpc(lab.forgejo, runner, 'UpdateTask', { state: { id: taskId, result: 'RESULT_FAILURE' } });
    expect(lab.forgejo.log(Number(taskId))).toEqual([{ time: null, content: 'OOM\\nKilled' }]);
    expect(lab.forgejo.jobs()).toMatchObject([{ handle, status: 'failure' }]);
    expect(lab.forgejo.runners()).toEqual([]);
  });
});

/** Pages are compared by what they are, runner ids not at all: other runners had been registered before. */
function bodyOf(text: string, taskId: (id: string) => string, names: (text: string) => string): unknown {
  if (text.trimStart().startsWith('<!DOCTYPE html>')) return 'a page';
  const body = JSON.parse(names(text));
  if (body.runner !== undefined) return { ...body, runner: { ...body.runner, id: 'any' } };
  return body.state === undefined ? body : { ...body, state: { ...body.state, id: taskId(body.state.id) } };
}
