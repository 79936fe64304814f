/** setup.sh and the Terraform module write the same: what the files say, and the same again. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.ts';
import { mountNames, OPENBAO, policyNames, readDeployed, roleNames } from './support/deployed.ts';
import { SHELLS, type Shell } from './support/job.ts';
import { pairOf } from './support/recordings.ts';

const FAKE = new URL('support/fake-bao.sh', import.meta.url).pathname;
const terraform = ['terraform', 'tofu'].find((name) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
);

let folder = '';
beforeEach(() => {
  folder = temporaryDirectory();
});

interface Run {
  readonly code: number | null;
  readonly said: string;
}

interface Answer extends Run {
  readonly out: string;
}

function setUp(shell: Shell, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, cwd?: string): Run {
  const { code, said } = answerOf(shell, args, env, cwd);
  return { code, said };
}

function answerOf(shell: Shell, args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string): Answer {
  const [program = '', ...before] = shell.split(' ');
  const { status, stdout, stderr } = spawnSync(program, [...before, join(OPENBAO, 'setup.sh'), ...args], {
    env: { PATH: process.env['PATH'], BAO_BIN: FAKE, STORE: join(folder, 'store'), ...env },
    encoding: 'utf8',
    cwd,
  });
  return { code: status, said: stderr, out: stdout };
}

/** All that was written, by path. */
function stored(): Readonly<Record<string, string>> {
  const store = join(folder, 'store');
  const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [relative(store, join(parentPath, name)), readFileSync(join(parentPath, name), 'utf8')]),
  );
}

function copyOf(change: Readonly<Record<string, string>>): string {
  const copy = join(folder, 'copy');
  cpSync(OPENBAO, copy, { recursive: true });
  for (const [path, text] of Object.entries(change)) writeFileSync(join(copy, path), text);
  return copy;
}

function expected(mount: string, config: string): Readonly<Record<string, string>> {
  return {
    [`sys/auth/${mount}`]: 'jwt',
    [`auth/${mount}/config`]: readDeployed(`mount/${config}.json`),
    ...Object.fromEntries(policyNames.map((name) => [`sys/policies/acl/${name}`, readDeployed(`policies/${name}.hcl`)])),
    ...Object.fromEntries(roleNames.map((name) => [`auth/${mount}/role/${name}`, readDeployed(`roles/${name}.json`)])),
  };
}

