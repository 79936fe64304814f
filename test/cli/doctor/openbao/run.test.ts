/** A diagnosis as a whole: what is asked, what is said, and that the token stays where it is. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BaoFinding } from '../../../../src/cli/doctor/openbao/finding.ts';
import { type BaoTarget, MOST_READ } from '../../../../src/cli/doctor/openbao/gather.ts';
import { runBaoDoctor } from '../../../../src/cli/doctor/openbao/run.ts';
import { TransportError } from '../../../../src/forgejo/transport.ts';
import { pairOf } from '../../../identity/support/recordings.ts';
import { WEAK } from './cases.ts';
import { type Answered, serve } from './serve.ts';
import { ADDRESS, type BaoWorld, dataOf, HARDENED, HARDENED_ROLE } from './world.ts';

/** What the commands of fixes ask `bao` for, as it answers. */
const FAKE_BAO = `bao() {
  case "$*" in
    *'list -format=json'*) echo '["e1","e2","e3"]' ;;
    *entity/id/e1) echo '{"data":{"id":"e1","name":"one","policies":[],"group_ids":[]}}' ;;
    *entity/id/e2) echo '{"data":{"id":"e2","name":"two","policies":["ci"],"group_ids":null}}' ;;
    *entity/id/e3) echo '{"data":{"id":"e3","name":"three","policies":[],"group_ids":["g"]}}' ;;
    'policy list') echo ci ;;
    'policy read ci') printf '# all\\n%s\\n' 'path "sys/*" { capabilities = ["sudo"] }' ;;
  esac
}`;

const TOKEN = 's.canaryCanaryCanaryCanary';
const TARGET: BaoTarget = {
  address: ADDRESS,
  mount: 'forgejo',
  roles: [],
  namespace: null,
  token: TOKEN,
  forgejo: { url: 'https://forgejo.example.org' },
};

interface Read {
  readonly counts: Readonly<Record<'ok' | 'warn' | 'fail', number>>;
  readonly findings: readonly BaoFinding[];
}

async function diagnosed(world: BaoWorld, instead: Readonly<Record<string, Answered>> = {}, target: Partial<BaoTarget> = {}) {
  const { transport, asked } = serve(world, instead);
  const { text, code } = await runBaoDoctor({ ...TARGET, ...target }, 'json', transport);
  const { findings, counts } = JSON.parse(text) as Read;
  return { text, code, findings, counts, asked, bad: findings.filter(({ level }) => level !== 'ok').map(({ check }) => check) };
}

describe('a diagnosis', () => {
  it.each([
    { name: 'a-weak-mount', format: 'text', world: WEAK, code: 1 },
    { name: 'a-weak-mount', format: 'json', world: WEAK, code: 1 },
    { name: 'a-hardened-mount', format: 'text', world: HARDENED, code: 0 },
    { name: 'a-hardened-mount', format: 'json', world: HARDENED, code: 0 },
  ] as const)('of $name as $format', async ({ name, format, world, code: expected }) => {
    const { text, code } = await runBaoDoctor(TARGET, format, serve(world).transport);
    const file = join(import.meta.dirname, 'golden', `${name}.${format === 'text' ? 'txt' : 'golden.json'}`);
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(code).toBe(expected);
  });

  it('asks only, sends the token to OpenBao and never to Forgejo', async () => {
    const { asked, text } = await diagnosed(WEAK);
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
    const withToken = asked.filter(({ headers }) => headers['x-vault-token'] === TOKEN);
    expect(new Set(withToken.map(({ url }) => new URL(url).origin))).toEqual(new Set([ADDRESS]));
    expect(asked.length - withToken.length).toBe(1);
    expect(text).not.toContain(TOKEN);
  });

  it('hides the token where OpenBao repeats it, and what would steer a terminal', async () => {
    const world = { ...HARDENED, roles: { [`x\u001B[2J${TOKEN}`]: { ...HARDENED_ROLE, user_claim: TOKEN } } };
    const { transport } = serve(world);
    const { text } = await runBaoDoctor(TARGET, 'text', transport);
    expect(text).toContain('user_claim is [token]');
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('\u001B');
  });

  it('names the namespace in each question to OpenBao', async () => {
    const { asked } = await diagnosed(HARDENED, {}, { namespace: 'team-a', forgejo: null });
    expect(new Set(asked.map(({ headers }) => headers['x-vault-namespace']))).toEqual(new Set(['team-a']));
  });

  it('looks at the named roles only, and says which is not there', async () => {
    const world = { ...HARDENED, roles: { ...HARDENED.roles, other: { ...HARDENED_ROLE, bound_audiences: null } } };
    const { bad, asked } = await diagnosed(world, {}, { roles: ['harbor-app', 'nope'] });
    expect(bad).toEqual(['role-missing']);
    expect(asked.some(({ url }) => url.includes('role/other') || url.includes('list=true&') || url.endsWith('role?list=true'))).toBe(false);
  });

  it.each([
    { name: '..', because: 'it would be another path' },
    { name: 'a//b', because: 'a proxy would fold it' },
  ])('does not ask for a role named $name: $because', async ({ name }) => {
    const { asked, bad } = await diagnosed(HARDENED, {}, { roles: [name] });
    expect(bad).toEqual(['role-missing']);
    expect(asked.some(({ url }) => url.includes('/role'))).toBe(false);
  });
});

