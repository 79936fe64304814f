/** What can be wrong with a mount, each with the rule that has to see it. */
import { ACCESSOR, type BaoWorld, dataOf, HARDENED, HARDENED_ROLE, ISSUER, withConfig, withPolicy, withRole } from './world.ts';

export interface BaoCase {
  readonly rule: string;
  /** A sentence that says what is weak. */
  readonly situation: string;
  readonly because: string;
  readonly weak: BaoWorld;
  /** The world after the fix, where the fix is no command that the test can carry out itself. */
  readonly mended?: BaoWorld;
}

const ROOT = 'https://forgejo.example.org';
const KEYS = `${ISSUER}/.well-known/keys`;
const PEM = '-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----';
const TEMPLATE = (key: string): string =>
  `path "kv/data/ci/{{identity.entity.aliases.${ACCESSOR}.metadata.${key}}}/*" { capabilities = ["read"] }`;
const HARDENED_POLICY = HARDENED.policies['ci-harbor-app'] ?? { policy: '' };
const NO_DISCOVERY = { oidc_discovery_url: '' };

const MOUNT: readonly BaoCase[] = [
  {
    rule: 'mount-type',
    situation: 'the mount is of another method',
    because: 'its config has none of the fields, and that is not health',
    weak: { ...HARDENED, tuning: { ...HARDENED.tuning, type: 'kubernetes' } },
    mended: HARDENED,
  },
  {
    rule: 'config-invalid',
    situation: 'keys could not be reached and skip_jwks_validation was set',
    because: 'OpenBao answers 200 to such a config, with a warning that nobody reads',
    weak: withConfig({ status: 'invalid' }),
    mended: HARDENED,
  },
  {
    rule: 'discovery-at-root',
    situation: 'discovery is at ROOT_URL',
    because: 'OpenBao takes it with 204: the OAuth2 document is there, with another key',
    weak: withConfig({ oidc_discovery_url: ROOT }),
  },
  {
    rule: 'discovery-not-the-issuer',
    situation: 'discovery is at another name of the same server',
    because: 'OpenBao compares it with the issuer',
    weak: withConfig({ oidc_discovery_url: 'https://forgejo.forgejo.svc/api/actions', bound_issuer: '' }),
  },
  {
    rule: 'issuer-mismatch',
    situation: 'bound_issuer has a slash at its end',
    because: 'the config is taken, and each login is refused',
    weak: withConfig({ bound_issuer: `${ISSUER}/` }),
  },
  {
    rule: 'issuer-mismatch',
    situation: 'bound_issuer is ROOT_URL',
    because: 'people take the issuer for the server, and nobody asked Forgejo',
    weak: { ...withConfig({ ...NO_DISCOVERY, jwks_url: KEYS, bound_issuer: ROOT }), issuer: null },
  },
  {
    rule: 'issuer-unbound',
    situation: 'keys come from a URL and no issuer is bound',
    because: 'a restored copy of Forgejo signs with the same key',
    weak: withConfig({ ...NO_DISCOVERY, jwks_url: KEYS, bound_issuer: '' }),
  },
  {
    rule: 'issuer-unbound',
    situation: 'keys are written down and no issuer is bound',
    because: 'the same holds for an air-gapped mount',
    weak: withConfig({ ...NO_DISCOVERY, jwt_validation_pubkeys: [PEM], bound_issuer: '' }),
  },
  {
    rule: 'issuer-implied',
    situation: 'discovery is right and no issuer is bound',
    because: 'it works, and rests on a URL alone',
    weak: withConfig({ bound_issuer: '' }),
  },
  {
    rule: 'keys-are-a-document',
    situation: 'jwks_url is the discovery document',
    because: 'OpenBao takes it with 204',
    weak: withConfig({ ...NO_DISCOVERY, jwks_url: `${ISSUER}/.well-known/openid-configuration` }),
  },
  {
    rule: 'keys-of-another-service',
    situation: 'jwks_url has the keys of OAuth2',
    because: "they sign users' tokens",
    weak: withConfig({ ...NO_DISCOVERY, jwks_url: `${ROOT}/login/oauth/keys` }),
  },
  {
    rule: 'keys-over-http',
    situation: 'keys come over http',
    because: 'who changes them on the way is any repository',
    weak: withConfig({ ...NO_DISCOVERY, jwks_url: KEYS.replace('https', 'http') }),
  },
  {
    rule: 'discovery-over-http',
    situation: 'discovery is over http',
    because: 'OpenBao allows it',
    weak: {
      ...withConfig({ oidc_discovery_url: ISSUER.replace('https', 'http'), bound_issuer: ISSUER.replace('https', 'http') }),
      issuer: ISSUER.replace('https', 'http'),
    },
    mended: HARDENED,
  },
  {
    rule: 'forgejo-below-a-path',
    situation: 'Forgejo lives below a path',
    because: 'its URL of tokens has the path twice',
    weak: {
      ...withConfig({ oidc_discovery_url: `${ROOT}/git/api/actions`, bound_issuer: `${ROOT}/git/api/actions` }),
      issuer: `${ROOT}/git/api/actions`,
    },
    mended: HARDENED,
  },
  {
    rule: 'algorithms-open',
    situation: 'no algorithm is named',
    because: 'the recorded default is an empty list',
    weak: withConfig({ jwt_supported_algs: [] }),
  },
  {
    rule: 'algorithms-mismatch',
    situation: 'Forgejo signs with another algorithm than is taken',
    because: 'logins were 400 then (recorded)',
    weak: { ...HARDENED, algorithms: ['ES256'] },
  },
  {
    rule: 'default-role',
    situation: 'the mount has a default role',
    because: 'a login without a role gets it',
    weak: withConfig({ default_role: 'harbor-app' }),
  },
  {
    rule: 'openbao-over-http',
    situation: 'OpenBao has no TLS',
    because: 'a token that is read on the way works elsewhere',
    weak: { ...HARDENED, address: 'http://openbao.example.org:8200' },
    mended: HARDENED,
  },
];

