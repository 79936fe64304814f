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
