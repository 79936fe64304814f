/** Every refusal that was recorded, as the action tells it: the status and OpenBao's own words, and nothing of a token. */
import { afterEach, describe, expect, it } from 'vitest';
import { ACTION, SHELLS, type Shell } from './support/job.ts';
import { closeLogins, startLogin } from './support/login.ts';
import { errorsOf, type Pair, pairs } from './support/recordings.ts';
import { type Answer, CANARIES, GOOD, ID_TOKEN_PATH, type Script } from './support/replay.ts';

const HARBOR = 'kv/data/ci/acme/app/harbor';
const SECRET = `${HARBOR} password -> env P`;

afterEach(closeLogins);

interface End {
  readonly code: number;
  /** The last line of the step. */
  readonly said: string;
  /** All that the step wrote, the masks taken out. */
  readonly log: string;
}

async function login(script: Script, inputs: Readonly<Record<string, string>> = {}, shell: Shell = 'dash'): Promise<End> {
  const { job } = await startLogin(shell, { ...GOOD, ...script });
  const { code, raw } = await job.uses(ACTION, { secrets: SECRET, retries: '0', ...inputs });
  return {
    code,
    said: raw.split('\n').findLast((line) => line.startsWith('openbao-login: ') && !line.endsWith('token revoked')) ?? '',
    log: job.log(),
  };
}

function expectRefusal({ code, said, log }: End, words: string): void {
  expect({ code, said }).toEqual({ code: 1, said: `openbao-login: ${words}` });
  for (const canary of Object.values(CANARIES)) expect(log).not.toContain(canary);
}

/** One line, at most 500 characters: nothing that OpenBao says can look like a command to the runner. */
function wordsOf(pair: Pair): string {
  return errorsOf(pair).join('; ').replaceAll(/\s+/g, ' ').trimEnd().slice(0, 500);
}

/** Every refusal that a login of a jwt mount ever met in the recording, once each. */
const refusals = new Map(
  pairs
    .filter(({ request, status }) => /^\/v1\/auth\/(forgejo|cli|nope|k8s)\/login$/.test(request.path) && status !== 200)
    .map((pair) => [`${pair.status} ${wordsOf(pair)}`, pair.label]),
);
const LOGINS = [...refusals].map(([words, label]) => ({ words, label }));

const READS = [
  { label: 'kv read other repo', words: 'HTTP 403 1 error occurred: * permission denied' },
  { label: 'kv unknown mount', words: 'HTTP 403 1 error occurred: * permission denied' },
  { label: 'kv: after ttl', words: 'HTTP 403 permission denied' },
  { label: 'kv read missing path (allowed prefix)', words: 'HTTP 404 nothing is there' },
  { label: 'kv read soft-deleted', words: 'HTTP 404 its newest version is deleted' },
  { label: 'kv read while sealed', words: 'HTTP 503 Vault is sealed' },
] as const;

const INLINE = [
  {
    label: 'inline auth wrong repo',
    words: 'HTTP 400 error validating claims: claim "repository" does not match any associated bound claim values',
  },
  { label: 'inline auth other path (denied)', words: 'HTTP 403 1 error occurred: * permission denied' },
  { label: 'inline auth unknown mount', words: 'HTTP 403 permission denied' },
  { label: 'inline auth num_uses role', words: 'HTTP 500 1 error occurred: * internal error' },
] as const;

const TOKENS: readonly { readonly label: string | Answer; readonly words: string }[] = [
  { label: 'id token: after the job ended', words: 'HTTP 500 Error runner api getting task: task is not running' },
  { label: 'id token: no header', words: 'HTTP 401 ' },
  { label: 'id token: garbage token', words: 'HTTP 500 Error runner api parsing authorization token' },
  { label: 'id token: another run id in the URL', words: 'HTTP 400 ' },
  { label: { status: 200, body: '{}' }, words: 'Forgejo answered without one' },
];

describe('the action says why', () => {
  it('of every refusal that there is', () => {
    const statuses = new Set(LOGINS.map(({ words }) => Number(words.slice(0, 3))));
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([307, 400, 403, 404, 405, 429, 500, 503]);
    expect(LOGINS.length).toBeGreaterThan(30);
  });

  it.each(LOGINS)('a login is refused: $words', async ({ words, label }) => {
    expectRefusal(await login({ 'POST /v1/auth/forgejo/login': label }), `login as acme-app: HTTP ${words}`);
  });

  it.each(READS)('a read is refused: $label', async ({ label, words }) => {
    expectRefusal(await login({ [`GET /v1/${HARBOR}`]: label }), `read ${HARBOR}: ${words}`);
  });

  it.each(INLINE)('a read with inline authentication is refused: $label', async ({ label, words }) => {
    expectRefusal(await login({ [`GET /v1/${HARBOR}`]: label }, { inline: 'true' }), `read ${HARBOR}: ${words}`);
  });

  it.each(TOKENS)('there is no ID token: $words', async ({ label, words }) => {
    const end = await login({ [`GET ${ID_TOKEN_PATH}`]: label });
    expect(end).toMatchObject({ code: 1, said: expect.stringContaining(`openbao-login: ID token: ${words}`) });
  });

  it.each([
    {
      says: 'no KV store, version 2',
      answer: { status: 200, body: '{"data":{"password":"x"}}' },
      words: `read ${HARBOR}: no secret of a KV store, version 2`,
    },
    { says: 'no such key', answer: { status: 200, body: '{"data":{"data":{"user":"x"}}}' }, words: `read ${HARBOR}: it has no password` },
    {
      says: 'a proxy that answers a page',
      answer: { status: 502, body: '<html>canary-of-a-proxy</html>' },
      words: `read ${HARBOR}: HTTP 502 `,
    },
  ])('a read finds $says', async ({ answer, words }) => {
    const end = await login({ [`GET /v1/${HARBOR}`]: answer });
    expectRefusal(end, words);
    expect(end.log).not.toContain('canary-of-a-proxy');
  });

  it('nobody answers', async () => {
    const end = await login({}, { address: 'http://127.0.0.1:9' });
    expect(end).toMatchObject({ code: 1, said: expect.stringContaining('openbao-login: login as acme-app: HTTP 000 curl: (7) ') });
  });
});

describe.each(SHELLS)('a token that can not be revoked, by %s', (shell) => {
  it.each([
    { label: 'token revoke-self (no default policy)', words: 'HTTP 403 1 error occurred: * permission denied' },
    { label: 'revoke-self twice', words: 'HTTP 403 permission denied' },
    { label: 'revoke-self batch', words: 'HTTP 400 batch tokens cannot be revoked' },
  ])('is told, and does not break the job: $label', async ({ label, words }) => {
    const end = await login({ 'POST /v1/auth/token/revoke-self': label }, {}, shell);
    expect(end).toMatchObject({ code: 0, said: `openbao-login: revoke-self: ${words}; the token ends with its TTL` });
  });
});
