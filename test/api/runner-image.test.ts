import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atLeastPattern,
  checkRunnerImage,
  compareVersions,
  formatVersion,
  imageVersion,
  parseVersion,
} from '../../src/api/runner-image.ts';

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
});
