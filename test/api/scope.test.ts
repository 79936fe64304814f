import { describe, expect, it } from 'vitest';
import { scopeOf, scopeText } from '../../src/api/scope.ts';

describe('scopeOf', () => {
  it.each([
    { scope: { instance: {} }, expected: { kind: 'instance' } },
    { scope: { organization: 'acme' }, expected: { kind: 'organization', organization: 'acme' } },
    { scope: { user: {} }, expected: { kind: 'user' } },
    { scope: { repository: 'acme/app' }, expected: { kind: 'repository', owner: 'acme', repository: 'app' } },
  ])('reads $scope', ({ scope, expected }) => {
    expect(scopeOf({ scope })).toEqual(expected);
  });
});

describe('scopeText', () => {
  it.each([
    { scope: { kind: 'instance' }, text: 'instance' },
    { scope: { kind: 'user' }, text: 'user' },
    { scope: { kind: 'organization', organization: 'acme' }, text: 'organization:acme' },
    { scope: { kind: 'repository', owner: 'acme', repository: 'app' }, text: 'repository:acme/app' },
  ] as const)('is $text', ({ scope, text }) => {
    expect(scopeText(scope)).toBe(text);
  });
});