describe.each(SHELLS)('setup.sh by %s', (shell) => {
  it('writes mount, configuration, policies and roles, and the second run changes nothing', () => {
    expect(setUp(shell)).toEqual({ code: 0, said: '' });
    expect(stored()).toEqual(expected('forgejo', 'discovery'));
    expect(setUp(shell)).toEqual({ code: 0, said: '' });
    expect(stored()).toEqual(expected('forgejo', 'discovery'));
  });

  it.each(mountNames)('takes another mount and the way to the keys of mount/%s.json', (name) => {
    expect(setUp(shell, ['-m', 'ci', '-c', join(OPENBAO, `mount/${name}.json`)])).toMatchObject({ code: 0 });
    expect(stored()).toEqual(expected('ci', name));
  });

  it.each(['-h', '--help'])('%s says how it is called, and does nothing', (option) => {
    const { code, said, out } = answerOf(shell, [option], { BAO_BIN: 'no-such-bao' });
    expect([code, said]).toEqual([0, '']);
    expect(out).toMatch(/^usage: setup\.sh \[-h\] \[-m MOUNT\] \[-c CONFIGURATION\] \[DIRECTORY\]\n/);
    const options = [...readDeployed('setup.sh').matchAll(/^ {4}([a-z])\)/gm)].map(([, letter]) => `  -${letter}  `);
    expect(options.length).toBe(3);
    expect(options.filter((each) => !out.includes(`\n${each}`))).toEqual([]);
    expect(existsSync(join(folder, 'store'))).toBe(false);
  });

  it.each([
    { args: ['-x'], says: 'no option -x: allowed are -h, -m and -c' },
    { args: ['--mount', 'ci'], says: 'no option --: allowed are -h, -m and -c' },
    { args: ['-m'], says: '-m needs a value' },
    { args: ['-c'], says: '-c needs a value' },
    { args: ['-m', 'a b'], says: '-m must be a path such as forgejo or ci/forgejo: letters, digits, . _ - and / between them' },
    { args: ['-m', 'forgejo/'], says: '-m must be a path such as forgejo or ci/forgejo: letters, digits, . _ - and / between them' },
    { args: ['-m', '../../sys/x'], says: '-m must be a path such as forgejo or ci/forgejo: letters, digits, . _ - and / between them' },
    { args: ['a', 'b'], says: 'one DIRECTORY at most, not 2' },
  ])('$args is refused with 2: $says', ({ args, says }) => {
    const { code, said, out } = answerOf(shell, args);
    expect([code, out]).toEqual([2, '']);
    expect(said).toMatch(new RegExp(`^setup\\.sh: ${says}\nusage: `));
    expect(existsSync(join(folder, 'store'))).toBe(false);
  });

  it.each([
    { cwd: 'elsewhere', because: 'a file of DIRECTORY, from anywhere', from: 'copy' },
    { cwd: 'own', because: 'a file of DIRECTORY before one where the caller stands', from: 'copy' },
    { cwd: 'own', because: 'a file where the caller stands', from: 'own' },
  ])('finds -c as $because', ({ cwd, from }) => {
    const bound_issuer = 'https://forgejo.example.org/api/actions';
    const config = (port: number): string =>
      JSON.stringify({ jwks_url: `http://127.0.0.1:${port}/api/actions/.well-known/keys`, bound_issuer });
    const copy = copyOf({ 'mount/jwks.json': config(1) });
    for (const name of ['elsewhere', 'own/mount']) mkdirSync(join(folder, name), { recursive: true });
    for (const name of ['jwks', 'other']) writeFileSync(join(folder, `own/mount/${name}.json`), config(2));
    const asked = from === 'copy' ? 'mount/jwks.json' : 'mount/other.json';
    expect(setUp(shell, ['-c', asked, copy], {}, join(folder, cwd))).toEqual({ code: 0, said: '' });
    expect(stored()['auth/forgejo/config']).toBe(config(from === 'copy' ? 1 : 2));
  });

  it('puts a role back that somebody has opened', () => {
    setUp(shell);
    const [role] = roleNames;
    writeFileSync(join(folder, `store/auth/forgejo/role/${role}`), '{}');
    setUp(shell);
    expect(stored()).toEqual(expected('forgejo', 'discovery'));
  });
});

