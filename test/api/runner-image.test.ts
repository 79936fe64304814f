import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagKind } from '../../src/api/image-tag.ts';
import {
  atLeastPattern,
  checkRunnerImage,
  compareVersions,
  formatVersion,
  imageVersion,
  isTrueOf,
  parseVersion,
} from '../../src/api/runner-image.ts';
import { DEFAULT_IMAGES } from '../../src/api/spec/images.ts';

const number = fc.integer({ min: 0, max: 120 });
const version = fc.record({ major: number, minor: number, patch: number });

describe('imageVersion', () => {
  it.each([
    { runner: { image: 'runner:12.8.2' }, version: '12.8.2', because: 'the tag says it' },
    { runner: { image: 'runner:v12.8' }, version: '12.8.0', because: 'a missing patch is 0' },
    { runner: { image: 'host:5000/a/runner:12.8.2-alpine@sha256:00ff' }, version: '12.8.2', because: 'suffix and digest do not matter' },
    { runner: { image: 'runner:latest', version: 'v13.0' }, version: '13.0.0', because: 'the version that is given counts' },
    { runner: { image: 'runner:1.0', version: '12.9.1' }, version: '12.9.1', because: 'an own build has its own tags' },
    { runner: { image: 'runner:12' }, version: null, because: 'the tag floats' },
    { runner: { image: 'runner:latest' }, version: null, because: 'the tag floats' },
    { runner: { image: 'runner' }, version: null, because: 'there is no tag' },
    { runner: { image: 'runner@sha256:00ff' }, version: null, because: 'a digest says no version' },
    { runner: { image: 'host:5000/runner' }, version: null, because: 'a port is no tag' },
    { runner: { image: 'runner:12.8.2.1' }, version: null, because: 'a version has three parts' },
  ])('of $runner.image is $version, because $because', ({ runner, version: expected }) => {
    const found = imageVersion(runner);
    expect(found === null ? null : formatVersion(found)).toBe(expected);
  });
});

describe('checkRunnerImage', () => {
  it.each([
    { mode: 'Ephemeral', image: 'runner:12.8.0', kind: 'supported', because: 'one-job takes a handle since 12.8' },
    { mode: 'Ephemeral', image: 'runner:12.7.9', kind: 'tooOld', because: 'one-job takes a handle since 12.8' },
    { mode: 'Ephemeral', image: 'runner:9.12.0', kind: 'tooOld', because: 'numbers are compared, not strings' },
    { mode: 'Persistent', image: 'runner:12.5.0', kind: 'supported', because: 'a daemon needs no handle' },
    { mode: 'Persistent', image: 'runner:12.4.9', kind: 'tooOld', because: 'older ones are not supported' },
    { mode: 'Persistent', image: 'runner:latest', kind: 'unpinned', because: 'a floating tag says no version' },
  ] as const)('of $image in mode $mode is $kind, because $because', ({ mode, image, kind }) => {
    expect(checkRunnerImage(mode, { image }).kind).toBe(kind);
  });
});

