import { array, assert, constantFrom, nat, option, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../src/hooks/decode.ts';
import { parseSyncRequest, type SyncRequest } from '../../src/hooks/protocol.ts';
import { RECORDED_REQUESTS, recordedBody, recordedRequest } from './recordings.ts';

const GROUP = 'forgejo-runner-operator.dev';
const creationTimestamp = '2026-11-24T23:09:00Z';
const labels = { [`${GROUP}/pool-uid`]: 'pool-uid', [`${GROUP}/runner`]: 'r' };

function object(name: string, more: object = {}, metadata: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Any',
    metadata: { name, namespace: 'ci', uid: `uid-${name}`, creationTimestamp, ...metadata },
    ...more,
  };
}

function request(parts: Partial<SyncRequest>): SyncRequest {
  const metadata = { name: 'pool', namespace: 'ci', uid: 'pool-uid', generation: 3, creationTimestamp };
  const parent = { apiVersion: `${GROUP}/v1alpha1`, kind: 'RunnerPool', metadata } as const;
  return { parent, children: {}, related: {}, finalizing: false, ...parts };
}

describe('a request', () => {
  it('tells which pool it is about', () => {
    const given = request({});
    const deletionTimestamp = '2026-11-24T23:10:00Z';
    const parent = { ...given.parent, metadata: { ...given.parent.metadata, deletionTimestamp }, spec: { mode: 'Ephemeral' } };
    const { pool, rawSpec, finalizing } = decodeRequest({ ...given, parent, finalizing: true });
    const deletionAt = Date.parse(deletionTimestamp);
    expect(pool).toEqual({
      namespace: 'ci',
      name: 'pool',
      uid: 'pool-uid',
      generation: 3,
      createdAt: Date.parse(creationTimestamp),
      deletionAt,
    });
    expect(rawSpec).toEqual({ mode: 'Ephemeral' });
    expect(finalizing).toBe(true);
  });

  it('without a spec and a status is one of a new pool', () => {
    const { rawSpec, previousConditions, memoryFromStatus } = decodeRequest(request({}));
    expect(rawSpec).toEqual({});
    expect(previousConditions).toEqual([]);
    expect(memoryFromStatus.runners).toEqual([]);
  });

  it('carries the conditions of the last answer', () => {
    const given = request({});
    const condition = { type: 'Ready', status: 'True', reason: 'RunnersReady', message: 'ok', lastTransitionTime: creationTimestamp };
    const { previousConditions } = decodeRequest({ ...given, parent: { ...given.parent, status: { conditions: [condition, 'x'] } } });
    expect(previousConditions).toEqual([{ ...condition, lastTransitionTime: Date.parse(creationTimestamp) }]);
  });

  it('shows children that lost their labels to be echoed, but not as runners', () => {
    const job = object('r', { kind: 'Job' });
    const { observed, raw } = decodeRequest(request({ children: { 'Job.batch/v1': { 'ci/r': job } } }));
    expect(observed.workloads).toEqual([]);
    expect(raw.workloads.get('r')).toBe(job);
  });

  it('shows a Deployment of another pool to be echoed, but not as a runner', () => {
    const foreign = object('r', {}, { labels: { ...labels, [`${GROUP}/pool-uid`]: 'other' } });
    const { observed, raw } = decodeRequest(request({ children: { 'Deployment.apps/v1': { 'ci/r': foreign } } }));
    expect(observed.workloads).toEqual([]);
    expect([...raw.workloads.values()]).toEqual([foreign]);
  });

  it('keeps a Job and a Deployment of one name apart', () => {
    const children = {
      'Job.batch/v1': { 'ci/r': object('r', {}, { labels }) },
      'Deployment.apps/v1': { 'ci/r': object('r', {}, { labels }) },
    };
    const { observed, raw } = decodeRequest(request({ children }));
    expect(observed.workloads.map(({ kind }) => kind)).toEqual(['Job', 'Deployment']);
    expect([...raw.workloads.keys()]).toEqual(['r', 'Deployment/r']);
  });

  it('has objects of other namespaces ignored, whatever it asked for', () => {
    const stray = object('r', { data: { token: 'eA==' } }, { labels, namespace: 'other' });
    const decoded = decodeRequest(
      request({
        children: { 'Secret.v1': { 'other/r': stray } },
        related: { 'Pod.v1': { 'other/r': stray }, 'Secret.v1': { 'other/r': stray } },
      }),
    );
    expect(decoded.observed).toEqual({ secrets: [], workloads: [], pods: [] });
    expect(decoded.raw.secrets.size).toBe(0);
    expect(decoded.tokenSecret('r', 'token')).toEqual({ kind: 'objectMissing' });
  });

  it('gives the CA bundle from a Secret or from a ConfigMap', () => {
    const related = {
      'Secret.v1': { 'ci/ca': object('ca', { data: { 'ca.crt': Buffer.from('FROM SECRET').toString('base64') } }) },
      'ConfigMap.v1': { 'ci/ca': object('ca', { data: { 'ca.crt': 'FROM MAP' } }) },
    };
    const decoded = decodeRequest(request({ related }));
    expect(decoded.caSecret('ca', 'ca.crt')).toEqual({ kind: 'found', value: 'FROM SECRET' });
    expect(decoded.caConfigMap('ca', 'ca.crt')).toEqual({ kind: 'found', value: 'FROM MAP' });
  });

  it('names the ConfigMaps that workloads and Pods mount, projected ones too', () => {
    const spec = {
      volumes: [{ configMap: { name: 'a' } }, { emptyDir: {} }, { projected: { sources: [{ configMap: { name: 'b' } }, {}] } }],
    };
    const job = object('r', { spec: { template: { spec } } }, { labels });
    const pod = object('r-x', { spec: { volumes: [{ configMap: { name: 'c' } }] } }, { labels });
    const { configMapsInUse } = decodeRequest(
      request({ children: { 'Job.batch/v1': { 'ci/r': job } }, related: { 'Pod.v1': { 'ci/r-x': pod } } }),
    );
    expect([...configMapsInUse]).toEqual(['a', 'b', 'c']);
  });

  it('knows the Secrets that its workloads and Pods mount', () => {
    const projected = { sources: [{ secret: { name: 'b' } }, { configMap: { name: 'x' } }] };
    const job = object('r', { spec: { template: { spec: { volumes: [{ secret: { secretName: 'a' } }, { projected }] } } } }, { labels });
    const pod = object('r-x', { spec: { volumes: [{ secret: { secretName: 'c' } }] } }, { labels });
    const { secretsInUse } = decodeRequest(
      request({ children: { 'Job.batch/v1': { 'ci/r': job } }, related: { 'Pod.v1': { 'ci/r-x': pod } } }),
    );
    expect([...secretsInUse]).toEqual(['a', 'b', 'c']);
  });

  it('shows what the pool has beside its runners by kind and name, of its own namespace', () => {
    const elsewhere = object('a', {}, { namespace: 'else' });
    const { raw } = decodeRequest(
      request({
        children: {
          'StatefulSet.apps/v1': { 'ci/a': object('a'), 'else/a': elsewhere },
          'Service.v1': { 'ci/a': object('a') },
          'NetworkPolicy.networking.k8s.io/v1': { 'ci/b': object('b') },
        },
      }),
    );
    expect([...raw.poolObjects.keys()]).toEqual(['StatefulSet/a', 'Service/a', 'NetworkPolicy/b']);
  });

  it('of a controller that has none of these kinds decodes', () => {
    expect(decodeRequest(request({})).raw.poolObjects.size).toBe(0);
  });

  it.each([
    { namespace: object('ci', { status: { phase: 'Terminating' } }), terminating: true, because: 'its phase says so' },
    { namespace: object('ci', {}, { deletionTimestamp: creationTimestamp }), terminating: true, because: 'it is deleted' },
    { namespace: object('ci', { status: { phase: 'Active' } }), terminating: false, because: 'it is active' },
    { namespace: object('else', { status: { phase: 'Terminating' } }), terminating: false, because: 'it is another namespace' },
  ])('tells whether the namespace goes away ($terminating): $because', ({ namespace, terminating }) => {
    const related = { 'Namespace.v1': { [namespace.metadata.name]: namespace } };
    expect(decodeRequest(request({ related })).namespaceTerminating).toBe(terminating);
  });

  it('of a pool in a namespace called as a property of every object decodes', () => {
    const given = request({ related: { 'Namespace.v1': {} } });
    const parent = { ...given.parent, metadata: { ...given.parent.metadata, namespace: 'constructor' } };
    expect(decodeRequest({ ...given, parent }).namespaceTerminating).toBe(false);
  });
});

