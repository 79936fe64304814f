import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditImage } from '../../src/pool/image-audit.ts';
import { aSpec } from './support/builders.ts';

type AuditedSpec = Parameters<typeof auditImage>[0];

const shipped = { major: 12, minor: 8, patch: 2 };

function specOf(changes: Partial<AuditedSpec> = {}): AuditedSpec {
  return aSpec(changes);
}

const lyingTag = specOf({ runner: { image: 'registry/runner:12.8.2' } });
const lyingVersion = specOf({ mode: 'Persistent', runner: { image: 'registry/runner@sha256:00', version: '12.6.0' } });

describe('what runners report decides first', () => {
  it.each([
    {
      because: 'the tag lies',
      spec: lyingTag,
      reported: ['v12.7.0'],
      message:
        'Runners report forgejo-runner 12.7.0 to Forgejo, and mode Ephemeral needs 12.8.0 or newer; the tag of spec.runner.image says 12.8.2. ' +
        'Nothing is stopped for it. ' +
        'Set spec.runner.image to an image of a version that is new enough, and spec.runner.version when its tag does not say it.',
    },
    {
      because: 'the version lies, and a Persistent pool needs less',
      spec: lyingVersion,
      reported: ['v12.4.9'],
      message:
        'Runners report forgejo-runner 12.4.9 to Forgejo, and mode Persistent needs 12.5.0 or newer; spec.runner.version says 12.6.0. ' +
        'Nothing is stopped for it. ' +
        'Set spec.runner.image to an image of a version that is new enough, and spec.runner.version when its tag does not say it.',
    },
    {
      because: 'of several only the old ones matter, oldest first and once each',
      spec: lyingTag,
      reported: ['v12.7.0', 'v9.1.0', '12.7.0-alpine', 'v12.8.2', 'v12.9.0'],
      message:
        'Runners report forgejo-runner 9.1.0, 12.7.0 to Forgejo, and mode Ephemeral needs 12.8.0 or newer; the tag of spec.runner.image says 12.8.2. ' +
        'Nothing is stopped for it. ' +
        'Set spec.runner.image to an image of a version that is new enough, and spec.runner.version when its tag does not say it.',
    },
  ])('unsupported: $because', ({ spec, reported, message }) => {
    expect(auditImage(spec, reported, shipped)).toEqual({ supported: false, reason: 'ImageUnsupported', message });
  });

  it.each([
    {
      because: 'the tag was moved',
      spec: lyingTag,
      reported: ['v12.9.1', 'v12.8.2', 'v12.8.3', 'v12.9.1'],
      message:
        'Runners report forgejo-runner 12.8.3, 12.9.1 to Forgejo, but the tag of spec.runner.image says 12.8.2. ' +
        'Set spec.runner.version to the version that the image holds, and pin spec.runner.image by digest if its tag was moved.',
    },
    {
      because: 'the version was mistyped',
      spec: specOf({ runner: { image: 'registry/runner@sha256:00', version: '12.9.1' } }),
      reported: ['v12.8.2+dev'],
      message:
        'Runners report forgejo-runner 12.8.2 to Forgejo, but spec.runner.version says 12.9.1. ' +
        'Set spec.runner.version to the version that the image holds, and pin spec.runner.image by digest if its tag was moved.',
    },
  ])('differs: $because', ({ spec, reported, message }) => {
    expect(auditImage(spec, reported, shipped)).toEqual({ supported: true, reason: 'ImageVersionDiffers', message });
  });

  it.each([
    { because: 'it is the same version', said: '12.8.2', reported: 'v12.8.2' },
    { because: 'a variant of it is the same version', said: 'v12.8.2', reported: '12.8.2-alpine' },
    { because: 'a version of two parts leaves the patch open', said: '12.8', reported: 'v12.8.2' },
    { because: 'a build of your own may report no version', said: '12.8.2', reported: 'dev' },
    { because: 'a runner that has not started reports nothing', said: '12.8.2', reported: '' },
  ])('is known: $because', ({ said, reported }) => {
    const spec = specOf({ runner: { image: 'registry/runner@sha256:00', version: said } });
    const message = `The runner image is registry/runner@sha256:00, version ${said}.`;
    expect(auditImage(spec, [reported], shipped)).toEqual({ supported: true, reason: 'ImageVersionKnown', message });
  });
});

