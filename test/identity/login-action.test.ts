/** The action, run by real shells with curl and jq against recorded answers. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ACTION, SHELLS } from './support/job.ts';
import { closeLogins, startLogin } from './support/login.ts';
import { type Answer, CANARIES, GOOD, ID_TOKEN_PATH, type Received, type Replay, startReplay } from './support/replay.ts';

const HARBOR = 'kv/data/ci/acme/app/harbor';
const PASSWORD = 'lab-robot-pw-acme-app-7Kq2';
const USER = 'robot$acme+app+ci';

const CA = new URL('../fixtures/tls/localhost.pem', import.meta.url).pathname;
const TLS = { cert: readFileSync(CA), key: readFileSync(CA.replace('.pem', '.key')) };

afterEach(closeLogins);

function secretsOf(...lines: readonly string[]): { readonly secrets: string; readonly retries: string } {
  return { secrets: lines.join('\n'), retries: '0' };
}

function calls({ received }: Replay): readonly string[] {
  return received.map(({ method, path }) => `${method} ${path}`);
}

function kv(data: Readonly<Record<string, unknown>>): Answer {
  return { status: 200, body: JSON.stringify({ data: { data, metadata: { version: 1 } } }) };
}

describe.each(SHELLS)('openbao-login by %s', (shell) => {
  it('asks for the ID token with the audience, logs in, reads, and revokes in the same step', async () => {
    const { job, replay } = await startLogin(shell);
    const { code } = await job.uses(
      ACTION,
      secretsOf(`${HARBOR} password -> env HARBOR_PASSWORD`, `${HARBOR} username -> env HARBOR_USER`),
    );
    expect(job.log()).toContain('logged in as acme-app: ci-acme-app, 300 s');
    expect(code).toBe(0);
    expect(calls(replay)).toEqual([
      `GET ${ID_TOKEN_PATH}?placeholder=true&audience=openbao`,
      'POST /v1/auth/forgejo/login',
      `GET /v1/${HARBOR}`,
      'POST /v1/auth/token/revoke-self',
    ]);
    expect(replay.received.map(({ headers }) => headers['authorization'] ?? headers['x-vault-token'])).toEqual([
      `Bearer ${CANARIES.requestToken}`,
      undefined,
      CANARIES.clientToken,
      CANARIES.clientToken,
    ]);
    expect(JSON.parse(replay.received[1]?.body ?? '')).toEqual({ role: 'acme-app', jwt: CANARIES.jwt });
    expect(job.env()).toEqual({ HARBOR_PASSWORD: PASSWORD, HARBOR_USER: USER });
  });

  it('writes a docker config that only the job can read, and removes it at the end', async () => {
    const { job, replay } = await startLogin(shell);
    await job.uses(ACTION, secretsOf(`${HARBOR} -> docker harbor.example.org`));
    const { DOCKER_CONFIG: folder = '' } = job.env();
    const { code, raw } = await job.run('cat "$DOCKER_CONFIG/config.json"; stat -c "mode %a" "$DOCKER_CONFIG/config.json"');
    expect(code).toBe(0);
    expect(raw).toContain('mode 600');
    expect(JSON.parse(raw.replace(/mode .*/, ''))).toEqual({
      auths: { 'harbor.example.org': { auth: Buffer.from(`${USER}:${PASSWORD}`).toString('base64') } },
    });
    expect(folder).toContain(job.temp);
    const [post] = await job.end();
    expect(post?.code).toBe(0);
    expect(Object.keys(job.left()).filter((file) => file.startsWith(job.temp))).toEqual([]);
    expect(calls(replay).filter((call) => call.includes('revoke'))).toHaveLength(1);
  });

  it.each([
    { password: 'typed-in\n', pair: 'robot:typed-in', because: '`bao kv put … password=-` keeps the line break of a typed password' },
    { password: 'typed-in\r\n', pair: 'robot:typed-in', because: 'so it is on Windows' },
    { password: 'typed-in\n\n', pair: 'robot:typed-in\n', because: 'docker login takes one away, and no more' },
    { password: ' two words ', pair: 'robot: two words ', because: 'spaces may be meant' },
  ])('logs docker in with $pair and hides it: $because', async ({ password, pair }) => {
    const { job } = await startLogin(shell, { ...GOOD, [`GET /v1/${HARBOR}`]: kv({ username: 'robot\n', password }) });
    const { code } = await job.uses(ACTION, secretsOf(`${HARBOR} -> docker harbor.example.org`));
    const auth = Buffer.from(pair).toString('base64');
    const { raw } = await job.run('jq -r ".auths[].auth" "$DOCKER_CONFIG/config.json"');
    expect([code, raw]).toEqual([0, `${auth}\n`]);
    expect(job.raw()).toContain(`::add-mask::${auth}\n`);
  });

  it('puts a secret of many lines into a file and into a variable as it is, and hides each of its lines', async () => {
    const key = '-----BEGIN KEY-----\n  MC4CAQAwBQYDK2VwBCIEIA\n}\n-----END KEY-----\n';
    const { job } = await startLogin(shell, { ...GOOD, 'GET /v1/kv/data/ci/acme/app/signing': kv({ key }) });
    await job.uses(
      ACTION,
      secretsOf('kv/data/ci/acme/app/signing key -> file signing.pem', 'kv/data/ci/acme/app/signing key -> env SIGNING_KEY'),
    );
    expect(job.env()['SIGNING_KEY']).toBe(key);
    const { raw } = await job.run('cat "$OPENBAO_FILES/signing.pem"');
    expect(raw).toBe(key);
    expect(job.log().split('\n').slice(-5)).toEqual(['***', '***', '}', '***', '']);
    expect(job.log()).not.toContain('MC4CAQ');
  });

  it('logs in with nothing when told to go inline: the ID token goes along with each read', async () => {
    const script = { [`GET ${ID_TOKEN_PATH}`]: 'id token: while the job runs', [`GET /v1/${HARBOR}`]: 'inline auth kv read' };
    const { job, replay } = await startLogin(shell, script);
    const { code } = await job.uses(ACTION, {
      ...secretsOf(`${HARBOR} password -> env P`),
      inline: 'true',
      role: 'acme',
      mount: 'ci/forgejo/',
    });
    expect(code).toBe(0);
    await job.end();
    expect(calls(replay)).toEqual([`GET ${ID_TOKEN_PATH}?placeholder=true&audience=openbao`, `GET /v1/${HARBOR}`]);
    const { headers } = replay.received[1] as Received;
    const decode = (name: string) =>
      JSON.parse(Buffer.from(String(headers[`x-vault-inline-auth-parameter-${name}`]), 'base64url').toString());
    expect(headers['x-vault-inline-auth-path']).toBe('auth/ci/forgejo/login');
    expect([decode('role'), decode('jwt')]).toEqual([
      { key: 'role', value: 'acme' },
      { key: 'jwt', value: CANARIES.jwt },
    ]);
    expect(String(headers['x-vault-inline-auth-parameter-jwt'])).toMatch(/^[\w-]+$/);
    expect(headers).not.toHaveProperty('x-vault-token');
    expect(job.env()).toEqual({ P: PASSWORD });
  });

  it('keeps the token for later steps when told to, and `post` revokes it', async () => {
    const { job, replay } = await startLogin(shell);
    await job.uses(ACTION, { export_token: 'true', retries: '0' });
    expect(job.env()).toEqual({ BAO_TOKEN: CANARIES.clientToken });
    expect(calls(replay)).not.toContain('POST /v1/auth/token/revoke-self');
    await job.run('false');
    const [post] = await job.end();
    expect(post).toMatchObject({ code: 0, raw: expect.stringContaining('token revoked') });
    expect(calls(replay).at(-1)).toBe('POST /v1/auth/token/revoke-self');
  });

  it('as a composite needs no `post`: the token is gone with the step, and revoke takes the rest away', async () => {
    const { job, replay } = await startLogin(shell);
    await job.uses(`${ACTION}composite`, secretsOf(`${HARBOR} -> docker harbor.example.org`));
    await job.uses(`${ACTION}composite`, { ...secretsOf(`${HARBOR} password -> file password`), export_token: 'true' });
    expect(Object.keys(job.env()).toSorted()).toEqual(['BAO_TOKEN', 'DOCKER_CONFIG', 'OPENBAO_FILES', 'OPENBAO_LOGIN_FOLDERS']);
    for (const again of [1, 2]) {
      const { code } = await job.uses(`${ACTION}revoke`, {});
      expect([again, code]).toEqual([again, 0]);
    }
    expect(Object.keys(job.left()).filter((file) => file.startsWith(job.temp))).toEqual([]);
    expect(calls(replay).filter((call) => call.includes('revoke'))).toHaveLength(2);
  });

  it('revokes and leaves nothing when it is ended in the middle of a read', async () => {
    const hanging = { status: 200, body: '{}', afterMs: 5000 };
    const { job, replay } = await startLogin(
      shell,
      { ...GOOD, [`GET /v1/${HARBOR}`]: hanging },
      { INPUT_SECRETS: `${HARBOR} password -> env P` },
    );
    const ended = await job.run(`timeout -s TERM 1.5 sh "${ACTION}login.sh"`);
    expect(ended.code).not.toBe(0);
    expect(calls(replay).at(-1)).toBe('POST /v1/auth/token/revoke-self');
    expect([job.env(), Object.keys(job.left()).filter((file) => file.startsWith(job.temp))]).toEqual([{}, []]);
  });

  it('hands out nothing of a list of which one can not be read, and still revokes', async () => {
    const { job, replay } = await startLogin(shell, { ...GOOD, 'GET /v1/kv/data/ci/acme/secret/harbor': 'kv read other repo' });
    const lines = secretsOf(`${HARBOR} password -> env HARBOR_PASSWORD`, 'kv/data/ci/acme/secret/harbor password -> env OTHER');
    const { code, raw } = await job.uses(ACTION, lines);
    expect([code, job.env()]).toEqual([1, {}]);
    expect(raw).toContain('openbao-login: read kv/data/ci/acme/secret/harbor: HTTP 403 1 error occurred: * permission denied\n');
    expect(calls(replay).at(-1)).toBe('POST /v1/auth/token/revoke-self');
    await job.end();
    expect(Object.keys(job.left()).filter((file) => file.startsWith(job.temp))).toEqual([]);
  });

  it('sends the namespace', async () => {
    const { job, replay } = await startLogin(shell, GOOD, { BAO_NAMESPACE: 'team' });
    await job.uses(ACTION, secretsOf(`${HARBOR} password -> env P`));
    expect(replay.received.map(({ headers }) => headers['x-vault-namespace'])).toEqual([undefined, 'team', 'team', 'team']);
  });

  it('trusts a CA of its own for OpenBao alone, and says what is wrong without it', async () => {
    const openbao = await startReplay(GOOD, () => null, TLS);
    try {
      const { job } = await startLogin(shell, GOOD, { BAO_ADDR: openbao.url });
      const wanted = secretsOf(`${HARBOR} password -> env P`);
      const without = await job.uses(ACTION, wanted);
      expect([without.code, without.raw.split('\n').at(-2)]).toEqual([
        1,
        expect.stringMatching(/^openbao-login: login as acme-app: HTTP 000 curl: \(60\) SSL/),
      ]);
      const { code } = await job.uses(ACTION, { ...wanted, ca: CA });
      expect([code, job.env()]).toEqual([0, { P: PASSWORD }]);
    } finally {
      await openbao.close();
    }
  });

  it('tries again after a moment of no answer', async () => {
    let asked = 0;
    const openbao = await startReplay({ 'POST /v1/auth/forgejo/login': 'login: service token' }, ({ path }) => {
      if (path !== `/v1/${HARBOR}`) return null;
      asked += 1;
      return asked === 1 ? { status: 503, body: '{"errors":["Vault is sealed"]}' } : kv({ password: 'a-long-word' });
    });
    const { job } = await startLogin(shell, GOOD, { BAO_ADDR: openbao.url });
    const { code } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env P` });
    await openbao.close();
    expect([code, asked, job.env()]).toEqual([0, 2, { P: 'a-long-word' }]);
  });
});
