/** The workflows that people copy, from the action's own page and from docs/identity.md: their steps run, and what they promise is there. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../temporary-directory.ts';
import { ACTION, type Job, SHELLS, startJob } from './support/job.ts';
import { CANARIES, GOOD, ID_TOKEN_PATH, type Replay, startReplay } from './support/replay.ts';

const SIGNING = { key: 'canary-of-a-key\n', password: 'canary-of-a-passphrase' };
const REGISTRY = { token: 'canary-of-a-registry' };
const PASSWORD = 'lab-robot-pw-acme-app-7Kq2';
const USER = 'robot$acme+app+ci';
const OPENBAO = 'https://openbao.example.org:8200';

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
}

/** A whole workflow, or its steps alone. */
interface Shown {
  readonly 'enable-openid-connect'?: boolean;
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
  readonly steps?: readonly Step[];
}

function examplesOf(page: string): readonly { readonly page: string; readonly example: Shown }[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .filter(([, block = '']) => block.includes('/openbao-login'))
    .map(([, block = '']) => ({ page, example: parse(block) as Shown })); // its shape is what the test is about
}

const examples = ['deploy/actions/openbao-login/README.md', 'docs/identity.md'].flatMap(examplesOf);
const rows = SHELLS.flatMap((shell) => examples.map((example, index) => ({ shell, index, ...example })));

let replay: Replay | null = null;
let job: Job | null = null;

afterEach(async () => {
  job?.close();
  await replay?.close();
});

function stored(data: Readonly<Record<string, string>>): { readonly status: number; readonly body: string } {
  return { status: 200, body: JSON.stringify({ data: { data, metadata: { version: 1 } } }) };
}

/** Programs that say what they were given: arguments, standard input, and the login that docker would use. */
function addTools(): string {
  const tools = temporaryDirectory();
  mkdirSync(join(tools, 'home'));
  for (const name of ['docker', 'cosign']) {
    const said = `printf '%s ' ${name} "$@"; [ "$1" = login ] && cat; [ "$1" = buildx ] && jq -r '.auths | keys[]' "$DOCKER_CONFIG/config.json"; `;
    const program = join(tools, name);
    writeFileSync(program, `#!/bin/sh\n${said}if [ -n "$OPENBAO_FILES" ]; then cat "$OPENBAO_FILES"/*; fi\n`);
    chmodSync(program, 0o755);
  }
  return tools;
}

async function runStep(running: Job, { uses, with: inputs = {}, run }: Step, openbao: string): Promise<string> {
  if (run !== undefined) {
    const end = await running.run(run);
    expect(end).toMatchObject({ code: 0 });
    return end.raw;
  }
  if (uses?.startsWith('actions/checkout@')) return '';
  const [, folder = ''] = /^https:\/\/forgejo\.example\.org\/acme\/openbao-login(\/\w+)?@v1$/.exec(uses ?? '') ?? [];
  const address = inputs['address'] === undefined ? {} : { address: inputs['address'].replace(OPENBAO, openbao) };
  const end = await running.uses(join(ACTION, folder), { ...inputs, ...address });
  expect(end).toMatchObject({ code: 0 });
  return '';
}

describe('what people copy', () => {
  it('is all here', () => {
    expect(examples.map(({ page }) => page)).toEqual([
      'deploy/actions/openbao-login/README.md',
      'deploy/actions/openbao-login/README.md',
      'docs/identity.md',
      'docs/identity.md',
    ]);
    for (const { example } of examples) expect(example['enable-openid-connect'] ?? example.jobs === undefined).toBe(true);
  });

  it.each(rows)('works: example $index, $page, by $shell', async ({ shell, example }) => {
    replay = await startReplay({
      ...GOOD,
      'GET /v1/kv/data/ci/acme/app/signing': stored(SIGNING),
      'GET /v1/kv/data/ci-shared/acme/harbor-read': stored({ username: USER, password: PASSWORD }),
      'GET /v1/kv/data/ci-repo/acme/app/registry': stored(REGISTRY),
    });
    const tools = addTools();
    job = startJob(shell, {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${replay.url}${ID_TOKEN_PATH}?placeholder=true`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: CANARIES.requestToken,
      GITHUB_SHA: 'f8e1539e55fb',
      OPENBAO_FILES: '',
      PATH: `${tools}:${process.env['PATH']}`,
      HOME: join(tools, 'home'),
    });
    const steps = example.steps ?? Object.values(example.jobs ?? {}).flatMap((one) => one.steps);
    let said = '';
    for (const step of steps) said += await runStep(job, step, replay.url);
    const wanted = steps.flatMap(({ with: inputs }) => inputs?.['secrets'] ?? []).join('');
    if (wanted.includes('-> file password'))
      expect(said).toContain(`docker login --username ${USER} --password-stdin other.example.org ${PASSWORD}`);
    if (wanted.includes('-> file cosign.key')) expect(said).toMatch(/cosign sign --yes --key .*\/cosign\.key .*canary-of-a-key\n$/);
    if (said.includes('buildx')) expect(said).toContain('. harbor.example.org\n');
    expect(said).not.toBe('');
    await job.end();
    expect(Object.keys(job.left()).filter((file) => file.startsWith(job?.temp ?? ''))).toEqual([]);
    expect(replay.received.filter(({ path }) => path.endsWith('revoke-self'))).toHaveLength(1);
    for (const secret of [...Object.values(CANARIES), PASSWORD, SIGNING.key.trim(), SIGNING.password, REGISTRY.token])
      expect(job.log()).not.toContain(secret);
  });
});
