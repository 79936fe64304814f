/** From facts to findings, in the order in which a person would look. */
import { checkJobs } from './check-jobs.ts';
import { checkPool } from './check-pool.ts';
import { checkReach } from './check-reach.ts';
import { checkRegistrations, isCountMissing } from './check-registrations.ts';
import { checkServer } from './check-server.ts';
import { checkToken } from './check-token.ts';
import type { Facts } from './examine.ts';
import type { Finding } from './finding.ts';

export function diagnose(facts: Facts): readonly Finding[] {
  const { scope } = facts;
  const first = [...checkPool(facts), ...checkReach(facts)];
  if (scope === null) return first;
  const ofToken = checkToken(facts, scope).filter(({ check }) => check !== 'read-registrations' || !isCountMissing(scope));
  return [...first, ...ofToken, ...checkRegistrations(facts, scope), ...checkJobs(facts, scope), ...checkServer(facts, scope)];
}
