/** The spec of the pool that was given: the same check as the operator's. */
import type { Facts } from './examine.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export function checkPool({ target: { pool } }: Facts): readonly Finding[] {
  if (pool === null) return [];
  const { name, validated } = pool;
  if (!validated.ok) {
    const problems = validated.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    return [
      fail(
        'pool-spec',
        `The spec of ${name} is refused: ${problems}.`,
        'The operator leaves everything of the pool as it is until it is mended.',
        'Mend these fields.',
      ),
    ];
  }
  if (validated.warnings.length > 0) {
    const fields = validated.warnings.map(({ field }) => field).join(', ');
    return [
      warn(
        'pool-spec',
        `The spec of ${name} has fields that this version's Kubernetes does not know: ${fields}.`,
        'They are passed on; an older cluster refuses or drops them.',
        'Check their spelling.',
      ),
    ];
  }
  return [ok('pool-spec', `The spec of ${name} is valid.`)];
}
