import { describe, expect, it } from 'vitest';
import { customize } from '../../src/hooks/customize.ts';
import { type CustomizeRequest, parseCustomizeRequest } from '../../src/hooks/protocol.ts';
import { recordedBody } from './recordings.ts';

const metadata = { name: 'pool', namespace: 'ci', uid: 'pool-uid', generation: 1, creationTimestamp: '2026-11-24T23:09:09Z' };
const namespaces = { apiVersion: 'v1', resource: 'namespaces', names: ['ci'] };
const labelSelector = { matchLabels: { 'forgejo-runner-operator.dev/pool-uid': 'pool-uid' } };
const pods = { apiVersion: 'v1', resource: 'pods', namespace: 'ci', labelSelector };

function request(spec: unknown): CustomizeRequest {
  return { parent: { apiVersion: 'forgejo-runner-operator.dev/v1alpha1', kind: 'RunnerPool', metadata, spec } };
}

function secrets(...names: string[]): object {
  return { apiVersion: 'v1', resource: 'secrets', namespace: 'ci', names };
}

describe('what a sync must see', () => {
  it.each([
    {
      spec: { forgejo: { tokenSecretRef: { name: 'forgejo-token' } } },
      rules: [secrets('forgejo-token')],
      because: 'the token is always named',
    },
    {
      spec: { forgejo: { tokenSecretRef: { name: 'forgejo-token' }, caSecretRef: { name: 'ca' } } },
      rules: [secrets('forgejo-token', 'ca')],
      because: 'one rule holds all Secrets',
    },
    {
      spec: { forgejo: { tokenSecretRef: { name: 'both' }, caSecretRef: { name: 'both' } } },
      rules: [secrets('both')],
      because: 'one Secret may hold token and CA',
    },
    {
      spec: { forgejo: { tokenSecretRef: { name: 'forgejo-token' }, caConfigMapRef: { name: 'ca' } } },
      rules: [secrets('forgejo-token'), { apiVersion: 'v1', resource: 'configmaps', namespace: 'ci', names: ['ca'] }],
      because: 'a CA may be in a ConfigMap',
    },
    {
      spec: { forgejo: { tokenFrom: { openbao: { role: 'r', path: 'kv/data/a' } } } },
      rules: [],
      because: 'a token of OpenBao needs no Secret',
    },
    {
      spec: {
        forgejo: { tokenSecretRef: { name: 't' }, caConfigMapRef: { name: 'ca' } },
        identity: { openbao: { ca: { configMapRef: { name: 'bao' } } } },
      },
      rules: [secrets('t'), { apiVersion: 'v1', resource: 'configmaps', namespace: 'ci', names: ['ca', 'bao'] }],
      because: 'the CA of OpenBao is another',
    },
    {
      spec: { forgejo: {}, identity: { openbao: { ca: { secretRef: { name: 'bao' } } } } },
      rules: [secrets('bao')],
      because: 'it may be in a Secret',
    },
    { spec: undefined, rules: [], because: 'an invalid spec still needs its Pods watched' },
    { spec: 'nonsense', rules: [], because: 'an invalid spec still needs its Pods watched' },
    { spec: { forgejo: { tokenSecretRef: { name: 7 } } }, rules: [], because: 'a name is a string' },
    { spec: { forgejo: { tokenSecretRef: { name: '' } } }, rules: [], because: 'an empty name would match nothing, no name everything' },
    { spec: { forgejo: { tokenSecretRef: { name: '../kube-system' } } }, rules: [], because: 'no Secret can have that name' },
    { spec: { forgejo: { tokenSecretRef: { name: 'a'.repeat(254) } } }, rules: [], because: 'names have 253 characters at most' },
  ])('$because', ({ spec, rules }) => {
    expect(customize(request(spec))).toEqual({ relatedResources: [...rules, namespaces, pods] });
  });

  it('is bound to the namespace of the pool in every rule, since one without it matches all', () => {
    const { relatedResources } = customize(request({ forgejo: { tokenSecretRef: { name: 't' }, caConfigMapRef: { name: 'c' } } }));
    const unbound = relatedResources.filter((rule) => rule.namespace !== 'ci').map(({ resource }) => resource);
    expect(unbound).toEqual(['namespaces']);
  });

  it('has the rules that the recorded webhook gave, and the Namespace', () => {
    const recorded = JSON.parse(JSON.stringify(recordedBody('kubernetes/customize-1')));
    const parsed = parseCustomizeRequest(recorded.request);
    if (!parsed.ok) throw new Error(parsed.reason);
    const spec = { forgejo: { tokenSecretRef: { name: 'forgejo-token' } } };
    const answer = customize({ parent: { ...parsed.request.parent, spec } });
    expect(answer.relatedResources).toEqual(expect.arrayContaining(recorded.response.relatedResources));
    expect(answer.relatedResources).toHaveLength(recorded.response.relatedResources.length + 1);
  });
});
