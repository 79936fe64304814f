/** The client over real HTTP, against a stand-in that replays recorded answers. */
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../src/forgejo/address-policy.ts';
import { createUndiciTransport } from '../../src/forgejo/undici-transport.ts';
import { createSecretReader, type SecretReaderOptions } from '../../src/openbao/secrets.ts';
import { pair, responseOf, UNMASKED } from './support/pairs.ts';
import { parameterOf, type StandIn, standIn } from './support/stand-in.ts';

const PLACE = { role: 'operator', path: 'kv/data/agrada/forgejo' };
const JWT = 'eyJhbGciOiJFUzI1NiJ9.canary-of-the-service-account.c2ln';
const READ = { kind: 'read', values: new Map([['token', UNMASKED]]) };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function bao(answer: StandIn['answer']): Promise<StandIn> {
  const server = await standIn(answer);
  cleanups.push(server.close);
  return server;
}

function readerOf(server: StandIn, changes: Partial<SecretReaderOptions> = {}) {
  const { transport, close } = createUndiciTransport({ addressPolicy: createAddressPolicy([server.url]), userAgent: 'test/1' });
  cleanups.push(close);
  return createSecretReader({
    transport,
    address: server.url,
    mount: 'k8s',
    namespace: null,
    ca: () => null,
    inline: true,
    serviceAccountToken: () => Promise.resolve(`${JWT}\n`),
    timeoutMs: 2_000,
    ...changes,
  });
}

describe('with inline authentication', () => {
  it('one request brings login and secret, as it was recorded', async () => {
    const recorded = pair('operator inline auth');
    const server = await bao(() => responseOf(recorded));
    expect(await readerOf(server).read(PLACE)).toEqual(READ);
    const [{ method, path, headers } = expect.fail('nothing was asked'), ...more] = server.asked;
    expect(more).toEqual([]);
    expect({ method, path }).toEqual({ method: recorded.request.method, path: recorded.request.path });
    expect(headers['x-vault-inline-auth-path']).toBe(recorded.request.headers?.['X-Vault-Inline-Auth-Path']);
    expect(parameterOf(headers['x-vault-inline-auth-parameter-role'])).toEqual({ key: 'role', value: 'operator' });
    expect(parameterOf(headers['x-vault-inline-auth-parameter-jwt'])).toEqual({ key: 'jwt', value: JWT });
    expect(headers).not.toHaveProperty('x-vault-token');
    expect(headers).not.toHaveProperty('x-vault-namespace');
  });

  it('a namespace is a header', async () => {
    const server = await bao(() => responseOf(pair('operator inline auth')));
    await readerOf(server, { namespace: 'team/a' }).read(PLACE);
    expect(server.asked[0]?.headers['x-vault-namespace']).toBe('team/a');
  });

  it('the token of the service account is read from disk each time', async () => {
    const server = await bao(() => responseOf(pair('operator inline auth')));
    const tokens = ['first', 'second'];
    const reader = readerOf(server, { serviceAccountToken: () => Promise.resolve(tokens.shift() ?? '') });
    await reader.read(PLACE);
    await reader.read(PLACE);
    const sent = server.asked.map(({ headers }) => parameterOf(headers['x-vault-inline-auth-parameter-jwt']));
    expect(sent).toEqual([
      { key: 'jwt', value: 'first' },
      { key: 'jwt', value: 'second' },
    ]);
  });

  it.each([
    { token: () => Promise.reject(Object.assign(new Error(JWT), { code: 'ENOENT' })), code: 'ENOENT' },
    { token: () => Promise.resolve(' \n'), code: 'NO_TOKEN_IN_IT' },
    { token: () => Promise.resolve('two words'), code: 'NO_TOKEN_IN_IT' },
  ])('without such a token nothing is asked: $code', async ({ token, code }) => {
    const server = await bao(() => expect.fail('it was asked'));
    const outcome = await readerOf(server, { serviceAccountToken: token }).read(PLACE);
    expect(outcome).toEqual({ kind: 'unavailable', because: { kind: 'noServiceAccountToken', code } });
    expect(server.asked).toEqual([]);
  });
});

