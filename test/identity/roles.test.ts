/** What makes the files of deploy/openbao safe, one rule each; facts about OpenBao are from recordings of 2.6.2 and from its source. */
import { describe, expect, it } from 'vitest';
import { MOUNT, mountNames, policyNames, readDeployed, readRole, roleNames } from './support/deployed.ts';
import { pairOf } from './support/recordings.ts';

const roles = roleNames.map((name) => ({ name, role: readRole(name) }));
const all = roles.map(({ role }) => role);
const HOUR_SECONDS = 3600;

/** Of a policy: its paths with their capabilities. */
function grantsOf(policy: string): readonly string[] {
  const text = readDeployed(`policies/${policy}.hcl`);
  return [...text.matchAll(/^path "([^"]+)" \{\n {2}capabilities = \[([^\]]*)\]\n\}$/gm)].map(([, path, can]) => `${path}: ${can}`);
}

describe('the roles', () => {
  it('are one for each kind of job', () => {
    expect(roleNames).toEqual(['acme', 'acme-app', 'acme-app-nightly', 'acme-app-pull-request', 'acme-app-release']);
  });

  it.each(roles)('$name: is bound to one repository or owner, to events by name, and to where a pull request goes', ({ role }) => {
    const { repository, event_name: event, base_ref: base } = role.bound_claims;
    expect(repository).toMatch(/^acme\/(app|\*)$/);
    expect(event).toBeDefined();
    expect([event].flat()).not.toEqual(expect.arrayContaining([expect.stringMatching(/\*|workflow_call|_target|comment|issues/)]));
    expect(base).toBe([event].flat().includes('pull_request') ? 'main' : '');
  });

  it.each(roles)('$name: is bound to a full ref, or to the subject of pull requests', ({ role }) => {
    const { ref } = role.bound_claims;
    if (ref === undefined) expect(role.bound_subject).toBe('repo:acme/app:pull_request');
    else expect(['refs/heads/main', 'refs/tags/v*', 'main']).toContain(ref);
  });

  it('share no secret: what one of them guards by workflow or event, another one would give away', () => {
    const granted = roles.flatMap(({ name, role }) =>
      role.token_policies
        .flatMap((policy) => grantsOf(policy.replace('{{ .repository }}', 'acme/app')))
        .filter((grant) => grant.startsWith('kv/'))
        .map((grant) => ({ name, grant })),
    );
    expect(granted.length).toBeGreaterThan(4);
    for (const { name, grant } of granted) {
      expect(granted.filter((other) => other.grant === grant).map((other) => other.name)).toEqual([name]);
    }
  });

  it('have a star only behind acme/ and refs/tags/v, where no @ means anything, and only with the type that knows stars', () => {
    const starred = roles.flatMap(({ name, role }) =>
      Object.entries(role.bound_claims).flatMap(([claim, values]) =>
        [values].flat().flatMap((value) => (value.includes('*') ? [`${name} ${role.bound_claims_type}: ${claim} ${value}`] : [])),
      ),
    );
    expect(starred).toEqual(['acme glob: repository acme/*', 'acme-app-release glob: ref refs/tags/v*']);
  });

  it('bind an audience each, and another one where the trust is another one', () => {
    const audiences = Object.fromEntries(roles.map(({ name, role }) => [name, role.bound_audiences]));
    expect(audiences).toEqual({
      acme: ['openbao-organization'],
      'acme-app': ['openbao'],
      'acme-app-nightly': ['openbao'],
      'acme-app-pull-request': ['openbao-pull-request'],
      'acme-app-release': ['openbao-release'],
    });
  });

  it('never bind ref_protected, which Forgejo always gives as "false"', () => {
    expect(all.filter(({ bound_claims: claims }) => 'ref_protected' in claims)).toEqual([]);
  });

  it('have tokens of minutes without the default policy, without a period or a number of uses', () => {
    for (const role of all) {
      expect(role).toMatchObject({ token_no_default_policy: true, token_type: 'service', token_period: 0, token_num_uses: 0 });
      expect(role.token_ttl).toBeLessThanOrEqual(role.token_max_ttl);
      expect(role.token_max_ttl).toBeLessThan(HOUR_SECONDS);
    }
  });

  it('make one entity a repository, without groups, and all write the same metadata to it', () => {
    for (const role of all) {
      expect(role).toMatchObject({
        user_claim: 'repository',
        groups_claim: '',
        claim_mappings: { repository: 'repository', ref: 'ref', run_id: 'run_id', actor: 'actor' },
      });
    }
  });

  it('name the same fields, for OpenBao keeps what a write does not name', () => {
    const fields = new Set(all.map((role) => Object.keys(role).toSorted().join()));
    expect(fields.size).toBe(1);
  });

  it('are written as OpenBao gives them back, so that Terraform sees no difference', () => {
    const { data } = pairOf('role read').body as { readonly data: Readonly<Record<string, unknown>> };
    for (const role of all) {
      const kinds = Object.entries(role).map(([field, value]) => [field, field in data && typeof data[field] === typeof value]);
      expect(kinds.filter(([, same]) => same !== true)).toEqual([]);
    }
  });
});

