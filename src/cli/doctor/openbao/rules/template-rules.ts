/** `token_policies_template_claims`: names of policies made of claims, at each login. Free of races, and not of traps. */
import { listed } from '../../../input/printable.ts';
import { isChosen, isClaim } from '../claims.ts';
import { type Fix, writeRole } from '../commands.ts';
import type { JwtRole } from '../model.ts';
import { isTemplate } from '../policies.ts';
import { type Rule, roleRule } from '../rule.ts';

export const TEMPLATE_RULES: readonly Rule[] = [
  roleRule({
    id: 'template-idle',
    level: 'fail',
    means: 'The name is taken as it stands: no policy has it, and jobs get 403.',
    sees: (role) =>
      !role.templatesPolicies && templated(role).length > 0 ? `${listed(templated(role))}: token_policies_template_claims is false.` : null,
    fix: (role) => writeRole(role, { token_policies_template_claims: true }),
  }),
  roleRule({
    id: 'template-claim-unknown',
    level: 'fail',
    means: 'Every login ends with 500: the claim is not in the token.',
    sees: (role) => {
      const unknown = claimsIn(role).filter((claim) => !isClaim(claim));
      return unknown.length === 0 ? null : `token_policies has ${listed(unknown)}: Forgejo's tokens have no such claim.`;
    },
    fix: withRepository,
  }),
  roleRule({
    id: 'template-claim-chosen',
    level: 'fail',
    means: 'Who writes the workflow or names the branch chooses the value, and so which policy his token has.',
    sees: (role) => {
      const chosen = claimsIn(role).filter(isChosen);
      return chosen.length === 0 ? null : `token_policies is made of ${listed(chosen)}.`;
    },
    fix: withRepository,
  }),
  roleRule({
    id: 'template-without-prefix',
    level: 'fail',
    means: 'An owner or repository that is named like a policy of another purpose gets that policy.',
    sees: (role) => {
      const bare = role.templatesPolicies ? templated(role).filter((policy) => policy.startsWith('{{')) : [];
      return bare.length === 0 ? null : `${listed(bare)}: nothing stands before the claim.`;
    },
    fix: withRepository,
  }),
  roleRule({
    id: 'template-collides',
    level: 'fail',
    means:
      'Two repositories can come to the same policy: acme-x/app and acme/x-app are both acme-x-app. Names of owners in Forgejo have no two of - _ . in a row, so -- is safe.',
    sees: (role) => {
      const colliding = role.templatesPolicies ? templated(role).filter(collides) : [];
      return colliding.length === 0 ? null : `${listed(colliding)}: the / gives way to something that names have too.`;
    },
    fix: withRepository,
  }),
];

function templated({ policies }: JwtRole): readonly string[] {
  return policies.filter(isTemplate);
}

/** Each claim once; fields of Go templates begin with a dot. */
function claimsIn(role: JwtRole): readonly string[] {
  if (!role.templatesPolicies) return [];
  const actions = templated(role).flatMap((policy) => [...policy.matchAll(/\{\{(.*?)\}\}/g)].map(([, action = '']) => action));
  return [
    ...new Set(actions.flatMap((action) => [...action.replaceAll(/"[^"]*"/g, '').matchAll(/\.(\w+)/g)].map(([, claim = '']) => claim))),
  ];
}

function collides(policy: string): boolean {
  const [, separator] = /\.(?:repository|sub)\s*\|\s*replace\s+"\/"\s+"([^"]*)"/.exec(policy) ?? [];
  return separator !== undefined && /^[\w.-]*$/.test(separator) && !/[-_.]{2}/.test(separator);
}

function withRepository(role: JwtRole): Fix {
  return writeRole(role, {
    token_policies: role.policies.map((policy) => (isTemplate(policy) ? 'ci-repo-{{ .repository }}' : policy)),
    token_policies_template_claims: true,
  });
}
