/** The small judgements that rules rest on. */
import { describe, expect, it } from 'vitest';
import { areDisjoint, matches } from '../../../../src/cli/doctor/openbao/claims.ts';
import { defaultTtlOf, inWords } from '../../../../src/cli/doctor/openbao/durations.ts';
import { covers, grantsOf, isGivenBy, templatesOf } from '../../../../src/cli/doctor/openbao/policies.ts';
import { isLoopback } from '../../../../src/cli/doctor/openbao/urls.ts';
import { estateOf, HARDENED, HARDENED_ROLE } from './world.ts';

describe('a glob of OpenBao', () => {
  it.each([
    { glob: 'acme*', text: 'acme-evil/app', fits: true, because: 'recorded as g1' },
    { glob: 'acme/*', text: 'acme-evil/app', fits: false, because: 'recorded as g2' },
    { glob: 'acme/*', text: 'Acme/app', fits: false, because: 'it minds the case' },
    {
      glob: 'o/r/.forgejo/workflows/*@refs/heads/main',
      text: 'o/r/.forgejo/workflows/x.yml@refs/heads/evil@refs/heads/main',
      fits: true,
      because: 'recorded as g3',
    },
    { glob: 'a.c', text: 'abc', fits: false, because: 'a dot is a dot' },
  ])('$glob and $text: $fits, $because', ({ glob, text, fits }) => {
    expect(matches(glob, text)).toBe(fits);
  });
});

describe('two roles', () => {
  it.each([
    { a: { ref: 'refs/heads/main' }, b: { ref: ['refs/heads/dev', 'main'] }, disjoint: true, because: 'no value is in both' },
    { a: { ref: 'refs/heads/main' }, b: { ref: ['refs/heads/dev', 'refs/heads/main'] }, disjoint: false, because: 'one is' },
    { a: { ref: 'refs/heads/main' }, b: { event_name: 'push' }, disjoint: false, because: 'they bind different claims' },
    { a: { repository: 'acme/*' }, b: { repository: 'acme/app' }, disjoint: false, because: 'the glob fits' },
    { a: { repository: 'acme/*' }, b: { repository: 'other/app' }, disjoint: true, because: 'the glob does not fit' },
    { a: { repository: 'acme/*' }, b: { repository: 'acme-x/*' }, disjoint: true, because: 'the globs begin differently' },
    { a: { repository: 'acme/*' }, b: { repository: 'acme*' }, disjoint: false, because: 'one glob is within the other' },
  ])('of $a and $b are parted: $disjoint, $because', ({ a, b, disjoint }) => {
    const data = (claims: object) => ({ ...HARDENED_ROLE, bound_claims: claims, bound_claims_type: 'glob' });
    const [one, other] = estateOf({ ...HARDENED, roles: { one: data(a), other: data(b) } }).roles;
    if (one === undefined || other === undefined) throw new Error('two roles');
    expect(areDisjoint(one, other)).toBe(disjoint);
    expect(areDisjoint(other, one)).toBe(disjoint);
  });

  it('of other subjects are parted', () => {
    const data = (subject: string) => ({ ...HARDENED_ROLE, bound_claims: null, bound_subject: subject });
    const [one, other] = estateOf({
      ...HARDENED,
      roles: { one: data('repo:a/b:pull_request'), other: data('repo:a/c:pull_request') },
    }).roles;
    expect(one !== undefined && other !== undefined && areDisjoint(one, other)).toBe(true);
  });
});

