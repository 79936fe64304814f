/** The command as it is called; `UPDATE_GOLDENS=1` writes the texts anew: read the diff. */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KIND } from '../../../src/api/keys.ts';
import { runCli } from '../../../src/cli/run.ts';
import { createEmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import { serveForgejo } from '../../../src/dev/forgejo/serve.ts';
import { systemClock } from '../../../src/system-clock.ts';
import { temporaryDirectory } from '../../temporary-directory.ts';
import { CASES, type PlanCase, poolOf } from './cases.ts';
import { cliWorld } from './support.ts';

const UPDATE = process.env['UPDATE_GOLDENS'] === '1';
const golden = join(import.meta.dirname, 'golden');
const scratch = temporaryDirectory();

const RUNNER_TOKEN = 't0k3n-of-a-runner';

function fileOf({ situation }: PlanCase): string {
  return join(golden, `${situation.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.txt`);
}

interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

async function plan(args: readonly string[], stdin: string | null, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  let [out, err] = ['', ''];
  const world = cliWorld({
    env,
    readStdin: async () => stdin,
    print: (text) => {
      out += text;
    },
    note: (text) => {
      err += text;
    },
  });
  const code = await runCli(['plan', ...args], world);
  return { out, err, code };
}

function written(name: string, value: unknown): string {
  const path = join(scratch, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

function argsOf(planCase: PlanCase): readonly string[] {
  const { queue, registrations, args = [] } = planCase;
  return [
    '--pool',
    '-',
    ...(queue === undefined ? [] : ['--queue', written('queue.json', queue)]),
    ...(registrations === undefined ? [] : ['--registrations', written('registrations.json', registrations)]),
    ...args,
  ];
}

function inputOf(planCase: PlanCase): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [poolOf(planCase), ...(planCase.objects ?? [])] });
}

