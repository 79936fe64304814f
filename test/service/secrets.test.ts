/** The API token and the runners' tokens stand in the data of Secrets and nowhere else: not in answers, logs, metrics or errors. */
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
import { createBoard } from '../../src/ui/board.ts';
import type { ContractCase } from '../contract/support/case.ts';
import { API_TOKEN, createScriptedForgejo } from '../contract/support/forgejo.ts';
import { objectOf } from '../contract/support/golden.ts';

interface Seen {
  /** Every token that was valid in the run, the API token first. */
  readonly tokens: readonly string[];
  readonly answers: readonly string[];
  readonly statuses: readonly number[];
  readonly log: string;
  readonly metrics: string;
  /** The page after each call. */
  readonly pages: readonly string[];
  /** Data of the Secrets that were answered. */
  readonly secretData: string;
}

interface Call {
  readonly hook: 'sync' | 'finalize' | 'customize';
  /** Directory and file below test/contract. */
  readonly request: string;
  readonly payload?: (text: string) => string;
}

/** Calls the service over HTTP, as Metacontroller does, against a Forgejo as `contract` has it. */
async function callService(contract: Pick<ContractCase, 'token'>, changes: ForgejoChanges, calls: readonly Call[]): Promise<Seen> {
  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  const clock = createVirtualClock(Date.parse('2026-11-25T00:00:00Z'));
  const forgejo = createScriptedForgejo(clock, { because: 'secrets.test.ts', steps: [], ...contract });
  forgejo.change(changes);
  const config = { ...loadConfig({}), shutdownDelayMs: 0, shutdownGraceMs: 0 };
  const metrics = createMetrics({ version: '0.0.0', node: 'v24' }, clock);
  const transport = watchTransport(forgejo.transport, clock, [metrics.forgejo.requestEnded, requestLog(log)]);
  const board = createBoard(clock);
  const operator = createOperator({
    transport,
    reader: createReader({ transport, clock, onServed: metrics.forgejo.readServed }),
    clock,
    log: createOperatorLog(log),
    observers: [metrics.pools, createChangeLog(log, clock), board.observer],
    assets: { oneJobScript: '#!/bin/sh\n', jobEnvScript: '#!/bin/sh\n' },
    randomSecret: () => 'c'.repeat(64),
    config,
  });
  const ui = { board, replica: { host: 'replica', version: '0.0.0' } };
  const app = await createApp({ operator, log, metrics, config, ui });
  const pages: string[] = [];
  const answers: string[] = [];
  const statuses: number[] = [];
  for (const { hook, request, payload = (text: string) => text } of calls) {
    const text = readFileSync(new URL(`../contract/${request}`, import.meta.url), 'utf8');
    const headers = { 'content-type': 'application/json' };
    const answer = await app.hooks.inject({ method: 'POST', url: `/${hook}`, headers, payload: payload(text) });
    answers.push(JSON.stringify(answer.headers) + answer.body);
    statuses.push(answer.statusCode);
    pages.push((await app.metrics.inject({ url: '/ui' })).body);
    await clock.advance(20_000);
  }
  const scraped = await app.metrics.inject({ method: 'GET', url: '/metrics' });
  await app.stop();
  const secretData = answers.flatMap((answer) => secretsOf(answer).map((secret) => JSON.stringify(secret['data']))).join('\n');
  const tokens = [API_TOKEN, ...forgejo.tokens().values()];
  return { tokens, answers, statuses, log: lines.join('\n'), metrics: scraped.body, pages, secretData };
}

type ForgejoChanges = Parameters<ReturnType<typeof createScriptedForgejo>['change']>[0];

function secretsOf(answer: string): readonly Readonly<Record<string, unknown>>[] {
  const { children } = objectOf(JSON.parse(answer.slice(answer.indexOf('}{') + 1)));
  return Array.isArray(children) ? children.map(objectOf).filter(({ kind }) => kind === 'Secret') : [];
}

/** The text less the data of Secrets. */
function outsideOfSecrets(answer: string): string {
  return secretsOf(answer).reduce((text, secret) => text.replaceAll(JSON.stringify(secret['data']), ''), answer);
}

/** Tokens that the text holds, as they are, in base64 or as a part that would still identify them. */
function tokensIn(text: string, tokens: readonly string[]): readonly string[] {
  return tokens.filter((token) => [token, btoa(token), token.slice(0, 20), token.slice(-20)].some((form) => text.includes(form)));
}

function expectSilence(seen: Seen): void {
  for (const answer of seen.answers) expect(tokensIn(outsideOfSecrets(answer), seen.tokens)).toEqual([]);
  expect(tokensIn(seen.log, seen.tokens)).toEqual([]);
  expect(tokensIn(seen.metrics, seen.tokens)).toEqual([]);
  expect(tokensIn(seen.pages.join('\n'), seen.tokens)).toEqual([]);
}

const HANDLE = '5cd92ef3-723f-4507-9ce3-426767be367d';
const OTHER_HANDLE = '77d9a1a4-0d0e-4d4e-9a39-0f5a5b0a7c11';
const WAITING = { id: 11, handle: HANDLE, name: 'build', status: 'waiting' } as const;

