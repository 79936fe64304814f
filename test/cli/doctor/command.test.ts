/** The command as it is called, over real connections to the embedded Forgejo on loopback. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/keys.ts';
import { runCli } from '../../../src/cli/run.ts';
import { createEmbeddedForgejo, type EmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import { type ServedForgejo, serveForgejo } from '../../../src/dev/forgejo/serve.ts';
import { systemClock } from '../../../src/system-clock.ts';
import { MINIMAL, patched } from '../../api/specs.ts';
import { temporaryDirectory } from '../../temporary-directory.ts';

const TOKEN = 'cafe'.repeat(10);
const CANARY = 'beef'.repeat(10);
const UID = '6b7f0c1e-0000-4000-8000-000000000001';
const root = join(import.meta.dirname, '../../..');
const scratch = temporaryDirectory();

let forgejo: EmbeddedForgejo;
let served: ServedForgejo;

beforeAll(async () => {
  forgejo = createEmbeddedForgejo({ clock: systemClock });
  forgejo.addUser({ name: 'ada' });
  forgejo.addOrganization({ name: 'acme', owners: ['ada'] });
  forgejo.addRepository({ path: 'acme/app' });
  forgejo.addToken({ user: 'ada', scopes: ['write:organization'], sha1: TOKEN });
  served = await serveForgejo(forgejo);
});

afterAll(async () => {
  await served.close();
});

interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

async function doctor(
  args: readonly string[],
  { env = {}, stdin = null }: { env?: Record<string, string>; stdin?: string | null } = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const print = (said: string): void => {
    out += said;
  };
  const note = (said: string): void => {
    err += said;
  };
  const code = await runCli(['doctor', ...args], { env, readStdin: async () => stdin, print, note, now: Date.now });
  return { out, err, code };
}

function written(name: string, content: string): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

function pool(patch: Record<string, unknown> = {}, uid = UID): Record<string, unknown> {
  const spec = patched(MINIMAL, patched({ forgejo: { url: served.url } }, patch));
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'docker', namespace: 'ci', uid }, spec };
}

function secret(token: string): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'forgejo-token', namespace: 'ci' },
    data: { token: Buffer.from(`${token}\n`).toString('base64') },
  };
}

function list(...items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function scoped(): readonly string[] {
  return ['--url', served.url, '--scope', 'organization:acme'];
}

describe('the token of doctor', () => {
  it.each([
    { from: 'the environment', args: () => scoped(), env: { FORGEJO_TOKEN: TOKEN }, stdin: null },
    {
      from: 'a file',
      args: () => [...scoped(), '--token-file', written('token', `${TOKEN}\n`)],
      env: { FORGEJO_TOKEN: CANARY },
      stdin: null,
    },
    { from: 'stdin', args: () => [...scoped(), '--token-file', '-'], env: {}, stdin: `${TOKEN}\n` },
    { from: "the pool's Secret", args: () => ['--pool', '-'], env: {}, stdin: () => list(pool(), secret(TOKEN)) },
  ])('comes from $from', async ({ args, env, stdin }) => {
    const said = await doctor(args(), { env: { ...env }, stdin: typeof stdin === 'function' ? stdin() : stdin });
    expect([said.err, said.code]).toEqual(['', 0]);
    expect(said.out).toMatch(/ok +write-registrations /);
    expect(said.out + said.err).not.toContain(TOKEN);
  });

  it('of a pool that has it in OpenBao must be given', async () => {
    const tokenFrom = { openbao: { role: 'operator', path: 'kv/data/forgejo/acme' } };
    const spec = patched(MINIMAL, { forgejo: { url: served.url, tokenSecretRef: null, tokenFrom } });
    const stdin = list({ ...pool(), spec }, secret(CANARY));
    const without = await doctor(['--pool', '-'], { stdin });
    expect([without.out, without.code]).toEqual(['', 2]);
    expect(without.err).toContain('that of the pool is in OpenBao, which lets only the operator in; set FORGEJO_TOKEN, or name a file');
    const { out, err, code } = await doctor(['--pool', '-'], { stdin, env: { FORGEJO_TOKEN: TOKEN } });
    expect([err, code]).toEqual(['', 0]);
    expect(out).toMatch(/ok +pool-spec /);
    expect(out).toMatch(/ok +write-registrations /);
  });

  it('is no argument', async () => {
    const { err, code } = await doctor([...scoped(), '--token', CANARY]);
    expect([code, err]).toEqual([2, expect.stringContaining("unknown option '--token'")]);
    expect(err).not.toContain(CANARY);
  });

  it('is never shown, also when Forgejo echoes it', async () => {
    const answer = await fetch(`${served.url}/api/v1/orgs/acme/actions/runners`, { headers: { authorization: `token ${CANARY}` } });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining(CANARY)]);
    for (const format of ['text', 'json']) {
      const { out, err, code } = await doctor([...scoped(), '--write-test', '--sweep', '--pool-uid', UID, '--format', format], {
        env: { FORGEJO_TOKEN: CANARY },
      });
      expect(code).toBe(1);
      expect(out + err).not.toContain(CANARY);
    }
  });

  it('is never shown by the program itself', async () => {
    const child = execFile(process.execPath, ['src/cli/main.ts', 'doctor', ...scoped(), '--token-file', '-'], { cwd: root });
    child.stdin?.end(CANARY);
    const streams = [child.stdout, child.stderr].flatMap((stream) => stream ?? []);
    const said = (await Promise.all(streams.map((stream) => text(stream)))).join('');
    expect(said).toContain('401, the token is not accepted');
    expect(said).not.toContain(CANARY);
  });
});

describe('doctor over TLS', () => {
  const pem = join(root, 'test/fixtures/tls/localhost.pem');
  const server = createServer(
    { cert: readFileSync(pem), key: readFileSync(join(root, 'test/fixtures/tls/localhost.key')) },
    (request, response) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      );
      void text(request).then(async (body) => {
        const {
          status,
          headers: answered,
          body: said,
        } = await forgejo.handle({
          method: request.method ?? 'GET',
          url: `https://localhost${request.url ?? '/'}`,
          headers,
          body,
          timeoutMs: 5_000,
        });
        response.writeHead(status, answered).end(said);
      });
    },
  );
  beforeAll(async () => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  function url(): string {
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  it('says that the CA is unknown', async () => {
    const { out, code } = await doctor(['--url', url(), '--scope', 'organization:acme'], { env: { FORGEJO_TOKEN: TOKEN } });
    expect(code).toBe(1);
    expect(out).toContain("The server's certificate is signed by a CA that this machine does not trust.");
  });

  it('takes the CA of a file', async () => {
    const { out, code } = await doctor(['--url', url(), '--scope', 'organization:acme', '--ca-file', pem], {
      env: { FORGEJO_TOKEN: TOKEN },
    });
    expect(out).toMatch(/ok +reachable /);
    expect(code).toBe(0);
  });

  it('takes the CA that comes with the pool', async () => {
    const ca = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ca', namespace: 'ci' },
      data: { 'ca.crt': readFileSync(pem, 'utf8') },
    };
    const stdin = list(pool({ forgejo: { url: url(), caConfigMapRef: { name: 'ca' } } }), secret(TOKEN), ca);
    expect((await doctor(['--pool', '-'], { stdin })).out).toMatch(/ok +reachable /);
  });

  it('says that a plain port speaks no TLS', async () => {
    const { out } = await doctor(['--url', served.url.replace('http:', 'https:'), '--scope', 'organization:acme'], {
      env: { FORGEJO_TOKEN: TOKEN },
    });
    expect(out).toContain('The port does not speak TLS.');
  });
});

describe('doctor', () => {
  it.each([
    { because: 'its spec is refused', other: () => pool({ minRunners: 20 }) },
    { because: 'it is of a version that is not known here', other: () => ({ ...pool(), apiVersion: API_VERSION.replace(/\/.*/, '/v9') }) },
  ])('takes a pool for one that exists although $because', async ({ other }) => {
    const pools = written('pools.json', list(other()));
    const { err, code } = await doctor([...scoped(), '--pools', pools, '--sweep', '--pool-uid', UID], { env: { FORGEJO_TOKEN: TOKEN } });
    expect([code, err]).toEqual([2, expect.stringContaining('--pool-uid: this pool is among those given')]);
  });

  it.each([
    { content: '', because: 'kubectl failed before it printed anything' },
    { content: '# none\n---\n', because: 'a file of comments says nothing of the cluster' },
  ])('sweeps nothing by a list of pools that is empty: $because', async ({ content }) => {
    const pools = written('empty.json', content);
    const { out, err, code } = await doctor([...scoped(), '--pools', pools, '--sweep', '--pool-uid', UID], {
      env: { FORGEJO_TOKEN: TOKEN },
    });
    expect([out, code, err]).toEqual(['', 2, expect.stringContaining(`--pools ${pools}: is empty`)]);
  });

  it('takes a list without items for a cluster without pools', async () => {
    const pools = written('none.json', list());
    const { err, code } = await doctor([...scoped(), '--pools', pools], { env: { FORGEJO_TOKEN: TOKEN } });
    expect([code, err]).toEqual([0, '']);
  });

  it('says which jobs no pool covers', async () => {
    const { id } = forgejo.queueJob({ repository: 'acme/app', name: 'mac', runsOn: ['macos'] });
    const { out } = await doctor([...scoped(), '--pools', '-'], { env: { FORGEJO_TOKEN: TOKEN }, stdin: list(pool()) });
    expect(out).toContain(`No pool covers 1 job that asks for macos: ${id} "mac" of repository 1.`);
  });

  it.each([
    {
      because: 'nothing to examine',
      args: [],
      says: '--url and --scope (instance, user, organization:NAME or repository:OWNER/NAME), or --pool',
    },
    { because: 'a pool and a URL', args: ['--pool', '-', '--url', 'http://x'], stdin: '{}', says: 'holds no RunnerPool' },
    {
      because: 'no scope',
      args: ['--url', 'https://git.example.org', '--scope', 'acme'],
      says: '--scope must be instance, user, organization:NAME',
    },
    {
      because: 'a name that is none',
      args: ['--url', 'https://git.example.org', '--scope', 'organization:a/b'],
      says: '--scope must be the name of an organization',
    },
    { because: 'no URL', args: ['--url', 'git.example.org', '--scope', 'user'], says: '--url must be an http or https URL' },
    {
      because: 'a URL with a password',
      args: ['--url', 'https://ada:hunter2@git.example.org', '--scope', 'user'],
      says: '--url must be an http or https URL without user',
    },
    { because: 'no token', args: ['--url', 'https://git.example.org', '--scope', 'user'], says: 'no token: set FORGEJO_TOKEN' },
    {
      because: 'a token that is none',
      args: ['--url', 'https://git.example.org', '--scope', 'user', '--token-file', '-'],
      stdin: 'hunter2 hunter2',
      says: '--token-file -: holds no token',
    },
    {
      because: 'no CA',
      args: ['--url', 'https://git.example.org', '--scope', 'user', '--ca-file', 'package.json'],
      says: '--ca-file package.json: holds no PEM certificate',
    },
    { because: 'a sweep of nothing', args: ['--sweep'], says: '--sweep and --pool-uid need each other' },
    { because: 'a uid without a sweep', args: ['--pool-uid', 'x'], says: '--sweep and --pool-uid need each other' },
    { because: 'stdin twice', args: ['--pool', '-', '--pools', '-'], says: '--pool and --pools: only one of them can be -' },
    { because: 'an unknown format', args: ['--format', 'xml'], says: "argument 'xml' is invalid" },
  ])('says what is wrong: $because', async ({ args, stdin = null, says }) => {
    const { out, err, code } = await doctor(args, { stdin });
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain(says);
    expect(err).not.toContain('hunter2');
  });

  it('takes either a pool or a URL with a scope', async () => {
    const { err, code } = await doctor(['--pool', '-', '--url', 'http://x', '--scope', 'user'], { stdin: list(pool()) });
    expect([code, err]).toEqual([2, expect.stringContaining('--url and --scope stand in the pool')]);
  });
});