describe('plan tells what a sync would do when', () => {
  it.each(CASES)('$situation: $because', async (planCase) => {
    const { out, err, code } = await plan(argsOf(planCase), inputOf(planCase));
    const file = fileOf(planCase);
    if (UPDATE) writeFileSync(file, out);
    expect(existsSync(file), `${file}: UPDATE_GOLDENS=1 writes it`).toBe(true);
    expect([out, err, code]).toEqual([readFileSync(file, 'utf8'), '', 0]);
  });

  it.each(CASES)('$situation, the same as JSON and as manifests, and no secret in any of them', async (planCase) => {
    const json = await plan([...argsOf(planCase), '--format', 'json'], inputOf(planCase));
    const { children } = JSON.parse(json.out) as { children: Record<'created' | 'changed' | 'kept', readonly string[]> };
    const yaml = await plan([...argsOf(planCase), '--render'], inputOf(planCase));
    const manifests = parseAllDocuments(yaml.out).map((document) => document.toJS() as { kind: string; metadata: { name: string } });
    const named = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(named.toSorted()).toEqual([...children.created, ...children.changed, ...children.kept].toSorted());
    for (const { out } of [json, yaml]) {
      expect(out).not.toContain(RUNNER_TOKEN);
      expect(out).not.toContain(Buffer.from(RUNNER_TOKEN).toString('base64'));
    }
  });

  it('no golden file is left over', () => {
    expect(new Set(globSync(join(golden, '*.txt')).map((file) => basename(file)))).toEqual(
      new Set(CASES.map((each) => basename(fileOf(each)))),
    );
  });

  it('every reason of a job has a case', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../src/cli/plan/tell-jobs.ts'), 'utf8');
    const beginnings = [...source.matchAll(/(?:return |[?:] )[`'](\w[^`'$]{8,})/g)].map(([, text = '']) => text);
    expect(beginnings.length).toBeGreaterThan(15);
    const told = CASES.map((each) => readFileSync(fileOf(each), 'utf8')).join('\n');
    expect(beginnings.filter((text) => !told.includes(text))).toEqual([]);
  });
});

const POOL = JSON.stringify(poolOf({}));
const FROM_OPENBAO = JSON.stringify(
  poolOf({ spec: { forgejo: { tokenSecretRef: null, tokenFrom: { openbao: { role: 'operator', path: 'kv/data/forgejo/acme' } } } } }),
);
const REFUSED = JSON.stringify(poolOf({ spec: { minRunners: 20 } }));
const TWO = `${POOL}\n---\n${JSON.stringify(poolOf({ metadata: { name: 'other' } }))}`;

describe('plan', () => {
  it('takes a manifest that no cluster has seen', async () => {
    const { out, code } = await plan(['--pool', 'deploy/samples/ephemeral-organization.yaml', '--waiting', '1'], null);
    expect(code).toBe(0);
    expect(out).toContain('gets a runner now');
  });

  it('takes one pool of several by its name', async () => {
    expect((await plan(['--pool', '-', '--name', 'ci/other'], TWO)).out).toContain('Pool ci/other,');
  });

  it('takes a recorded hook request as of its own time', async () => {
    const { out } = await plan(['--pool', 'test/contract/an-assigned-runner-is-busy/1-request.json'], null);
    expect(out).toContain('at 2026-11-24T23:59:00Z');
    expect(out).toContain('k-ci-ws64wljdbu (Job): busy');
  });

  it.each([
    { pool: FROM_OPENBAO, says: true },
    { pool: POOL, says: false },
  ])('says of a token that is in OpenBao that it was taken for granted: $says', async ({ pool, says }) => {
    const { out } = await plan(['--pool', '-'], pool);
    const [, assumed = ''] = /^Assumed\n((?: {2}.+\n)+)/m.exec(out) ?? [];
    expect(assumed).not.toBe('');
    expect(
      assumed.includes('OpenBao gives the operator the token, and OPENBAO_ALLOW_FILE of the operator has a row for this pool.\n'),
    ).toBe(says);
  });

  it('says why a spec is refused, and that everything stays', async () => {
    const { out, err, code } = await plan(['--pool', '-'], REFUSED);
    expect([out, code]).toEqual(['', 1]);
    expect(err).toContain('spec.minRunners: minRunners must not be greater than maxRunners');
  });

  it.each([
    {
      because: 'no pool',
      args: ['--pool', '-'],
      stdin: '{"kind":"ConfigMap"}',
      says: '--pool -: holds no RunnerPool of forgejo-runner-operator.dev/v1alpha1',
    },
    {
      because: 'another version of it',
      args: ['--pool', '-'],
      stdin: '{"apiVersion":"forgejo-runner-operator.dev/v9","kind":"RunnerPool"}',
      says: 'of another version or kind',
    },
    { because: 'several pools', args: ['--pool', '-'], stdin: TWO, says: 'holds ci/docker, ci/other; choose one with --name' },
    {
      because: 'a name that is not there',
      args: ['--pool', '-', '--name', 'nobody'],
      stdin: TWO,
      says: '--name nobody: --pool - holds no such pool; there are ci/docker, ci/other',
    },
    {
      because: 'a file that is not there',
      args: ['--pool', 'no/such/file'],
      stdin: null,
      says: '--pool no/such/file: can not be read (ENOENT)',
    },
    { because: 'a terminal as stdin', args: ['--pool', '-'], stdin: null, says: '--pool -: stdin is a terminal' },
    { because: 'no YAML', args: ['--pool', '-'], stdin: 'a: [t0k3n-of-a-runner', says: '--pool -: neither YAML nor JSON' },
    {
      because: 'a queue that is none',
      args: ['--pool', '-', '--queue', 'package.json'],
      stdin: POOL,
      says: '--queue package.json: no job list of Forgejo',
    },
    {
      because: 'registrations that are none',
      args: ['--pool', '-', '--registrations', 'package.json'],
      stdin: POOL,
      says: '--registrations package.json: no runner list of Forgejo',
    },
    {
      because: 'two queues',
      args: ['--pool', '-', '--queue', 'x', '--waiting', '1'],
      stdin: POOL,
      says: '--queue and --waiting exclude each other',
    },
    { because: 'labels of nothing', args: ['--pool', '-', '--labels', 'docker'], stdin: POOL, says: '--labels needs --waiting' },
    {
      because: 'no number',
      args: ['--pool', '-', '--waiting', 'many'],
      stdin: POOL,
      says: '--waiting must be a whole number from 0 to 10000',
    },
    { because: 'no time', args: ['--pool', '-', '--at', 'tomorrow'], stdin: POOL, says: '--at must be an RFC 3339 time' },
    {
      because: 'a queue beside a live one',
      args: ['--pool', '-', '--live', '--waiting', '1'],
      stdin: POOL,
      says: '--waiting: not with --live and --url',
    },
    { because: 'stdin twice', args: ['--pool', '-', '--queue', '-'], stdin: POOL, says: '--pool and --queue: only one of them can be -' },
    { because: 'no token for a live one', args: ['--pool', '-', '--live'], stdin: POOL, says: 'no token: set FORGEJO_TOKEN' },
    {
      because: 'no token for a live one that has it in OpenBao',
      args: ['--pool', '-', '--live'],
      stdin: FROM_OPENBAO,
      says: 'no token: that of the pool is in OpenBao, which lets only the operator in; set FORGEJO_TOKEN',
    },
    { because: 'no pool file', args: ['--waiting', '1'], stdin: null, says: "required option '--pool <file>' not specified" },
  ])('says what is wrong: $because', async ({ args, stdin, says }) => {
    const { out, err, code } = await plan(args, stdin);
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain(says);
    expect(err).not.toContain('t0k3n');
  });

  it('says that Forgejo can not be read, keeps everything, and exits with 1', async () => {
    const unreachable = JSON.stringify(poolOf({ spec: { forgejo: { url: 'http://127.0.0.1:9' } } }));
    const { out, code } = await plan(['--pool', '-', '--live'], unreachable, { FORGEJO_TOKEN: 'c'.repeat(40) });
    expect(code).toBe(1);
    expect(out).toContain('Without it nothing is made and nothing is deleted.');
    expect(out).toContain('ForgejoReachable False (ForgejoUnreachable)');
  });

  it('renders a Secret that somebody applied by hand without its copy in an annotation', async () => {
    const encoded = Buffer.from(RUNNER_TOKEN).toString('base64');
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"token":"${encoded}"}}`, note: 'stays' };
    const owned = {
      ownerReferences: [{ apiVersion: 'x/v1', kind: KIND, name: 'docker', uid: '6b7f0c1e-0000-4000-8000-000000000001', controller: true }],
    };
    const metadata = { name: 'by-hand', namespace: 'ci', uid: 's', creationTimestamp: '2026-11-28T08:00:00Z', annotations, ...owned };
    const input = JSON.stringify({
      kind: 'List',
      items: [poolOf({}), { apiVersion: 'v1', kind: 'Secret', metadata, data: { token: encoded } }],
    });
    const { out } = await plan(['--pool', '-', '--render'], input);
    expect(out).toContain('name: by-hand');
    expect(out).toContain('note: stays');
    expect(out).not.toContain(encoded);
  });

  it('shows no token, also when Forgejo echoes it', async () => {
    const canary = 'beef'.repeat(10);
    const forgejo = createEmbeddedForgejo({ clock: systemClock });
    forgejo.addUser({ name: 'ada' });
    forgejo.addOrganization({ name: 'acme', owners: ['ada'] });
    const served = await serveForgejo(forgejo);
    try {
      const { out, err, code } = await plan(['--pool', '-', '--url', served.url], POOL, { FORGEJO_TOKEN: canary });
      expect([code, out]).toEqual([1, expect.stringContaining('Authorized False (TokenRefused)')]);
      expect(out + err).not.toContain(canary);
    } finally {
      await served.close();
    }
  });

  it('knows every repository that the pool names, where the operator looks up some with each call', async () => {
    const token = 'cafe'.repeat(10);
    const forgejo = createEmbeddedForgejo({ clock: systemClock });
    forgejo.addUser({ name: 'ada' });
    forgejo.addOrganization({ name: 'acme', owners: ['ada'] });
    const allow = Array.from({ length: 40 }, (_, index) => `acme/app-${index}`);
    for (const path of allow) forgejo.addRepository({ path });
    forgejo.addToken({ user: 'ada', scopes: ['read:organization', 'read:repository'], sha1: token });
    forgejo.queueJob({ repository: 'acme/app-39', name: 'build', runsOn: ['docker'] });
    const served = await serveForgejo(forgejo);
    try {
      const pool = JSON.stringify(poolOf({ spec: { repositories: { allow: [...allow, 'acme/gone'] } } }));
      const { out } = await plan(['--pool', '-', '--url', served.url], pool, { FORGEJO_TOKEN: token });
      expect(out).toContain('"build": gets a runner now: ci-docker-');
      expect(out).toContain('acme/gone');
      expect(out).not.toContain('acme/app-38');
    } finally {
      await served.close();
    }
  });

  it.each([
    { because: 'the pool has its token in a Secret that is not here', pool: POOL },
    { because: 'the pool has its token in OpenBao', pool: FROM_OPENBAO },
  ])('reads the server with the given token, and asks for nothing but lists: $because', async ({ pool }) => {
    const token = 'cafe'.repeat(10);
    const forgejo = createEmbeddedForgejo({ clock: systemClock });
    forgejo.addUser({ name: 'ada' });
    forgejo.addOrganization({ name: 'acme', owners: ['ada'] });
    forgejo.addRepository({ path: 'acme/app' });
    forgejo.addToken({ user: 'ada', scopes: ['read:organization'], sha1: token });
    forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'] });
    const served = await serveForgejo(forgejo);
    try {
      const { out, code } = await plan(['--pool', '-', '--url', served.url], pool, { FORGEJO_TOKEN: token });
      expect([code, out]).toEqual([0, expect.stringContaining('"build": gets a runner now: ci-docker-')]);
      expect(forgejo.counters).toEqual({ jobs: 1, list: 1 });
    } finally {
      await served.close();
    }
  });
});