it('a runner is registered: its token stands in the data of its Secret, the API token nowhere', async () => {
  const seen = await callService({}, { jobs: [WAITING] }, [
    { hook: 'customize', request: 'what-a-sync-must-see-is-asked-for/request.json' },
    { hook: 'sync', request: 'a-job-is-queued/request.json' },
  ]);
  expect(seen.statuses).toEqual([200, 200]);
  const [, ...runnerTokens] = seen.tokens;
  expect(runnerTokens).toHaveLength(1);
  expect(tokensIn(seen.secretData, seen.tokens)).toEqual(runnerTokens);
  expect(seen.log).toContain('registered a runner');
  expect(seen.pages.at(-1)).toContain('<bdi>build</bdi>');
  expect(seen.pages.join('\n')).not.toContain(HANDLE);
  expectSilence(seen);
});

it('Forgejo refuses the API token and echoes it: the condition and the log say 401 alone', async () => {
  const seen = await callService({ token: null }, {}, [{ hook: 'sync', request: 'forgejo-refuses-the-token/request.json' }]);
  expect(seen.answers.join()).toContain('TokenRefused');
  expectSilence(seen);
});

it('a registration is refused with an answer that echoes the token', async () => {
  const echo = JSON.stringify({ message: `access token does not exist [sha: ${API_TOKEN}]` });
  const faults = [401, 403, 422, 500].map((status) => ({
    endpoints: ['create' as const],
    times: 1,
    fault: { kind: 'answer' as const, status, body: echo },
  }));
  for (const fault of faults) {
    const seen = await callService({}, { jobs: [WAITING], faults: [fault] }, [{ hook: 'sync', request: 'a-job-is-queued/request.json' }]);
    expect(seen.log).toContain('Forgejo did not do what it was asked');
    expectSilence(seen);
  }
});

it('a dead runner is asked and reported, and its pool deleted', async () => {
  const runner = { id: 7, uuid: '2f6f586d-7b8b-49b6-9837-000000000007', name: 'dead', status: 'idle' as const };
  const seen = await callService({}, { runners: [runner], jobs: [{ ...WAITING, status: 'running', task: 5, runner: 7 }] }, [
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/1-request.json' },
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/2-request.json' },
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/3-request.json' },
    { hook: 'finalize', request: 'a-deleted-pool-can-not-reach-forgejo/1-request.json' },
  ]);
  expect(seen.statuses).toEqual([200, 200, 200, 200]);
  expect(seen.log).toContain('a lost task is over: reported as failed, or it had ended already');
  expectSilence(seen);
});

it('the metrics tell of pools and never of jobs, runners or repositories', async () => {
  const runner = { id: 7, uuid: '2f6f586d-7b8b-49b6-9837-000000000007', name: 'the-runner', status: 'active' as const };
  const job = { ...WAITING, name: 'the-job', status: 'running' as const, task: 5, runner: 7 };
  const seen = await callService({}, { runners: [runner], jobs: [job, { ...WAITING, id: 12, handle: OTHER_HANDLE, name: 'next-job' }] }, [
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/1-request.json' },
    { hook: 'sync', request: 'a-job-is-queued/request.json' },
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/2-request.json' },
    { hook: 'sync', request: 'a-runner-dies-in-mid-task/3-request.json' },
  ]);
  expect(seen.statuses).toEqual([200, 200, 200, 200]);
  expect(seen.metrics).toMatch(/^runnerpool_registrations_total\{namespace="\S+",pool="\S+",result="made"\} [1-9]/m);
  expect(seen.metrics).toMatch(/^forgejo_runner_operator_forgejo_requests_total\{endpoint="register",status="201"\} [1-9]/m);
  const names = [HANDLE, OTHER_HANDLE, 'the-job', 'next-job', 'the-runner', runner.uuid, 'acme', ...runnerNamesOf(seen)];
  expect(names.length).toBeGreaterThan(7);
  expect(names.filter((name) => seen.metrics.includes(name))).toEqual([]);
});

it('a request to Forgejo is logged as a question with its status, without address, body or name', async () => {
  const seen = await callService({}, { jobs: [WAITING] }, [{ hook: 'sync', request: 'a-job-is-queued/request.json' }]);
  const asked = seen.log.split('\n').flatMap((line) => (line.includes('"asked Forgejo"') ? [objectOf(JSON.parse(line))] : []));
  expect(asked.map(({ endpoint, status }) => `${String(endpoint)} ${String(status)}`)).toContain('register 201');
  expect(new Set(asked.flatMap((line) => Object.keys(line)))).toEqual(
    new Set(['level', 'time', 'pid', 'hostname', 'call', 'endpoint', 'method', 'status', 'ms', 'msg']),
  );
  expect(new Set(asked.map(({ call }) => call)).size).toBe(1);
});

function runnerNamesOf({ answers }: Seen): readonly string[] {
  return answers.flatMap((answer) => secretsOf(answer).map((secret) => String(objectOf(secret['metadata'])['name'])));
}

it('a body that can not be used is not repeated, whatever it holds', async () => {
  const request = 'an-assigned-runner-is-busy/1-request.json';
  const seen = await callService({}, {}, [
    { hook: 'sync', request, payload: (text) => text.slice(0, -10) },
    { hook: 'sync', request, payload: (text) => text.replace('"finalizing": false', `"finalizing": "${API_TOKEN}"`) },
    { hook: 'sync', request, payload: (text) => text.replace('"kind": "RunnerPool"', `"kind": "${API_TOKEN}"`) },
    { hook: 'sync', request, payload: () => JSON.stringify(API_TOKEN) },
    { hook: 'finalize', request, payload: (text) => text.replaceAll('"k/', '"') },
  ]);
  expect(seen.statuses).toEqual([400, 400, 400, 400, 400]);
  expectSilence(seen);
});