describe('setup.sh refuses', () => {
  const issuer = 'https://forgejo.example.org/api/actions';

  it.each([
    {
      config: { oidc_discovery_url: 'https://forgejo.example.org', bound_issuer: 'https://forgejo.example.org' },
      says: 'bound_issuer must be ROOT_URL of Forgejo without its last slash, and /api/actions',
      because: 'that is the issuer of users',
    },
    {
      config: { oidc_discovery_url: `${issuer}/`, bound_issuer: `${issuer}/` },
      says: 'bound_issuer must be ROOT_URL of Forgejo without its last slash, and /api/actions',
      because: 'no token has that issuer',
    },
    {
      config: { jwks_url: `${issuer}/.well-known/keys` },
      says: 'bound_issuer must be ROOT_URL of Forgejo without its last slash, and /api/actions',
      because: 'keys alone say nothing of the issuer',
    },
    {
      config: { oidc_discovery_url: 'http://forgejo:3000/api/actions', bound_issuer: issuer },
      says: 'oidc_discovery_url must equal bound_issuer; is OpenBao to use another address, take jwks_url',
      because: 'OpenBao compares them',
    },
    {
      config: { jwks_url: `${issuer}/.well-known/openid-configuration`, bound_issuer: issuer },
      says: 'jwks_url must end in /api/actions/.well-known/keys',
      because: 'OpenBao takes a document without keys',
    },
    ...['http://forgejo-http.forgejo.svc', 'http://127.0.0.1.example.org', 'http://[::1]@other.example.org', 'HTTP://forgejo'].map(
      (server) => ({
        config: { jwks_url: `${server}/api/actions/.well-known/keys`, bound_issuer: issuer },
        says: 'jwks_url must begin with https://, unless its host is the loopback address; else take mount/keys.json',
        because: `somebody on the way to ${server} could answer with other keys`,
      }),
    ),
    ...[{}, { jwt_validation_pubkeys: [] }, { oidc_discovery_url: '', jwks_url: '' }].map((config) => ({
      config: { ...config, bound_issuer: issuer },
      says: 'needs oidc_discovery_url, jwks_url or jwt_validation_pubkeys',
      because: `${JSON.stringify(config)} has no keys`,
    })),
  ])('$because: $says', ({ config, says }) => {
    const copy = copyOf({ 'mount/discovery.json': JSON.stringify(config) });
    expect(setUp('dash', [copy])).toEqual({ code: 1, said: `setup.sh: ${copy}/mount/discovery.json: ${says}\n` });
    expect(existsSync(join(folder, 'store'))).toBe(false);
  });

  it.each([
    { path: 'auth/forgejo/config', because: 'the configuration' },
    { path: 'sys/policies/acl/ci-acme', because: 'a policy' },
    { path: 'auth/forgejo/role/acme-app-nightly', because: 'a role' },
  ])('to go on when OpenBao refuses $because', ({ path }) => {
    const { code, said } = setUp('dash', [], { REFUSE: path });
    expect([code === 0, said]).toEqual([false, 'Code: 403. Errors: permission denied\n']);
    expect(Object.keys(stored())).not.toContain('auth/forgejo/role/acme-app-release');
  });

  it('a mount of another type', () => {
    setUp('dash');
    writeFileSync(join(folder, 'store/sys/auth/forgejo'), 'oidc');
    expect(setUp('dash')).toEqual({ code: 1, said: 'setup.sh: the mount forgejo is there and has another type than jwt\n' });
  });

  it('a directory that has no configuration', () => {
    expect(setUp('dash', ['/nowhere'])).toEqual({ code: 1, said: 'setup.sh: no file /nowhere/mount/discovery.json\n' });
  });

  it('to start without bao', () => {
    expect(setUp('dash', [], { BAO_BIN: 'no-such-bao' })).toEqual({
      code: 1,
      said: 'setup.sh: no bao: put it on PATH, or name it with BAO_BIN\n',
    });
  });
});

