/**
 * The whole service over HTTP, between a Forgejo and an OpenBao of loopback: who gets which token, and where none may ever stand.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeService, type Service } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { HttpResponse } from '../../src/forgejo/transport.ts';
import { createLog } from '../../src/log.ts';
import { patched } from '../api/specs.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { pair, responseOf } from './support/pairs.ts';
import { parameterOf, type StandIn, standIn } from './support/stand-in.ts';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.canaryOfTheServiceAccount.c2lnbmF0dXJl';
const TOKEN = 'ca4a27'.repeat(6);
const HOOK_TOKEN = 'hook-canary';
const PATH = 'kv/data/forgejo/k';

const directory = temporaryDirectory();
const file = (name: string) => join(directory, name);

const body: unknown = JSON.parse(readFileSync(new URL('../contract/a-job-is-queued/request.json', import.meta.url), 'utf8'));

function secretOf(token: string): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { data: { token }, metadata: {} } }),
  };
}

/** Every list is empty, for whoever presents the token; a wrong one is echoed, as Forgejo does. */
function forgejoAnswer({ headers }: { readonly headers: { readonly authorization?: string | undefined } }): HttpResponse {
  const presented = headers.authorization ?? '';
  if (presented === `token ${TOKEN}`)
    return { status: 200, headers: { 'x-total-count': '0', 'content-type': 'application/json' }, body: '[]' };
  return { status: 401, headers: {}, body: JSON.stringify({ message: `invalid username, password or token ${presented}` }) };
}

let forgejo: StandIn;
let evil: StandIn;
let bao: StandIn;
let service: Service;
let lines: string[];
let answers: string[];

beforeEach(async () => {
  forgejo = await standIn(forgejoAnswer);
  evil = await standIn(forgejoAnswer);
  bao = await standIn(() => secretOf(TOKEN));
  lines = [];
  answers = [];
  writeFileSync(file('hooks'), HOOK_TOKEN);
  writeFileSync(file('jwt'), `${JWT}\n`);
  writeFileSync(file('allow'), `k operator ${PATH} ${forgejo.url}\nother operator kv/data/forgejo/other ${forgejo.url}\n`);
});

