import type { RunnerPoolSpec } from './spec/runnerpool.ts';

/** Which runners API a pool talks to; the same shape as the decisions use. */
export type Scope =
  | { readonly kind: 'instance' }
  | { readonly kind: 'organization'; readonly organization: string }
  | { readonly kind: 'user' }
  | { readonly kind: 'repository'; readonly owner: string; readonly repository: string };

/** The one scope that a valid `spec.forgejo` sets. */
export function scopeOf(forgejo: Pick<RunnerPoolSpec['forgejo'], 'scope'>): Scope {
  const { organization, repository, user } = forgejo.scope;
  if (organization !== undefined) return { kind: 'organization', organization };
  if (repository !== undefined) {
    const [owner = '', name = ''] = repository.split('/');
    return { kind: 'repository', owner, repository: name };
  }
  return user === undefined ? { kind: 'instance' } : { kind: 'user' };
}

/** One word for people and for `--scope` of the CLI: `instance`, `user`, `organization:NAME` or `repository:OWNER/NAME`. */
export function scopeText(scope: Scope): string {
  switch (scope.kind) {
    case 'instance':
    case 'user':
      return scope.kind;
    case 'organization':
      return `organization:${scope.organization}`;
    case 'repository':
      return `repository:${scope.owner}/${scope.repository}`;
  }
}
