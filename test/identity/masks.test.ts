/** No part of a secret is read in a log, whatever characters it has and whatever form it is stored in; and what a server says is no command. */
import { afterEach, describe, expect, it } from 'vitest';
import { ACTION, type Job, SHELLS, type Shell } from './support/job.ts';
import { closeLogins, startLogin } from './support/login.ts';
import { type Answer, GOOD, ID_TOKEN_PATH, type Script } from './support/replay.ts';
import { maskedLog, READERS } from './support/runner-log.ts';

const PATH = 'kv/data/ci/acme/app/odd';

afterEach(closeLogins);

function kv(secret: unknown): Answer {
  return { status: 200, body: JSON.stringify({ data: { data: { secret }, metadata: { version: 1 } } }) };
}

/** All that job wrote, and what the runner itself logs of a variable. */
async function rawAfter(job: Job, command: string): Promise<string> {
  const set = Object.entries(job.env()).map(([name, value]) => `  Injecting variable into environment: ${name}=${value}`);
  return [job.raw(), ...set, (await job.run(command)).raw].join('\n');
}

async function loggedIn(shell: Shell, secret: unknown): Promise<Job> {
  const { job } = await startLogin(shell, { ...GOOD, [`GET /v1/${PATH}`]: kv(secret) });
  const { code } = await job.uses(ACTION, { secrets: `${PATH} secret -> env SECRET\n${PATH} secret -> file secret`, retries: '0' });
  expect(code).toBe(0);
  return job;
}

const TEXTS = [
  { because: 'a percent sign is an escape to some', secret: '100%25-canary' },
  { because: 'it looks like a line break', secret: 'canary-one%0Acanary-two' },
  { because: 'it looks like an escaped line break', secret: 'canary-one%250Dcanary-two' },
  { because: 'an add-mask has colons too', secret: 'canary-one::canary-two' },
  { because: 'a command has a space', secret: 'canary one::canary two::canary' },
  { because: 'it has lines', secret: 'canary-one\n  canary-two\n' },
  { because: 'lines end as on Windows', secret: 'canary-one\r\ncanary-two\r\n' },
  { because: 'a return goes back to the beginning of the line', secret: 'canary-one\rcanary-two' },
  { because: 'a shell drops spaces', secret: '  canary of spaces  ' },
  { because: 'JSON writes it otherwise', secret: 'canary "of" \\ quotes' },
] as const;

const WAYS = [
  'printf "%s\\n" "$SECRET"',
  'set -f; echo $SECRET',
  'cat "$OPENBAO_FILES/secret"',
  'jq -n "env.SECRET"',
  'printf %s "$SECRET" | base64 -w 0',
] as const;

describe.each(SHELLS)('a text, by %s', (shell) => {
  it.each(TEXTS)('$secret: nothing of it is read, though $because', async ({ secret }) => {
    const job = await loggedIn(shell, secret);
    expect(job.env()['SECRET']).toBe(secret);
    const raw = await rawAfter(job, WAYS.join('\necho\n'));
    const encoded = Buffer.from(secret).toString('base64');
    const read = READERS.map(({ reader, read }) => ({ reader, log: maskedLog(raw, read) }));
    expect(read.filter(({ log }) => log.includes('canary') || log.includes(encoded))).toEqual([]);
  });

  it('leaves the log readable where a secret has blank lines, and lines of one or two characters', async () => {
    const job = await loggedIn(shell, '     \nab\n\ncanary\n');
    const raw = await rawAfter(job, 'echo "     ab is read"');
    for (const { read } of READERS) expect(maskedLog(raw, read)).toContain('     ab is read');
  });
});

describe.each(SHELLS)('what is stored as an object, by %s', (shell) => {
  const stored = {
    user: 'canary-of-a-user',
    on: true,
    none: null,
    nested: { hosts: ['canary-host', { key: 'canary-one\n  canary "two"\n' }], number: 4_815_162_342 },
  };

  it('is handed out as JSON, and each text and number in it is hidden, however deep', async () => {
    const job = await loggedIn(shell, stored);
    expect(JSON.parse(job.env()['SECRET'] ?? '')).toEqual(stored);
    const ways = ['jq .', 'jq -r ".nested.hosts[1].key"', 'jq -r ".nested.hosts[0]" | base64', 'jq ".nested.number, .on"'];
    const raw = await rawAfter(
      job,
      [...WAYS, ...ways.map((way) => `${way} "$OPENBAO_FILES/secret"`.replace(/(\| base64) (.*)/, '$2 $1'))].join('\n'),
    );
    const encoded = ['canary-of-a-user', 'canary-host\n', JSON.stringify(stored)].map((text) => Buffer.from(text).toString('base64'));
    for (const { read } of READERS) {
      const log = maskedLog(raw, read);
      for (const text of ['canary', '4815162342', encoded[0], encoded[2]]) expect(log).not.toContain(text);
      expect(log).toContain('"on": true');
    }
  });

  it.each([
    { secret: ['canary-of-a-list'], shown: '***' },
    { secret: 123_456, shown: '***' },
    { secret: false, shown: 'false' },
  ])('may be a list, a number or a truth: $secret', async ({ secret, shown }) => {
    const job = await loggedIn(shell, secret);
    expect(job.env()['SECRET']).toBe(JSON.stringify(secret));
    const raw = await rawAfter(job, 'cat "$OPENBAO_FILES/secret"');
    expect(maskedLog(raw).split('\n').at(-1)).toBe(shown);
  });
});

/** What somebody would write who wants the runner to obey: breaks of every kind, and colours. */
const HOSTILE = 'x\n::stop-commands::y\r\n##[add-mask]z\u2028::error::\u0085::debug::\u001b[2K\u0007';

function answer(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

describe.each(SHELLS)('what a server says is never a command to the runner, by %s', (shell) => {
  const rows: readonly { readonly says: string; readonly script: Script }[] = [
    { says: 'a refusal of the login', script: { 'POST /v1/auth/forgejo/login': answer(400, { errors: [HOSTILE, `\n${HOSTILE}`] }) } },
    {
      says: 'the policies and the time of a token',
      script: {
        'POST /v1/auth/forgejo/login': answer(200, { auth: { client_token: 's.xyz', token_policies: [HOSTILE], lease_duration: HOSTILE } }),
      },
    },
    { says: 'a refusal of a read', script: { [`GET /v1/${PATH}`]: answer(403, { errors: [HOSTILE] }) } },
    { says: 'a secret that is deleted', script: { [`GET /v1/${PATH}`]: answer(404, { data: { metadata: { deletion_time: HOSTILE } } }) } },
    { says: 'a refusal of the ID token', script: { [`GET ${ID_TOKEN_PATH}`]: { status: 500, body: HOSTILE } } },
    { says: 'a refusal to revoke', script: { 'POST /v1/auth/token/revoke-self': answer(400, { errors: [HOSTILE] }) } },
    { says: 'a secret', script: { [`GET /v1/${PATH}`]: kv(HOSTILE) } },
  ];

  it.each(rows)('$says', async ({ script }) => {
    const { job } = await startLogin(shell, { ...GOOD, [`GET /v1/${PATH}`]: kv('canary'), ...script });
    const { raw } = await job.uses(ACTION, { secrets: `${PATH} secret -> env SECRET`, retries: '0' });
    const lines = raw.split(/[\n\r]/);
    expect(lines.filter((line) => !/^(openbao-login: |::add-mask::|$)/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('openbao-login: ') && /[\p{Cc}\p{Zl}]/u.test(line))).toEqual([]);
  });
});