const AUDIENCE: readonly BaoCase[] = [
  {
    rule: 'audience-missing',
    situation: 'no audience is bound',
    because: "each of Forgejo's tokens has one",
    weak: withRole({ bound_audiences: null }),
  },
  {
    rule: 'audience-not-own',
    situation: 'the audience is what Forgejo writes when a job names none',
    because: 'such tokens are handed to other services',
    weak: withRole({ bound_audiences: [`${ROOT}/acme`, 'openbao'] }),
  },
  {
    rule: 'audience-shared',
    situation: 'two roles of other rights take one token',
    because: 'a job of any workflow gets what the harbor workflow may do',
    weak: {
      ...HARDENED,
      roles: {
        any: { ...HARDENED_ROLE, token_policies: ['ci-any'], bound_claims: { ...bound(), workflow_ref: undefined } },
        'harbor-app': HARDENED_ROLE,
      },
      policies: { ...HARDENED.policies, 'ci-any': HARDENED_POLICY },
    },
  },
];

const BINDING: readonly BaoCase[] = [
  {
    rule: 'role-type',
    situation: 'the role is for browsers',
    because: 'oidc is the default of role_type',
    weak: withRole({ role_type: 'oidc' }),
  },
  {
    rule: 'repository-unbound',
    situation: 'no repository is bound',
    because: 'everybody has a main',
    weak: withRole({}, { repository: undefined, workflow_ref: undefined }),
  },
  {
    rule: 'ref-unbound',
    situation: 'no ref is bound',
    because: 'a branch brings its own workflow',
    weak: withRole({}, { ref: undefined, workflow_ref: undefined }),
  },
  {
    rule: 'ref-form',
    situation: 'the ref of a push is bound by its short name',
    because: 'only a schedule has main in it (recorded)',
    weak: withRole({}, { ref: 'main' }),
  },
  {
    rule: 'ref-form',
    situation: 'the ref of a schedule is bound by its full name',
    because: 'a schedule has main in it, not refs/heads/main (recorded)',
    weak: withRole({}, { event_name: 'schedule' }),
  },
  {
    rule: 'ref-form',
    situation: 'pushes and schedules share the full name',
    because: 'the nightly run of such a role is refused',
    weak: withRole({}, { event_name: ['push', 'schedule'], workflow_ref: undefined }),
  },
  {
    rule: 'ref-form',
    situation: 'a glob lets schedules in and the ref is a full name',
    because: 'the event is what the glob matches',
    weak: withRole({ bound_claims_type: 'glob' }, { event_name: 'sched*', workflow_ref: undefined }),
  },
  {
    rule: 'ref-form',
    situation: 'pull requests are to come from main',
    because: 'their ref is refs/pull/NUMBER/head (recorded)',
    weak: withRole({}, { event_name: 'pull_request', base_ref: 'main', workflow_ref: undefined }),
  },
  {
    rule: 'workflow-ref-form',
    situation: 'the workflow of a schedule is bound at the full name',
    because: 'it ends with the bare ref, as the token has it (recorded)',
    weak: withRole({}, { event_name: 'schedule', ref: 'main' }),
  },
  {
    rule: 'workflow-ref-form',
    situation: 'the workflow is one of another repository',
    because: 'also of a reusable workflow it is that of the caller (recorded)',
    weak: withRole({}, { workflow_ref: 'acme/shared/.forgejo/workflows/harbor.yml@refs/heads/main' }),
  },
  {
    rule: 'workflow-ref-form',
    situation: 'the workflow has no ref',
    because: 'it always has one',
    weak: withRole({}, { workflow_ref: 'acme/app/.forgejo/workflows/harbor.yml' }),
  },
  {
    rule: 'workflow-ref-form',
    situation: 'the workflow is on a branch that a family of refs does not have',
    because: 'globs are judged by what they match',
    weak: withRole({ bound_claims_type: 'glob' }, { ref: 'refs/tags/v*' }),
  },
  {
    rule: 'event-unbound',
    situation: 'no event is bound',
    because: 'a comment of an outsider runs with the ref of main',
    weak: withRole({}, { event_name: undefined }),
  },
  {
    rule: 'event-of-outsiders',
    situation: 'pull_request_target is let in',
    because: 'forks cause it without approval',
    weak: withRole({}, { event_name: ['push', 'pull_request_target'] }),
  },
  {
    rule: 'event-of-outsiders',
    situation: 'comments are let in',
    because: 'whoever can comment causes it',
    weak: withRole({}, { event_name: ['issue_comment'] }),
  },
  ...['*', 'issue*', '*_target', 'pull_request*', 'p*t'].map((event) => ({
    rule: 'event-of-outsiders',
    situation: `a glob lets them in: ${event}`,
    because: 'a role is what its globs match',
    weak: withRole({ bound_claims_type: 'glob' }, { event_name: ['push', event] }),
  })),
  {
    rule: 'event-workflow-call',
    situation: 'a glob lets called workflows in',
    because: 'workflow_* is meant for workflow_dispatch',
    weak: withRole({ bound_claims_type: 'glob' }, { event_name: ['push', 'workflow_*'] }),
  },
  {
    rule: 'event-workflow-call',
    situation: 'called workflows are let in',
    because: 'the event of the caller is hidden',
    weak: withRole({}, { event_name: ['push', 'workflow_call'] }),
  },
  {
    rule: 'base-ref-open',
    situation: 'base_ref is not bound',
    because: 'it alone keeps pull_request_target out when the list of events grows',
    weak: withRole({}, { base_ref: undefined }),
  },
  {
    rule: 'base-ref-open',
    situation: 'base_ref may also be main',
    because: 'that is what it is of a pull_request_target',
    weak: withRole({}, { base_ref: ['', 'main'] }),
  },
  {
    rule: 'ref-protected-bound',
    situation: 'protection of the branch is to be seen in the token',
    because: 'Forgejo always says false',
    weak: withRole({}, { ref_protected: 'true' }),
  },
  {
    rule: 'claim-unknown',
    situation: "claims of GitHub's are bound",
    because: 'Forgejo has no environment and no job_workflow_ref',
    weak: withRole({}, { environment: 'production', '/job_workflow_ref': 'x' }),
  },
  {
    rule: 'claim-not-text',
    situation: 'a claim is bound to a boolean',
    because: 'true is not "true"',
    weak: withRole({}, { run_attempt: 1 }),
  },
  {
    rule: 'subject-with-star',
    situation: 'bound_subject has a star',
    because: 'it is compared as it is',
    weak: withRole({ bound_subject: 'repo:acme/*:ref:refs/heads/main' }),
  },
];

