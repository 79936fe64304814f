import { describe, expect, it } from 'vitest';
import { cacheName } from '../../src/children/cache/cache-identity.ts';
import { type ChildrenInput, childrenAsObserved, childrenOfFinalize, childrenOfSync } from '../../src/hooks/children.ts';
import { type DecodedRequest, decodeRequest } from '../../src/hooks/decode.ts';
import type { ChildIntent } from '../../src/pool/settle.ts';
import { assets } from '../children/support/inputs.ts';
import { aSpec, tagsOf } from '../pool/support/builders.ts';

const GROUP = 'forgejo-runner-operator.dev';
const creationTimestamp = '2026-11-24T23:09:00Z';
const OURS = { [`${GROUP}/pool-uid`]: 'pool-uid', [`${GROUP}/runner`]: 'r' };

function object(apiVersion: string, kind: string, name: string, labels: object = OURS, more: object = {}) {
  return { apiVersion, kind, metadata: { name, namespace: 'ci', uid: `uid-${name}`, creationTimestamp, labels }, ...more };
}

type Child = ReturnType<typeof object>;

interface Given {
  readonly secrets?: readonly Child[];
  readonly jobs?: readonly Child[];
  readonly configMaps?: readonly Child[];
  readonly statefulSets?: readonly Child[];
  readonly services?: readonly Child[];
  readonly networkPolicies?: readonly Child[];
  readonly namespaceTerminating?: boolean;
}

function decoded(given: Given): DecodedRequest {
  const { secrets = [], jobs = [], configMaps = [], namespaceTerminating = false } = given;
  const keyed = (objects: readonly Child[]) => Object.fromEntries(objects.map((each) => [`ci/${each.metadata.name}`, each]));
  const metadata = { name: 'pool', namespace: 'ci', uid: 'pool-uid', generation: 3, creationTimestamp };
  const namespace = { ...object('v1', 'Namespace', 'ci'), status: { phase: namespaceTerminating ? 'Terminating' : 'Active' } };
  return decodeRequest({
    parent: { apiVersion: `${GROUP}/v1alpha1`, kind: 'RunnerPool', metadata },
    children: {
      'Secret.v1': keyed(secrets),
      'Job.batch/v1': keyed(jobs),
      'ConfigMap.v1': keyed(configMaps),
      'StatefulSet.apps/v1': keyed(given.statefulSets ?? []),
      'Service.v1': keyed(given.services ?? []),
      'NetworkPolicy.networking.k8s.io/v1': keyed(given.networkPolicies ?? []),
    },
    related: { 'Namespace.v1': { ci: namespace } },
    finalizing: false,
  });
}

function input(given: Given, intents: readonly ChildIntent[] = [], tokens: Readonly<Record<string, string>> = {}) {
  return { decoded: decoded(given), spec: aSpec(), assets, intents, tokenOf: (runner: string) => tokens[runner], newCacheSecret: null };
}

function namesOf(children: readonly object[]): readonly string[] {
  return children.map((child) =>
    'kind' in child && 'metadata' in child ? `${child.kind} ${(child.metadata as { name: string }).name}` : '?',
  );
}

const secret = object('v1', 'Secret', 'r');
const job = object('batch/v1', 'Job', 'r');
const mounting = object('batch/v1', 'Job', 'r', OURS, {
  spec: { template: { spec: { volumes: [{ configMap: { name: 'of-an-old-spec' } }] } } },
});
const old = object('v1', 'ConfigMap', 'of-an-old-spec', { [`${GROUP}/pool-uid`]: 'pool-uid' });
const both: readonly ChildIntent[] = [
  { kind: 'keepSecret', runner: 'r' },
  { kind: 'keepWorkload', runner: 'r' },
];