afterEach(async () => {
  await service.app.stop();
  await service.close();
  for (const server of [forgejo, evil, bao]) await server.close();
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const config = loadConfig({
    BEARER_TOKEN_FILE: file('hooks'),
    FORGEJO_URL_ALLOWLIST: '127.0.0.1',
    OPENBAO_ADDR: bao.url,
    OPENBAO_TOKEN_FILE: file('jwt'),
    OPENBAO_ALLOW_FILE: file('allow'),
    ...environment,
  });
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  service = await composeService({ ...config, shutdownDelayMs: 0, shutdownGraceMs: 0 }, log);
}

/** One call for a pool; `changes` to the body. */
async function call(
  hook: 'sync' | 'finalize',
  changes: { readonly forgejo?: object; readonly identity?: object; readonly namespace?: string } = {},
) {
  const spec = {
    forgejo: { url: forgejo.url, tokenSecretRef: null, tokenFrom: { openbao: { role: 'operator', path: PATH } }, ...changes.forgejo },
    ...(changes.identity !== undefined && { identity: changes.identity }),
  };
  const metadata = changes.namespace === undefined ? {} : { namespace: changes.namespace };
  const payload = patched(body, { parent: { metadata, spec }, children: { 'ConfigMap.v1': null }, finalizing: hook === 'finalize' });
  const headers = { authorization: `Bearer ${HOOK_TOKEN}`, 'content-type': 'application/json' };
  const answer = await service.app.hooks.inject({ method: 'POST', url: `/${hook}`, headers, payload: JSON.stringify(payload) });
  answers.push(answer.body);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

function conditionOf(answer: { status: { conditions: readonly { type: string; status: string; reason: string }[] } }, type: string) {
  const { status, reason } = answer.status.conditions.find((condition) => condition.type === type) ?? expect.fail(`no ${type}`);
  return { status, reason };
}

describe('a pool whose token is in OpenBao', () => {
  it('has it sent to its Forgejo, and no Secret is asked for', async () => {
    await start();
    expect(conditionOf(await call('sync'), 'Authorized')).toEqual({ status: 'True', reason: 'TokenAccepted' });
    expect(new Set(forgejo.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`token ${TOKEN}`]));
    expect(bao.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([`GET /v1/${PATH}`]);
    expect(parameterOf(bao.asked[0]?.headers['x-vault-inline-auth-parameter-jwt'])).toEqual({ key: 'jwt', value: JWT });
  });

  it.each([
    { file: 'localhost.pem', condition: { status: 'True', reason: 'TokenAccepted' }, because: 'the CA is the right one' },
    { file: null, condition: { status: 'False', reason: 'OpenBaoUnreachable' }, because: 'no CA of the system knows this server' },
  ])('speaks TLS with OpenBao, by OPENBAO_CA_FILE: $because', async ({ file: name, condition }) => {
    const fixture = (of: string) => readFileSync(new URL(`../fixtures/tls/${of}`, import.meta.url), 'utf8');
    const tls = { cert: fixture('localhost.pem'), key: fixture('localhost.key') };
    const secure = await standIn(() => secretOf(TOKEN), tls);
    if (name !== null) writeFileSync(file('ca'), fixture(name));
    await start({ OPENBAO_ADDR: secure.url, ...(name !== null && { OPENBAO_CA_FILE: file('ca') }) });
    expect(conditionOf(await call('sync'), 'Authorized')).toEqual(condition);
    expect(secure.asked).toHaveLength(name === null ? 0 : 1);
    await secure.close();
  });

  it('shares the read with other pools of its namespace', async () => {
    await start();
    await Promise.all([call('sync'), call('sync'), call('sync')]);
    expect(bao.asked).toHaveLength(1);
  });

  it('has no token, and loses nothing, while OpenBao is sealed', async () => {
    await start();
    bao.answer = () => responseOf(pair('operator: kv read while sealed'));
    const answer = await call('sync');
    expect(conditionOf(answer, 'Authorized')).toEqual({ status: 'False', reason: 'OpenBaoSealed' });
    expect(conditionOf(answer, 'ForgejoReachable')).toEqual({ status: 'Unknown', reason: 'NotAsked' });
    expect(forgejo.asked).toEqual([]);
  });
});

describe('a pool with an identity', () => {
  const identity = () => ({ openbao: { address: bao.url, role: 'r' } });
  const HEALTH = { active: 'health active', sealed: 'sys/health sealed' };

  function documents(path: string): HttpResponse | null {
    const issuer = `${forgejo.url}/api/actions`;
    if (path.endsWith('/openid-configuration')) {
      const document = { issuer, jwks_uri: `${issuer}/.well-known/keys`, id_token_signing_alg_values_supported: ['RS256'] };
      return { status: 200, headers: {}, body: JSON.stringify(document) };
    }
    return path.endsWith('/keys') ? { status: 200, headers: {}, body: '{"keys":[{"alg":"RS256","use":"sig"}]}' } : null;
  }

  /** The condition once both servers have answered. */
  async function settled(health: keyof typeof HEALTH) {
    const { server_time_utc: _, ...state } = JSON.parse(responseOf(pair(HEALTH[health])).body);
    await start({ IDENTITY_URL_ALLOWLIST: '127.0.0.1' });
    forgejo.answer = (request) => documents(request.path) ?? forgejoAnswer(request);
    bao.answer = ({ path }) => (path === '/v1/sys/health' ? { status: 200, headers: {}, body: JSON.stringify(state) } : secretOf(TOKEN));
    expect(conditionOf(await call('sync', { identity: identity() }), 'OIDCReady')).toEqual({ status: 'Unknown', reason: 'OidcUnchecked' });
    let answer = await call('sync', { identity: identity() });
    while (conditionOf(answer, 'OIDCReady').reason === 'OidcUnchecked') answer = await call('sync', { identity: identity() });
    return answer;
  }

  it('is told when both servers are ready', async () => {
    expect(conditionOf(await settled('active'), 'OIDCReady')).toEqual({ status: 'True', reason: 'OidcChecked' });
  });

  it('works on when OpenBao is not ready for its jobs', async () => {
    const answer = await settled('sealed');
    expect(conditionOf(answer, 'OIDCReady')).toEqual({ status: 'False', reason: 'OpenBaoSealed' });
    expect(conditionOf(answer, 'Ready').status).toBe('True');
  });

  it('is asked for once, however often it is synced, and by nobody who waits', async () => {
    await settled('active');
    await Promise.all(Array.from({ length: 5 }, () => call('sync', { identity: identity() })));
    expect(bao.asked.filter(({ path }) => path === '/v1/sys/health')).toHaveLength(1);
    expect(forgejo.asked.filter(({ path }) => path.startsWith('/api/actions/'))).toHaveLength(2);
  });
});

describe('the files of the configuration', () => {
  const POLL = { FILE_POLL_SECONDS: '1' };
  const CA = readFileSync(new URL('../fixtures/tls/localhost.pem', import.meta.url), 'utf8');

  it('a row that is struck off gives nothing any more, although the CA beside it can not be used', async () => {
    writeFileSync(file('ca'), CA);
    await start({ ...POLL, OPENBAO_CA_FILE: file('ca') });
    expect(conditionOf(await call('sync'), 'Authorized').reason).toBe('TokenAccepted');
    rmSync(file('ca'));
    writeFileSync(file('allow'), '# none\n');
    await expect.poll(async () => conditionOf(await call('sync'), 'Authorized').reason, { timeout: 5_000 }).toBe('TokenSourceNotAllowed');
  });

  it('a CA that is replaced by none leaves the one before', async () => {
    const key = readFileSync(new URL('../fixtures/tls/localhost.key', import.meta.url), 'utf8');
    const secure = await standIn(() => secretOf(TOKEN), { cert: CA, key });
    writeFileSync(file('ca'), CA);
    await start({ ...POLL, OPENBAO_ADDR: secure.url, OPENBAO_CA_FILE: file('ca') });
    writeFileSync(file('ca'), 'half of a file');
    await expect.poll(() => lines.filter((line) => line.includes('are not usable')).length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(conditionOf(await call('sync'), 'Authorized').reason).toBe('TokenAccepted');
    await secure.close();
  });
});

describe('what an operator sees of it', () => {
  const said = (text: string) => lines.filter((line) => line.includes(`"msg":"${text}"`)).map((line): object => JSON.parse(line));

  async function scrape(): Promise<readonly string[]> {
    const { body: text } = await service.app.metrics.inject({ method: 'GET', url: '/metrics' });
    return text.split('\n').filter((line) => line.startsWith('forgejo_runner_operator_openbao_'));
  }

  it('is nothing in the log, and a good secret in the meters, while all is well', async () => {
    await start();
    await call('sync');
    expect([said('OpenBao gives no token'), said('OpenBao gives a token again')]).toEqual([[], []]);
    const meters = await scrape();
    expect(meters).toContain('forgejo_runner_operator_openbao_requests_total{endpoint="read",outcome="good"} 1');
    expect(meters).toContain('forgejo_runner_operator_openbao_secrets{state="good"} 1');
    expect(meters).toContain('forgejo_runner_operator_openbao_secrets{state="denied"} 0');
    expect(Number(meters.find((line) => line.includes('_age_seconds'))?.split(' ')[1])).toBeLessThan(5);
  });

  it('is one warning for each secret that OpenBao refuses, and the reason', async () => {
    await start({ OPENBAO_INLINE_AUTH: 'off' });
    bao.answer = () => responseOf(pair('operator login: other SA'));
    for (let calls = 0; calls < 3; calls += 1) await call('sync');
    expect(said('OpenBao gives no token')).toMatchObject([
      { level: 'warn', role: 'operator', path: PATH, from: null, reason: 'denied', because: { step: 'login', status: 400 } },
    ]);
    const meters = await scrape();
    expect(meters).toContain('forgejo_runner_operator_openbao_requests_total{endpoint="login",outcome="denied"} 1');
    expect(meters).toContain('forgejo_runner_operator_openbao_secrets{state="denied"} 1');
    expect(meters.filter((line) => line.includes('_age_seconds'))).toEqual([]);
  });
});

describe('what an author of pools may try', () => {
  it.each([
    { forgejo: (url: string) => ({ url }), because: "another's token would go to a server of the author" },
    {
      forgejo: () => ({ tokenFrom: { openbao: { role: 'operator', path: 'kv/data/forgejo/other' } } }),
      because: "another namespace's secret",
    },
    { forgejo: () => ({ tokenFrom: { openbao: { role: 'admin', path: PATH } } }), because: 'a role that may more' },
  ])('reaches neither OpenBao nor that server: $because', async ({ forgejo: change }) => {
    await start();
    await call('sync');
    const before = [bao.asked.length, forgejo.asked.length];
    const answer = await call('sync', { forgejo: change(evil.url) });
    expect(conditionOf(answer, 'Authorized')).toEqual({ status: 'False', reason: 'TokenSourceNotAllowed' });
    expect([bao.asked.length, forgejo.asked.length]).toEqual(before);
    expect(evil.asked).toEqual([]);
  });

  it('in another namespace gets nothing of what is in memory for the first', async () => {
    await start();
    await call('sync');
    const answer = await call('sync', { namespace: 'stranger', forgejo: { url: evil.url } });
    expect(conditionOf(answer, 'Authorized')).toEqual({ status: 'False', reason: 'TokenSourceNotAllowed' });
    expect(evil.asked).toEqual([]);
  });

  it('an identity does not make the service ask a server that its administrator does not name', async () => {
    await start();
    const identity = { openbao: { address: evil.url, role: 'r' } };
    await call('sync', { identity });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(conditionOf(await call('sync', { identity }), 'OIDCReady').status).not.toBe('True');
    expect(evil.asked).toEqual([]);
  });

  it('an identity at a server that is named is asked for its health, without any token', async () => {
    await start({ IDENTITY_URL_ALLOWLIST: '127.0.0.1' });
    const identity = { openbao: { address: evil.url, role: 'r' } };
    await call('sync', { identity });
    await expect.poll(() => evil.asked.length).toBe(1);
    expect(evil.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/sys/health']);
    expect(JSON.stringify(evil.asked)).not.toMatch(new RegExp(`${JWT}|${TOKEN}|vault|authorization`));
  });

  it('a redirect of OpenBao leads the service nowhere', async () => {
    await start();
    bao.answer = ({ path }) => ({ status: 307, headers: { location: `${evil.url}${path}` }, body: '' });
    expect(conditionOf(await call('sync'), 'Authorized').reason).toBe('OpenBaoUnreachable');
    expect(evil.asked).toEqual([]);
  });
});

describe('neither the token of the service account nor that of the pool stands anywhere', () => {
  const echo =
    (status: number): StandIn['answer'] =>
    (request) => ({
      status,
      headers: {},
      body: JSON.stringify({ errors: [`what I got was ${JWT} and ${request.body} and ${TOKEN}`] }),
    });

  const SOME_READ = { method: 'GET', path: '', headers: {}, body: '' };

  it.each([
    { because: 'all is well', inline: 'on', answer: () => secretOf(TOKEN) },
    { because: 'a login is refused, and the answer quotes it', inline: 'off', answer: echo(400) },
    { because: 'a read is refused', inline: 'on', answer: echo(403) },
    { because: 'the secret is missing', inline: 'on', answer: echo(404) },
    { because: 'OpenBao breaks', inline: 'on', answer: echo(500) },
    { because: 'OpenBao is no OpenBao', inline: 'off', answer: echo(200) },
    { because: 'Forgejo does not know the token, and echoes it', inline: 'on', answer: () => secretOf(`wrong-${TOKEN}`) },
  ])('when $because', async ({ inline, answer }) => {
    await start({ OPENBAO_INLINE_AUTH: inline, IDENTITY_URL_ALLOWLIST: '127.0.0.1' });
    bao.answer = answer;
    const identity = { openbao: { address: bao.url, role: 'r' } };
    await call('sync', { identity });
    await call('finalize', { identity });
    expect(bao.asked.length).toBeGreaterThan(0);
    const { body: metrics } = await service.app.metrics.inject({ method: 'GET', url: '/metrics' });
    const said = [...answers, ...lines, metrics].join('\n');
    expect(said.length).toBeGreaterThan(1_000);
    expect(metrics).toContain('forgejo_runner_operator_openbao_requests_total{');
    expect(said.includes('OpenBao gives no token')).toBe(bao.answer(SOME_READ).status !== 200 || inline === 'off');
    const inHeaders = bao.asked.flatMap(({ headers }) => headers['x-vault-inline-auth-parameter-jwt'] ?? []);
    expect(inHeaders.length > 0).toBe(inline === 'on');
    for (const secret of [JWT, TOKEN, btoa(TOKEN), HOOK_TOKEN, ...inHeaders]) expect(said).not.toContain(secret);
  });
});
