import { describe, expect, it } from 'vitest';
import { runnerMetadata, tagMetadata } from '../../src/children/metadata.ts';
import { decodeTags } from '../../src/hooks/decode-metadata.ts';
import type { RunnerTags } from '../../src/pool/observed.ts';
import { aPool, aSpec } from '../pool/support/builders.ts';

const tags: RunnerTags = {
  runner: 'ci-pool-abc',
  handle: '5ba54702-25b2-4638-8614-ca1d32acf22b',
  repositoryId: 7,
  job: null,
  attempt: 2,
  specHash: 'hash',
  registration: { id: 12, uuid: 'u-u' },
  issuedAt: Date.parse('2026-11-24T23:09:13.500Z'),
};

const GROUP = 'forgejo-runner-operator.dev';

describe('tags on an object', () => {
  it.each([
    { given: tags, because: 'everything is known' },
    { given: { ...tags, handle: null, repositoryId: null }, because: 'a warm runner has no handle' },
    { given: { ...tags, registration: null, issuedAt: null }, because: 'the registration is not known' },
  ])('are read as they were written: $because', ({ given }) => {
    expect(decodeTags({ metadata: tagMetadata(given, 'pool-uid') }, 'pool-uid')).toEqual(given);
  });

  it.each([
    { annotation: 'repository-id', value: '-1', reads: { repositoryId: null } },
    { annotation: 'repository-id', value: '0', reads: { repositoryId: null } },
    { annotation: 'attempt', value: 'two', reads: { attempt: 0 } },
    { annotation: 'attempt', value: '99999999999999999999', reads: { attempt: 0 } },
    { annotation: 'registration-id', value: '1e3', reads: { registration: null } },
    { annotation: 'registration-uuid', value: '', reads: { registration: null } },
    { annotation: 'issued-at', value: 'yesterday', reads: { issuedAt: null } },
    { annotation: 'issued-at', value: '2026-11-24', reads: { issuedAt: null } },
    { annotation: 'spec-hash', value: 5, reads: { specHash: '' } },
    { annotation: 'handle', value: '', reads: { handle: null } },
  ])('read as unknown when $annotation is $value', ({ annotation, value, reads }) => {
    const written = tagMetadata(tags, 'pool-uid');
    const annotations = { ...written.annotations, [`${GROUP}/${annotation}`]: value };
    expect(decodeTags({ metadata: { ...written, annotations } }, 'pool-uid')).toEqual({ ...tags, ...reads });
  });

  it('name the job on a workload and its Pods, as a Secret does not', () => {
    const named = { ...tags, registration: { id: 12, uuid: 'u-u' }, job: 'Büild (1/3)' };
    const metadata = runnerMetadata({ pool: aPool({ uid: 'pool-uid' }), spec: aSpec(), tags: named });
    expect(decodeTags({ metadata }, 'pool-uid')).toEqual(named);
    expect(decodeTags({ metadata: tagMetadata(named, 'pool-uid') }, 'pool-uid')).toEqual(tags);
  });

  it('are found by the labels alone', () => {
    const { labels } = tagMetadata(tags, 'pool-uid');
    const unknown = { handle: null, repositoryId: null, job: null, attempt: 0, specHash: '', registration: null, issuedAt: null };
    expect(decodeTags({ metadata: { labels } }, 'pool-uid')).toEqual({ runner: tags.runner, ...unknown });
  });

  it.each([{ object: {} }, { object: { metadata: [] } }, { object: { metadata: { labels: 'x' } } }])(
    'are none in $object',
    ({ object }) => {
      expect(decodeTags(object, 'pool-uid')).toBeNull();
    },
  );
});