describe('a policy', () => {
  const GRANTS = [
    { path: 'kv/data/{{identity.entity.aliases.auth_jwt_1.metadata.repository}}/*', capabilities: ['read', 'list'] },
    { path: 'kv/data/x', capabilities: ['deny'] },
  ];

  it.each([
    {
      form: 'HCL',
      text: `# path "commented" { capabilities = ["sudo"] }
        path "${GRANTS[0]?.path}" {
          allowed_parameters = { "*" = [] }
          capabilities = ["read", "list"]
        }
        /* path "away" { capabilities = ["sudo"] } */
        path "kv/data/x" { capabilities = ["deny"] }`,
    },
    { form: 'JSON', text: JSON.stringify({ path: Object.fromEntries(GRANTS.map(({ path, capabilities }) => [path, { capabilities }])) }) },
    { form: 'JSON with a list', text: JSON.stringify({ path: GRANTS.map(({ path, capabilities }) => ({ [path]: { capabilities } })) }) },
  ])('is read from $form', ({ text }) => {
    expect(grantsOf({ text })).toEqual(GRANTS);
    expect(templatesOf({ text })).toEqual([{ accessor: 'auth_jwt_1', key: 'repository' }]);
  });

  it.each([
    { pattern: 'auth/token/revoke-self', covered: true },
    { pattern: 'auth/token/*', covered: true },
    { pattern: 'auth/+/revoke-self', covered: true },
    { pattern: '*', covered: true },
    { pattern: 'auth/token/revoke', covered: false },
    { pattern: 'auth/+', covered: false },
  ])('$pattern covers revoke-self: $covered', ({ pattern, covered }) => {
    expect(covers(pattern, 'auth/token/revoke-self')).toBe(covered);
  });
});

describe('a policy that is named by a template', () => {
  const given = (template: string, name: string): boolean => isGivenBy({ policies: [template], templatesPolicies: true }, name);

  it.each([
    { template: 'ci-repo-{{ .repository }}', name: 'ci-repo-acme/app', is: true, because: 'the claim is OWNER/NAME' },
    { template: 'ci-repo-{{.repository}}', name: 'ci-repo-acme/app', is: true, because: 'spaces are free' },
    { template: 'ci-{{ .repository }}', name: 'ci-admin', is: false, because: 'a repository has a slash' },
    { template: 'ci-{{ .repository_owner }}', name: 'ci-admin', is: true, because: 'an owner may be called admin' },
    { template: 'ci-{{ .repository_owner }}', name: 'ci-acme/app', is: false, because: 'an owner has no slash' },
    { template: 'ci.{{ .repository | replace "/" "--" }}', name: 'ci.acme--app', is: true, because: 'the slash is -- then' },
    {
      template: 'ci.{{ .repository | replace "/" "--" }}',
      name: 'ci.admin',
      is: false,
      because: 'no repository comes to a name without --',
    },
    { template: 'ci.{{ .repository | replace "/" "." }}', name: 'ci.acme-app', is: false, because: 'a dot that is put in is a dot too' },
    { template: 'ci.{{ .repository | upper }}', name: 'ci.admin', is: true, because: 'another function may make anything' },
    { template: 'ci.{{ constructor }}', name: 'ci.admin', is: true, because: 'so may what is no claim' },
    { template: 'ci.{{ .repository | replace "/" "--" }}', name: 'ci-acme--app', is: false, because: 'a dot is a dot' },
  ])('$template gives $name: $is, $because', ({ template, name, is }) => {
    expect(given(template, name)).toBe(is);
  });

  it('gives nothing without the flag', () => {
    expect(isGivenBy({ policies: ['ci-repo-{{ .repository }}'], templatesPolicies: false }, 'ci-repo-acme/app')).toBe(false);
  });
});

describe('durations', () => {
  it.each([
    { seconds: 2_764_800, words: '32 days' },
    { seconds: 86_400, words: '1 day' },
    { seconds: 5400, words: '90 minutes' },
    { seconds: 90, words: '90 seconds' },
  ])('$seconds s are $words', ({ seconds, words }) => {
    expect(inWords(seconds)).toBe(words);
  });

  it('a mount that says nothing has 32 days, the default of the server', () => {
    expect(defaultTtlOf({ ...estateOf(HARDENED), tuning: null })).toBe(768 * 3600);
  });
});

describe('a loopback address', () => {
  it.each([
    { url: 'http://127.0.0.1:8200', is: true },
    { url: 'http://localhost', is: true },
    { url: 'http://[::1]:1', is: true },
    { url: 'http://127.0.0.1.example.org', is: false },
    { url: 'nonsense', is: false },
  ])('$url: $is', ({ url, is }) => {
    expect(isLoopback(url)).toBe(is);
  });
});
