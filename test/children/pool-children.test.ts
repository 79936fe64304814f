import { describe, expect, it } from 'vitest';
import { LABEL_CACHE_OF, LABEL_POOL_UID } from '../../src/api/keys.ts';
import { renderCacheSecret } from '../../src/children/cache/cache-secret.ts';
import { renderCacheServer } from '../../src/children/cache/cache-server.ts';
import type { JsonObject } from '../../src/children/json.ts';
import { type PoolChildrenInput, poolChildren } from '../../src/children/pool-children.ts';
import { aSpec, pool } from './support/inputs.ts';

const server = { size: '10Gi' };
const cached = aSpec({ cache: { server } });
const secret = observed(renderCacheSecret(pool, 'first'));
const name = renderCacheSecret(pool, 'first').metadata?.name;
const statefulSet = observed(renderCacheServer({ pool, spec: cached, server, secretUid: 'uid-of-Secret' }));
const smaller = observed(renderCacheServer({ pool, spec: cached, server: { size: '1Gi' }, secretUid: 'uid-of-Secret' }));
const ofAnother: JsonObject = { kind: 'StatefulSet', metadata: { name: 'db', labels: { [LABEL_POOL_UID]: pool.uid } } };

function observed(object: { readonly kind?: string; readonly metadata?: object }): JsonObject {
  return { ...object, metadata: { ...object.metadata, uid: `uid-of-${object.kind}`, resourceVersion: '7' } };
}

function childrenOf(changes: Partial<PoolChildrenInput>) {
  return poolChildren({ pool, spec: cached, observed: [], newCacheSecret: null, ...changes });
}

function named(children: readonly object[]): readonly string[] {
  return children.map((child) => {
    const { kind, metadata } = Object.assign({ kind: '', metadata: { name: '' } }, child);
    return `${kind} ${metadata.name}`;
  });
}

describe('the children of a pool beside its runners', () => {
  const stsName = `${named([statefulSet])[0]}`;

  it.each<{ because: string; given: Partial<PoolChildrenInput>; names: readonly string[] }>([
    { because: 'a pool without a wish has none', given: { spec: aSpec() }, names: [] },
    {
      because: 'at first there is the Secret alone, for the answer may be lost and its value with it',
      given: { newCacheSecret: 'new' },
      names: [`Secret ${name}`],
    },
    {
      because: 'the rest follows when the Secret is seen',
      given: { observed: [secret] },
      names: [`Secret ${name}`, `Service ${name}`, stsName, `NetworkPolicy ${name}`],
    },
    {
      because: 'while its Secret is missing a cache server stays: its volume would go with it',
      given: { observed: [statefulSet], newCacheSecret: 'new' },
      names: [`Secret ${name}`, stsName],
    },
    { because: 'also where no Secret can be made', given: { observed: [statefulSet] }, names: [stsName] },
    {
      because: 'another size is another cache server',
      given: { observed: [secret, smaller] },
      names: [`Secret ${name}`, `Service ${name}`, stsName, `NetworkPolicy ${name}`],
    },
    { because: 'a cache that is not wanted any more goes', given: { spec: aSpec(), observed: [secret, statefulSet] }, names: [] },
    { because: 'what was not made for the cache is not kept for it', given: { observed: [ofAnother] }, names: [] },
    {
      because: 'an external cache server is nobody’s child',
      given: { spec: aSpec({ cache: { externalServer: { url: 'http://c', secretRef: { name: 's', key: 'k' } } } }) },
      names: [],
    },
  ])('$because', ({ given, names }) => {
    expect(named(childrenOf(given))).toEqual(names);
  });

  it('keep the Secret as it is, whatever value was made up meanwhile', () => {
    const [kept] = childrenOf({ observed: [secret], newCacheSecret: 'second' });
    expect(kept).toEqual(renderCacheSecret(pool, 'first'));
  });

  it('are the same again once they are seen, less what a server adds', () => {
    const first = childrenOf({ observed: [secret] });
    expect(childrenOf({ observed: [secret, ...first.slice(1).map(observed)] })).toEqual(first);
  });

  it('have a network policy beside the one of the cache', () => {
    const children = childrenOf({ spec: aSpec({ networkPolicy: {}, cache: { server } }), observed: [secret] });
    expect(named(children).filter((each) => each.startsWith('NetworkPolicy'))).toEqual([
      expect.stringMatching(/^NetworkPolicy runners-linux-/),
      `NetworkPolicy ${name}`,
    ]);
  });

  it('name the cache they belong to', () => {
    const labels = childrenOf({ observed: [secret] }).map((child) => Object.assign({ metadata: { labels: {} } }, child).metadata.labels);
    expect(labels).toEqual(labels.map(() => expect.objectContaining({ [LABEL_CACHE_OF]: pool.uid, [LABEL_POOL_UID]: pool.uid })));
  });
});
