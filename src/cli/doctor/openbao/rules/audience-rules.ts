/** Whom an ID token is for: a workflow asks for any audience, so it parts services and not people. */
import { listed } from '../../../input/printable.ts';
import { areDisjoint } from '../claims.ts';
import { writeRole } from '../commands.ts';
import type { Estate, JwtRole } from '../model.ts';
import { type Rule, roleRule, roleSubject } from '../rule.ts';

export const AUDIENCE_RULES: readonly Rule[] = [
  roleRule({
    id: 'audience-missing',
    level: 'fail',
    means: "Forgejo's tokens always have an audience, and OpenBao takes none with one when the role names none: every login is refused.",
    sees: ({ audiences }) => (audiences.length === 0 ? 'bound_audiences is empty.' : null),
    fix: (role) => writeRole(role, { bound_audiences: ['openbao'] }),
  }),
  roleRule({
    id: 'audience-not-own',
    level: 'warn',
    means:
      'A job that asks for a token without an audience gets one for ROOT_URL and its owner. Any service that is handed such a token can log in with it here, until it expires.',
    sees: ({ audiences }, estate) => {
      const foreign = audiences.filter((audience) => isOfForgejo(audience, estate));
      return foreign.length === 0 ? null : `bound_audiences has ${foreign.join(', ')}: an address of Forgejo, as in its default audience.`;
    },
    fix: (role, estate) => {
      const own = role.audiences.filter((audience) => !isOfForgejo(audience, estate));
      return writeRole(role, { bound_audiences: own.length === 0 ? ['openbao'] : own });
    },
  }),
  {
    id: 'audience-shared',
    level: 'warn',
    means: 'A token for one of these roles opens the others as well: who gets it in a job of the lesser one takes the greater.',
    check: (estate) => estate.roles.flatMap((role) => sharedBy(role, estate)),
  },
];

function sharedBy(role: JwtRole, estate: Estate): ReturnType<Rule['check']> {
  const others = estate.roles.filter((other) => other.name > role.name && isOpenToTokensOf(other, role));
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name);
  return [
    {
      subject: roleSubject(role),
      found: `One token fits this role and ${listed(names)}: same audience, no claim that parts them, other policies.`,
      fix: writeRole(role, { bound_audiences: [`openbao-${role.name}`] }, { note: 'or bind a claim to values that part them' }),
    },
  ];
}

function isOpenToTokensOf(other: JwtRole, role: JwtRole): boolean {
  const sharesAudience = other.audiences.some((audience) => role.audiences.includes(audience));
  return sharesAudience && !isSameSet(other.policies, role.policies) && !areDisjoint(other, role);
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

function isOfForgejo(audience: string, { issuer, config }: Estate): boolean {
  const origins = [issuer, config?.discoveryUrl, config?.boundIssuer].flatMap((url) =>
    url != null && URL.canParse(url) ? [new URL(url).origin] : [],
  );
  return URL.canParse(audience) && origins.includes(new URL(audience).origin);
}
