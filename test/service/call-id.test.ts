/** One id from a hook call to every line of the log that it causes, down to each request at Forgejo. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createVirtualClock } from '../../src/dev/cluster/virtual-clock.ts';
import { createReader } from '../../src/forgejo/reader.ts';
import { watchTransport } from '../../src/forgejo/watched-transport.ts';
import { createChangeLog } from '../../src/hooks/change-log.ts';
import { createOperator } from '../../src/hooks/operator.ts';
import { createOperatorLog } from '../../src/hooks/operator-log.ts';
import { createLog, requestLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { createCallIds, currentCallId, inCall } from '../../src/service/call-id.ts';
import { createScriptedForgejo } from '../contract/support/forgejo.ts';

interface Line {
  readonly msg: string;
  readonly call?: string;
  readonly level: string;
  readonly endpoint?: string;
}

const REQUEST = readFileSync(new URL('../contract/a-job-is-queued/request.json', import.meta.url), 'utf8');
const JSON_TYPE = { 'content-type': 'application/json' };
type ForgejoChanges = Parameters<ReturnType<typeof createScriptedForgejo>['change']>[0];

/** Calls `/sync` with each of these bodies at once, `headers` in each. */
async function linesOf(changes: ForgejoChanges, payloads: readonly string[], headers: Readonly<Record<string, string>> = {}) {
  const lines: Line[] = [];
  const log = createLog('debug', { write: (line) => void lines.push(JSON.parse(line)) });
  const clock = createVirtualClock(Date.parse('2026-11-25T00:00:00Z'));
  const forgejo = createScriptedForgejo(clock, { because: 'call-id.test.ts', steps: [] });
  forgejo.change(changes);
  const transport = watchTransport(forgejo.transport, clock, [requestLog(log)]);
  const config = { ...loadConfig({}), shutdownDelayMs: 0, shutdownGraceMs: 0 };
  const operator = createOperator({
    transport,
    reader: createReader({ transport, clock }),
    clock,
    log: createOperatorLog(log),
    observers: [createChangeLog(log, clock)],
    assets: { oneJobScript: '', jobEnvScript: '' },
    randomSecret: () => 'c'.repeat(64),
    config,
  });
  const app = await createApp({ operator, log, metrics: createMetrics({ version: '0.0.0', node: 'v24' }), config });
  const post = (payload: string) => app.hooks.inject({ method: 'POST', url: '/sync', headers: { ...JSON_TYPE, ...headers }, payload });
  await Promise.all(payloads.map(post));
  await app.stop();
  return lines;
}

const JOB = { id: 11, handle: '5cd92ef3-723f-4507-9ce3-426767be367d', name: 'build', status: 'waiting' } as const;
/** As if a second pool had its uid; it shares every read with the first. */
const OTHER_POOL = REQUEST.replaceAll('d854afc4-eb08-4d29-b4fb-94ca3300977f', 'd854afc4-eb08-4d29-b4fb-000000000000');
const OTHER_SCOPE = OTHER_POOL.replace(/"organization": "\w+"/, '"organization": "umbrella"');

it('the lines of a call, and of each request that it makes, have one id', async () => {
  const lines = await linesOf({ jobs: [JOB] }, [REQUEST]);
  expect(lines.map(({ endpoint, msg }) => endpoint ?? msg)).toEqual(
    expect.arrayContaining(['list-jobs', 'list-runners', 'register', 'registered a runner']),
  );
  expect(new Set(lines.map(({ call }) => call)).size).toBe(1);
  expect(lines[0]?.call).toMatch(/^[0-9a-f]{8}-1$/);
});

it('two pools that are called for at once have each their own, also in what they ask', async () => {
  const lines = await linesOf({ jobs: [JOB, { ...JOB, id: 12, handle: '77d9a1a4-0d0e-4d4e-9a39-0f5a5b0a7c11' }] }, [REQUEST, OTHER_SCOPE]);
  const calls = (wanted: string) => lines.filter(({ msg, endpoint }) => (endpoint ?? msg) === wanted).map(({ call }) => call);
  expect(new Set(calls('answered a call'))).toEqual(new Set(calls('list-jobs')));
  expect(new Set(calls('list-jobs')).size).toBe(2);
  expect(new Set(calls('register')).size).toBe(1);
  expect(new Set(calls('registered a runner'))).toEqual(new Set(calls('register')));
});

it('a call that changes nothing tells its pool too, so that its questions can be told whose they are', async () => {
  const called = (await linesOf({}, [REQUEST])).filter(({ msg }) => msg === 'answered a call');
  expect(called).toEqual([expect.objectContaining({ level: 'debug', namespace: 'k', pool: expect.any(String) })]);
});

it('a read that two pools share is that of the one that began it', async () => {
  const lines = await linesOf({}, [REQUEST, OTHER_POOL]);
  expect(lines.filter(({ endpoint }) => endpoint === 'list-jobs').map(({ call }) => call)).toEqual([expect.stringMatching(/-1$/)]);
});

it('a warning has it too', async () => {
  const refused = { endpoints: ['create' as const], times: 1, fault: { kind: 'answer' as const, status: 403, body: '{}' } };
  const lines = await linesOf({ jobs: [JOB], faults: [refused] }, [REQUEST]);
  const warned = lines.filter(({ level }) => level === 'warn');
  expect(warned.map(({ msg }) => msg)).toContain('Forgejo did not do what it was asked');
  expect(new Set(warned.map(({ call }) => call))).toEqual(new Set([lines[0]?.call]));
});

it('a body that is no JSON is refused under an id', async () => {
  const [line] = await linesOf({}, ['{']);
  expect(line).toMatchObject({ level: 'warn', msg: 'request refused', call: expect.stringMatching(/^[0-9a-f]{8}-1$/) });
});

it('what a caller calls itself does not get into the log', async () => {
  const lines = await linesOf({ jobs: [JOB] }, [REQUEST], { 'request-id': 'mine', 'x-request-id': 'mine', traceparent: 'mine' });
  expect(JSON.stringify(lines)).not.toContain('mine');
});

it('outside of a call there is none, and ids of two processes differ', () => {
  expect(currentCallId()).toBeUndefined();
  expect(inCall('a-1', currentCallId)).toBe('a-1');
  expect(createCallIds()()).not.toBe(createCallIds()());
});
