/** A real OpenBao on the loopback address, in memory and unsealed, with a KV store at kv/ and the files of deploy/openbao. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { freePorts } from '../../../e2e/cluster/ports.ts';
import type { Programs } from '../../../e2e/cluster/program.ts';
import { OPENBAO } from '../deployed.ts';

export interface RealAnswer {
  readonly status: number;
  readonly body: { readonly errors?: readonly string[]; readonly data?: unknown; readonly auth?: { readonly client_token: string } };
}

export interface OpenBao {
  readonly url: string;
  /** As root; paths behind /v1/. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<RealAnswer>;
  login(mount: string, role: string, jwt: string): Promise<RealAnswer>;
  /** setup.sh with this configuration of the mount instead of the example's. */
  setUp(mount: string, config: object): void;
}

export async function startOpenBao(programs: Programs, binary: string, folder: string): Promise<OpenBao> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const token = randomBytes(16).toString('hex');
  const home = join(folder, 'bao-home');
  mkdirSync(home, { recursive: true });

  async function send(method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>>, body?: object): Promise<RealAnswer> {
    const response = await request(`${url}/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: text === '' ? {} : JSON.parse(text) };
  }

  const call: OpenBao['call'] = (method, path, body) => send(method, path, { 'x-vault-token': token }, body);
  await programs
    .add({
      name: 'openbao',
      command: binary,
      args: ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`, `-dev-listen-address=127.0.0.1:${port}`],
      env: { HOME: home },
      ready: async () => (await call('GET', 'sys/health')).status === 200,
    })
    .start();
  await call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  return {
    url,
    call,
    login: (mount, role, jwt) => send('POST', `auth/${mount}/login`, {}, { role, jwt }),
    setUp(mount, config) {
      const copy = join(folder, `openbao-${mount}`);
      cpSync(OPENBAO, copy, { recursive: true });
      writeFileSync(join(copy, 'mount/discovery.json'), JSON.stringify(config, null, 2));
      const env = { PATH: process.env['PATH'], HOME: home, BAO_BIN: binary, BAO_ADDR: url, BAO_TOKEN: token };
      execFileSync(join(copy, 'setup.sh'), ['-m', mount, copy], { env, stdio: 'pipe' });
    },
  };
}