describe('the children of a sync', () => {
  it.each<{ because: string; given: Given; intents: readonly ChildIntent[]; names: readonly string[] }>([
    { because: 'the pool’s ConfigMap is there before a runner needs it', given: {}, intents: [], names: ['ConfigMap *'] },
    { because: 'but not in a namespace that refuses it', given: { namespaceTerminating: true }, intents: [], names: [] },
    {
      because: 'what is kept is echoed',
      given: { secrets: [secret], jobs: [job] },
      intents: both,
      names: ['ConfigMap *', 'Secret r', 'Job r'],
    },
    { because: 'what is not kept is left out', given: { secrets: [secret], jobs: [job] }, intents: [], names: ['ConfigMap *'] },
    { because: 'what is kept, but is not there, is nothing', given: {}, intents: both, names: ['ConfigMap *'] },
    {
      because: 'a ConfigMap that a Job mounts stays',
      given: { jobs: [mounting], configMaps: [old] },
      intents: both,
      names: ['ConfigMap *', 'ConfigMap of-an-old-spec', 'Job r'],
    },
    { because: 'one that nothing mounts goes', given: { configMaps: [old] }, intents: [], names: ['ConfigMap *'] },
    {
      because: 'one without our label is not ours to drop',
      given: { configMaps: [object('v1', 'ConfigMap', 'theirs', {})] },
      intents: [],
      names: ['ConfigMap *', 'ConfigMap theirs'],
    },
    {
      because: 'a Job whose labels were taken away stays',
      given: { jobs: [object('batch/v1', 'Job', 'r', {})] },
      intents: [],
      names: ['ConfigMap *', 'Job r'],
    },
    {
      because: 'so does a Secret, though its Job still has them',
      given: { secrets: [object('v1', 'Secret', 'r', {})], jobs: [job] },
      intents: both.slice(1),
      names: ['ConfigMap *', 'Secret r', 'Job r'],
    },
    {
      because: 'and so does one whose name another child’s label says',
      given: { jobs: [object('batch/v1', 'Job', 'r', {}), object('batch/v1', 'Job', 'other')] },
      intents: [],
      names: ['ConfigMap *', 'Job r', 'Job other'],
    },
    {
      because: 'and none is answered twice',
      given: { secrets: [object('v1', 'Secret', 'r', {}), object('v1', 'Secret', 'other')] },
      intents: both,
      names: ['ConfigMap *', 'Secret r', 'Secret other'],
    },
  ])('$because', ({ given, intents, names }) => {
    const found = namesOf(childrenOfSync(input(given, intents)));
    expect(found.map((name) => name.replace(/^ConfigMap pool-.*/, 'ConfigMap *'))).toEqual(names);
  });

  it('are rendered with the token that was shown once', () => {
    const tags = tagsOf('r');
    const intents: readonly ChildIntent[] = [
      { kind: 'renderSecret', tags },
      { kind: 'renderWorkload', tags },
    ];
    const found = childrenOfSync(input({}, intents, { r: 'runner-token' }));
    expect(namesOf(found).slice(1)).toEqual(['Secret r', 'Job r']);
    expect(JSON.stringify(found)).toContain(Buffer.from('runner-token').toString('base64'));
  });

  it('are not rendered over a Secret that is there, though somebody took its labels', () => {
    const tags = tagsOf('r');
    const unlabelled = object('v1', 'Secret', 'r', {}, { data: { token: 'b2xk' } });
    const found = childrenOfSync(input({ secrets: [unlabelled] }, [{ kind: 'renderSecret', tags }], { r: 'runner-token' }));
    expect(namesOf(found).slice(1)).toEqual(['Secret r']);
    expect(JSON.stringify(found)).toContain('b2xk');
    expect(JSON.stringify(found)).not.toContain(Buffer.from('runner-token').toString('base64'));
  });

  it('are not rendered over a Job that is there, though somebody took its labels', () => {
    const unlabelled = object('batch/v1', 'Job', 'r', {}, { spec: { suspend: false } });
    const found = childrenOfSync(input({ secrets: [secret], jobs: [unlabelled] }, [{ kind: 'renderWorkload', tags: tagsOf('r') }]));
    expect(namesOf(found).slice(1)).toEqual(['Job r']);
    expect(found.at(-1)).toMatchObject({ spec: { suspend: false } });
  });

  it.each([
    { because: 'its token is not at hand', tags: tagsOf('r'), names: ['Job r'] },
    { because: 'it has no registration', tags: tagsOf('r', { registration: null }), names: [] },
  ])('can not be rendered when $because', ({ tags, names }) => {
    const intents: readonly ChildIntent[] = [
      { kind: 'renderSecret', tags },
      { kind: 'renderWorkload', tags },
    ];
    expect(namesOf(childrenOfSync(input({}, intents))).slice(1)).toEqual(names);
  });
});

describe('the children of a deleted pool', () => {
  it.each([
    { because: 'a runner may still mount it', runnersLeft: true, names: ['ConfigMap of-an-old-spec', 'Job r'] },
    { because: 'no runner is left', runnersLeft: false, names: ['Job r'] },
  ])('$because', ({ runnersLeft, names }) => {
    expect(namesOf(childrenOfFinalize(input({ jobs: [mounting], configMaps: [old] }, both), runnersLeft))).toEqual(names);
  });
});

