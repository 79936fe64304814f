import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { recordedBody } from '../hooks/recordings.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { eventually, send } from './http.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

let started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
});

function start(environment: Readonly<Record<string, string>>) {
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', ...environment, NODE_COMPILE_CACHE };
  const child = spawn(process.execPath, [MAIN], { env });
  started.push(child);
  return { child, err: text(child.stderr), ended: once(child, 'exit') };
}

describe('the service', () => {
  it('does not start with a bad configuration, and says why', async () => {
    const { err, ended } = start({ PORT: 'http' });
    expect(await ended).toEqual([1, null]);
    expect(await err).toBe('the configuration is not valid:\n- PORT must be a whole number from 0 to 65535\n');
  });

  const directory = temporaryDirectory();
  const certificate = new URL('../fixtures/tls/localhost.pem', import.meta.url).pathname;
  const empty = join(directory, 'empty');
  writeFileSync(empty, '\n# nothing\n');
  const rows = join(directory, 'rows');
  writeFileSync(rows, 'ci operator kv/data/forgejo/ci https://forgejo.example.org\n');
  const wide = join(directory, 'wide');
  writeFileSync(wide, '* operator kv/data/forgejo https://forgejo.example.org\n');
  const OPENBAO = {
    BEARER_TOKEN_FILE: certificate,
    OPENBAO_ADDR: 'https://openbao.example.org',
    OPENBAO_TOKEN_FILE: certificate,
    OPENBAO_ALLOW_FILE: rows,
  };
  it('does not start with tokens from OpenBao while everybody may call its hooks, and names both variables', async () => {
    const { err, ended } = start({ ...OPENBAO, BEARER_TOKEN_FILE: '' });
    expect(await ended).toEqual([1, null]);
    expect(await err).toMatch(/^the configuration is not valid:\n- OPENBAO_ADDR needs BEARER_TOKEN_FILE: .*\n$/);
  });

  it.each([
    {
      because: 'the file of tokens is missing',
      environment: { BEARER_TOKEN_FILE: '/nope' },
      line: 'BEARER_TOKEN_FILE: /nope can not be read (ENOENT)',
    },
    {
      because: 'the file of tokens is a directory',
      environment: { BEARER_TOKEN_FILE: directory },
      line: `BEARER_TOKEN_FILE: ${directory} can not be read (EISDIR)`,
    },
    {
      because: 'the file of tokens has none',
      environment: { BEARER_TOKEN_FILE: empty },
      line: 'BEARER_TOKEN_FILE: there is no token in it',
    },
    {
      because: 'the certificate is missing',
      environment: { TLS_CERT_FILE: '/nope', TLS_KEY_FILE: certificate },
      line: 'TLS_CERT_FILE: /nope can not be read (ENOENT)',
    },
    {
      because: 'the key is missing',
      environment: { TLS_CERT_FILE: certificate, TLS_KEY_FILE: '/nope' },
      line: 'TLS_KEY_FILE: /nope can not be read (ENOENT)',
    },
    {
      because: 'the key is a certificate',
      environment: { TLS_CERT_FILE: certificate, TLS_KEY_FILE: certificate },
      line: 'TLS_CERT_FILE, TLS_KEY_FILE: no usable certificate and key (ERR_OSSL)',
    },
    {
      because: 'certificate and key are empty',
      environment: { TLS_CERT_FILE: '/dev/null', TLS_KEY_FILE: '/dev/null' },
      line: 'TLS_CERT_FILE, TLS_KEY_FILE: no usable certificate and key (not in PEM)',
    },
    {
      because: 'the list of OpenBao is missing',
      environment: { ...OPENBAO, OPENBAO_ALLOW_FILE: '/nope' },
      line: 'OPENBAO_ALLOW_FILE: /nope can not be read (ENOENT)',
    },
    {
      because: 'the list of OpenBao has a bad row',
      environment: { ...OPENBAO, OPENBAO_ALLOW_FILE: wide },
      line: 'OPENBAO_ALLOW_FILE: line 1 must have {namespace} as a step of its path: with * for the namespace every pool could have the same secret',
    },
    {
      because: 'the CA of OpenBao is missing',
      environment: { ...OPENBAO, OPENBAO_CA_FILE: '/nope' },
      line: 'OPENBAO_CA_FILE: /nope can not be read (ENOENT)',
    },
    {
      because: 'the token of the service account is not mounted',
      environment: { ...OPENBAO, OPENBAO_TOKEN_FILE: '/nope' },
      line: 'OPENBAO_TOKEN_FILE: /nope can not be read (ENOENT)',
    },
  ])('does not start and says why in one line: $because', async ({ environment, line }) => {
    const { err, ended } = start(environment);
    expect(await ended).toEqual([1, null]);
    // OpenSSL's versions give it different codes.
    expect((await err).replace(/ERR_OSSL_\w+/, 'ERR_OSSL')).toBe(`${line}\n`);
  });

  it.each(['PORT', 'METRICS_PORT'])('does not start and names %s when that port is in use', async (variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : address);
    const { err, ended } = start({ [variable]: port });
    expect(await ended).toEqual([1, null]);
    expect(await err).toBe(`${variable}: ${port} is in use\n`);
    other.close();
  });

  it('starts, answers hooks of Metacontroller behind its token, and ends in order on TERM', async () => {
    const directory = temporaryDirectory();
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, 'the-token\n');
    const { child, ended, err } = start({ BEARER_TOKEN_FILE: tokenFile, SHUTDOWN_DELAY_SECONDS: '0' });
    let log = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString('utf8');
    });
    await eventually(async () => expect(log).toContain('"msg":"started"'));
    const line = JSON.parse(log.split('\n').find((candidate) => candidate.includes('"msg":"started"')) ?? '');
    expect(line).toMatchObject({
      level: 'info',
      authenticated: true,
      version: packageVersion(),
      hooks: expect.stringMatching(/^http:\/\/127/),
    });
    const hooks: string = line.hooks;

    const recorded = JSON.parse(JSON.stringify(recordedBody('kubernetes/customize-1')));
    const headers = { authorization: 'Bearer the-token' };
    const customize = await send(hooks, { path: '/customize', headers, body: JSON.stringify(recorded.request) });
    expect(customize.status).toBe(200);
    expect(JSON.parse(customize.body).relatedResources).toContainEqual({ apiVersion: 'v1', resource: 'namespaces', names: ['k'] });
    expect((await send(hooks, { path: '/customize', body: '{}' })).status).toBe(401);

    // The recorded spec is not a valid one of ours: everything observed must come back.
    const sync = await send(hooks, { headers, body: JSON.stringify(recordedBody('kubernetes/K1-normal-6')) });
    expect(sync.status).toBe(200);
    const kinds = JSON.parse(sync.body).children.map(({ kind }: { readonly kind: string }) => kind);
    expect(kinds.toSorted()).toEqual(['ConfigMap', 'Job', 'Secret']);

    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await err).toBe('');
    expect(log).toContain('"msg":"stopped"');
    expect(log).not.toContain('the-token');
  });
});

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
