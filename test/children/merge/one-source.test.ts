import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/children/json.ts';
import { mergeTemplate } from '../../../src/children/merge/merge-template.ts';
import { retainOneSource } from '../../../src/children/merge/one-source.ts';
import { readFixture, withChanges } from './fixture.ts';

interface Row {
  readonly from: JsonObject;
  readonly patch: JsonObject;
  readonly merged: JsonObject;
  readonly because: string;
}

const volumes: readonly Row[] = [
  {
    from: { emptyDir: { sizeLimit: '1Gi' } },
    patch: { persistentVolumeClaim: { claimName: 'c' } },
    merged: { persistentVolumeClaim: { claimName: 'c' } },
    because: 'another source takes the place of the old one',
  },
  {
    from: { emptyDir: { medium: 'Memory' } },
    patch: { emptyDir: { sizeLimit: '1Gi' } },
    merged: { emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    because: 'the same source merges',
  },
  { from: { emptyDir: {} }, patch: { emptyDir: null }, merged: {}, because: 'a source that only goes names no other' },
  {
    from: { emptyDir: {} },
    patch: { emptyDir: null, secret: { secretName: 's' } },
    merged: { secret: { secretName: 's' } },
    because: 'the old source may be taken away by null, as kubectl wants it',
  },
  {
    from: { emptyDir: {} },
    patch: { $retainKeys: ['name', 'emptyDir', 'secret'], secret: {} },
    merged: { emptyDir: {}, secret: {} },
    because: 'a directive of the patch is obeyed',
  },
  {
    from: { emptyDir: {} },
    patch: { emptyDir: { sizeLimit: '1Gi' }, secret: {} },
    merged: { emptyDir: { sizeLimit: '1Gi' }, secret: {} },
    because: 'two sources in one patch are for the API server to refuse',
  },
];

const variables: readonly Row[] = [
  {
    from: { value: '1' },
    patch: { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    merged: { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    because: 'a value gives way to a source',
  },
  {
    from: { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    patch: { value: '1' },
    merged: { value: '1' },
    because: 'and a source to a value',
  },
  {
    from: { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    patch: { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    merged: { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    because: 'and one source to another',
  },
];

describe('one source', () => {
  it.each(volumes)('of a volume: $because', ({ from, patch, merged }) => {
    const template = (volume: JsonObject) => ({ spec: { volumes: [{ name: 'v', ...volume }] } });
    expect(mergeTemplate(template(from), template(patch))).toEqual(template(merged));
  });

  it.each(variables)('of a variable: $because', ({ from, patch, merged }) => {
    const template = (variable: JsonObject) => ({ spec: { containers: [{ name: 'c', env: [{ name: 'V', ...variable }] }] } });
    expect(mergeTemplate(template(from), template(patch))).toEqual(template(merged));
  });

  it('of a resource claim', () => {
    const template = (claim: JsonObject) => ({ spec: { resourceClaims: [{ name: 'gpu', ...claim }] } });
    const changed = mergeTemplate(template({ resourceClaimName: 'a' }), template({ resourceClaimTemplateName: 'b' }));
    expect(changed).toEqual(template({ resourceClaimTemplateName: 'b' }));
  });

  it('is asked of no entry that the base lacks, nor of one that goes', () => {
    const base = { spec: { volumes: [{ name: 'a', emptyDir: {} }] } };
    const patch = { spec: { volumes: [{ name: 'b', secret: {} }, { name: 'a', $patch: 'delete' }, 'c'], securityContext: { fsGroup: 1 } } };
    expect(retainOneSource(base, patch)).toEqual(patch);
  });

  it('is all that differs from what kubectl answered', () => {
    const { bases, cases } = readFixture();
    const differing = cases.filter(({ base: name, patch, changes }) => {
      const base = bases[name] ?? {};
      if (changes === undefined) return false;
      const [merged, answered] = [mergeTemplate(base, patch), withChanges(base, changes)];
      expect(withoutSources(merged)).toEqual(withoutSources(answered));
      return !isDeepStrictEqual(merged, answered);
    });
    expect(differing.length).toBeGreaterThan(10);
  });
});

function withoutSources(template: JsonObject): unknown {
  const lists = ['volumes', 'env', 'resourceClaims'];
  return JSON.parse(JSON.stringify(template, (key, value) => (lists.includes(key) ? undefined : value)));
}
