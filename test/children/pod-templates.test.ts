import { describe, expect, it } from 'vitest';
import type { RegisteredTags } from '../../src/children/input.ts';
import { podTemplates } from '../../src/children/pod/pod-templates.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { cases } from './support/cases.ts';
import { anInput, aSpec, assignedTags, userTemplate, warmTags } from './support/inputs.ts';

/** Tags that differ in every value, and in what is known. */
const TAGS: readonly RegisteredTags[] = [
  assignedTags(),
  assignedTags({
    runner: 'ci-linux-bbbbbbbbbb',
    handle: 'b',
    repositoryId: 18,
    job: 'test',
    attempt: 2,
    specHash: 'aaaaaaaaaa',
    registration: { id: 43, uuid: 'u' },
    issuedAt: 0,
  }),
  warmTags(),
  { ...warmTags(), runner: 'ci-linux-cccccccccc', registration: { id: 44, uuid: 'v' } },
  assignedTags({ repositoryId: null }),
  assignedTags({ issuedAt: null }),
  assignedTags({ job: '…' }),
  assignedTags({ job: '' }),
];

function textsWith(spec = aSpec(), template = podTemplates()): readonly string[] {
  return TAGS.map((tags) => JSON.stringify(renderRunner(anInput({ spec, tags }), template)));
}

function textsOfEach(spec = aSpec()): readonly string[] {
  return TAGS.map((tags) => JSON.stringify(renderRunner(anInput({ spec, tags }))));
}

describe('one template for many runners', () => {
  it.each(cases)('is that of each of them, to the byte: $name', ({ spec }) => {
    expect(textsWith(spec)).toEqual(textsOfEach(spec));
  });

  it.each([
    { labels: { 'forgejo-runner-operator.dev/runner': null }, because: 'a label of ours that it takes away comes last' },
    { labels: { 'forgejo-runner-operator.dev/job-name': 'mine' }, because: 'it has a label that only some runners have' },
    { labels: { $patch: 'replace', team: 'build' }, because: 'it replaces all labels' },
  ])('whatever a user writes into it: $because', ({ labels }) => {
    const spec = aSpec({ template: { ...userTemplate, metadata: { labels, annotations: labels } } });
    expect(textsWith(spec)).toEqual(textsOfEach(spec));
  });

  it('is rendered once for each shape', () => {
    const template = podTemplates();
    const spec = aSpec();
    const images = (tags: RegisteredTags) => renderRunner(anInput({ spec, tags }), template).spec?.template.spec?.initContainers;
    expect(images(assignedTags({ runner: 'ci-linux-bbbbbbbbbb' }))).toBe(images(assignedTags()));
    expect(images(warmTags())).not.toBe(images(assignedTags()));
  });
});
