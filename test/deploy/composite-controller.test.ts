import { describe, expect, it } from 'vitest';
import { API_VERSION, PLURAL } from '../../src/api/keys.ts';
import { renderCacheServer } from '../../src/children/cache/cache-server.ts';
import { renderCacheService } from '../../src/children/cache/cache-service.ts';
import { renderConfigMap } from '../../src/children/config-map.ts';
import { renderCachePolicy } from '../../src/children/network/network-policy.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { renderSecret } from '../../src/children/secret.ts';
import { objectAt } from '../../src/hooks/wire.ts';
import { anInput, aSpec, assets, assignedTags, pool } from '../children/support/inputs.ts';
import { find, listAt, manifestsOf, under } from './support/manifests.ts';

const all = manifestsOf('deploy/base');
const controller = find(all, 'CompositeController');
const HOOKS = ['sync', 'finalize', 'customize'] as const;

const rendered = [
  renderSecret({ pool, tags: assignedTags(), token: 'a' }),
  renderConfigMap({ pool, spec: aSpec(), assets }),
  renderRunner(anInput()),
  renderRunner(anInput({ spec: aSpec({ mode: 'Persistent' }) })),
];
const ofThePool = [
  renderCacheServer({ pool, spec: aSpec(), server: { size: '1Gi' }, secretUid: 'a' }),
  renderCacheService(pool),
  renderCachePolicy(pool),
];

/** A kind as `childResources` names it. */
function resourceOf({ apiVersion, kind }: { readonly apiVersion?: string; readonly kind?: string }) {
  return { apiVersion, resource: `${String(kind).toLowerCase()}s`.replace(/ys$/, 'ies') };
}

describe('the CompositeController', () => {
  it('has the kinds of children that the renderers make, no update strategy for those of runners, and changes the others in place', () => {
    const inPlace = ofThePool.map((child) => ({ ...resourceOf(child), updateStrategy: { method: 'InPlace' } }));
    expect(listAt(controller, 'spec', 'childResources')).toEqual([...rendered.map(resourceOf), ...inPlace]);
  });

  it('is about RunnerPools, makes its own selector, and is not called by its own status', () => {
    expect(controller['spec']).toMatchObject({
      generateSelector: true,
      parentResource: { apiVersion: API_VERSION, resource: PLURAL, ignoreStatusChanges: true },
    });
  });

  it.each(HOOKS)('calls the Service for %s, as v2, with ten seconds and without an etag', (hook) => {
    const { name, namespace } = objectAt(find(all, 'Service'), 'metadata');
    expect(under(controller, 'spec', 'hooks', hook)).toEqual({
      version: 'v2',
      webhook: { url: `http://${String(name)}.${String(namespace)}.svc/${hook}`, timeout: '10s' },
    });
  });

  it('calls no other hook', () => {
    expect(Object.keys(under(controller, 'spec', 'hooks')).toSorted()).toEqual([...HOOKS].toSorted());
  });

  it('presents the token that the service asks for', () => {
    const [endpoint, ...more] = listAt(controller, 'spec', 'endpointConfigs');
    expect(more).toEqual([]);
    const [volume] = listAt(find(all, 'Deployment'), 'spec', 'template', 'spec', 'volumes');
    const { name, namespace } = objectAt(find(all, 'Service'), 'metadata');
    expect(endpoint).toEqual({
      host: `${String(name)}.${String(namespace)}.svc`,
      authorization: {
        type: 'Bearer',
        secretRef: { name: objectAt(volume ?? {}, 'secret')['secretName'], namespace, key: 'token' },
      },
    });
  });
});
