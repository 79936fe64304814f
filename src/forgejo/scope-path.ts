/** Where the runners API of a scope lives, below `/api/v1` (facts: section 1, "Endpoints"). */
import type { Scope } from '../api/scope.ts';

/** Path of the scope's runners API, for example `/api/v1/orgs/acme/actions/runners`; names are percent-encoded. */
export function runnersPath(scope: Scope): string {
  return `/api/v1${owner(scope)}/actions/runners`;
}

function owner(scope: Scope): string {
  switch (scope.kind) {
    case 'instance':
      return '/admin';
    case 'organization':
      return `/orgs/${segment(scope.organization)}`;
    case 'user':
      return '/user';
    case 'repository':
      return repository(scope.owner, scope.repository);
  }
}

/** Path of one repository, for example `/api/v1/repos/acme/app`; names are percent-encoded. */
export function repositoryPath(owner: string, name: string): string {
  return `/api/v1${repository(owner, name)}`;
}

function repository(owner: string, name: string): string {
  return `/repos/${segment(owner)}/${segment(name)}`;
}

/** URL parsers fold `..` and `%2e%2e` away, so a name of dots only is encoded twice: a name that no server has. */
function segment(name: string): string {
  return encodeURIComponent(/^\.\.?$/.test(name) ? name.replaceAll('.', '%2E') : name);
}
