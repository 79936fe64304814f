/** From what was read to findings: first what was not, then mount, roles, policies and entities, each with all that is wrong with it. */
import { fixText } from './commands.ts';
import { explainUnread } from './explain.ts';
import type { BaoFinding } from './finding.ts';
import type { Gathered } from './gather.ts';
import type { Estate } from './model.ts';
import { celSubject, mountSubject, policySubject, roleSubject } from './rule.ts';
import { BAO_RULES } from './rules/rules.ts';

export function diagnose({ estate, unread, absentRoles }: Gathered): readonly BaoFinding[] {
  return [...unread.map((each) => explainUnread(each, estate)), ...missing(estate, unread, absentRoles), ...bySubject(estate)];
}

/** All that the rules say, in the order of the subjects, and `ok` where they say nothing. */
export function bySubject(estate: Estate): readonly BaoFinding[] {
  const findings = judge(estate);
  const subjects = subjectsOf(estate);
  const rest = findings.filter(({ subject }) => subjects.every((each) => each.subject !== subject));
  const ordered = subjects.flatMap(({ check, subject }) => {
    const own = findings.filter((finding) => finding.subject === subject);
    return own.length > 0 ? own : [{ check, level: 'ok', subject, found: 'No rule complains.' } as const];
  });
  return [...ordered, ...rest, ...quietEntities(estate)];
}

/** What each rule sees, in the order of the rules; the fixes of a subject build on each other. */
export function judge(estate: Estate): readonly BaoFinding[] {
  const sightings = BAO_RULES.flatMap((rule) => rule.check(estate).map((sighting) => ({ rule, ...sighting })));
  return sightings.map(({ rule, subject, found, fix }, index) => {
    const earlier = sightings.slice(0, index).flatMap((other) => (other.subject === subject ? [other.fix] : []));
    return { check: rule.id, level: rule.level, subject, found, means: rule.means, fix: fixText(estate, fix, earlier) };
  });
}

function missing(
  { mount, config, roles, celRoles }: Estate,
  unread: Gathered['unread'],
  absentRoles: readonly string[],
): readonly BaoFinding[] {
  const isUnread = (part: string): boolean => unread.some((each) => each.part === part);
  const subject = mountSubject({ mount });
  const noConfig: readonly BaoFinding[] =
    config !== null || isUnread('config')
      ? []
      : [
          {
            check: 'config-missing',
            level: 'fail',
            subject,
            found: `auth/${mount}/config is not there.`,
            means: 'Mount or namespace is another one, or the mount knows no keys yet: every login is refused.',
            fix: `bao write auth/${mount}/config oidc_discovery_url=https://forgejo.example.org/api/actions bound_issuer=https://forgejo.example.org/api/actions jwt_supported_algs=RS256`,
          },
        ];
  const absent = absentRoles.map(
    (name): BaoFinding => ({
      check: 'role-missing',
      level: 'fail',
      subject: roleSubject({ name }),
      found: 'The mount has no role of this name.',
      means: 'Logins with it are refused.',
      fix: `bao list auth/${mount}/role`,
    }),
  );
  const isEmpty =
    roles.length + celRoles.length + absentRoles.length === 0 && noConfig.length === 0 && !isUnread('roles') && !isUnread('config');
  const none: readonly BaoFinding[] = isEmpty
    ? [
        {
          check: 'roles-none',
          level: 'warn',
          subject,
          found: 'The mount has no roles.',
          means: 'Nobody can log in.',
          fix: 'Write one: see docs/identity.md.',
        },
      ]
    : [];
  return [...noConfig, ...absent, ...none];
}

function subjectsOf(estate: Estate): readonly Pick<BaoFinding, 'check' | 'subject'>[] {
  return [
    ...(estate.config === null ? [] : [{ check: 'mount', subject: mountSubject(estate) }]),
    ...estate.roles.map((role) => ({ check: 'role', subject: roleSubject(role) })),
    ...estate.celRoles.map((role) => ({ check: 'cel-role', subject: celSubject(role) })),
    ...estate.policies.map((policy) => ({ check: 'policy', subject: policySubject(policy) })),
  ];
}

function quietEntities(estate: Estate): readonly BaoFinding[] {
  const quiet = (estate.entities ?? []).filter(({ policies, groups }) => policies.length === 0 && groups === 0).length;
  if (quiet === 0) return [];
  const found = `${quiet === 1 ? '1 entity' : `${quiet} entities`} without policies or groups of ${quiet === 1 ? 'its' : 'their'} own.`;
  return [{ check: 'entities', level: 'ok', subject: mountSubject(estate), found }];
}