const JUNK = [null, true, -1, 1.5, '', 'x', '9999-99-99T00:00:00Z', [], [null], {}, { name: null }] as const;

const DAMAGES = array(tuple(nat(), option(constantFrom(...JUNK), { nil: undefined })), { minLength: 1, maxLength: 8 });

describe('a request with any damage', () => {
  it('is refused with a reason, or decodes and loses no child', () => {
    assert(
      property(constantFrom(...RECORDED_REQUESTS), DAMAGES, (name, damages) => {
        const body = recordedBody(`kubernetes/${name}`);
        for (const [seed, junk] of damages) damage(body, seed, junk);
        const parsed = parseSyncRequest(body);
        return parsed.ok ? losesNoChild(parsed.request) : parsed.reason !== '';
      }),
      { numRuns: 500 },
    );
  });

  it('in what its objects hold, not in which they are, always decodes and loses no child', () => {
    assert(
      property(constantFrom(...RECORDED_REQUESTS), DAMAGES, (name, damages) => {
        const request = recordedRequest(name);
        const parts = contentsOf(request);
        for (const [seed, junk] of damages) damage(parts[seed % parts.length], Math.floor(seed / parts.length), junk);
        const parsed = parseSyncRequest(request);
        return parsed.ok && losesNoChild(parsed.request);
      }),
      { numRuns: 1000 },
    );
  });
});