const OF_POOL = { [`${GROUP}/pool-uid`]: 'pool-uid' };
const OF_CACHE = { ...OF_POOL, [`${GROUP}/cache-of`]: 'pool-uid' };
const NAME = cacheName(decoded({}).pool);
const cacheSecret = object('v1', 'Secret', NAME, OF_CACHE);
const cacheServer = object('apps/v1', 'StatefulSet', 'cache-old', OF_CACHE);
const service = object('v1', 'Service', NAME, OF_CACHE);
const policy = object('networking.k8s.io/v1', 'NetworkPolicy', 'runners-pool', OF_POOL);
const cachePolicy = object('networking.k8s.io/v1', 'NetworkPolicy', NAME, OF_CACHE);
const whole: Given = {
  secrets: [cacheSecret],
  statefulSets: [cacheServer],
  services: [service],
  networkPolicies: [policy, cachePolicy],
};
const waiting = object('batch/v1', 'Job', 'r', OURS, { spec: { template: { spec: { volumes: [{ secret: { secretName: NAME } }] } } } });
const cached = aSpec({ cache: { server: { size: '10Gi' } } });

describe('the cache and the network policy of a pool', () => {
  it.each<{ because: string; given: Given; spec?: Partial<ChildrenInput>; names: readonly string[] }>([
    { because: 'go when the spec does not want them any more', given: whole, names: [] },
    {
      because: 'but for the Secret, as long as a runner waits for it',
      given: { ...whole, jobs: [waiting] },
      names: [`Secret ${NAME}`],
    },
    {
      because: 'stay as they are in a namespace that goes away',
      given: { ...whole, namespaceTerminating: true },
      names: [`Secret ${NAME}`, 'StatefulSet cache-old', `Service ${NAME}`, 'NetworkPolicy runners-pool', `NetworkPolicy ${NAME}`],
    },
    {
      because: 'are not begun in a namespace that goes away',
      given: { namespaceTerminating: true },
      spec: { spec: cached, newCacheSecret: 'x' },
      names: [],
    },
    { because: 'begin with the Secret', given: {}, spec: { spec: cached, newCacheSecret: 'x' }, names: [`Secret ${NAME}`] },
    {
      because: 'are not dropped when somebody took their label away',
      given: {
        statefulSets: [object('apps/v1', 'StatefulSet', 'db', {})],
        services: [object('v1', 'Service', 'db', {})],
        networkPolicies: [object('networking.k8s.io/v1', 'NetworkPolicy', 'db', { [`${GROUP}/pool-uid`]: 'another' })],
      },
      names: ['StatefulSet db', 'Service db', 'NetworkPolicy db'],
    },
    {
      because: 'leave alone what has one of their names and not their label',
      given: { secrets: [cacheSecret], services: [object('v1', 'Service', NAME, {}, { spec: { ports: [] } })] },
      spec: { spec: cached },
      names: [`Service ${NAME}`, `Secret ${NAME}`, 'StatefulSet *', `NetworkPolicy ${NAME}`],
    },
    {
      because: 'wait where the Secret has lost its label',
      given: { ...whole, secrets: [object('v1', 'Secret', NAME, {})], networkPolicies: [cachePolicy] },
      spec: { spec: cached },
      names: [`Secret ${NAME}`, 'StatefulSet cache-old', `Service ${NAME}`, `NetworkPolicy ${NAME}`],
    },
  ])('$because', ({ given, spec, names }) => {
    const found = namesOf(childrenOfSync({ ...input(given), ...spec })).filter((name) => !name.startsWith('ConfigMap'));
    expect(found.map((name) => name.replace(/^StatefulSet cache-pool-.*/, 'StatefulSet *'))).toEqual(names);
  });

  it.each([
    {
      because: 'the policy stays with the runners that are left, the cache goes at once',
      runnersLeft: true,
      names: ['NetworkPolicy runners-pool'],
    },
    { because: 'nothing stays without runners', runnersLeft: false, names: [] },
  ])('when the pool is deleted: $because', ({ runnersLeft, names }) => {
    expect(namesOf(childrenOfFinalize(input(whole), runnersLeft))).toEqual(names);
  });

  it('stay when nothing can be decided', () => {
    expect(namesOf(childrenAsObserved(decoded(whole)))).toHaveLength(5);
  });
});

it('when nothing can be decided every child is answered as it is', () => {
  const given = { secrets: [secret], jobs: [object('batch/v1', 'Job', 'x', {})], configMaps: [old] };
  expect(namesOf(childrenAsObserved(decoded(given)))).toEqual(['ConfigMap of-an-old-spec', 'Secret r', 'Job x']);
});
