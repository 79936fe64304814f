import { describe, expect, it } from 'vitest';
import { cacheName } from '../../src/children/cache/cache-identity.ts';
import { runnerPolicyName } from '../../src/children/network/network-policy.ts';
import { decodeRequest } from '../../src/hooks/decode.ts';
import { poolObjectsToKeep } from '../../src/hooks/pool-objects.ts';
import { aSpec } from '../pool/support/builders.ts';

const GROUP = 'forgejo-runner-operator.dev';
const creationTimestamp = '2026-11-24T23:09:00Z';
const metadata = { name: 'pool', namespace: 'ci', uid: 'pool-uid', generation: 3, creationTimestamp };
const parent = { apiVersion: `${GROUP}/v1alpha1`, kind: 'RunnerPool', metadata } as const;
const OF_POOL = { [`${GROUP}/pool-uid`]: 'pool-uid' };
const OF_CACHE = { ...OF_POOL, [`${GROUP}/cache-of`]: 'pool-uid' };

const { pool } = decodeRequest({ parent, children: {}, related: {}, finalizing: false });
const NAME = cacheName(pool);
const POLICY = runnerPolicyName(pool);

function keyed(...objects: readonly (readonly [name: string, labels: object])[]) {
  return Object.fromEntries(
    objects.map(([name, labels]) => {
      const child = { apiVersion: 'v1', kind: 'Any', metadata: { name, namespace: 'ci', uid: `uid-${name}`, creationTimestamp, labels } };
      return [`ci/${name}`, child];
    }),
  );
}

const children = {
  'StatefulSet.apps/v1': keyed(['cache-old', OF_CACHE], ['theirs', {}]),
  'Service.v1': keyed([NAME, OF_CACHE]),
  'NetworkPolicy.networking.k8s.io/v1': keyed([NAME, OF_CACHE], [POLICY, OF_POOL]),
};
const withSecret = { ...children, 'Secret.v1': keyed([NAME, OF_CACHE]) };
const cache = { server: { size: '10Gi' } };
const OF_THE_CACHE = ['StatefulSet/cache-old', `Service/${NAME}`, `NetworkPolicy/${NAME}`];
const THEIRS = 'StatefulSet/theirs';

describe('what an answer must hold', () => {
  it.each([
    { spec: {}, observed: withSecret, keys: [THEIRS], because: 'what is not ours, whatever the spec says' },
    { spec: {}, observed: children, keys: [THEIRS], because: 'a cache that nobody wants goes without its Secret too' },
    { spec: { cache }, observed: withSecret, keys: [THEIRS], because: 'with its Secret a cache is rendered, and may be another' },
    { spec: { cache }, observed: children, keys: [...OF_THE_CACHE, THEIRS], because: 'without it nothing of a wanted cache goes' },
    {
      spec: { networkPolicy: {} },
      observed: withSecret,
      keys: [`NetworkPolicy/${POLICY}`, THEIRS],
      because: 'runners are not let out while their policy is wanted',
    },
  ])('$because', ({ spec, observed, keys }) => {
    const decoded = decodeRequest({ parent, children: observed, related: {}, finalizing: false });
    expect([...poolObjectsToKeep(decoded, aSpec(spec))].toSorted()).toEqual(keys.toSorted());
  });
});
