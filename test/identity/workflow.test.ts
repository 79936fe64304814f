/**
 * The workflow that builds an image and pushes it, before and after: run step by step by a shell, against recorded answers of Forgejo
 * and OpenBao and a registry that asks for a login. real-workflow.test.ts runs it with the real programs.
 */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../temporary-directory.ts';
import { MOUNT, readRole } from './support/deployed.ts';
import { ACTION, type Job, type StepEnd, startJob } from './support/job.ts';
import { answerAsRegistry } from './support/registry.ts';
import { CANARIES, GOOD, ID_TOKEN_PATH, type Replay, type Script, startReplay } from './support/replay.ts';

const SAMPLES = new URL('../../deploy/actions/samples/', import.meta.url);
const SHA = 'f8e1539e55fbfb4e5b677222cd8bbc3400eae6dd';
const SERVICE_ACCOUNT_TOKEN = 'canary-service-account-token';
const BASIC = Buffer.from('robot$acme+app+ci:lab-robot-pw-acme-app-7Kq2').toString('base64');
const OLD_WAY: Script = {
  'POST /v1/auth/kubernetes/login': 'k: login with reviewer',
  'GET /v1/kv/data/ci/acme/app/harbor': 'kv: service',
};

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Workflow {
  readonly 'enable-openid-connect'?: boolean;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

let replay: Replay | null = null;
let job: Job | null = null;
let tools = '';

afterEach(async () => {
  job?.close();
  await replay?.close();
});

function textOf(name: string): string {
  return readFileSync(new URL(name, SAMPLES), 'utf8');
}

/** Its steps, with our servers for those of the examples. */
function stepsOf(name: string, { url }: Replay): readonly Step[] {
  const text = textOf(name)
    .replaceAll('https://openbao.example.org:8200', url)
    .replaceAll('harbor.example.org', new URL(url).host)
    .replaceAll('${{ secrets.CI_SERVICE_ACCOUNT_TOKEN }}', SERVICE_ACCOUNT_TOKEN);
  const workflow = parse(text) as Workflow; // its shape is what the test is about
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

async function runStep(job: Job, { uses = '', with: inputs = {}, env = {}, run }: Step): Promise<StepEnd | null> {
  if (run !== undefined) return job.run(run, env);
  return uses.includes('/openbao-login@') ? job.uses(ACTION, inputs) : null;
}

async function runWorkflow(name: string, script: Script): Promise<{ readonly job: Job; readonly ends: readonly StepEnd[] }> {
  const registry = answerAsRegistry(BASIC);
  replay = await startReplay(script, registry);
  tools = temporaryDirectory();
  mkdirSync(join(tools, 'home'));
  symlinkSync(new URL('support/docker.sh', import.meta.url).pathname, join(tools, 'docker'));
  job = startJob('dash', {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${replay.url}${ID_TOKEN_PATH}?placeholder=true`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: CANARIES.requestToken,
    GITHUB_SHA: SHA,
    HOME: join(tools, 'home'),
    PATH: `${tools}:${process.env['PATH']}`,
  });
  const ends: StepEnd[] = [];
  for (const step of stepsOf(name, replay)) {
    const end = await runStep(job, step);
    if (end !== null) ends.push(end);
  }
  await job.end();
  return { job, ends };
}

function pushes({ received }: Replay): readonly string[] {
  return received.flatMap(({ method, path, headers }) =>
    path.startsWith('/v2/') ? [`${method} ${path} ${headers['authorization']}`] : [],
  );
}

describe('build and push', () => {
  it("works with the job's own ID token, pushes as the robot account, and leaves nothing behind", async () => {
    const { job, ends } = await runWorkflow('harbor.yml', GOOD);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(job.log()).toContain('pushed: 201');
    expect(pushes(replay as Replay)).toEqual([`PUT /v2/acme/app/manifests/${SHA} Basic ${BASIC}`]);
    expect(Object.keys(job.left()).filter((file) => file.startsWith(job.temp))).toEqual([]);
    for (const secret of [...Object.values(CANARIES), BASIC, 'lab-robot-pw']) expect(job.log()).not.toContain(secret);
  });

  it('ends at the login when the role does not fit, and pushes nothing', async () => {
    const { ends } = await runWorkflow('harbor.yml', { ...GOOD, 'POST /v1/auth/forgejo/login': 'login: wrong ref' });
    expect(ends[0]).toMatchObject({ code: 1, raw: expect.stringContaining('claim "ref" does not match') });
    expect(pushes(replay as Replay).filter((push) => push.includes(BASIC))).toEqual([]);
  });

  it('did the same the old way, with a secret in Forgejo, and left a login and a token behind', async () => {
    const { ends } = await runWorkflow('harbor-before.yml', OLD_WAY);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(pushes(replay as Replay)).toEqual([`PUT /v2/acme/app/manifests/${SHA} Basic ${BASIC}`]);
    expect(readFileSync(join(tools, 'home/.docker/config.json'), 'utf8')).toContain(BASIC);
    expect((replay as Replay).received.some(({ path }) => path.includes('revoke'))).toBe(false);
  });
});

describe('the workflow after', () => {
  const workflow = parse(textOf('harbor.yml')) as Workflow;

  it('names no secret of Forgejo, and asks for ID tokens for all its jobs', () => {
    expect(textOf('harbor-before.yml')).toContain('secrets.');
    expect(textOf('harbor.yml')).not.toMatch(/\$\{\{ *secrets\./);
    expect(workflow['enable-openid-connect']).toBe(true);
  });

  it('is the one that the role is bound to', () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const role = readRole(steps.find(({ with: inputs }) => inputs?.['role'] !== undefined)?.with?.['role'] ?? '');
    expect(role.bound_claims['workflow_ref']).toBe('acme/app/.forgejo/workflows/harbor.yml@refs/heads/main');
    expect(MOUNT.bound_issuer).toContain(new URL('https://forgejo.example.org').host);
  });
});
