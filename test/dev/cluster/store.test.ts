import { describe, expect, test } from 'vitest';
import { isApiError } from '../../../src/dev/cluster/api-error.ts';
import type { NewObject } from '../../../src/dev/cluster/objects.ts';
import { createStore, type Store } from '../../../src/dev/cluster/store.ts';
import { createVirtualClock } from '../../../src/dev/cluster/virtual-clock.ts';
import { createRandom } from '../../../src/dev/forgejo/random.ts';

function store(): Store {
  const created = createStore(createVirtualClock(Date.parse('2026-11-24T23:07:20.500Z')), createRandom(1));
  created.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'k' } });
  return created;
}

function statusOf(action: () => unknown): number | null {
  try {
    action();
    return null;
  } catch (error) {
    return isApiError(error) ? error.status : -1;
  }
}

const secret: NewObject & { readonly immutable: boolean; readonly data: Record<string, string> } = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'k' },
  immutable: true,
  data: { token: 'YQ==' },
};
const pod: NewObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'k', finalizers: ['f'] },
  spec: { containers: [], nodeName: 'n', terminationGracePeriodSeconds: 600 },
};
const job: NewObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'k' },
  spec: { template: { spec: { containers: [] } } },
};

describe('what the API server refuses', () => {
  test.each([
    { because: 'the name is taken', status: 409, act: (s: Store) => [s.create(secret), s.create(secret)] },
    {
      because: 'there is no such namespace',
      status: 404,
      act: (s: Store) => s.create({ ...secret, metadata: { name: 's', namespace: 'nope' } }),
    },
    {
      because: 'the name is none',
      status: 422,
      act: (s: Store) => s.create({ ...secret, metadata: { name: 'Not_A_Name', namespace: 'k' } }),
    },
    {
      because: 'a label value is too long',
      status: 422,
      act: (s: Store) => s.create({ ...secret, metadata: { name: 's', namespace: 'k', labels: { a: 'x'.repeat(64) } } }),
    },
    {
      because: 'the kind is unknown',
      status: 404,
      act: (s: Store) => s.create({ apiVersion: 'foo.bar/v1', kind: 'Baz', metadata: { name: 'b', namespace: 'k' } }),
    },
    {
      because: 'an immutable Secret changes',
      status: 422,
      act: (s: Store) => [s.create(secret), s.update('Secret', 'k', 's', (object) => ({ ...object, data: {} }))],
    },
    {
      because: "a Job's template changes",
      status: 422,
      act: (s: Store) => [
        s.create(job),
        s.update('Job', 'k', 'j', (object) => ({
          ...object,
          spec: { ...object.spec, template: { spec: { containers: [{ name: 'x' }] } } },
        })),
      ],
    },
    {
      because: 'the uid is that of another object',
      status: 409,
      act: (s: Store) => [s.create(secret), s.delete('Secret', 'k', 's', { uid: 'other' })],
    },
    { because: 'there is nothing to delete', status: 404, act: (s: Store) => s.delete('Secret', 'k', 's') },
  ])('$status: $because', ({ status, act }) => {
    const objects = store();
    expect(statusOf(() => act(objects))).toBe(status);
  });
});

describe('deletion', () => {
  test('a Pod stays for its grace period: deletionTimestamp is the request plus the grace', () => {
    const objects = store();
    objects.create(pod);
    objects.delete('Pod', 'k', 'p');
    expect(objects.get('Pod', 'k', 'p')?.metadata).toMatchObject({
      deletionTimestamp: '2026-11-24T23:17:20Z',
      deletionGracePeriodSeconds: 600,
      generation: 2,
    });
  });

  test('with grace 0 it stays for its finalizer, and goes with it', () => {
    const objects = store();
    objects.create(pod);
    objects.delete('Pod', 'k', 'p', { graceSeconds: 0 });
    expect(objects.get('Pod', 'k', 'p')?.metadata.deletionGracePeriodSeconds).toBe(0);
    objects.update('Pod', 'k', 'p', (object) => ({ ...object, metadata: { ...object.metadata, finalizers: [] } }));
    expect(objects.get('Pod', 'k', 'p')).toBeUndefined();
  });

  test('a longer grace does not replace a shorter one', () => {
    const objects = store();
    objects.create(pod);
    objects.delete('Pod', 'k', 'p', { graceSeconds: 5 });
    objects.delete('Pod', 'k', 'p', { graceSeconds: 500 });
    expect(objects.get('Pod', 'k', 'p')?.metadata.deletionGracePeriodSeconds).toBe(5);
  });
});

test('stored objects can not be changed from outside', () => {
  const objects = store();
  const created = objects.create(secret);
  expect(Object.isFrozen(created.metadata)).toBe(true);
});