describe('the Terraform module', () => {
  it('reads the files that setup.sh reads, and sends them to the same paths', () => {
    const main = readDeployed('terraform/main.tf');
    const paths = [...main.matchAll(/^ {2}path +=\s+(.+)$/gm)].map(([, path]) => path);
    const mount = '${vault_auth_backend.forgejo.path}';
    expect(paths).toEqual(['var.mount', `"auth/${mount}/config"`, `"auth/${mount}/role/\${each.key}"`]);
    expect(main).toContain('type        = "jwt"');
    expect(readDeployed('terraform/variables.tf')).toContain(`contains(["${mountNames.toSorted().join('", "')}"]`);
  });

  it.skipIf(terraform === undefined).each(mountNames)(
    'gives the values of setup.sh with mount/%s.json (needs terraform or tofu on PATH)',
    (name) => {
      setUp('dash', ['-c', join(OPENBAO, `mount/${name}.json`)]);
      const { config, policies, roles } = outputsOf(copyOf({}), name);
      const written = {
        'sys/auth/forgejo': 'jwt',
        'auth/forgejo/config': asKept(JSON.parse(String(config))),
        ...Object.fromEntries(Object.entries(policies as object).map(([policy, text]) => [`sys/policies/acl/${policy}`, text])),
        ...Object.fromEntries(
          Object.entries(roles as object).map(([role, text]) => [`auth/forgejo/role/${role}`, JSON.parse(String(text))]),
        ),
      };
      const bySetup = Object.entries(stored()).map(([path, text]) => [
        path,
        path.endsWith('/config') ? asKept(JSON.parse(text)) : text.startsWith('{') ? JSON.parse(text) : text,
      ]);
      expect(written).toEqual(Object.fromEntries(bySetup));
    },
  );

  it.skipIf(terraform === undefined).each([
    { field: 'default_role', foreign: 'acme-app', because: 'a login without a role would get it' },
    { field: 'jwks_ca_pem', foreign: '-----BEGIN CERTIFICATE-----', because: 'who has its key answers for Forgejo' },
    { field: 'bound_issuer', foreign: 'https://other.example.org/api/actions', because: 'another server would be trusted' },
  ])('names $field also where a copy of the files does not: $because (needs terraform or tofu on PATH)', ({ field, foreign }) => {
    const { default_role: _, ...bare } = JSON.parse(readDeployed('mount/discovery.json')) as Readonly<Record<string, unknown>>;
    const written = JSON.parse(
      String(outputsOf(copyOf({ 'mount/discovery.json': JSON.stringify(bare) }), 'discovery')['config']),
    ) as object;
    const server = { ...recordedConfig(), ...written, [field]: foreign };
    expect(differences(written, server)).toEqual([field]);
  });

  it.skipIf(terraform === undefined)('refuses the discovery document at ROOT_URL (needs terraform or tofu on PATH)', () => {
    const root = 'https://forgejo.example.org';
    const copy = copyOf({ 'mount/discovery.json': JSON.stringify({ oidc_discovery_url: root, bound_issuer: root }) });
    expect(() => outputsOf(copy, 'discovery')).toThrow('bound_issuer must be ROOT_URL of Forgejo');
  });

  it.skipIf(terraform === undefined).each([
    { keys: { jwks_url: 'http://127.0.0.1.example.org/api/actions/.well-known/keys' }, says: 'jwks_url must begin with https://' },
    { keys: { jwt_validation_pubkeys: [] }, says: 'Needs oidc_discovery_url, jwks_url or jwt_validation_pubkeys' },
  ])('refuses what setup.sh refuses: $says (needs terraform or tofu on PATH)', ({ keys, says }) => {
    const config = { ...keys, bound_issuer: 'https://forgejo.example.org/api/actions' };
    const copy = copyOf({ 'mount/discovery.json': JSON.stringify(config) });
    expect(() => outputsOf(copy, 'discovery')).toThrow(says);
  });
});

/** What OpenBao keeps of a write of the configuration: what is left out is reset. */
function asKept(written: object): object {
  return { default_role: '', oidc_discovery_ca_pem: '', jwks_ca_pem: '', ...written };
}

function recordedConfig(): object {
  return (pairOf('config read').body as { readonly data: object }).data;
}

/** As the provider compares with ignore_absent_fields: what it was not told, it does not see. */
function differences(told: object, server: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(told).flatMap(([field, value]) => (JSON.stringify(server[field]) === JSON.stringify(value) ? [] : [field]));
}

function outputsOf(copy: string, configuration: string): Readonly<Record<string, unknown>> {
  const cwd = join(copy, 'terraform/values');
  const run = (...args: readonly string[]): string =>
    execFileSync(terraform ?? '', args, {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
      stdio: 'pipe',
    });
  run('init', '-input=false', '-no-color');
  run('apply', '-input=false', '-no-color', '-auto-approve', `-var=configuration=${configuration}`);
  const outputs = JSON.parse(run('output', '-json')) as Readonly<Record<string, { readonly value: unknown }>>;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}
