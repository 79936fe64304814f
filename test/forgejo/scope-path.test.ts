import { expect, it } from 'vitest';
import type { Scope } from '../../src/api/scope.ts';
import { runnersPath } from '../../src/forgejo/scope-path.ts';

const rows: readonly (readonly [Scope, string])[] = [
  [{ kind: 'instance' }, '/api/v1/admin/actions/runners'],
  [{ kind: 'user' }, '/api/v1/user/actions/runners'],
  [{ kind: 'organization', organization: 'acme' }, '/api/v1/orgs/acme/actions/runners'],
  [{ kind: 'repository', owner: 'acme', repository: 'app.js' }, '/api/v1/repos/acme/app.js/actions/runners'],
  [{ kind: 'organization', organization: 'a/b?c#d e' }, '/api/v1/orgs/a%2Fb%3Fc%23d%20e/actions/runners'],
  [{ kind: 'repository', owner: '..', repository: '.' }, '/api/v1/repos/%252E%252E/%252E/actions/runners'],
];

it.each(rows)('%o', (scope, path) => {
  expect(runnersPath(scope)).toBe(path);
  expect(new URL(path, 'https://git.example.org').pathname, 'no URL parser may fold it').toBe(path);
});