describe('the policies', () => {
  it('are there for every role, and every policy is given by a role', () => {
    const given = new Set(all.flatMap(({ token_policies: names }) => names.map((name) => name.replace('{{ .repository }}', 'acme/app'))));
    expect([...given].toSorted()).toEqual(policyNames);
  });

  it.each(policyNames)('%s: reads single secrets, and nothing by a pattern', (name) => {
    const grants = grantsOf(name);
    const secrets = grants.filter((grant) => /^kv\/data\/ci(-repo|-shared)?\/[a-z/-]+: "read"$/.test(grant));
    const own = grants.filter((grant) => grant === 'auth/token/revoke-self: "update"');
    expect(secrets.length).toBeGreaterThan(0);
    expect([...secrets, ...own].toSorted()).toEqual(grants.toSorted());
  });

  it.each(roles)('$name: can end its own token, which the default policy would allow', ({ role }) => {
    const grants = role.token_policies.flatMap((name) => grantsOf(name.replace('{{ .repository }}', 'acme/app')));
    expect(grants).toContain('auth/token/revoke-self: "update"');
  });

  it('are made from no metadata of an entity: every login of the repository overwrites that', () => {
    expect(policyNames.filter((name) => readDeployed(`policies/${name}.hcl`).includes('{{'))).toEqual([]);
  });

  it('keep a pull request from what main has', () => {
    const [main, pullRequest] = ['ci-acme-app', 'ci-acme-app-pull-request'].map((name) =>
      grantsOf(name).filter((grant) => grant.startsWith('kv/')),
    );
    expect(main?.filter((grant) => pullRequest?.includes(grant))).toEqual([]);
  });
});

describe('the ways to the keys', () => {
  const mounts = mountNames.map((name) => ({ name, mount: JSON.parse(readDeployed(`mount/${name}.json`)) }));

  it.each(mounts)('$name: one source, the issuer of Actions and one algorithm', ({ mount }) => {
    const sources = ['oidc_discovery_url', 'jwks_url', 'jwt_validation_pubkeys'].filter((field) => field in mount);
    expect(sources).toHaveLength(1);
    expect(Object.keys(mount)).toHaveLength(4);
    expect(mount).toMatchObject({
      bound_issuer: 'https://forgejo.example.org/api/actions',
      jwt_supported_algs: ['RS256'],
      default_role: '',
    });
  });

  it('are never plain http: who stands between would be any repository', () => {
    expect(mountNames.filter((name) => readDeployed(`mount/${name}.json`).includes('http://'))).toEqual([]);
  });

  it('take the discovery document of Actions, and not the one at ROOT_URL, which has another key', () => {
    expect(MOUNT).toHaveProperty('oidc_discovery_url', MOUNT.bound_issuer);
  });

  it('refuse to start with the placeholder of a key', () => {
    expect(readDeployed('mount/keys.json')).not.toMatch(/[A-Za-z0-9+/]{20}/);
  });
});
