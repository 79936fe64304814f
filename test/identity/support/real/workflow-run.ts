/** harbor.yml in a real Forgejo, run by a real runner on this machine: the action from a repository of its own, as users have it. */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { ORGANIZATION } from '../../../e2e/forgejo/forgejo.ts';
import type { RealForgejo } from '../../../e2e/forgejo/real.ts';
import { ACTION } from '../job.ts';

const SAMPLE = new URL('../../../../deploy/actions/samples/harbor.yml', import.meta.url);
const DOCKER = new URL('../docker.sh', import.meta.url).pathname;
const RUN_MS = 120_000;

export interface Servers {
  readonly forgejo: RealForgejo;
  readonly openbaoUrl: string;
  readonly registryUrl: string;
}

async function addFile({ call }: RealForgejo, repository: string, path: string, text: string): Promise<void> {
  const content = Buffer.from(text).toString('base64');
  await call('POST', `/repos/${ORGANIZATION}/${repository}/contents/${path}`, { content, message: `add ${path}`, branch: 'main' });
}

/** A public repository: the token of a job reads no private one but its own. */
export async function publishAction(forgejo: RealForgejo): Promise<void> {
  await forgejo.call('POST', `/orgs/${ORGANIZATION}/repos`, {
    name: 'openbao-login',
    private: false,
    auto_init: true,
    default_branch: 'main',
  });
  for (const path of globSync('**/*.{yml,sh}', { cwd: ACTION })) {
    await addFile(forgejo, 'openbao-login', path, readFileSync(join(ACTION, path), 'utf8'));
  }
  await forgejo.call('POST', `/repos/${ORGANIZATION}/openbao-login/tags`, { tag_name: 'v1', target: 'main' });
}

/** The sample with these servers; there is nothing to check out, and no way to the action that would. */
export async function publishWorkflow({ forgejo, openbaoUrl, registryUrl }: Servers): Promise<void> {
  const text = readFileSync(SAMPLE, 'utf8')
    .replace(/^ +- uses: actions\/checkout@.*\n/m, '')
    .replaceAll('https://forgejo.example.org', forgejo.url)
    .replaceAll('https://openbao.example.org:8200', openbaoUrl)
    .replaceAll('harbor.example.org', new URL(registryUrl).host)
    .replace('  push:\n    branches: [main]\n', '');
  await addFile(forgejo, 'app', '.forgejo/workflows/harbor.yml', text);
}

/** Starts a run by hand and takes it with a runner for one job; resolves to what the runner wrote, rejects when it fails. */
export async function runOnce(forgejo: RealForgejo, binary: string, folder: string): Promise<string> {
  const tools = join(folder, 'tools');
  mkdirSync(join(tools, 'home'), { recursive: true });
  copyFileSync(DOCKER, join(tools, 'docker'));
  chmodSync(join(tools, 'docker'), 0o755);
  const registered = await forgejo.call('POST', `/orgs/${ORGANIZATION}/actions/runners`, { name: 'identity', ephemeral: true });
  const { uuid, token } = registered as { readonly uuid: string; readonly token: string }; // the shape of Forgejo's API
  const tokenFile = join(tools, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  await forgejo.call('POST', `/repos/${ORGANIZATION}/app/actions/workflows/harbor.yml/dispatches`, { ref: 'main' });
  const connection = ['--url', forgejo.url, '--uuid', uuid, '--token-url', `file:${tokenFile}`];
  const { stdout, stderr } = await promisify(execFile)(binary, ['one-job', ...connection, '--label', 'docker:host', '--wait'], {
    cwd: tools,
    env: { PATH: `${tools}:${process.env['PATH']}`, HOME: join(tools, 'home') },
    timeout: RUN_MS,
  });
  return `${stdout}${stderr}`;
}

/** The log of the only run's only job, as people read it in Forgejo; its repository is public. */
export async function jobLog({ url }: RealForgejo): Promise<string> {
  const response = await request(`${url}/${ORGANIZATION}/app/actions/runs/1/jobs/0/attempt/1/logs`);
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`Forgejo answered ${response.statusCode} to the job's log`);
  return text;
}
