import { describe, expect, it } from 'vitest';
import { runnerMetadata, tagMetadata, workloadMetadata } from '../../src/children/metadata.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { anInput, aSpec, assignedTags, pool, warmTags } from './support/inputs.ts';

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

describe('a workload and its Pods', () => {
  it('say besides whose runner it is and for which job', () => {
    const { labels, annotations } = workloadMetadata(anInput());
    expect(labels).toEqual({
      'app.kubernetes.io/name': 'forgejo-runner',
      'app.kubernetes.io/managed-by': 'forgejo-runner-operator',
      'app.kubernetes.io/instance': 'linux',
      'forgejo-runner-operator.dev/pool-uid': pool.uid,
      'forgejo-runner-operator.dev/runner': 'ci-linux-abcdefghij',
      'forgejo-runner-operator.dev/pool': 'linux',
      'forgejo-runner-operator.dev/mode': 'Ephemeral',
      'forgejo-runner-operator.dev/repository-id': '17',
      'forgejo-runner-operator.dev/job-name': 'build-ubuntu-1-3',
    });
    expect(annotations).toEqual({
      ...tagMetadata(assignedTags(), pool.uid).annotations,
      'forgejo-runner-operator.dev/job-name': 'build (ubuntu, 1/3)',
    });
  });

  it('name no job and repository where there is none', () => {
    const { labels, annotations } = runnerMetadata(anInput({ tags: warmTags() }));
    expect(Object.keys(labels).map((key) => key.replace(/.*[/]/, ''))).toEqual(['pool-uid', 'runner', 'pool', 'mode']);
    expect(annotations).toEqual(tagMetadata(warmTags(), pool.uid).annotations);
  });

  it('have a label of a job only where something of its name can stand in one', () => {
    const { labels, annotations } = runnerMetadata(anInput({ tags: assignedTags({ job: '构建' }) }));
    expect(labels).not.toHaveProperty(['forgejo-runner-operator.dev/job-name']);
    expect(annotations['forgejo-runner-operator.dev/job-name']).toBe('构建');
  });

  it('of a Deployment are selected by what never changes', () => {
    const { spec } = renderRunner(anInput({ spec: aSpec({ mode: 'Persistent' }), tags: warmTags() }));
    expect(spec?.selector).toEqual({ matchLabels: tagMetadata(warmTags(), pool.uid).labels });
  });
});
