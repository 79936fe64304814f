/** Entities: one per value of `user_claim`, shared by all roles of the mount, with metadata that the last login has written. */
import { counted, listed } from '../../../input/printable.ts';
import { isClaim } from '../claims.ts';
import { type Fix, writeRole } from '../commands.ts';
import type { Estate, JwtRole } from '../model.ts';
import { type Rule, roleRule } from '../rule.ts';

/** Each has a new value again and again. */
const GROWING = ['run_id', 'run_number', 'run_attempt', 'sha', 'sub', 'workflow_ref', 'iat', 'exp', 'nbf'];

export const IDENTITY_RULES: readonly Rule[] = [
  roleRule({
    id: 'user-claim-grows',
    level: 'warn',
    means:
      'OpenBao keeps an entity for each value for ever: one per run, or per repository and branch. With sub, all pull requests are one.',
    sees: ({ userClaim }) => (GROWING.includes(userClaim) ? `user_claim is ${userClaim}.` : null),
    fix: toRepository,
  }),
  roleRule({
    id: 'user-claim-shared',
    level: 'warn',
    means:
      'Several repositories are one entity: what is granted to the entity, or templated on its metadata, one of them gets by the other.',
    sees: ({ userClaim }) =>
      userClaim === 'repository' || GROWING.includes(userClaim) || !isClaim(userClaim) ? null : `user_claim is ${userClaim}.`,
    fix: toRepository,
  }),
  roleRule({
    id: 'user-claim-unknown',
    level: 'fail',
    means: 'Every login is refused: claim not found in token.',
    sees: ({ userClaim }) => (isClaim(userClaim) ? null : `user_claim is ${userClaim}: Forgejo's tokens have no such claim.`),
    fix: toRepository,
  }),
  roleRule({
    id: 'groups-claim',
    level: 'fail',
    means:
      "Policies of groups belong to the entity, not to the role: once main has logged in, a pull request's token of the same repository reads what the group may read, and its next login takes it away from main.",
    sees: ({ groupsClaim }) => (groupsClaim === '' ? null : `groups_claim is ${groupsClaim}.`),
    fix: (role) => writeRole(role, { groups_claim: '' }, { note: 'and name the policies in token_policies' }),
  }),
  roleRule({
    id: 'claim-mappings-differ',
    level: 'warn',
    means:
      'The metadata of an alias is one record, which each login writes anew: a login through the role with fewer mappings takes it from the tokens of the others, and what is templated on it turns 403.',
    sees: ({ mappings }, estate) => {
      const others = Object.entries(allMappings(estate)).filter(([claim, key]) => mappings[claim] !== key);
      const [missing, elsewhere] = [
        others.filter(([claim]) => mappings[claim] === undefined),
        others.filter(([claim]) => mappings[claim] !== undefined),
      ];
      const found = [
        missing.length === 0 ? '' : `map ${listed(missing.map(([claim]) => claim))}, and this one does not`,
        elsewhere.length === 0 ? '' : `write ${listed(elsewhere.map(([claim, key]) => `${claim} to ${key}`))}, and this one elsewhere`,
      ].filter((part) => part !== '');
      return found.length === 0 ? null : `Other roles of the mount ${found.join('; they ')}.`;
    },
    fix: (role, estate) => writeRole(role, { claim_mappings: allMappings(estate) }),
  }),
  roleRule({
    id: 'audit-trail-thin',
    level: 'warn',
    means: 'The audit log holds claims only as far as they are mapped: after a leak nobody can tell which run it was.',
    sees: ({ mappings }) => {
      const missing = ['repository', 'run_id'].filter((claim) => mappings[claim] === undefined);
      return missing.length === 0 ? null : `claim_mappings has no ${missing.join(' and no ')}.`;
    },
    fix: (role) =>
      writeRole(
        role,
        { claim_mappings: { repository: 'repository', ref: 'ref', run_id: 'run_id', actor: 'actor', ...role.mappings } },
        { note: 'the same for all roles of the mount' },
      ),
  }),
  {
    id: 'entity-policies',
    level: 'fail',
    means: 'These rights come with every login of the repository, through whichever role: its pull requests have them too.',
    check: ({ entities }) =>
      (entities ?? [])
        .filter(({ policies, groups }) => policies.length > 0 || groups > 0)
        .map(({ alias, policies, groups }) => ({
          subject: `entity ${alias}`,
          found: `The entity itself ${rightsOf(policies, groups)}.`,
          fix: 'Find its id by bao list -detailed identity/entity-alias/id, then bao write identity/entity/id/ID policies="" and take it out of its groups; name the policies in token_policies of the role that needs them.',
        })),
  },
];

function toRepository(role: JwtRole): Fix {
  return writeRole(role, { user_claim: 'repository', user_claim_json_pointer: false });
}

/** Of all roles of the mount. */
function allMappings({ roles }: Estate): JwtRole['mappings'] {
  return Object.fromEntries(roles.flatMap(({ mappings }) => Object.entries(mappings)));
}

function rightsOf(policies: readonly string[], groups: number): string {
  const own = policies.length === 0 ? [] : [`has the policies ${listed(policies)}`];
  return [...own, ...(groups === 0 ? [] : [`is in ${counted(groups, 'group')}`])].join(' and ');
}
