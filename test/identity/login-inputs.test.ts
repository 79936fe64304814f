/** What the action says of its inputs, before it asks anybody for anything. */
import { afterEach, describe, expect, it } from 'vitest';
import { ACTION, SHELLS } from './support/job.ts';
import { closeLogins, startLogin } from './support/login.ts';
import { GOOD } from './support/replay.ts';

const HARBOR = 'kv/data/ci/acme/app/harbor';

afterEach(closeLogins);

describe('openbao-login refuses', () => {
  it.each([
    { inputs: { role: '' }, environment: { OPENBAO_ROLE: '' }, says: 'role is missing: set the input, or OPENBAO_ROLE' },
    {
      inputs: { address: 'bao.example.org' },
      says: 'address must be the URL of OpenBao and begin with https://: set the input, or BAO_ADDR',
    },
    { inputs: { inline: 'yes' }, says: 'inline and export_token must be true or false' },
    { inputs: { inline: 'true', export_token: 'true' }, says: 'export_token needs a login: inline makes no token' },
    { inputs: { allow_http: 'yes' }, says: 'allow_http must be true or false' },
    { inputs: { retries: 'many' }, says: 'retries must be a number up to 99' },
    { inputs: { retries: '100' }, says: 'retries must be a number up to 99' },
    { inputs: { ca: '/nowhere/ca.pem' }, says: 'ca: this job has no readable file /nowhere/ca.pem' },
    {
      inputs: {},
      environment: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
      says: 'this job gets no ID token: set enable-openid-connect: true in the workflow. A pull request from a fork never gets one',
    },
    { inputs: { secrets: '' }, says: 'secrets names nothing to read' },
    {
      inputs: { secrets: `\n${HARBOR} password` },
      says: 'secrets, line 2: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY',
    },
    {
      inputs: { secrets: `${HARBOR} password x ->:env P` },
      says: 'secrets, line 1: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY',
    },
    {
      inputs: { secrets: `${HARBOR} password -> docker harbor.example.org` },
      says: 'secrets, line 1: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY',
    },
    {
      inputs: { secrets: 'kv/data/../sys/raw a -> env A' },
      says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor',
    },
    {
      inputs: { secrets: 'kv/data/a?version=1 a -> env A' },
      says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor',
    },
    { inputs: { secrets: `${HARBOR} a -> env 1A` }, says: 'secrets, line 1: no name of a variable' },
    { inputs: { secrets: `${HARBOR} a -> env A-B` }, says: 'secrets, line 1: no name of a variable' },
    { inputs: { secrets: `${HARBOR} a"b -> env A` }, says: 'secrets, line 1: the key may have letters, digits and . _ -' },
    { inputs: { secrets: `${HARBOR} a -> file ../../a` }, says: 'secrets, line 1: a file is a name without a folder' },
    { inputs: { secrets: `${HARBOR} -> docker a"b` }, says: 'secrets, line 1: no name of a registry' },
    { inputs: { secrets: `${HARBOR} a -> file .` }, says: 'secrets, line 1: a file is a name without a folder' },
    {
      inputs: { secrets: 'kv//data/a a -> env A' },
      says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor',
    },
    { inputs: { secrets: `* -> docker a` }, says: 'secrets, line 1: the path must be one of the API, like kv/data/ci/acme/app/harbor' },
  ])('$says', async ({ inputs, environment = {}, says }) => {
    const { job, replay } = await startLogin('dash', GOOD, environment);
    const { code, raw } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env P`, ...inputs });
    expect({ code, raw, asked: replay.received }).toEqual({ code: 1, raw: `openbao-login: ${says}\n`, asked: [] });
  });
});

/** Lines that a runner would obey, were they the first of a line of the log. */
const COMMAND = 'x\n::stop-commands::y';
const NAME = 'must be a name of letters, digits and . _ -';
const HTTPS =
  'address must begin with https://: over http everybody on the way reads the ID token and the secrets. Only a loopback address may, or with allow_http: true';
const URL_WORDS = 'address must be a URL without user, query, fragment and ..';

describe.each(SHELLS)('what would get into a header, a path or the log is refused, by %s', (shell) => {
  it.each([
    { input: 'role', text: COMMAND, says: `role ${NAME}` },
    { input: 'role', text: '../sys', says: `role ${NAME}` },
    { input: 'mount', text: COMMAND, says: 'mount must be a path of letters, digits and . _ - without .. and without auth/ in front' },
    {
      input: 'mount',
      text: 'forgejo/../../sys',
      says: 'mount must be a path of letters, digits and . _ - without .. and without auth/ in front',
    },
    { input: 'mount', text: '/forgejo', says: 'mount must be a path of letters, digits and . _ - without .. and without auth/ in front' },
    {
      input: 'mount',
      text: 'auth/forgejo',
      says: 'mount must be a path of letters, digits and . _ - without .. and without auth/ in front',
    },
    { input: 'namespace', text: 'team\r\nX-Vault-Token: x', says: 'namespace must be a path of letters, digits and . _ - without ..' },
    { input: 'audience', text: COMMAND, says: 'audience must have letters, digits and . _ : / @ + ~ -' },
    { input: 'ca', text: COMMAND, says: 'ca must be the path of a file, without line breaks' },
    { input: 'address', text: `https://bao.example.org/${COMMAND}`, says: URL_WORDS },
    { input: 'address', text: 'https://bao.example.org@evil.example.org', says: URL_WORDS },
    { input: 'address', text: 'https://bao.example.org/?x=', says: URL_WORDS },
    { input: 'address', text: 'https://bao.example.org/../x', says: URL_WORDS },
    { input: 'address', text: 'http://bao.example.org:8200', says: HTTPS },
    { input: 'address', text: 'http://127.0.0.1.example.org', says: HTTPS },
    { input: 'address', text: 'http://localhost.example.org/', says: HTTPS },
    { input: 'address', text: 'http://[2001:db8::1]:8200', says: HTTPS },
  ])('$input $text', async ({ input, text, says }) => {
    const { job, replay } = await startLogin(shell);
    const { code, raw } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env P`, [input]: text });
    expect({ code, raw, asked: replay.received }).toEqual({ code: 1, raw: `openbao-login: ${says}\n`, asked: [] });
  });

  it.each([
    ...['GITHUB_PATH', 'FORGEJO_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'RUNNER_TEMP', 'INPUT_ROLE', 'OPENBAO_FILES', 'DOCKER_CONFIG'],
    ...['PATH', 'HOME', 'ENV', 'BASH_ENV', 'LD_PRELOAD', 'NODE_OPTIONS', 'PYTHONPATH', 'GIT_SSH_COMMAND', 'GIT_CONFIG_COUNT'],
  ])('a secret as the variable %s', async (name) => {
    const { job } = await startLogin(shell);
    const { code, raw } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env ${name}` });
    const says = `${name} belongs to the runner, to this action, or decides what later steps run; choose another name`;
    expect({ code, raw, env: job.env() }).toEqual({ code: 1, raw: `openbao-login: secrets, line 1: ${says}\n`, env: {} });
  });
});