describe('with a login', () => {
  const login = pair('operator login (jwks_url)');
  const kv = pair('operator kv read');
  const revoked = pair('kv: after revoke');

  function loginThenRead(server: StandIn) {
    return readerOf(server, { inline: false });
  }

  it('logs in once, and reads with that token', async () => {
    const server = await bao(({ method }) => responseOf(method === 'POST' ? login : kv));
    const reader = loginThenRead(server);
    expect([await reader.read(PLACE), await reader.read(PLACE)]).toEqual([READ, READ]);
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/auth/k8s/login',
      'GET /v1/kv/data/agrada/forgejo',
      'GET /v1/kv/data/agrada/forgejo',
    ]);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ role: 'operator', jwt: JWT });
    expect(server.asked[2]?.headers).toMatchObject({ 'x-vault-token': UNMASKED });
  });

  it('logs in again, once, when that token is refused: it may have ended', async () => {
    const server = await bao(({ method }) => responseOf(method === 'POST' ? login : kv));
    const reader = loginThenRead(server);
    await reader.read(PLACE);
    let dead = true;
    server.answer = ({ method }) => {
      if (method === 'POST') dead = false;
      return responseOf(method === 'POST' ? login : dead ? revoked : kv);
    };
    expect(await reader.read(PLACE)).toEqual(READ);
    expect(server.asked.slice(2).map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
  });

  it('is denied when a fresh token is refused too', async () => {
    const server = await bao(({ method }) => responseOf(method === 'POST' ? login : kv));
    const reader = loginThenRead(server);
    await reader.read(PLACE);
    server.answer = ({ method }) => responseOf(method === 'POST' ? login : pair('inline auth other path (denied)'));
    expect(await reader.read(PLACE)).toEqual({ kind: 'denied', step: 'read', status: 403 });
    expect(server.asked).toHaveLength(5);
  });

  it.each(['operator login: other SA', 'k: login: other namespace', 'operator: login while sealed'])(
    'asks for no secret when the login fails: %s',
    async (label) => {
      const server = await bao(() => responseOf(pair(label)));
      expect((await loginThenRead(server).read(PLACE)).kind).toBe(pair(label).status === 503 ? 'unavailable' : 'denied');
      expect(server.asked).toHaveLength(1);
    },
  );

  it('keeps its token while OpenBao is sealed', async () => {
    const server = await bao(({ method }) => responseOf(method === 'POST' ? login : kv));
    const reader = loginThenRead(server);
    await reader.read(PLACE);
    server.answer = () => responseOf(pair('operator: kv read while sealed'));
    expect(await reader.read(PLACE)).toEqual({ kind: 'unavailable', because: { kind: 'sealed' } });
    server.answer = () => responseOf(pair('operator: kv read just after unseal'));
    expect(await reader.read(PLACE)).toEqual(READ);
    expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('a redirect is never followed: the token of the service would go along', () => {
  it.each([true, false])('inline: %s', async (inline) => {
    const other = await bao(() => responseOf(pair('operator inline auth')));
    const server = await bao(({ path }) => ({ status: 307, headers: { location: `${other.url}${path}` }, body: '' }));
    expect(await readerOf(server, { inline }).read(PLACE)).toEqual({ kind: 'unavailable', because: { kind: 'moved' } });
    expect(other.asked).toEqual([]);
  });
});

it('an address that does not answer is unreachable', async () => {
  const server = await bao(() => responseOf(pair('operator inline auth')));
  await server.close();
  expect(await readerOf(server).read(PLACE)).toEqual({ kind: 'unavailable', because: { kind: 'unreachable', code: 'ECONNREFUSED' } });
});
