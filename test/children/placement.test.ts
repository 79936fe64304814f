import { expect, it } from 'vitest';
import { placement } from '../../src/children/pod/placement.ts';
import { hostSpec } from './support/inputs.ts';

const spread = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' };

it('of a spec that says nothing is nothing', () => {
  expect(placement(hostSpec(), 'uid-1')).toEqual({});
});

it.each([
  {
    constraint: spread,
    labelSelector: { matchLabels: { 'forgejo-runner-operator.dev/pool-uid': 'uid-1' } },
    because: 'without a selector the Pods of the pool are meant',
  },
  { constraint: { ...spread, labelSelector: {} }, labelSelector: {}, because: 'an empty selector means every Pod' },
  {
    constraint: { ...spread, labelSelector: { matchLabels: { team: 'build' } } },
    labelSelector: { matchLabels: { team: 'build' } },
    because: 'a selector of the user counts',
  },
])('spreads over $labelSelector: $because', ({ constraint, labelSelector }) => {
  expect(placement(hostSpec({ topologySpreadConstraints: [constraint] }), 'uid-1')).toEqual({
    topologySpreadConstraints: [{ ...spread, labelSelector }],
  });
});