const GLOB = { bound_claims_type: 'glob' };
const GLOBS: readonly BaoCase[] = [
  {
    rule: 'repository-glob-open',
    situation: 'the owner is a beginning',
    because: 'acme* let acme-evil/app in (recorded)',
    weak: withRole(GLOB, { repository: 'acme*' }),
  },
  {
    rule: 'repository-glob-open',
    situation: 'repository_owner is a beginning',
    because: 'it is the same door',
    weak: withRole(GLOB, { repository_owner: 'acme*' }),
  },
  {
    rule: 'workflow-ref-glob',
    situation: 'the workflow is a glob',
    because: 'branch evil@refs/heads/main passed it (recorded)',
    weak: withRole(GLOB, { workflow_ref: 'acme/app/.forgejo/workflows/*@refs/heads/main' }),
  },
  {
    rule: 'ref-glob-open',
    situation: 'every branch is let in',
    because: 'a writer pushes what he likes',
    weak: withRole(GLOB, { ref: 'refs/heads/*' }),
  },
  {
    rule: 'ref-glob-family',
    situation: 'a family of tags is let in',
    because: 'it rests on the protection of tags',
    weak: withRole(GLOB, { ref: ['refs/heads/main', 'refs/tags/v*'] }),
  },
  {
    rule: 'subject-glob',
    situation: 'the subject is a glob',
    because: 'pull requests have such a subject (recorded)',
    weak: withRole(GLOB, { sub: 'repo:acme/app:*' }),
  },
  {
    rule: 'other-glob',
    situation: 'the event is a glob',
    because: 'pull_request* has pull_request_target in it',
    weak: withRole(GLOB, { event_name: 'pu*' }),
  },
  {
    rule: 'other-glob',
    situation: 'a claim that nobody binds is a glob',
    because: 'a role needs one bound claim, and a star is a poor one',
    weak: withRole(GLOB, { sha: '*' }),
    mended: HARDENED,
  },
  {
    rule: 'glob-not-typed',
    situation: 'a glob is bound without its type',
    because: 'OpenBao stores it with 204 and compares a star (recorded)',
    weak: withRole({}, { repository: 'acme/*' }),
  },
];

