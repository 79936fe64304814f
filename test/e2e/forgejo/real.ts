/** A real Forgejo with SQLite on loopback: an organization, its owner, repositories, and a token for pools. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { freePorts } from '../cluster/ports.ts';
import type { Programs } from '../cluster/program.ts';
import { type Forgejo, ORGANIZATION, REPOSITORIES } from './forgejo.ts';
import { type Call, createWorkflows, runnersOf } from './workflows.ts';

const OWNER = 'dev';

export interface RealForgejo extends Forgejo {
  /** As the organization's owner. */
  readonly call: Call;
}

export async function startRealForgejo(programs: Programs, binary: string, parent: string): Promise<RealForgejo> {
  const [port = 0] = await freePorts(1);
  const folder = join(parent, 'forgejo');
  const url = `http://127.0.0.1:${port}`;
  const password = randomBytes(16).toString('hex');
  const configuration = writeConfiguration(folder, port);
  const env = { FORGEJO_WORK_DIR: folder, HOME: join(folder, 'home') };
  const command = (...args: readonly string[]): void => {
    execFileSync(binary, ['-c', configuration, ...args], { env: { ...env, PATH: process.env['PATH'] ?? '' }, stdio: 'ignore' });
  };
  command('migrate');
  const account = ['--username', OWNER, '--password', password, '--email', `${OWNER}@example.org`, '--must-change-password=false'];
  command('admin', 'user', 'create', ...account);
  const program = programs.add({ name: 'forgejo', command: binary, args: ['-c', configuration, 'web'], env, ready: () => answers(url) });
  await program.start();
  const call = callerOf(url, `Basic ${Buffer.from(`${OWNER}:${password}`).toString('base64')}`);
  return {
    real: true,
    url,
    token: await setUp(call),
    call,
    ...createWorkflows(call),
    runners: () => runnersOf(call),
    kill: () => program.kill(),
    start: () => program.start(),
    close: () => program.stop(),
  };
}

async function answers(url: string): Promise<boolean> {
  const { statusCode, body } = await request(`${url}/api/healthz`);
  await body.dump();
  return statusCode === 200;
}

/** Answers other than 2xx reject with what Forgejo said. */
function callerOf(url: string, authorization: string): Call {
  return async (method, path, body) => {
    const response = await request(`${url}/api/v1${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`Forgejo answered ${response.statusCode} to ${method} ${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

/** Resolves to the pools' token. */
async function setUp(call: Call): Promise<string> {
  await call('POST', '/orgs', { username: ORGANIZATION, visibility: 'public' });
  for (const name of REPOSITORIES) {
    await call('POST', `/orgs/${ORGANIZATION}/repos`, { name, private: false, auto_init: true, default_branch: 'main' });
  }
  const token = await call('POST', `/users/${OWNER}/tokens`, { name: 'pools', scopes: ['write:organization'] });
  return (token as { readonly sha1: string }).sha1; // the shape of Forgejo's API
}

/** Path of the app.ini. */
function writeConfiguration(folder: string, port: number): string {
  const path = join(folder, 'custom/conf/app.ini');
  for (const name of ['custom/conf', 'data', 'log', 'home']) mkdirSync(join(folder, name), { recursive: true });
  const lines = [
    'APP_NAME = e2e',
    'RUN_MODE = prod',
    `RUN_USER = ${userInfo().username}`,
    'I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true',
    `WORK_PATH = ${folder}`,
    '[server]',
    'PROTOCOL = http',
    'HTTP_ADDR = 127.0.0.1',
    `HTTP_PORT = ${port}`,
    'DOMAIN = 127.0.0.1',
    `ROOT_URL = http://127.0.0.1:${port}/`,
    `APP_DATA_PATH = ${join(folder, 'data')}`,
    'DISABLE_SSH = true',
    'OFFLINE_MODE = true',
    '[database]',
    'DB_TYPE = sqlite3',
    `PATH = ${join(folder, 'data/forgejo.db')}`,
    'SQLITE_JOURNAL_MODE = WAL',
    '[repository]',
    `ROOT = ${join(folder, 'data/repositories')}`,
    '[security]',
    'INSTALL_LOCK = true',
    `SECRET_KEY = ${randomBytes(32).toString('hex')}`,
    'PASSWORD_HASH_ALGO = pbkdf2_v1',
    '[service]',
    'DISABLE_REGISTRATION = true',
    '[actions]',
    'ENABLED = true',
    '[indexer]',
    'ISSUE_INDEXER_TYPE = db',
    '[cron.update_checker]',
    'ENABLED = false',
    '[mailer]',
    'ENABLED = false',
    '[log]',
    'MODE = console',
    'LEVEL = warn',
    `ROOT_PATH = ${join(folder, 'log')}`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}
