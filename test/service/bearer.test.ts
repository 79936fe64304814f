import { describe, expect, it } from 'vitest';
import { isAuthorized, readTokens } from '../../src/service/bearer.ts';

const tokens = readTokens(['# while rotating\nnew-token\n\n  old-token  \n', 'third']);

describe('a bearer token', () => {
  it.each([
    { header: 'Bearer new-token', allowed: true, because: 'it is in the file' },
    { header: 'bearer old-token', allowed: true, because: 'schemes are case-insensitive, and lines are trimmed' },
    { header: 'Bearer third', allowed: true, because: 'it is in the other file' },
    { header: undefined, allowed: false, because: 'there is none' },
    { header: '', allowed: false, because: 'it is empty' },
    { header: 'Bearer ', allowed: false, because: 'a blank line is no token' },
    { header: 'Bearer # while rotating', allowed: false, because: 'a comment is no token' },
    { header: 'Bearer new-tokenx', allowed: false, because: 'it is longer' },
    { header: 'Bearer New-token', allowed: false, because: 'tokens are case-sensitive' },
    { header: 'Basic new-token', allowed: false, because: 'it is another scheme' },
    { header: 'new-token', allowed: false, because: 'it has no scheme' },
  ])('lets in ($allowed) with $header: $because', ({ header, allowed }) => {
    expect(isAuthorized(header, tokens)).toBe(allowed);
  });

  it.each([{ contents: [''] }, { contents: ['\n# none\n'] }, { contents: [] }])('must be in the files: $contents', ({ contents }) => {
    expect(() => readTokens(contents)).toThrow('there is no token in it');
  });
});
