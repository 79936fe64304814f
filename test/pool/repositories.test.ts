import { describe, expect, test } from 'vitest';
import type { ForgejoFailure, ForgejoFailureKind } from '../../src/pool/failure.ts';
import { type UnresolvedRepository, wordsForUnresolved } from '../../src/pool/repositories.ts';

const AT = { method: 'GET', path: '/api/v1/repos/acme/app' } as const;

const FAILURES = {
  unauthorized: [{ ...AT, kind: 'unauthorized' }, 'read:repository'],
  scopeTooNarrow: [{ ...AT, kind: 'scopeTooNarrow', required: ['read:repository'] }, 'read:repository'],
  forbidden: [{ ...AT, kind: 'forbidden', because: 'publicOnly' }, 'read:repository'],
  notFound: [{ ...AT, kind: 'notFound', what: 'target' }, 'no such repository'],
  notOurs: [{ ...AT, kind: 'notOurs' }, 'no such repository'],
  moved: [{ ...AT, kind: 'moved', location: '/api/v1/repos/acme/new' }, 'renamed'],
  rejected: [{ ...AT, kind: 'rejected', status: 418 }, 'asked again'],
  throttled: [{ ...AT, kind: 'throttled', retryAfterSeconds: 9 }, 'asked again'],
  serverError: [{ ...AT, kind: 'serverError', status: 502 }, 'asked again'],
  timeout: [{ ...AT, kind: 'timeout', afterMs: 4000 }, 'asked again'],
  unreachable: [{ ...AT, kind: 'unreachable', code: 'ECONNRESET' }, 'asked again'],
  nonsense: [{ ...AT, kind: 'nonsense', problem: 'body/id' }, 'asked again'],
  addressRefused: [{ ...AT, kind: 'addressRefused', host: '169.254.169.254' }, 'asked again'],
} as const satisfies { readonly [K in ForgejoFailureKind]: readonly [ForgejoFailure & { kind: K }, string] };

function unresolved(list: UnresolvedRepository['list'], name: string, failure: ForgejoFailure | null = null): UnresolvedRepository {
  return { list, name, failure };
}

describe('what is said of a repository that could not be looked up', () => {
  test.each(Object.values(FAILURES))('why: $kind', (failure, cause) => {
    const words = wordsForUnresolved([unresolved('allow', 'acme/app', failure)]);
    expect(words).toMatch(/^"acme\/app" of spec\.repositories\.allow could not be looked up, so it is not served: /);
    expect(words).toContain(cause);
  });

  test('one that is denied comes first, since it stops all', () => {
    const words = wordsForUnresolved([unresolved('allow', 'acme/a'), unresolved('deny', 'acme/b'), unresolved('deny', 'acme/c')]);
    expect(words).toBe(
      '"acme/b" of spec.repositories.deny (and 2 more) could not be looked up, so no new runners until it is known: Forgejo has not answered yet.',
    );
  });

  test('nothing when all are known', () => {
    expect(wordsForUnresolved([])).toBeNull();
  });
});
