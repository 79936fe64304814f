/** `doctor --openbao` as it is called, over a real connection to a server on loopback that answers as OpenBao was recorded. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BaoFinding } from '../../../../src/cli/doctor/openbao/finding.ts';
import { runCli } from '../../../../src/cli/run.ts';
import recorded from './recorded.json' with { type: 'json' };

const TOKEN = 's.canaryCanaryCanaryCanary';
const byPath = new Map(recorded.map(({ path, status, body }) => [path, { status, body }]));

const asked: string[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  asked.push(`${request.method} ${url.pathname}`);
  const isList = url.searchParams.get('list') === 'true';
  const pair = isList
    ? { status: 200, body: { data: { keys: url.pathname.includes('cel') ? [] : ['strict'] } } }
    : byPath.get(url.pathname);
  const isKnown = request.headers['x-vault-token'] === TOKEN && pair !== undefined;
  response.writeHead(isKnown ? pair.status : 403).end(JSON.stringify(isKnown ? pair.body : { errors: ['permission denied'] }));
});
let address = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin: string | null = null): Promise<Said> {
  let [out, err] = ['', ''];
  const code = await runCli(['doctor', ...args], {
    env,
    readStdin: async () => stdin,
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    now: () => 0,
  });
  return { out, err, code };
}

describe('doctor --openbao', () => {
  it.each([
    { from: 'the environment', args: () => ['--openbao'], env: () => ({ BAO_ADDR: `${address}/`, BAO_TOKEN: `${TOKEN}\n` }), stdin: null },
    { from: 'options and stdin', args: () => ['--openbao', address, '--openbao-token-file', '-'], env: () => ({}), stdin: `${TOKEN}\n` },
  ])('takes address and token from $from', async ({ args, env, stdin }) => {
    const { out, err, code } = await doctor(args(), env(), stdin);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toContain(`${address}, mount forgejo`);
    expect(out).toContain('WARN  algorithms-open');
    expect(out).toContain('role strict: base_ref is not bound to the empty text.');
    expect(out).not.toContain(TOKEN);
  });

  it('asks for nothing of Forgejo, and only reads', async () => {
    asked.length = 0;
    await doctor(['--openbao', address], { BAO_TOKEN: TOKEN });
    expect(asked).toContain('GET /v1/auth/forgejo/config');
    expect(asked.filter((request) => !request.startsWith('GET /v1/'))).toEqual([]);
  });

  it('prints JSON, and exits with 1 for a failure', async () => {
    const { out, code } = await doctor(['--openbao', address, '--openbao-mount', 'elsewhere', '--format', 'json'], { BAO_TOKEN: TOKEN });
    const { findings } = JSON.parse(out) as { findings: readonly BaoFinding[] };
    expect(findings.map(({ check }) => check)).toContain('read-config');
    expect(code).toBe(1);
  });

  it('looks at the roles that are named', async () => {
    const { out, code } = await doctor(['--openbao', address, '--openbao-role', 'strict', 'nobody'], { BAO_TOKEN: TOKEN });
    expect(out).toContain('role strict: base_ref');
    expect(out).toContain('GET auth/forgejo/role/nobody: 403, permission denied.');
    expect(code).toBe(1);
  });
});

describe('what does not go together', () => {
  it.each([
    ['--scope', 'instance'],
    ['--pool', '-'],
    ['--pools', '-'],
    ['--token-file', '-'],
    ['--write-test'],
    ['--sweep'],
    ['--pool-uid', 'x'],
  ])('%s beside --openbao', async (...option) => {
    const { out, err, code } = await doctor(['--openbao', address, ...option], { BAO_TOKEN: TOKEN });
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain('--openbao: goes with --url, --ca-file, --format and the other options of OpenBao only');
  });

  it.each([
    ['--openbao-mount', 'forgejo'],
    ['--openbao-role', 'strict'],
    ['--openbao-token-file', '-'],
    ['--openbao-ca-file', 'package.json'],
  ])('%s without --openbao', async (...option) => {
    const { out, err, code } = await doctor(['--url', address, '--scope', 'instance', ...option], { FORGEJO_TOKEN: 'cafe'.repeat(10) });
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain('--openbao is missing: the other options of OpenBao go with it');
  });

  it('no token, and none is an argument', async () => {
    const missing = await doctor(['--openbao', address]);
    expect([missing.out, missing.code, missing.err]).toEqual(['', 2, expect.stringContaining('no token: set BAO_TOKEN')]);
    const given = await doctor(['--openbao', address, '--openbao-token', TOKEN]);
    expect([given.code, given.err]).toEqual([2, expect.stringContaining("unknown option '--openbao-token'")]);
    expect(given.err).not.toContain(TOKEN);
  });
});