describe.each(SHELLS)('what looks alike is taken, by %s', (shell) => {
  it.each(['PYTHON_INDEX_PASSWORD', 'LD_SDK_KEY', 'GIT_TOKEN', 'MY_PATH', 'BAO_TOKEN'])('the variable %s', async (name) => {
    const { job } = await startLogin(shell);
    const { code } = await job.uses(ACTION, { secrets: `${HARBOR} password -> env ${name}` });
    expect([code, Object.keys(job.env())]).toEqual([0, [name]]);
  });

  it('the registry of Docker Hub, whose name is a URL', async () => {
    const { job } = await startLogin(shell);
    await job.uses(ACTION, { secrets: `${HARBOR} -> docker https://index.docker.io/v1/` });
    const { raw } = await job.run('jq -c ".auths | keys" "$DOCKER_CONFIG/config.json"');
    expect(raw).toBe('["https://index.docker.io/v1/"]\n');
  });

  it.each([
    { address: 'http://localhost:9', inputs: {} },
    { address: 'http://[::1]:9/', inputs: {} },
    { address: 'https://[2001:db8::1]:1/bao', inputs: {} },
    { address: 'http://bao.invalid:8200', inputs: { allow_http: 'true' } },
  ])('the address $address $inputs', async ({ address, inputs }) => {
    const { job } = await startLogin(shell);
    const secrets = `${HARBOR} password -> env P`;
    const { raw } = await job.uses(ACTION, { secrets, retries: '0', mount: 'ci/forgejo-1', address, ...inputs });
    expect(raw.split('\n').at(-2)).toMatch(/^openbao-login: login as acme-app: HTTP 000 curl: \(\d+\) /);
  });
});
