import { describe, expect, it } from 'vitest';
import { LABEL_POOL_UID } from '../../src/api/keys.ts';
import { renderCacheSecret } from '../../src/children/cache/cache-secret.ts';
import { type CacheServerInput, cacheServerName, renderCacheServer, withObservedClaims } from '../../src/children/cache/cache-server.ts';
import { renderCacheService } from '../../src/children/cache/cache-service.ts';
import { renderCachePolicy } from '../../src/children/network/network-policy.ts';
import { aSpec, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';
import { podSecurity } from './support/pod-security.ts';

const SECRET = 'f'.repeat(64);
const server = { size: '10Gi' };

function inputOf(changes: Partial<CacheServerInput> = {}): CacheServerInput {
  return { pool, spec: aSpec(), server, secretUid: '6a1f7d90-11aa-4d0c-9e0e-000000000001', ...changes };
}

const placed = aSpec({
  imagePullSecrets: [{ name: 'registry' }],
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  tolerations: [{ key: 'ci', operator: 'Exists' }],
});
const wishes = {
  size: '1024Mi',
  storageClassName: 'fast',
  resources: { requests: { cpu: '1000m', memory: '0.5Gi' }, limits: {} },
};

describe.each([
  { name: 'cache-secret', object: renderCacheSecret(pool, SECRET) },
  { name: 'cache-service', object: renderCacheService(pool) },
  { name: 'cache-network-policy', object: renderCachePolicy(pool) },
  { name: 'cache-server', object: renderCacheServer(inputOf()) },
  { name: 'cache-server-with-every-wish', object: renderCacheServer(inputOf({ server: wishes, spec: placed })) },
])('the $name', ({ name, object }) => {
  it('is the golden one', async () => {
    await expect(`${JSON.stringify(object, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.golden.json`);
  });

  it('fits the schema of its kind, in canonical form', () => {
    expect(schemaErrors(object.kind ?? '', object)).toEqual([]);
    expect(measuredAsBad(object)).toEqual([]);
  });

  it('carries the label of the pool', () => {
    expect(object.metadata?.labels?.[LABEL_POOL_UID]).toBe(pool.uid);
  });
});

describe('the Pod of a cache server', () => {
  const { spec } = renderCacheServer(inputOf());

  it('is not taken for a runner: it lacks the label by which these are found and let out', () => {
    expect(spec?.template.metadata?.labels).not.toHaveProperty([LABEL_POOL_UID]);
    expect(spec?.selector.matchLabels).toEqual(spec?.template.metadata?.labels);
  });

  it('passes Pod Security "restricted"', () => {
    expect(podSecurity(spec?.template ?? {})).toEqual({ level: 'restricted', broken: [] });
  });

  it('does not have the secret on its command line, nor in a variable', () => {
    expect(JSON.stringify(spec)).not.toContain(SECRET);
    expect(spec?.template.spec?.containers[0]).not.toHaveProperty('env');
  });

  it('is another one when the Secret is', () => {
    const other = renderCacheServer(inputOf({ secretUid: 'another' }));
    expect(other.spec?.template).not.toEqual(spec?.template);
    expect(other.metadata?.name).toBe(renderCacheServer(inputOf()).metadata?.name);
  });
});

describe('the name of a cache server', () => {
  const name = cacheServerName(pool, server);

  it.each([
    { other: cacheServerName(pool, { size: '20Gi' }), because: 'the size of its volume can not be changed' },
    { other: cacheServerName(pool, { ...server, storageClassName: 'fast' }), because: 'nor can its storage class' },
    { other: cacheServerName({ ...pool, uid: 'another' }, server), because: 'it is that of another pool' },
  ])('is another one when $because', ({ other }) => {
    expect(other).not.toBe(name);
  });

  it.each([
    { other: cacheServerName(pool, { size: '10240Mi' }), because: 'the size is the same in other words' },
    { other: cacheServerName(pool, { ...server, resources: { limits: { cpu: '2' } } }), because: 'resources are changed in place' },
  ])('stays when $because', ({ other }) => {
    expect(other).toBe(name);
  });

  it.each(['linux', 'a.b', '1st', 'x'.repeat(253), `${'x'.repeat(33)}-.-${'y'.repeat(20)}`])(
    'of pool %s leaves room for the hash of its Pods',
    (poolName) => {
      const named = { ...pool, name: poolName };
      expect(cacheServerName(named, server)).toMatch(/^(?=.{12,52}$)[a-z]([a-z0-9-]*[a-z0-9])?$/);
      expect(cacheServerName(named, server)).not.toContain('--');
      expect(renderCacheService(named).metadata?.name).toMatch(/^(?=.{12,63}$)[a-z]([a-z0-9-]*[a-z0-9])?$/);
    },
  );
});

describe('the claim of a cache server', () => {
  const rendered = renderCacheServer(inputOf());

  it('is answered as it was observed, for the API server has added to it', () => {
    const claims = [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, status: { phase: 'Pending' } }];
    const observed = { kind: 'StatefulSet', spec: { replicas: 3, volumeClaimTemplates: claims } };
    expect(withObservedClaims(rendered, observed)).toEqual({ ...rendered, spec: { ...rendered.spec, volumeClaimTemplates: claims } });
  });

  it.each([undefined, {}, { spec: null }, { spec: { volumeClaimTemplates: null } }])(
    'is ours when there is none to be seen: %j',
    (observed) => {
      expect(withObservedClaims(rendered, observed)).toBe(rendered);
    },
  );
});
