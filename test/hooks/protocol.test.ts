import { describe, expect, it } from 'vitest';
import { parseCustomizeRequest, parseSyncRequest } from '../../src/hooks/protocol.ts';
import { recordedBody } from './recordings.ts';

const PREFIX = 'not a hook request of Metacontroller for RunnerPool forgejo-runner-operator.dev/v1alpha1: ';
const V1 = 'this is a v1 hook body; set version: v2 in the CompositeController';

const metadata = { name: 'a', namespace: 'ns', uid: 'u', generation: 1, creationTimestamp: '2026-11-24T23:09:09Z' };
const parent = { apiVersion: 'forgejo-runner-operator.dev/v1alpha1', kind: 'RunnerPool', metadata };
const body = { controller: {}, parent, children: {}, related: {}, finalizing: false };
const child = { apiVersion: 'batch/v1', kind: 'Job', metadata: { ...metadata, name: 'a-1' } };

function withChild(object: unknown): object {
  return { ...body, children: { 'Job.batch/v1': { 'ns/a-1': object } } };
}

function nested(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
}

describe('a sync request', () => {
  it.each([
    { situation: 'has only what is read', value: body, because: 'Metacontroller may add and drop the rest' },
    { situation: 'has fields that we do not know', value: { ...body, correlationId: 'x' }, because: 'a newer Metacontroller' },
    { situation: 'has a child', value: withChild(child), because: 'objects are named by namespace' },
    {
      situation: 'has a related object without a namespace',
      value: {
        ...body,
        related: { 'Namespace.v1': { ns: { metadata: { name: 'ns', uid: 'n', creationTimestamp: metadata.creationTimestamp } } } },
      },
      because: 'a Namespace is cluster-scoped',
    },
    { situation: 'has no spec', value: { ...body, parent: { ...parent, spec: null } }, because: 'the spec is judged later' },
  ])('that $situation is accepted: $because', ({ value }) => {
    expect(parseSyncRequest(value)).toEqual({ ok: true, request: value });
  });

  it.each([
    { situation: 'is no object', value: 'x', reason: `${PREFIX}the body: must be an object` },
    { situation: 'is null', value: null, reason: `${PREFIX}the body: must be an object` },
    { situation: 'has no children', value: { ...body, children: undefined }, reason: `${PREFIX}children: must be an object` },
    { situation: 'has children null', value: { ...body, children: null }, reason: `${PREFIX}children: must be an object` },
    { situation: 'has no related objects', value: { ...body, related: undefined }, reason: `${PREFIX}related: must be an object` },
    {
      situation: 'does not say whether it finalizes',
      value: { ...body, finalizing: undefined },
      reason: `${PREFIX}finalizing: must be a boolean`,
    },
    {
      situation: 'is about another resource',
      value: { ...body, parent: { ...parent, kind: 'ConfigMap' } },
      reason: `${PREFIX}parent.kind: must be "RunnerPool"`,
    },
    {
      situation: 'is about another version',
      value: { ...body, parent: { ...parent, apiVersion: 'forgejo-runner-operator.dev/v1' } },
      reason: `${PREFIX}parent.apiVersion: must be "forgejo-runner-operator.dev/v1alpha1"`,
    },
    {
      situation: 'has a pool without a namespace',
      value: { ...body, parent: { ...parent, metadata: { ...metadata, namespace: undefined } } },
      reason: `${PREFIX}parent.metadata.namespace: must be a string`,
    },
    {
      situation: 'has no generation',
      value: { ...body, parent: { ...parent, metadata: { ...metadata, generation: 'x' } } },
      reason: `${PREFIX}parent.metadata.generation: must be an integer`,
    },
    {
      situation: 'has a creation time that is none',
      value: { ...body, parent: { ...parent, metadata: { ...metadata, creationTimestamp: '2026-13-40T00:00:00Z' } } },
      reason: `${PREFIX}parent.metadata.creationTimestamp: must be an RFC 3339 time`,
    },
    {
      situation: 'has a child null',
      value: withChild(null),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1]: must be an object`,
    },
    {
      situation: 'has a child without a namespace',
      value: withChild({ ...child, metadata: { ...child.metadata, namespace: undefined } }),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1].metadata.namespace: must be a string`,
    },
    {
      situation: 'has a child whose deletion time is none',
      value: withChild({ ...child, metadata: { ...child.metadata, deletionTimestamp: 'soon' } }),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1].metadata.deletionTimestamp: must be an RFC 3339 time`,
    },
    {
      situation: 'has a child of another kind than its group',
      value: withChild({ ...child, kind: 'Secret' }),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1].kind: must be as its key says`,
    },
    {
      situation: 'has a child of another version than its group',
      value: withChild({ ...child, apiVersion: 'batch/v2' }),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1].apiVersion: must be as its key says`,
    },
    {
      situation: 'has a child under another’s name',
      value: withChild({ ...child, metadata: { ...child.metadata, name: 'a-2' } }),
      reason: `${PREFIX}children[Job.batch/v1][ns/a-1].metadata: must be as its key says`,
    },
    {
      situation: 'has a child that could not be answered again',
      value: withChild({ ...child, spec: nested(500) }),
      reason: `${PREFIX}children: must not be nested deeper than 200 levels`,
    },
    {
      situation: 'has a child under what is no name',
      value: { ...body, children: { 'Job.batch/v1': { [`ns/${'<b>'.repeat(1000)}`]: null } } },
      reason: `${PREFIX}children[Job.batch/v1][?]: must be an object`,
    },
    { situation: 'keys children by their name', value: { ...body, children: { 'Job.batch/v1': { 'a-1': child } } }, reason: V1 },
    {
      situation: 'has a status that could not be answered again',
      value: { ...body, parent: { ...parent, status: { versions: [nested(500)] } } },
      reason: `${PREFIX}parent.status: must not be nested deeper than 200 levels`,
    },
    { situation: 'keys kinds without a version', value: { ...body, children: { Job: {} } }, reason: V1 },
    {
      situation: 'has children that are no map',
      value: { ...body, children: { 'Job.batch/v1': 1 } },
      reason: `${PREFIX}children[Job.batch/v1]: must be an object`,
    },
  ])('that $situation is refused with a reason', ({ value, reason }) => {
    const sent: unknown = JSON.parse(JSON.stringify(value));
    expect(parseSyncRequest(sent)).toEqual({ ok: false, reason });
  });

  it('recorded from a v1 hook is refused as one', () => {
    expect(parseSyncRequest(recordedBody('metacontroller/sync-request-v1-steady'))).toEqual({ ok: false, reason: V1 });
  });

  it('of a body as large as 1000 runners make it is checked in well under a second', () => {
    const weight = 'x'.repeat(12_000);
    const children = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `ns/j-${index}`,
        { ...child, metadata: { ...child.metadata, name: `j-${index}` }, weight },
      ]),
    );
    const started = performance.now();
    expect(parseSyncRequest({ ...body, children: { 'Job.batch/v1': children } }).ok).toBe(true);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('a customize request', () => {
  it('has neither children nor related objects', () => {
    const value = { controller: {}, parent };
    expect(parseCustomizeRequest(value)).toEqual({ ok: true, request: value });
  });

  it('without a parent is refused', () => {
    expect(parseCustomizeRequest({ controller: {} })).toEqual({ ok: false, reason: `${PREFIX}parent: must be an object` });
  });
});
