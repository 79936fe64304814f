import { describe, expect, it } from 'vitest';
import { scopeOf } from '../../src/api/scope.ts';

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