describe('a tag that moves', () => {
  it.each([
    { because: 'latest', spec: { runner: { image: 'r:latest', version: '12.8.2' } }, fields: 'spec.runner.image' },
    { because: 'a major version', spec: { runner: { image: 'r:12', version: '12.8.2' } }, fields: 'spec.runner.image' },
    { because: 'a minor version', spec: { runner: { image: 'r:12.8' } }, fields: 'spec.runner.image' },
    { because: 'no tag', spec: { runner: { image: 'host:5000/r', version: '12.8.2' } }, fields: 'spec.runner.image' },
    {
      because: 'of the Docker daemon',
      spec: { containerMode: { type: 'Dind', dind: { image: 'docker:28-dind' } } },
      fields: 'spec.containerMode.dind.image',
    },
    {
      because: 'of a job: without a tag',
      spec: { labels: ['a:docker://node:22-bookworm', 'b:docker://debian'] },
      fields: 'spec.labels[1]',
    },
    { because: 'of a job: latest', spec: { labels: ['ubuntu:docker://catthehacker/ubuntu:act-latest'] }, fields: 'spec.labels[0]' },
  ] as const)('is named by its field: $because', ({ spec, fields }) => {
    const message = `${fields}: named by a tag that moves, so what runs can change without a change of the pool. Name a whole version in these fields, or pin by digest.`;
    expect(auditImage(specOf(spec), [], shipped)).toEqual({ supported: true, reason: 'ImageFloating', message });
  });

  it.each([
    { because: 'a digest pins', spec: { runner: { image: 'r:latest@sha256:00', version: '12.8.2' } } },
    { because: 'a whole version pins', spec: { runner: { image: 'r:12.8.2-alpine' } } },
    { because: 'the default of the Docker daemon is ours', spec: { containerMode: { type: 'Dind' } } },
    { because: 'a digest pins the Docker daemon', spec: { containerMode: { type: 'Dind', dind: { image: 'docker@sha256:00' } } } },
    { because: 'a series is what people mean for jobs', spec: { labels: ['a:docker://node:22-bookworm', 'b:docker://debian:bookworm'] } },
    { because: 'these labels name no image', spec: { labels: ['latest', 'latest-b:docker', 'latest-c:host'] } },
  ] as const)('is not blamed: $because', ({ spec }) => {
    expect(auditImage(specOf(spec), [], shipped)?.reason).toBe('ImageVersionKnown');
  });
});

describe('an old version', () => {
  it.each([
    { because: 'a minor version behind', image: 'r:12.7.9', reason: 'ImageOld' },
    { because: 'a patch behind is no reason', image: 'r:12.8.0', reason: 'ImageVersionKnown' },
    { because: 'newer than ours is the choice of the site', image: 'r:13.0.0', reason: 'ImageVersionKnown' },
  ] as const)('$because', ({ image, reason }) => {
    expect(auditImage(specOf({ mode: 'Persistent', runner: { image } }), [], shipped)?.reason).toBe(reason);
  });

  it('is compared with the default image of the operator', () => {
    const message =
      'This operator ships with forgejo-runner 12.8.2, and the tag of spec.runner.image says 12.5.0: an upgrade is due. Set spec.runner.image to a newer version.';
    expect(auditImage(specOf({ mode: 'Persistent', runner: { image: 'r:12.5.0' } }), [], shipped)?.message).toBe(message);
  });
});

describe('several warnings', () => {
  const spec = specOf({
    mode: 'Persistent',
    runner: { image: 'r:12.5' },
    containerMode: { type: 'Dind', dind: { image: 'docker:dind' } },
    labels: ['a:docker://debian:latest'],
  });

  it('the most important one is the reason, and the message has them all', () => {
    const verdict = auditImage(spec, ['v12.6.0'], shipped);
    expect(verdict).toMatchObject({ supported: true, reason: 'ImageVersionDiffers' });
    expect(verdict?.message).toBe(
      'Runners report forgejo-runner 12.6.0 to Forgejo, but the tag of spec.runner.image says 12.5. ' +
        'Set spec.runner.version to the version that the image holds, and pin spec.runner.image by digest if its tag was moved. ' +
        'spec.runner.image, spec.containerMode.dind.image, spec.labels[0]: named by tags that move, so what runs can change without a change of the pool. ' +
        'Name a whole version in these fields, or pin by digest. ' +
        'This operator ships with forgejo-runner 12.8.2, and the tag of spec.runner.image says 12.5: an upgrade is due. ' +
        'Set spec.runner.image to a newer version.',
    );
  });

  it('a floating tag comes before an old version', () => {
    expect(auditImage(spec, [], shipped)?.reason).toBe('ImageFloating');
  });
});

it('says nothing of a spec without a version, which is refused elsewhere', () => {
  expect(auditImage(specOf({ runner: { image: 'unreadable' } }), ['v12.8.2'], shipped)).toBeNull();
});

it('says the same of the same reports in any order and number', () => {
  const reports = fc.array(fc.constantFrom('v12.7.0', 'v12.8.2', 'v12.9.0', 'v12.10.0', 'dev', ''), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(reports, (reported) => {
      const shuffled = [...reported.toReversed(), ...reported];
      expect(auditImage(lyingTag, shuffled, shipped)).toEqual(auditImage(lyingTag, reported, shipped));
    }),
  );
});

it('repeats nothing of a report but its numbers', () => {
  const report = fc.string().map((text) => `v12.7.0-${text}`);
  fc.assert(
    fc.property(report, (reported) => {
      const { reason, message } = auditImage(lyingTag, [reported], shipped) ?? {};
      expect(['ImageUnsupported', 'ImageVersionKnown']).toContain(reason);
      expect(message).toMatch(/^[A-Za-z0-9 .,;:/-]+$/);
    }),
  );
});
