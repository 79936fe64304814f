/** What the policies of roles grant, and what they are templated on. */
import { listed } from '../../../input/printable.ts';
import { exactValues, isChosen } from '../claims.ts';
import { word, writeRole } from '../commands.ts';
import type { Estate, JwtRole, Policy } from '../model.ts';
import { claimBehind, covers, formOf, grantsOf, isTemplate, rolesWith, templatesOf, templatesOfMount } from '../policies.ts';
import { policyRule, type Rule, roleRule } from '../rule.ts';
import { isBatch } from './token-rules.ts';

const REVOKE = 'auth/token/revoke-self';
const WRITING = ['create', 'update', 'patch', 'delete', 'sudo'];
/** Where OpenBao itself is ruled. */
const RULING = ['sys/', 'auth/', 'identity/'];
const OWN_TOKEN = ['auth/token/revoke-self', 'auth/token/renew-self', 'auth/token/lookup-self'];
const WITH_SLASHES = ['repository', 'ref', 'sub', 'workflow_ref', 'head_ref', 'base_ref'];

export const POLICY_RULES: readonly Rule[] = [
  roleRule({
    id: 'policies-none',
    level: 'warn',
    means: 'Its tokens may do nothing, or live on what groups and entities give them, which is shared with other roles.',
    sees: ({ policies }) => (policies.length === 0 ? 'token_policies is empty.' : null),
    fix: (role) => writeRole(role, { token_policies: [`ci-${role.name}`] }),
  }),
  roleRule({
    id: 'policy-absent',
    level: 'warn',
    means: 'It grants nothing today, and all of it to these jobs on the day that somebody writes a policy of that name.',
    sees: (role, estate) => {
      const absent = absentOf(role, estate);
      return absent.length === 0 ? null : `OpenBao has no policy ${listed(absent)}.`;
    },
    fix: (role, estate) => {
      const absent = absentOf(role, estate).map(word);
      return `bao policy write ${absent[0] ?? ''} policy.hcl${absent.some(isTemplate) ? ' (with a repository in its place)' : ''}, or take ${listed(absent)} out of token_policies.`;
    },
  }),
  policyRule({
    id: 'policy-rules-openbao',
    level: 'fail',
    means: 'A job can change who gets in, or what anybody may do: it can give itself all secrets.',
    sees: (policy) => {
      const ruling = grantsOf(policy).filter(
        ({ path, capabilities }) => isRuling(path) && capabilities.some((one) => WRITING.includes(one)),
      );
      return ruling.length === 0 ? null : `It may write to ${listed(ruling.map(({ path }) => path))}.`;
    },
    fix: ({ name }) => `Leave only what the job reads in the policy: bao policy write ${word(name)} policy.hcl`,
  }),
  roleRule({
    id: 'revoke-not-granted',
    level: 'warn',
    means: 'The job can not end its token: revoke-self is 403, and the token lives on to its TTL.',
    sees: (role, estate) =>
      role.noDefaultPolicy && !isBatch(role, estate) && policiesAreKnown(role, estate) && !mayRevoke(role, estate)
        ? `token_no_default_policy is true, and no policy of the role grants ${REVOKE}.`
        : null,
    fix: ({ policies }) => `Add to ${word(policies[0] ?? 'the policy')}: path "${REVOKE}" { capabilities = ["update"] }`,
  }),
  policyRule({
    id: 'metadata-race',
    level: 'fail',
    means:
      "Metadata is one record per entity, and each login writes it anew: a feature branch's token reads main's secret as soon as main has logged in.",
    sees: (policy, estate) => {
      const racing = templatesOfMount(policy, estate).flatMap((template) =>
        rolesWith(policy, estate).flatMap((role) => {
          const claim = claimBehind(template, role);
          return claim === null || followsFromUser(claim, role) ? [] : [`${claim} (role ${role.name}, user_claim ${role.userClaim})`];
        }),
      );
      return racing.length === 0 ? null : `A path is templated on ${listed([...new Set(racing)])}.`;
    },
    fix: ({ name }) =>
      `Template only on repository with user_claim repository, or write a role and a policy per ref: bao policy write ${word(name)} policy.hcl`,
  }),
  policyRule({
    id: 'metadata-slash-refused',
    level: 'fail',
    means: 'Since OpenBao 2.6 a value with a / fits no path then: jobs get 403, and nothing says why.',
    sees: (policy, estate) => {
      const claims = templatesOfMount(policy, estate).flatMap((template) =>
        rolesWith(policy, estate).flatMap((role) => claimBehind(template, role) ?? []),
      );
      const refused = [...new Set(claims)].filter((claim) => WITH_SLASHES.includes(claim));
      return policy.allowsSlashes || refused.length === 0
        ? null
        : `A path is templated on ${listed(refused)}, and allow_slashes_in_identity_templates is false.`;
    },
    fix: ({ name }) =>
      `bao write sys/policies/acl/${word(name)} policy=@policy.hcl allow_slashes_in_identity_templates=true  # bao policy write can not set it, and takes it away`,
  }),
  policyRule({
    id: 'slashes-allowed',
    level: 'warn',
    means: 'A value with a / reaches further down than the path says: who chooses the name of a branch chooses which secret he reads.',
    sees: (policy, estate) => {
      if (!policy.allowsSlashes) return null;
      const templates = templatesOf(policy);
      if (templates.length === 0) return 'allow_slashes_in_identity_templates is true, and nothing in it is templated.';
      const roles = rolesWith(policy, estate);
      const others = templates
        .flatMap((template) => roles.flatMap((role) => claimBehind(template, role) ?? []))
        .filter((claim) => claim !== 'repository');
      return others.length === 0
        ? null
        : `allow_slashes_in_identity_templates is true, and a path is templated on ${listed([...new Set(others)])}.`;
    },
    fix: ({ name }) => `Template on repository only, or take the flag away: bao policy write ${word(name)} policy.hcl`,
  }),
  policyRule({
    id: 'wildcards-allowed',
    level: 'fail',
    means: 'A + or * in the value is a pattern then: Forgejo allows a branch named +, and its job reads what every branch may read.',
    sees: (policy, estate) => {
      if (!policy.allowsWildcards) return null;
      const claims = templatesOf(policy).flatMap((template) =>
        rolesWith(policy, estate).flatMap((role) => claimBehind(template, role) ?? []),
      );
      const chosen = [...new Set(claims)].filter(isChosen);
      return chosen.length === 0 ? null : `allow_wildcards_in_identity_templates is true, and a path is templated on ${listed(chosen)}.`;
    },
    fix: ({ name }) => `Take the flag away: bao policy write ${word(name)} policy.hcl`,
  }),
  policyRule({
    id: 'metadata-of-another-mount',
    level: 'fail',
    means: 'The template is empty for logins of this mount: jobs get 403. A mount that is made anew has a new accessor.',
    sees: (policy, estate) => {
      const accessors = templatesOf(policy).flatMap(({ accessor }) => accessor ?? []);
      const { tuning } = estate;
      return tuning === null || accessors.length === 0 || accessors.includes(tuning.accessor)
        ? null
        : `Its templates name ${listed([...new Set(accessors)])}; this mount is ${tuning.accessor}.`;
    },
    fix: ({ name }, { tuning }) =>
      `Write it with ${tuning?.accessor ?? ''} in its place: bao write sys/policies/acl/${word(name)} policy=@policy.hcl allow_slashes_in_identity_templates=true`,
  }),
];

