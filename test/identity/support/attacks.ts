/**
 * The attack table: a job of an attacker, a role that looks right and lets it in, and the shipped role that does not. `limits` are
 * what no role can stop, because the token is the same: they are accepted, and docs/identity.md says what helps.
 */
import { type Attack, anyEvent, glob, MAIN, mainPush, ORGANIZATION, organizationGlob, wholeRepository } from './attack.ts';
import { strangers } from './attacks-from-outside.ts';
import { asDeployed, MOUNT } from './deployed.ts';
import { claimsOf } from './recordings.ts';

const members: readonly Attack[] = [
  {
    attack: 'a push to a branch that nobody protects',
    claims: asDeployed(claimsOf('push feature by member')),
    weak: wholeRepository,
    ours: 'acme-app',
    refusedFor: ['ref', 'workflow_ref'],
    because: 'the workflow of a branch is what its author makes it',
  },
  {
    attack: 'a pull request within the repository',
    claims: asDeployed(claimsOf('PR same repo', { event_name: 'pull_request' })),
    weak: glob({ sub: 'repo:acme/app:*' }),
    ours: 'acme-app',
    refusedFor: ['ref', 'event_name', 'base_ref', 'workflow_ref'],
    because: 'a star in sub takes :pull_request as well',
  },
  {
    attack: 'a tag with the name main, picked for a run by hand',
    claims: asDeployed(claimsOf('dispatch ref=main while tag main exists', { ref: 'refs/tags/main' })),
    weak: glob({ repository: 'acme/app', ref: 'refs/*/main' }),
    ours: 'acme-app',
    refusedFor: ['ref', 'workflow_ref'],
    because: 'ref is bound in full',
  },
  {
    attack: 'a branch with the name evil@refs/heads/main',
    claims: asDeployed(claimsOf('create branch evil@refs/heads/main')),
    weak: glob({ repository: 'acme/app', workflow_ref: `acme/app/.forgejo/workflows/*@${MAIN}` }),
    ours: 'acme-app',
    refusedFor: ['ref', 'workflow_ref'],
    because: 'a star in workflow_ref crosses the @',
  },
  {
    attack: 'the same branch, of the organization',
    claims: { ...asDeployed(claimsOf('create branch evil@refs/heads/main')), aud: ORGANIZATION },
    weak: organizationGlob({ repository: 'acme/*', workflow_ref: `acme/*@${MAIN}` }),
    ours: 'acme',
    refusedFor: ['ref'],
    because: 'ref has no glob in a role that has one elsewhere',
  },
  {
    attack: 'a workflow in a directory with the name harbor.yml@refs/heads/x',
    claims: asDeployed(
      claimsOf('workflow in directory all.yml@refs/heads/x (branch feature/a)', { workflow: 'all.yml@refs/heads/x/evil.yml' }),
    ),
    weak: glob({ repository: 'acme/app', workflow_ref: 'acme/app/.forgejo/workflows/harbor.yml@refs/heads/*' }),
    ours: 'acme-app',
    refusedFor: ['ref', 'workflow_ref'],
    because: 'a star crosses slashes too',
  },
  {
    attack: 'another workflow on main',
    claims: { ...mainPush, workflow: 'lint.yml', workflow_ref: `acme/app/.forgejo/workflows/lint.yml@${MAIN}` },
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: ['workflow_ref'],
    because: "a job that runs a stranger's linter is no job that pushes images",
  },
  {
    attack: 'a pull request that asks for the secrets of the release',
    claims: asDeployed(claimsOf('PR same repo', { event_name: 'pull_request' })),
    weak: wholeRepository,
    ours: 'acme-app-release',
    refusedFor: ['audience'],
    because: "the audience is the role's own; a workflow can ask for it, and then fails at ref, ref_type, event_name and base_ref",
  },
  {
    attack: 'a token that a job of the same branch has got for the role of the organization',
    claims: { ...mainPush, aud: ORGANIZATION },
    weak: { ...anyEvent, bound_audiences: ['openbao', ORGANIZATION] },
    ours: 'acme-app',
    refusedFor: ['audience'],
    because: 'one token opens one of the two roles',
  },
  {
    attack: 'a push to main that asks for what the nightly run has',
    claims: mainPush,
    weak: wholeRepository,
    ours: 'acme-app-nightly',
    refusedFor: ['ref', 'event_name', 'workflow_ref'],
    because: 'only a schedule has the bare ref main',
  },
];

const neighbours: readonly Attack[] = [
  {
    attack: 'an organization whose name begins alike',
    claims: {
      ...mainPush,
      aud: ORGANIZATION,
      repository: 'acme-evil/app',
      repository_owner: 'acme-evil',
      sub: `repo:acme-evil/app:ref:${MAIN}`,
    },
    weak: organizationGlob({ repository: 'acme*', ref: MAIN }),
    ours: 'acme',
    refusedFor: ['repository', 'repository_owner'],
    because: 'the slash belongs to the pattern, and the owner is bound as well',
  },
  {
    attack: 'a token that was made for another service',
    claims: { ...mainPush, aud: 'sigstore' },
    weak: { ...anyEvent, bound_audiences: ['openbao', 'sigstore'] },
    ours: 'acme-app',
    refusedFor: ['audience'],
    because: 'that service could log in with it',
  },
  {
    attack: 'the token of a person whom Forgejo logged in',
    claims: { sub: '7', aud: 'openbao', iss: MOUNT.bound_issuer.replace('/api/actions', ''), preferred_username: 'mallory' },
    weak: { user_claim: 'sub', bound_audiences: ['openbao'] },
    weakMount: {},
    ours: 'acme-app',
    refusedFor: ['issuer'],
    because: 'the issuer at ROOT_URL is another one; a mount that trusts it trusts every OAuth2 application',
  },
  {
    attack: 'replay after the token has ended',
    claims: { ...mainPush, exp: -70 },
    weak: null,
    ours: 'acme-app',
    refusedFor: ['expiration'],
    because: 'the leeway is 60 s, and the role adds none',
  },
];

const limits: readonly Attack[] = [
  {
    attack: 'replay while the token is good',
    claims: mainPush,
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: null,
    because: 'there is no jti: ID_TOKEN_EXPIRATION_TIME low, and nobody but OpenBao ever gets the token',
  },
  {
    attack: 'a repository that was renamed, and made again by another member',
    claims: { ...mainPush, actor: 'member', run_id: '1', run_number: '1' },
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: null,
    because: 'there is no repository_id: take the role away before the repository is renamed',
  },
  {
    attack: 'an owner who was deleted, and whose name somebody registered again',
    claims: { ...mainPush, actor: 'stranger', run_id: '1', run_number: '1' },
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: null,
    because: 'there is no owner_id: take the role away before the owner is deleted',
  },
  {
    attack: 'a run of main that another user starts again',
    claims: asDeployed(claimsOf('re-run of push main by member')),
    weak: anyEvent,
    ours: 'acme-app',
    refusedFor: null,
    because: 'it is the same commit, and actor stays the first one',
  },
];

export const attacks: readonly Attack[] = [...strangers, ...members, ...neighbours, ...limits];
