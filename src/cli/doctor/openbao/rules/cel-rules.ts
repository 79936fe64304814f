/** Roles whose condition is a CEL program: what it leaves out counts, as far as its text shows. */
import { word } from '../commands.ts';
import { defaultTtlOf, inWords } from '../durations.ts';
import { celRule, type Rule } from '../rule.ts';

const LONG = 3600;

export const CEL_RULES: readonly Rule[] = [
  celRule({
    id: 'cel-audience-missing',
    level: 'fail',
    means: "Forgejo's tokens always have an audience, and OpenBao takes none with one when the role names none: every login is refused.",
    sees: ({ audiences }) => (audiences.length === 0 ? 'bound_audiences is empty.' : null),
    fix: ({ name }, { mount }) =>
      `Write the role with "bound_audiences": ["openbao"]: bao write auth/${mount}/cel/role/${word(name)} @role.json`,
  }),
  celRule({
    id: 'cel-ttl-unset',
    level: 'fail',
    means: 'A CEL role has no token_ttl: a token that leaks from a job stays good for that long.',
    sees: ({ program }, estate) =>
      program.includes('lease_options') || defaultTtlOf(estate) <= LONG
        ? null
        : `Tokens live ${inWords(defaultTtlOf(estate))}: the program sets no lease_options.`,
    fix: (_, { mount }) => `bao auth tune -default-lease-ttl=5m -max-lease-ttl=15m ${mount}/`,
  }),
  celRule({
    id: 'cel-claims-open',
    level: 'fail',
    means: 'What the program does not look at, anybody may choose: a repository of his own, any branch, an event that outsiders cause.',
    sees: ({ program }) => {
      const missing = [
        /claims\.(repository|repository_owner|sub)\b/.test(program) ? '' : 'repository',
        /claims\.(ref|sub|workflow_ref)\b/.test(program) ? '' : 'ref',
        /claims\.event_name\b/.test(program) ? '' : 'event_name',
      ].filter((claim) => claim !== '');
      return missing.length === 0 ? null : `The program never looks at ${missing.join(', ')}.`;
    },
    fix: ({ name }, { mount }) =>
      `Add claims.repository == "acme/app" && claims.ref == "refs/heads/main" && claims.event_name in ["push", "workflow_dispatch"] && claims.base_ref == "": bao write auth/${mount}/cel/role/${word(name)} @role.json`,
  }),
];
