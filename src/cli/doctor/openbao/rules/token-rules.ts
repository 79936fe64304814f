/** The token that a login gives: how long it lives, what it can do beside its policies, how it ends. */
import { writeRole } from '../commands.ts';
import { inWords, maxTtlOf, ttlOf } from '../durations.ts';
import type { Estate, JwtRole } from '../model.ts';
import { type Rule, roleRule } from '../rule.ts';

/** What Forgejo gives its ID tokens by default, and longer than most jobs run. */
const LONG = 3600;
/** OpenBao's own, which a role's 0 stands for. */
const CLOCK_SKEW = 60;
const EXPIRATION_LEEWAY = 150;

const SHORT_TTL = { token_ttl: '5m', token_max_ttl: '15m' };

export const TOKEN_RULES: readonly Rule[] = [
  roleRule({
    id: 'ttl-unset',
    level: 'fail',
    means: 'A token that leaks from a job, or outlives it when its runner is killed, stays good for that long.',
    sees: (role, estate) => {
      if (role.ttl !== 0 || role.period !== 0) return null;
      const ttl = ttlOf(role, estate);
      return ttl > LONG
        ? `token_ttl is 0: tokens live ${inWords(ttl)}, as the ${estate.tuning?.defaultTtl ? 'mount' : 'server'} says.`
        : null;
    },
    fix: (role) => writeRole(role, SHORT_TTL),
  }),
  roleRule({
    id: 'ttl-long',
    level: 'warn',
    means: 'A token that leaks from a job, or outlives it when its runner is killed, stays good for that long.',
    sees: (role, estate) =>
      role.ttl !== 0 && role.period === 0 && ttlOf(role, estate) > LONG ? `Tokens live ${inWords(ttlOf(role, estate))}.` : null,
    fix: (role) => writeRole(role, SHORT_TTL),
  }),
  roleRule({
    id: 'max-ttl-long',
    level: 'warn',
    means: 'Who has a token can renew it for that long, long after the job.',
    sees: (role, estate) => {
      const max = maxTtlOf(role, estate);
      if (role.period !== 0 || isBatch(role, estate) || max <= LONG) return null;
      const why = role.maxTtl === 0 ? 'token_max_ttl is 0' : 'token_max_ttl is long';
      return `${why}: tokens can be renewed for ${inWords(max)}.`;
    },
    fix: (role) => writeRole(role, SHORT_TTL),
  }),
  roleRule({
    id: 'period-set',
    level: 'fail',
    means: 'A periodic token has no end: who has it renews it for ever.',
    sees: ({ period }) => (period === 0 ? null : `token_period is ${inWords(period)}.`),
    fix: (role) => writeRole(role, { token_period: 0, ...SHORT_TTL }),
  }),
  roleRule({
    id: 'default-policy',
    level: 'warn',
    means: 'Every token also gets the policy default: what anybody adds there for people, jobs get too.',
    sees: ({ noDefaultPolicy }) => (noDefaultPolicy ? null : 'token_no_default_policy is false.'),
    fix: (role) =>
      writeRole(role, { token_no_default_policy: true }, { note: 'and grant auth/token/revoke-self, which default has granted until now' }),
  }),
  roleRule({
    id: 'batch-token',
    level: 'warn',
    means: 'A batch token can not be revoked: after the job, or a leak, it is good until its TTL ends, and the clean-up of a job gets 400.',
    sees: (role, estate) => (isBatch(role, estate) ? `Tokens are batch tokens, for ${inWords(ttlOf(role, estate))}.` : null),
    fix: (role) => writeRole(role, { token_type: 'service' }, { note: 'or log in inline, which leaves no token at all' }),
  }),
  roleRule({
    id: 'uses-counted',
    level: 'warn',
    means:
      'Inline authentication answers 500 with it. Denied requests count as uses, so that a wrong path can use up what revoking would need.',
    sees: ({ numUses }) => (numUses === 0 ? null : `token_num_uses is ${numUses}.`),
    fix: (role) => writeRole(role, { token_num_uses: 0 }),
  }),
  roleRule({
    id: 'cidrs-open',
    level: 'warn',
    means: 'It reads like a bound, and every address is within it.',
    sees: ({ cidrs }) => {
      const open = cidrs.filter((cidr) => cidr.endsWith('/0'));
      return open.length === 0 ? null : `token_bound_cidrs has ${open.join(', ')}.`;
    },
    fix: (role) =>
      writeRole(
        role,
        { token_bound_cidrs: ['10.42.0.0/16'] },
        { note: "the network of the runners' Pods as OpenBao sees it; [] for no bound" },
      ),
  }),
  roleRule({
    id: 'leeway-long',
    level: 'warn',
    means: 'ID tokens have no id and can be used again: each second of leeway is one more to do so after they have expired.',
    sees: ({ clockSkewLeeway, expirationLeeway }) => {
      const long = [
        clockSkewLeeway > CLOCK_SKEW ? `clock_skew_leeway is ${inWords(clockSkewLeeway)}` : '',
        expirationLeeway > EXPIRATION_LEEWAY ? `expiration_leeway is ${inWords(expirationLeeway)}` : '',
      ].filter((part) => part !== '');
      return long.length === 0 ? null : `${long.join(', ')}.`;
    },
    fix: (role) => writeRole(role, { clock_skew_leeway: 0, expiration_leeway: 0 }, { note: "0: OpenBao's own, 60 and 150 seconds" }),
  }),
  roleRule({
    id: 'verbose-logging',
    level: 'warn',
    means: "Tokens and claims are written into OpenBao's log when it logs at debug level: who reads logs can log in.",
    sees: ({ verboseLogging }) => (verboseLogging ? 'verbose_oidc_logging is true.' : null),
    fix: (role) => writeRole(role, { verbose_oidc_logging: false }),
  }),
];

/** The mount decides where the role leaves it open. */
export function isBatch({ tokenType }: JwtRole, { tuning }: Estate): boolean {
  const ofMount = tuning?.tokenType ?? 'default-service';
  if (ofMount === 'batch' || ofMount === 'service') return ofMount === 'batch';
  return tokenType === 'default' || tokenType === '' ? ofMount === 'default-batch' : tokenType.endsWith('batch');
}