const TOKEN: readonly BaoCase[] = [
  { rule: 'ttl-unset', situation: 'no TTL is set', because: 'the server gives 768 h', weak: withRole({ token_ttl: 0, token_max_ttl: 0 }) },
  {
    rule: 'ttl-long',
    situation: 'the TTL is a day',
    because: 'no job needs that',
    weak: withRole({ token_ttl: 86_400, token_max_ttl: 0 }),
  },
  { rule: 'max-ttl-long', situation: 'no maximum is set', because: 'tokens can be renewed', weak: withRole({ token_max_ttl: 0 }) },
  { rule: 'period-set', situation: 'tokens are periodic', because: 'then no maximum holds', weak: withRole({ token_period: 600 }) },
  {
    rule: 'default-policy',
    situation: 'tokens get the policy default',
    because: 'it is for people',
    weak: withRole({ token_no_default_policy: false }),
  },
  {
    rule: 'batch-token',
    situation: 'tokens are batch tokens',
    because: 'revoke-self is 400 (recorded)',
    weak: withRole({ token_type: 'batch' }),
  },
  {
    rule: 'batch-token',
    situation: 'the mount makes batch tokens where a role says nothing',
    because: 'the role does not show it',
    weak: { ...HARDENED, tuning: { ...HARDENED.tuning, config: { default_lease_ttl: 0, max_lease_ttl: 0, token_type: 'default-batch' } } },
  },
  {
    rule: 'uses-counted',
    situation: 'uses are counted',
    because: 'inline authentication is 500 then (recorded)',
    weak: withRole({ token_num_uses: 2 }),
  },
  {
    rule: 'cidrs-open',
    situation: 'every address is bound',
    because: 'that is none',
    weak: withRole({ token_bound_cidrs: ['0.0.0.0/0'] }),
  },
  {
    rule: 'leeway-long',
    situation: 'expired tokens are taken for an hour',
    because: 'a token has no id that could be used up',
    weak: withRole({ clock_skew_leeway: 3600, expiration_leeway: 3600 }),
  },
  {
    rule: 'verbose-logging',
    situation: 'tokens are logged',
    because: 'somebody was looking for a fault once',
    weak: withRole({ verbose_oidc_logging: true }),
  },
];

