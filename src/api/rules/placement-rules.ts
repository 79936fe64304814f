/** What the fields about placement and resources must not name twice. */
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { duplicates } from './duplicates.ts';
import type { StateRule } from './rule.ts';

type Placed = Pick<RunnerPoolSpec, 'imagePullSecrets' | 'topologySpreadConstraints' | 'resources' | 'containerMode' | 'cache'>;

function twice(list: unknown, field: string, keys: readonly string[]): readonly string[] {
  const without = Object.fromEntries(keys.map((key) => [key, null]));
  return duplicates(list, without).map((place) => `${field}[${place}]`);
}

export const PLACEMENT_RULES: readonly StateRule<Placed>[] = [
  {
    kind: 'state',
    at: 'spec.imagePullSecrets',
    message: 'must not name a Secret twice',
    cel: 'self.all(secret, self.exists_one(other, other.name == secret.name))',
    broken: ({ imagePullSecrets }) => twice(imagePullSecrets, 'spec.imagePullSecrets', ['name']),
  },
  {
    kind: 'state',
    at: 'spec.topologySpreadConstraints',
    message: 'must not hold two entries with the same topologyKey and whenUnsatisfiable',
    cel: null,
    broken: ({ topologySpreadConstraints }) =>
      twice(topologySpreadConstraints, 'spec.topologySpreadConstraints', ['topologyKey', 'whenUnsatisfiable']),
  },
  {
    kind: 'state',
    at: 'spec',
    message: 'resources must not name a claim twice',
    cel: null,
    broken: ({ resources, containerMode, cache }) => [
      ...twice(resources?.['claims'], 'spec.resources.claims', ['name']),
      ...twice(containerMode.dind?.resources?.['claims'], 'spec.containerMode.dind.resources.claims', ['name']),
      ...twice(cache?.server?.resources?.['claims'], 'spec.cache.server.resources.claims', ['name']),
    ],
  },
];
