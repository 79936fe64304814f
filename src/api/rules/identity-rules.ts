/** What the fields of `identity` must keep together. */
import { PORT } from '../spec/fields.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { celMatches, type StateRule } from './rule.ts';

type WithIdentity = Pick<RunnerPoolSpec, 'identity'>;

/** No `$` and no `{`: the runner evaluates what stands in `${{ }}` of a variable. */
const ADDRESS_PATTERN = `^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?(/[A-Za-z0-9._~%+-]+)*/?$`;
const address = new RegExp(ADDRESS_PATTERN);

function unless(holds: boolean, field: string): readonly string[] {
  return holds ? [] : [field];
}

export const IDENTITY_RULES: readonly StateRule<WithIdentity>[] = [
  {
    kind: 'state',
    at: 'spec.identity.openbao.address',
    message: 'must be an http or https URL without user, query and fragment',
    cel: `isURL(self) && ${celMatches('self', ADDRESS_PATTERN)}`,
    broken: ({ identity }) => {
      const url = identity?.openbao.address;
      return unless(url === undefined || (address.test(url) && URL.canParse(url)), 'spec.identity.openbao.address');
    },
  },
  {
    kind: 'state',
    at: 'spec.identity.openbao.ca',
    message: 'must set exactly one of secretRef and configMapRef',
    cel: 'has(self.secretRef) != has(self.configMapRef)',
    broken: ({ identity }) => {
      const ca = identity?.openbao.ca;
      return unless(ca === undefined || (ca.secretRef === undefined) !== (ca.configMapRef === undefined), 'spec.identity.openbao.ca');
    },
  },
];