const IDENTITY: readonly BaoCase[] = [
  {
    rule: 'user-claim-grows',
    situation: 'each run is an entity',
    because: '30 logins made 30 (recorded)',
    weak: withRole({ user_claim: 'run_id' }),
  },
  {
    rule: 'user-claim-grows',
    situation: 'each subject is an entity',
    because: 'and all pull requests are one',
    weak: withRole({ user_claim: '/sub', user_claim_json_pointer: true }),
  },
  {
    rule: 'user-claim-shared',
    situation: 'all repositories of an owner are one entity',
    because: 'their metadata is one',
    weak: withRole({ user_claim: 'repository_owner' }),
  },
  {
    rule: 'user-claim-unknown',
    situation: 'the user claim does not exist',
    because: 'OpenBao stores it with 204 (recorded)',
    weak: withRole({ user_claim: 'repository_id' }),
  },
  {
    rule: 'groups-claim',
    situation: 'groups come from the owner',
    because: "a pull request read the owner's secret (recorded)",
    weak: withRole({ groups_claim: 'repository_owner' }),
  },
  {
    rule: 'claim-mappings-differ',
    situation: 'a second role maps nothing',
    because: 'its logins wipe the metadata (recorded)',
    weak: {
      ...HARDENED,
      roles: {
        'harbor-app': HARDENED_ROLE,
        nightly: { ...HARDENED_ROLE, bound_claims: ofSchedule(), claim_mappings: null },
      },
    },
  },
  {
    rule: 'claim-mappings-differ',
    situation: 'a second role maps the repository to another key',
    because: 'the record has no repository then, until the first role logs in again',
    weak: {
      ...HARDENED,
      roles: {
        'harbor-app': HARDENED_ROLE,
        nightly: {
          ...HARDENED_ROLE,
          bound_claims: ofSchedule(),
          claim_mappings: { repository: 'project', ref: 'ref', run_id: 'run_id', actor: 'actor' },
        },
      },
    },
  },
  {
    rule: 'audit-trail-thin',
    situation: 'the run is not mapped',
    because: 'the audit log has nothing else in clear',
    weak: withRole({ claim_mappings: { repository: 'repository' } }),
  },
  {
    rule: 'entity-policies',
    situation: 'the entity has policies and a group',
    because: 'they come with every role',
    weak: { ...HARDENED, entities: [{ alias: 'acme/app', policies: ['ci-owner-acme'], groups: 1 }] },
    mended: HARDENED,
  },
];

