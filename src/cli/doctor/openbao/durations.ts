/** How long tokens of a role live, and durations as words. */
import type { Estate, JwtRole } from './model.ts';

/** OpenBao's `default_lease_ttl` and `max_lease_ttl` of the server when its configuration says nothing: 768 h, 32 days. */
export const SYSTEM_TTL = 768 * 3600;

/** What a token lives without renewal, s; at most its maximum. */
export function ttlOf(role: JwtRole, estate: Estate): number {
  const wanted = role.period || role.ttl || defaultTtlOf(estate);
  return Math.min(wanted, maxTtlOf(role, estate));
}

/** What a token lives with all renewals, s. */
export function maxTtlOf(role: JwtRole, estate: Estate): number {
  const limits = [role.maxTtl, role.explicitMaxTtl].filter((limit) => limit > 0);
  return Math.min(...limits, mountMaxTtl(estate));
}

export function mountMaxTtl({ tuning }: Estate): number {
  return tuning?.maxTtl || SYSTEM_TTL;
}

/** What a token lives when its role says nothing, s. */
export function defaultTtlOf(estate: Estate): number {
  return Math.min(estate.tuning?.defaultTtl || SYSTEM_TTL, mountMaxTtl(estate));
}

/** `32 days`, `1 hour`, `5 minutes`, `90 seconds`. */
export function inWords(seconds: number): string {
  for (const [word, length] of UNITS) {
    const count = seconds / length;
    if (count >= 1 && Number.isInteger(count)) return `${count} ${word}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} seconds`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