function losesNoChild(request: SyncRequest): boolean {
  const { raw, pool } = decodeRequest(request);
  const kinds = ['Secret.v1', 'ConfigMap.v1', 'Job.batch/v1', 'Deployment.apps/v1'];
  const sent = kinds.flatMap((kind) => Object.values(request.children[kind] ?? {}));
  const own = sent.filter(({ metadata }) => metadata.namespace === pool.namespace);
  const kept = new Set([...raw.secrets.values(), ...raw.configMaps.values(), ...raw.workloads.values()]);
  return own.length === kept.size && own.every((child) => kept.has(child));
}

/** What is read of the objects besides their identity, as far as an object has it. */
function contentsOf({ parent, children, related }: SyncRequest): readonly object[] {
  const objects = [children, related].flatMap((kinds) => Object.values(kinds).flatMap((named) => Object.values(named)));
  return [parent, ...objects].flatMap((object) => {
    const members = ['status', 'data', 'spec'].map((key): unknown => Reflect.get(object, key));
    const metadata = ['labels', 'annotations', 'ownerReferences'].map((key): unknown => Reflect.get(object.metadata, key));
    return [...members, ...metadata].filter((value) => typeof value === 'object' && value !== null);
  });
}

/** Walks down from `root` by `seed` and replaces the member it ends at by a copy of `junk`, or removes it when that is undefined. */
function damage(root: unknown, seed: number, junk: unknown): void {
  let parent = root;
  let rest = seed;
  for (;;) {
    if (typeof parent !== 'object' || parent === null) return;
    const keys = Object.keys(parent).filter((key) => key !== 'managedFields' && key !== 'controller');
    const key = keys[rest % Math.max(1, keys.length)];
    if (key === undefined) return;
    rest = Math.floor(rest / keys.length) + 7919 * (rest % 13);
    const value: unknown = Reflect.get(parent, key);
    const leaf = typeof value !== 'object' || value === null || rest % 6 === 0;
    if (leaf && junk === undefined) Reflect.deleteProperty(parent, key);
    else if (leaf) Reflect.set(parent, key, structuredClone(junk));
    if (leaf) return;
    parent = value;
  }
}