const POLICY: readonly BaoCase[] = [
  {
    rule: 'policies-none',
    situation: 'the role has no policy',
    because: 'it lives on groups then',
    weak: withRole({ token_policies: [] }),
  },
  {
    rule: 'policy-absent',
    situation: 'a policy is not there',
    because: 'who writes it decides',
    weak: withRole({ token_policies: ['ci-harbor-app', 'ci-old'] }),
    mended: HARDENED,
  },
  {
    rule: 'policy-absent',
    situation: 'no policy has the form that the template makes',
    because: 'who writes the first one decides',
    weak: withRole({ token_policies: ['ci-harbor-app', 'ci-repo-{{ .repository }}'], token_policies_template_claims: true }),
    mended: HARDENED,
  },
  {
    rule: 'policy-rules-openbao',
    situation: 'a policy that the template makes may write roles',
    because: 'it is read like any other',
    weak: templated('path "auth/forgejo/role/*" { capabilities = ["update"] }'),
    mended: HARDENED,
  },
  {
    rule: 'revoke-not-granted',
    situation: 'one of the policies that the template makes does not let the job revoke its token',
    because: 'the login gives that policy only',
    weak: templated('path "kv/data/ci-repo/acme/app/x" { capabilities = ["read"] }', []),
    mended: HARDENED,
  },
  {
    rule: 'policy-rules-openbao',
    situation: 'jobs may write roles',
    because: 'then they may write one for themselves',
    weak: withPolicy('path "auth/forgejo/role/*" { capabilities = ["read", "update"] }'),
    mended: HARDENED,
  },
  {
    rule: 'policy-rules-openbao',
    situation: 'jobs may do anything',
    because: 'a star is a path too',
    weak: withPolicy('path "*" {\n  # everything\n  capabilities = ["create", "sudo"]\n}'),
    mended: HARDENED,
  },
  {
    rule: 'revoke-not-granted',
    situation: 'no policy lets the job revoke its token',
    because: 'revoke-self is 403 without default (recorded)',
    weak: { ...HARDENED, policies: { 'ci-harbor-app': { policy: 'path "kv/data/ci/acme/app/harbor" { capabilities = ["read"] }' } } },
    mended: HARDENED,
  },
  {
    rule: 'metadata-race',
    situation: 'a path is templated on the ref',
    because: "a feature branch read main's secret after main had logged in (recorded)",
    weak: withPolicy(TEMPLATE('ref'), true),
    mended: withPolicy(TEMPLATE('repository'), true),
  },
  {
    rule: 'metadata-slash-refused',
    situation: 'a path is templated on the repository and slashes are refused',
    because: 'that is the default since 2.6, and what bao policy write resets',
    weak: withPolicy(TEMPLATE('repository')),
    mended: withPolicy(TEMPLATE('repository'), true),
  },
  {
    rule: 'slashes-allowed',
    situation: 'slashes are allowed where nothing is templated',
    because: 'it waits for the next template',
    weak: withPolicy('path "kv/data/x" { capabilities = ["read"] }', true),
    mended: HARDENED,
  },
  {
    rule: 'slashes-allowed',
    situation: 'slashes are allowed in what an author chooses',
    because: 'the name of a branch is a path',
    weak: withPolicy(TEMPLATE('ref'), true),
    mended: withPolicy(TEMPLATE('repository'), true),
  },
  {
    rule: 'wildcards-allowed',
    situation: 'patterns are allowed in what an author chooses',
    because: 'the field is in what a real OpenBao answers (recorded), and Forgejo allows + in names of branches',
    weak: { ...HARDENED, policies: { 'ci-harbor-app': { policy: TEMPLATE('ref'), allow_wildcards_in_identity_templates: true } } },
    mended: withPolicy(TEMPLATE('repository'), true),
  },
  {
    rule: 'metadata-of-another-mount',
    situation: 'the mount was made anew',
    because: 'the accessor is another one then',
    weak: withPolicy(TEMPLATE('repository').replace(ACCESSOR, 'auth_jwt_00000000'), true),
    mended: withPolicy(TEMPLATE('repository'), true),
  },
];