describe('the pattern of a minimum version', () => {
  it('matches exactly the versions that compare as new enough', () => {
    const minimum = fc.record({ major: fc.integer({ min: 0, max: 98 }), minor: fc.integer({ min: 0, max: 99 }), patch: fc.constant(0) });
    fc.assert(
      fc.property(minimum, version, (least, candidate) => {
        const enough = compareVersions(candidate, least) >= 0;
        const pattern = new RegExp(atLeastPattern(least));
        expect(pattern.test(formatVersion(candidate))).toBe(enough);
        expect(pattern.test(`host:5000/runner:v${formatVersion(candidate)}-alpine@sha256:00ff`)).toBe(enough);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseVersion', () => {
  it('reads back what formatVersion writes', () => {
    fc.assert(
      fc.property(version, (value) => {
        expect(parseVersion(formatVersion(value))).toEqual(value);
      }),
    );
  });

  it.each([
    { text: 'v12.8.2', version: '12.8.2', because: 'a release reports it so' },
    { text: '12.8', version: '12.8.0', because: 'a missing patch is 0' },
    { text: 'v12.8.2+dev', version: '12.8.2', because: 'build data says nothing of the order' },
    { text: 'v12.8.2-3-gabc1234', version: '12.8.2', because: 'so git describe calls what came after the tag' },
    { text: '12.8.2-alpine', version: '12.8.2', because: 'a variant holds the same version' },
    { text: 'dev', version: null, because: 'a build without a version reports it' },
    { text: '', version: null, because: 'a runner that never started reports it' },
    { text: '12', version: null, because: 'it says too little' },
    { text: '12.8.2.1', version: null, because: 'a version has three parts' },
    { text: '12.8.2 beta', version: null, because: 'a suffix begins with - or +' },
    { text: `12.8.${'1'.repeat(6)}`, version: null, because: 'no such number can be meant' },
  ])('reads "$text" as $version, because $because', ({ text, version: expected }) => {
    const found = parseVersion(text);
    expect(found === null ? null : formatVersion(found)).toBe(expected);
  });
});

describe('isTrueOf', () => {
  it.each([
    { said: '12.8.2', actual: '12.8.2', holds: true, because: 'they are the same' },
    { said: 'v12.8.2', actual: '12.8.2', holds: true, because: 'the v does not matter' },
    { said: '12.8', actual: '12.8.2', holds: true, because: 'it leaves the patch open' },
    { said: '12.8', actual: '12.9.0', holds: false, because: 'it names the minor version' },
    { said: '12.8.0', actual: '12.8.2', holds: false, because: 'it names the patch' },
    { said: 'dev', actual: '12.8.2', holds: false, because: 'it says no version' },
  ])('of what says $said and is $actual: $holds, because $because', ({ said, actual, holds }) => {
    const parsed = parseVersion(actual);
    expect(parsed !== null && isTrueOf(said, parsed)).toBe(holds);
  });
});

describe('tagKind', () => {
  it.each([
    { image: 'runner:12.8.2', kind: 'fixed', because: 'a whole version' },
    { image: 'docker:28.5.1-dind', kind: 'fixed', because: 'a whole version of a variant' },
    { image: 'runner@sha256:00ff', kind: 'fixed', because: 'a digest' },
    { image: 'runner:latest@sha256:00ff', kind: 'fixed', because: 'the digest decides' },
    { image: 'host:5000/a/runner:build-1234', kind: 'fixed', because: 'a build of somebody' },
    { image: 'runner:20261125', kind: 'fixed', because: 'a date' },
    { image: 'runner:12.8-20261125', kind: 'fixed', because: 'a series of a day' },
    { image: 'runner:3f2a9c1', kind: 'fixed', because: 'a commit' },
    { image: 'runner:12', kind: 'moving', because: 'every 12' },
    { image: 'runner:v12.8', kind: 'moving', because: 'every 12.8' },
    { image: 'docker:28-dind', kind: 'moving', because: 'every 28' },
    { image: 'node:22-bookworm', kind: 'moving', because: 'every 22' },
    { image: 'docker:dind', kind: 'moving', because: 'a word' },
    { image: 'runner:main', kind: 'moving', because: 'a branch' },
    { image: 'runner:latest', kind: 'latest', because: 'it says so' },
    { image: 'catthehacker/ubuntu:act-latest', kind: 'latest', because: 'a variant of it' },
    { image: 'runner:latest-22', kind: 'latest', because: 'a variant of it' },
    { image: 'runner', kind: 'latest', because: 'no tag means latest' },
    { image: 'host:5000/runner', kind: 'latest', because: 'a port is no tag' },
  ])('of $image is $kind: $because', ({ image, kind }) => {
    expect(tagKind(image)).toBe(kind);
  });
});

describe('the default images', () => {
  it.each(Object.entries(DEFAULT_IMAGES))('%s is pinned to one version', (_name, image) => {
    expect(tagKind(image)).toBe('fixed');
    expect(image).toMatch(/:[0-9]+\.[0-9]+\.[0-9]+(-|$)/);
  });

  it.each(['Ephemeral', 'Persistent'] as const)('the runner works with mode %s', (mode) => {
    expect(checkRunnerImage(mode, { image: DEFAULT_IMAGES.runner }).kind).toBe('supported');
  });
});
