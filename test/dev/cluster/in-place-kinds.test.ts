import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../../src/dev/cluster/objects.ts';
import { createStore, type Store } from '../../../src/dev/cluster/store.ts';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createRandom } from '../../../src/dev/forgejo/random.ts';

function store(): Store {
  const created = createStore(createVirtualClock(Date.parse('2026-11-24T23:07:20.500Z')), createRandom(1));
  created.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'k' } });
  return created;
}

const spec = {
  serviceName: 's',
  replicas: 1,
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'one' }] } },
  volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
};
const statefulSet: NewObject = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's', namespace: 'k' }, spec };

function networkPolicy(policy: object): NewObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n', namespace: 'k' }, spec: policy };
}

function service(name: string): NewObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'k' }, spec: { ports: [{ port: 80 }] } };
}

describe('a StatefulSet', () => {
  test('has more in its claims than was sent', () => {
    const { spec: stored } = store().create(statefulSet);
    expect(stored).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      volumeClaimTemplates: [
        { kind: 'PersistentVolumeClaim', spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      ],
    });
  });

  test.each([
    { change: { serviceName: 'other' }, because: 'the Service is fixed' },
    { change: { selector: { matchLabels: { a: 'c' } } }, because: 'so is the selector' },
    {
      change: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadOnlyMany'] } }] },
      because: 'and the claims',
    },
    { change: { podManagementPolicy: 'Parallel' }, because: 'and the order of its Pods' },
  ])('can not be changed: $because', ({ change }) => {
    const api = store();
    api.create(statefulSet);
    expect(() => api.update('StatefulSet', 'k', 's', (before) => ({ ...before, spec: { ...before.spec, ...change } }))).toThrow(
      'StatefulSet.apps "s" is invalid: spec: Forbidden: updates to statefulset spec for fields other than',
    );
  });

  test('takes another template, and counts it', () => {
    const api = store();
    api.create(statefulSet);
    const template = { ...spec.template, spec: { containers: [{ name: 'c', image: 'two' }] } };
    const updated = api.update('StatefulSet', 'k', 's', (before) => ({ ...before, spec: { ...before.spec, template } }));
    expect(JSON.stringify(updated.spec)).toContain('"image":"two"');
    expect(updated.metadata.generation).toBe(2);
  });
});

describe('a Service', () => {
  test('has an address, which it keeps when a client takes it out', () => {
    const api = store();
    const { spec: stored } = api.create(service('s'));
    expect(stored).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] });
    expect(api.update('Service', 'k', 's', (before) => ({ ...before, spec: { ports: [{ port: 80 }] } })).spec).toEqual(stored);
  });

  test.each(['1st', 'a.b', `a${'x'.repeat(63)}`])('can not be called %s', (name) => {
    expect(() => store().create(service(name))).toThrow('a DNS-1035 label');
  });
});

describe('a NetworkPolicy', () => {
  test.each([
    {
      sent: { podSelector: {}, ingress: [] },
      stored: { policyTypes: ['Ingress'], podSelector: {} },
      because: 'an empty list is not stored',
    },
    {
      sent: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53 }] }] },
      stored: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] },
      because: 'a port has a protocol',
    },
  ])('is stored in another form: $because', ({ sent, stored }) => {
    expect(store().create(networkPolicy(sent)).spec).toEqual(stored);
  });
});