const TEMPLATES: readonly BaoCase[] = [
  {
    rule: 'template-idle',
    situation: 'policies are templates, and the flag is not set',
    because: 'the braces are part of the name then',
    weak: withRole({ token_policies: ['ci-repo-{{ .repository }}'] }),
  },
  {
    rule: 'template-claim-unknown',
    situation: 'a policy is named by a claim that does not exist',
    because: 'logins are 500 (recorded)',
    weak: withRole({ token_policies: ['ci-{{ .nope }}'], token_policies_template_claims: true }),
  },
  {
    rule: 'template-claim-chosen',
    situation: 'a policy is named by the branch',
    because: 'who pushes it names the policy',
    weak: withRole({ token_policies: ['ci-{{ .ref }}'], token_policies_template_claims: true }),
  },
  {
    rule: 'template-without-prefix',
    situation: 'a policy is named by the owner alone',
    because: 'an owner may be called admin',
    weak: withRole({ token_policies: ['{{ .repository_owner }}'], token_policies_template_claims: true }),
  },
  {
    rule: 'template-collides',
    situation: 'the slash of a repository becomes a dash',
    because: 'acme-x/app and acme/x-app are one then',
    weak: withRole({ token_policies: ['ci-{{ .repository | replace "/" "-" }}'], token_policies_template_claims: true }),
  },
];

const PROGRAM =
  'claims.repository == "acme/app" && claims.ref == "refs/heads/main" && claims.event_name == "push" ? pb.Auth{policies: ["ci"]} : "no"';
const GOOD_CEL = { bound_audiences: ['openbao'], cel_program: { expression: PROGRAM } };
const SHORT = {
  ...HARDENED,
  tuning: { ...HARDENED.tuning, config: { default_lease_ttl: 300, max_lease_ttl: 900, token_type: 'default-service' } },
};

const CEL: readonly BaoCase[] = [
  {
    rule: 'cel-audience-missing',
    situation: 'a CEL role has no audience',
    because: "each of Forgejo's tokens has one",
    weak: { ...SHORT, celRoles: { c1: { ...GOOD_CEL, bound_audiences: [] } } },
    mended: { ...SHORT, celRoles: { c1: GOOD_CEL } },
  },
  {
    rule: 'cel-ttl-unset',
    situation: 'a CEL role has the TTL of the server',
    because: 'that is 32 days (recorded)',
    weak: { ...HARDENED, celRoles: { c1: GOOD_CEL } },
    mended: { ...SHORT, celRoles: { c1: GOOD_CEL } },
  },
  {
    rule: 'cel-claims-open',
    situation: 'a CEL role looks at the owner only',
    because: 'refs and events are open then',
    weak: {
      ...SHORT,
      celRoles: { c1: { ...GOOD_CEL, cel_program: { expression: 'claims.repository_owner == "acme" ? pb.Auth{} : "no"' } } },
    },
    mended: { ...SHORT, celRoles: { c1: GOOD_CEL } },
  },
];

export const CASES: readonly BaoCase[] = [
  ...MOUNT,
  ...AUDIENCE,
  ...BINDING,
  ...GLOBS,
  ...TOKEN,
  ...IDENTITY,
  ...POLICY,
  ...TEMPLATES,
  ...CEL,
];

/** As people write it from a tutorial for another forge. */
export const WEAK: BaoWorld = {
  ...withConfig({ oidc_discovery_url: 'https://forgejo.example.org', bound_issuer: '', jwt_supported_algs: [] }),
  roles: {
    ci: {
      ...dataOf('role read'),
      user_claim: 'sub',
      bound_claims: { repository: 'acme*', ref_protected: 'true' },
      bound_claims_type: 'glob',
      claim_mappings: null,
      groups_claim: 'repository_owner',
      token_policies: ['ci'],
      token_no_default_policy: false,
      token_ttl: 0,
      token_max_ttl: 0,
    },
  },
  policies: { ci: { policy: 'path "kv/data/ci/*" { capabilities = ["read"] }' } },
  entities: [{ alias: 'repo:acme/app:pull_request', policies: [], groups: 1 }],
};