describe('what can not be read', () => {
  const DENIED = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };

  it.each([
    { path: '/v1/auth/forgejo/config', answer: DENIED, says: 'read-config', code: 1, because: 'nothing is known of the keys' },
    {
      path: '/v1/auth/forgejo/role?list=true',
      answer: DENIED,
      says: 'read-roles',
      code: 1,
      because: 'a role that was not seen may be the open one',
    },
    { path: '/v1/auth/forgejo/role/harbor-app', answer: DENIED, says: 'read-roles', code: 1, because: 'the same holds for one role' },
    { path: '/v1/sys/auth/forgejo', answer: DENIED, says: 'read-mount', code: 0, because: 'most rules do without' },
    { path: '/v1/sys/policies/acl/ci-harbor-app', answer: DENIED, says: 'read-policies', code: 0, because: 'it is no sign of health' },
    {
      path: '/v1/identity/entity-alias/id?list=true',
      answer: DENIED,
      says: 'read-entities',
      code: 0,
      because: 'shared rights are not seen',
    },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 404, body: { errors: [] } },
      says: 'config-missing',
      code: 1,
      because: 'recorded before the first write',
    },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 503, body: { errors: ['Vault is sealed'] } },
      says: 'read-config',
      code: 1,
      because: 'sealed',
    },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 307, body: '' },
      says: 'read-config',
      code: 1,
      because: 'a standby whose leader is gone',
    },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 429, body: { errors: ['quota'] } },
      says: 'read-config',
      code: 1,
      because: 'a quota',
    },
    { path: '/v1/auth/forgejo/config', answer: { status: 500, body: '' }, says: 'read-config', code: 1, because: 'any other status' },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 200, body: '<html>' },
      says: 'read-config',
      code: 1,
      because: 'a page in its place',
    },
    {
      path: '/v1/auth/forgejo/config',
      answer: { status: 200, body: { data: { bound_issuer: 1 } } },
      says: 'read-config',
      code: 1,
      because: 'a field of another kind is not unset',
    },
    {
      path: '/api/actions/.well-known/openid-configuration',
      answer: { status: 404, body: 'Not found.' },
      says: 'nothing',
      code: 0,
      because: 'an old Forgejo says nothing of its issuer',
    },
    {
      path: '/api/actions/.well-known/openid-configuration',
      answer: { status: 500, body: '' },
      says: 'read-issuer',
      code: 0,
      because: 'then it is not compared',
    },
  ])('$path with $answer.status is told as $says: $because', async ({ path, answer, says, code: expected }) => {
    const { bad, code, findings } = await diagnosed(HARDENED, { [path]: answer });
    expect(bad).toEqual(says === 'nothing' ? [] : [says]);
    expect(code).toBe(expected);
    expect(findings.filter(({ level, fix }) => level !== 'ok' && (fix ?? '') === '')).toEqual([]);
  });

  const TEMPLATED: BaoWorld = {
    ...HARDENED,
    roles: {
      repo: { ...HARDENED_ROLE, token_policies: ['ci-harbor-app', 'ci-repo-{{ .repository }}'], token_policies_template_claims: true },
    },
    policies: { ...HARDENED.policies, 'ci-repo-acme/app': { policy: 'path "sys/*" { capabilities = ["sudo"] }' }, other: { policy: '' } },
  };

  it('policies that a template makes are found in the list of all, and no others are read', async () => {
    const { findings, bad, code, asked } = await diagnosed(TEMPLATED);
    expect([bad, code]).toEqual([['policy-rules-openbao'], 1]);
    expect(findings.map(({ subject }) => subject)).toContain('policy ci-repo-acme/app');
    expect(asked.filter(({ url }) => url.includes('/acl')).map(({ url }) => url.replace(`${ADDRESS}/v1/sys/policies/acl`, ''))).toEqual([
      '/ci-harbor-app',
      '?list=true',
      '/ci-repo-acme/app',
    ]);
  });

  it('that list is not asked for where no role makes names', async () => {
    const { asked } = await diagnosed(HARDENED);
    expect(asked.filter(({ url }) => url.includes('acl?list'))).toEqual([]);
  });

  it('that list is told when it is denied, with the policy that opens it', async () => {
    const { bad, code, findings } = await diagnosed(TEMPLATED, { '/v1/sys/policies/acl?list=true': DENIED });
    expect([bad, code]).toEqual([['read-policies'], 0]);
    expect(findings.find(({ check }) => check === 'read-policies')?.fix).toContain('path "sys/policies/acl" { capabilities = ["list"] }');
  });

  it('the list of a real OpenBao has names with a slash as they are', () => {
    const list = pairOf('policies list').body;
    expect(list).toHaveProperty('data.keys', expect.arrayContaining(['ci-repo-acme/app']));
  });

  const MANY = MOST_READ + 3;
  it.each([
    {
      part: 'entities',
      world: { ...HARDENED, entities: Array.from({ length: MANY }, (_, at) => ({ alias: `acme/r${at}`, policies: [], groups: 0 })) },
    },
    {
      part: 'policies',
      world: {
        ...TEMPLATED,
        policies: {
          ...HARDENED.policies,
          ...Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`ci-repo-acme/r${at}`, { policy: '' }])),
        },
      },
    },
  ])('more $part than are looked at are told, with a command for the rest', async ({ part, world }) => {
    const { bad, code, findings } = await diagnosed(world);
    expect([bad, code]).toEqual([[`read-${part}`], 0]);
    const [told] = findings;
    expect(told).toMatchObject({
      found: `${MANY} ${part}, of which the first ${MOST_READ} were looked at.`,
      means: 'The other 3 are not judged.',
    });
    const said = execFileSync('sh', ['-c', `${FAKE_BAO}\n${told?.fix}`], { encoding: 'utf8' });
    expect(said.trim().split('\n')).toEqual(
      part === 'entities'
        ? ['{"id":"e2","name":"two","policies":["ci"],"group_ids":null}', '{"id":"e3","name":"three","policies":[],"group_ids":["g"]}']
        : ['ci: path "sys/*" { capabilities = ["sudo"] }'],
    );
  });

  it('asks no more when OpenBao is silent', async () => {
    const { asked } = await diagnosed(HARDENED, { '/v1/auth/forgejo/config': { status: 503, body: '' } });
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual([
      '/api/actions/.well-known/openid-configuration',
      '/v1/auth/forgejo/config',
    ]);
  });

  it.each([
    { because: { kind: 'timeout' } as const, says: 'no answer in time' },
    { because: { kind: 'unreachable', code: 'ECONNREFUSED' } as const, says: 'no connection (ECONNREFUSED)' },
  ])('a connection that ends with $says is told so', async ({ because, says }) => {
    const transport = async (): Promise<never> => {
      throw new TransportError(because);
    };
    const { text, code } = await runBaoDoctor({ ...TARGET, forgejo: null }, 'text', transport);
    expect(text).toContain(`GET auth/forgejo/config: ${says}.`);
    expect(code).toBe(1);
  });

  it('a mount without roles is told', async () => {
    expect((await diagnosed({ ...HARDENED, roles: {} })).bad).toEqual(['roles-none']);
  });
});

