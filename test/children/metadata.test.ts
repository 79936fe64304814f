import { expect, it } from 'vitest';
import { tagMetadata } from '../../src/children/metadata.ts';
import { assignedTags, warmTags } from './support/inputs.ts';

it('of an assigned runner says everything', () => {
  expect(tagMetadata(assignedTags(), 'uid-1')).toEqual({
    labels: { 'forgejo-runner-operator.dev/pool-uid': 'uid-1', 'forgejo-runner-operator.dev/runner': 'ci-linux-abcdefghij' },
    annotations: {
      'forgejo-runner-operator.dev/handle': '5ba54702-25b2-4638-8614-ca1d32acf22b',
      'forgejo-runner-operator.dev/repository-id': '17',
      'forgejo-runner-operator.dev/attempt': '1',
      'forgejo-runner-operator.dev/spec-hash': 'zyxwvutsrq',
      'forgejo-runner-operator.dev/registration-id': '42',
      'forgejo-runner-operator.dev/registration-uuid': '2f6f586d-7b8b-49b6-9837-8de42830ccb4',
      'forgejo-runner-operator.dev/issued-at': '2026-11-25T00:00:01.000Z',
    },
  });
});

it('leaves out what is not known', () => {
  expect(tagMetadata({ ...warmTags(), registration: null, issuedAt: null }, 'uid-1').annotations).toEqual({
    'forgejo-runner-operator.dev/handle': '-',
    'forgejo-runner-operator.dev/attempt': '7',
    'forgejo-runner-operator.dev/spec-hash': 'zyxwvutsrq',
  });
});