/** Roles that are as good as they can be for what they are for. */
export const SOUND: readonly { readonly situation: string; readonly because: string; readonly world: BaoWorld }[] = [
  { situation: 'the role of the measurements', because: 'it refused every attack', world: HARDENED },
  {
    situation: 'an organization',
    because: 'acme/* does not fit acme-evil/app (recorded)',
    world: withRole(GLOB, { repository: 'acme/*', workflow_ref: undefined }),
  },
  {
    situation: 'pull requests with rights of their own',
    because: 'they have no ref that a role could name',
    world: withRole({}, { ref: undefined, workflow_ref: undefined, base_ref: undefined, event_name: 'pull_request' }),
  },
  {
    situation: 'a nightly run',
    because: 'the ref of a schedule is short',
    world: withRole({}, { ref: 'main', event_name: 'schedule', workflow_ref: undefined }),
  },
  {
    situation: 'main, pull requests and a schedule of one repository',
    because: 'no token fits two of them, so they may share the audience',
    world: {
      ...HARDENED,
      roles: {
        'harbor-app': HARDENED_ROLE,
        nightly: { ...HARDENED_ROLE, token_policies: ['ci-nightly'], bound_claims: ofSchedule() },
        pulls: { ...HARDENED_ROLE, token_policies: ['ci-pulls'], bound_claims: { repository: 'acme/app', event_name: 'pull_request' } },
      },
      policies: {
        ...HARDENED.policies,
        'ci-nightly': HARDENED_POLICY,
        'ci-pulls': HARDENED_POLICY,
      },
    },
  },
  {
    situation: 'keys by the URL that OpenBao reaches',
    because: 'that is the way when it is not ROOT_URL',
    world: withConfig({ ...NO_DISCOVERY, jwks_url: 'https://forgejo.forgejo.svc/api/actions/.well-known/keys' }),
  },
  {
    situation: 'keys without a network',
    because: 'that is the way of an air gap',
    world: withConfig({ ...NO_DISCOVERY, jwt_validation_pubkeys: [PEM] }),
  },
  {
    situation: 'a policy per repository by its name',
    because: 'bound at login, it is free of races',
    world: {
      ...withRole({
        token_policies: ['ci-repo-{{ .repository }}', 'ci-{{ .repository | replace "/" "--" }}'],
        token_policies_template_claims: true,
      }),
      policies: { 'ci-repo-acme/app': HARDENED_POLICY, 'ci-acme--app': HARDENED_POLICY },
    },
  },
  {
    situation: 'a policy templated on the repository',
    because: 'it is a function of the user claim',
    world: withPolicy(TEMPLATE('repository'), true),
  },
  {
    situation: 'a CEL role on a mount with a short TTL',
    because: 'the program looks at all that matters',
    world: { ...SHORT, celRoles: { c1: GOOD_CEL } },
  },
];

/** A role whose one policy more is made from the repository: this one, of acme/app. */
function templated(policy: string, others: readonly string[] = ['ci-harbor-app']): BaoWorld {
  const role = { token_policies: [...others, 'ci-repo-{{ .repository }}'], token_policies_template_claims: true };
  return { ...withRole(role), policies: { ...HARDENED.policies, 'ci-repo-acme/app': { policy } } };
}

function bound(): Readonly<Record<string, unknown>> {
  return HARDENED_ROLE['bound_claims'] as Readonly<Record<string, unknown>>;
}

function ofSchedule(): Readonly<Record<string, unknown>> {
  const workflow = 'acme/app/.forgejo/workflows/harbor.yml@main';
  return { ...bound(), ref: 'main', event_name: 'schedule', workflow_ref: workflow };
}