/** A pattern that reaches into where OpenBao is ruled, and is more than the token's own affairs. */
function isRuling(path: string): boolean {
  if (OWN_TOKEN.includes(path)) return false;
  const [head = ''] = path.split(/[*+]/);
  return RULING.some((area) => path.startsWith(area) || (head !== path && area.startsWith(head)));
}

/** Of what templates make, those are absent of which no policy has the form. */
function absentOf({ policies, templatesPolicies }: JwtRole, { absentPolicies, policyNames }: Estate): readonly string[] {
  const hasNone = (template: string): boolean => policyNames !== null && !policyNames.some((name) => formOf(template).test(name));
  return policies.filter((policy) => absentPolicies.includes(policy) || (templatesPolicies && isTemplate(policy) && hasNone(policy)));
}

/** Whether it is known of all that the role gives: of what templates make that is so when some policy of their form was read. */
function policiesAreKnown(role: JwtRole, estate: Estate): boolean {
  return role.policies.every((name) =>
    role.templatesPolicies && isTemplate(name)
      ? madeBy(name, estate).length > 0
      : estate.absentPolicies.includes(name) || estate.policies.some((policy) => policy.name === name),
  );
}

function madeBy(template: string, { policies }: Estate): readonly Policy[] {
  return policies.filter(({ name }) => formOf(template).test(name));
}

/** By a policy that every login gets, or by each of those of which a template picks one. */
function mayRevoke(role: JwtRole, estate: Estate): boolean {
  return role.policies.some((name) => {
    if (!(role.templatesPolicies && isTemplate(name)))
      return estate.policies.some((policy) => policy.name === name && grantsRevoke(policy));
    const made = madeBy(name, estate);
    return made.length > 0 && made.every(grantsRevoke);
  });
}

function grantsRevoke(policy: Policy): boolean {
  return grantsOf(policy).some(({ path, capabilities }) => covers(path, REVOKE) && capabilities.includes('update'));
}

/** Whether all logins of one entity have the same value of the claim. */
function followsFromUser(claim: string, role: JwtRole): boolean {
  const { userClaim } = role;
  if (claim === userClaim || claim === 'iss') return true;
  if (userClaim === 'repository') return claim === 'repository_owner';
  // All pull requests of a repository have one subject, and each a ref of its own.
  if (userClaim === 'sub')
    return (
      ['repository', 'repository_owner'].includes(claim) ||
      (claim === 'ref' && exactValues(role, 'event_name')?.includes('pull_request') === false)
    );
  return false;
}