describe('the recorded OpenBao 2.6', () => {
  it('is read as it answered: the strict role of the measurements lacks only an empty base_ref and an algorithm', async () => {
    const data = dataOf('role read');
    const world: BaoWorld = {
      ...HARDENED,
      issuer: null,
      config: dataOf('config read'),
      roles: { strict: data },
      policies: { 'ci-acme-app': { policy: 'path "auth/token/revoke-self" { capabilities = ["update"] }' } },
      entities: [],
    };
    const { bad } = await diagnosed(world, {}, { forgejo: null });
    expect(bad).toEqual(['algorithms-open', 'base-ref-open']);
  });

  it('an unreachable discovery is seen by its status', async () => {
    const { bad } = await diagnosed({ ...HARDENED, config: dataOf('config read (unreachable)') }, {}, { forgejo: null });
    expect(bad).toContain('config-invalid');
  });

  it('its templated policy, its list of roles and its CEL role are understood', async () => {
    const policy = dataOf('policy read')['policy'];
    const keys = dataOf('role in list')['keys'];
    const world: BaoWorld = {
      ...HARDENED,
      roles: { templ: { ...HARDENED_ROLE, token_policies: ['ci-templ'] } },
      celRoles: { c1: dataOf('cel role c1') },
      policies: { 'ci-templ': { policy: String(policy), allow_slashes_in_identity_templates: true } },
    };
    const { bad } = await diagnosed(world, { '/v1/auth/forgejo/role?list=true': { status: 200, body: { data: { keys: ['templ'] } } } });
    expect(bad).toEqual(['cel-ttl-unset']);
    expect(Array.isArray(keys) && keys.includes('harbor-app')).toBe(true);
  });
});
