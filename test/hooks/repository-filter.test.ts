import { describe, expect, it } from 'vitest';
import type { RepositoryDirectory, RepositoryLookup, RepositoryName } from '../../src/forgejo/repositories.ts';
import { resolveRepositories, withoutLookups } from '../../src/hooks/repository-filter.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';

const ACCESS = { url: 'https://git.example.org', token: 'a-secret-token' };
const FAILURE: ForgejoFailure = { kind: 'notFound', what: 'target', method: 'GET', path: '/api/v1/repos/acme/gone' };
const IDS: Readonly<Record<string, number>> = { 'acme/app': 17, 'acme/lib': 18 };

/** A directory that knows `acme/app` and `acme/lib`, and writes down what it was asked. */
function directory(): RepositoryDirectory & { readonly asked: string[] } {
  const asked: string[] = [];
  const lookupOf = (text: string): RepositoryLookup => {
    const id = IDS[text];
    return id === undefined ? { kind: 'unknown', failure: FAILURE } : { kind: 'found', id };
  };
  return {
    asked,
    async lookUp(_access, names: readonly RepositoryName[]) {
      const texts = names.map(({ owner, name }) => `${owner}/${name}`);
      asked.push(...texts);
      return texts.map(lookupOf);
    },
  };
}

describe('the repositories of a spec', () => {
  it.each([
    { because: 'nothing is said', repositories: undefined, allow: null, deny: [], unresolved: [] },
    { because: 'names and ids are one list', repositories: { allow: ['acme/app', '4711'] }, allow: [17, 4711], deny: [], unresolved: [] },
    { because: 'deny alone lets all others in', repositories: { deny: ['acme/lib'] }, allow: null, deny: [18], unresolved: [] },
    { because: 'an empty allow lets nobody in', repositories: { allow: [] }, allow: [], deny: [], unresolved: [] },
    {
      because: 'a name that is unknown is said, with its list',
      repositories: { allow: ['acme/gone', 'acme/app'], deny: ['acme/gone', '5'] },
      allow: [17],
      deny: [5],
      unresolved: [
        { list: 'deny', name: 'acme/gone', failure: FAILURE },
        { list: 'allow', name: 'acme/gone', failure: FAILURE },
      ],
    },
  ])('become ids: $because', async ({ repositories, allow, deny, unresolved }) => {
    const filter = await resolveRepositories(repositories, ACCESS, directory(), 0);
    expect({ ...filter, allow: filter.allow === null ? null : [...filter.allow], deny: [...filter.deny] }).toEqual({
      allow,
      deny,
      unresolved,
    });
  });

  it('are asked for with those that stop the whole pool first', async () => {
    const known = directory();
    await resolveRepositories({ allow: ['acme/app', '7'], deny: ['acme/lib', '8'] }, ACCESS, known, 0);
    expect(known.asked).toEqual(['acme/lib', 'acme/app']);
  });

  it.each([
    { because: 'nothing is said', repositories: undefined, allow: null },
    { because: 'who is allowed is not known', repositories: { allow: ['7'] }, allow: new Set() },
    { because: 'who is denied is not known', repositories: { deny: ['acme/app'] }, allow: new Set() },
  ])('let in nobody while Forgejo can not be asked, unless all are let in: $because', ({ repositories, allow }) => {
    expect(withoutLookups(repositories)).toEqual({ allow, deny: new Set(), unresolved: [] });
  });
});
