/**
 * May this identity use the runners API of that scope? The checks, their order and their wording are those of the recorded
 * matrix (recordings/forgejo/authz-matrix.json): token, token scope, target, public-only, somebody at all, ownership.
 */
import type { HttpResponse } from '../../forgejo/transport.ts';
import type { Identity } from './authenticate.ts';
import { errorResponse, redirectResponse, targetNotFound } from './respond.ts';
import type { Organization, Repository, State, Token, TokenCategory, User } from './state.ts';
import { accountById, findAccount, findRepository, fullName, redirectKey } from './world.ts';

/** The scope as the path names it. */
export type ScopePath =
  | { readonly kind: 'instance' }
  | { readonly kind: 'user' }
  | { readonly kind: 'organization'; readonly name: string }
  | { readonly kind: 'repository'; readonly owner: string; readonly name: string };

/** The scope as the tables know it: `ownerId` is 0 for the instance, `repositoryId` for all but repositories. */
export interface Target {
  readonly kind: ScopePath['kind'];
  readonly ownerId: number;
  readonly repositoryId: number;
}

export type Decision =
  | { readonly kind: 'granted'; readonly target: Target }
  | { readonly kind: 'refused'; readonly response: HttpResponse };

export interface Asked {
  readonly method: string;
  /** Path as asked, with its query. */
  readonly pathAndQuery: string;
  readonly scope: ScopePath;
  readonly identity: Identity;
}

const CATEGORY: Readonly<Record<ScopePath['kind'], TokenCategory>> = {
  instance: 'admin',
  user: 'user',
  organization: 'organization',
  repository: 'repository',
};

export function authorize(state: State, asked: Asked): Decision {
  const { identity, scope } = asked;
  if (identity.kind === 'rejected') return refuse(errorResponse(state, 401, identity.message));
  const token = identity.kind === 'user' ? identity.token : null;
  const required = `${asked.method === 'GET' ? 'read' : 'write'}:${CATEGORY[scope.kind]}` as const;
  if (token !== null && !covers(token, required)) {
    return refuse(errorResponse(state, 403, `token does not have at least one of required scope(s): [${required}]`));
  }
  const user = identity.kind === 'user' ? identity.user : null;
  switch (scope.kind) {
    case 'instance':
      if (user === null) return tokenRequired(state);
      if (!user.siteAdmin) return refuse(errorResponse(state, 403, 'user should be the site admin'));
      return { kind: 'granted', target: { kind: 'instance', ownerId: 0, repositoryId: 0 } };
    case 'user':
      if (user === null) return tokenRequired(state);
      return { kind: 'granted', target: { kind: 'user', ownerId: user.id, repositoryId: 0 } };
    case 'organization':
      return authorizeOrganization(state, asked, scope.name, user, token);
    case 'repository':
      return authorizeRepository(state, asked, scope, user, token);
  }
}

function authorizeOrganization(state: State, asked: Asked, name: string, user: User | null, token: Token | null): Decision {
  const organization = findAccount(state, name);
  if (organization?.kind !== 'organization') {
    const renamed = state.accountRedirects.get(name.toLowerCase());
    if (renamed !== undefined) return moved(307, asked, `/orgs/${name}`, `/orgs/${accountById(state, renamed).name}`);
    return refuse(errorResponse(state, 404, 'GetOrgByName', [`user redirect does not exist [name: ${name.toLowerCase()}]`]));
  }
  if (token !== null && isPublicOnly(token) && organization.visibility === 'private') {
    return refuse(errorResponse(state, 403, 'token scope is limited to public orgs'));
  }
  if (user === null) return tokenRequired(state);
  if (!user.siteAdmin && !organization.owners.has(user.id)) {
    return refuse(errorResponse(state, 403, 'Must be an organization owner'));
  }
  return { kind: 'granted', target: { kind: 'organization', ownerId: organization.id, repositoryId: 0 } };
}

function authorizeRepository(
  state: State,
  asked: Asked,
  path: { readonly owner: string; readonly name: string },
  user: User | null,
  token: Token | null,
): Decision {
  const owner = findAccount(state, path.owner);
  if (owner === undefined) {
    const renamed = state.accountRedirects.get(path.owner.toLowerCase());
    if (renamed === undefined) return refuse(targetNotFound(state));
    return moved(307, asked, `/repos/${path.owner}/`, `/repos/${accountById(state, renamed).name}/`);
  }
  const repository = findRepository(state, owner.id, path.name);
  if (repository === undefined) return redirectedRepository(state, asked, owner.id, path);
  const access = accessTo(state, repository, user, token);
  if (access === 'none' || !state.actionsEnabled || !repository.actionsUnit) return refuse(targetNotFound(state));
  if (user === null) return tokenRequired(state);
  if (access !== 'admin') return refuse(errorResponse(state, 403, 'user should be the owner of the repo'));
  return { kind: 'granted', target: { kind: 'repository', ownerId: owner.id, repositoryId: repository.id } };
}

function redirectedRepository(
  state: State,
  asked: Asked,
  ownerId: number,
  path: { readonly owner: string; readonly name: string },
): Decision {
  const id = state.repositoryRedirects.get(redirectKey(ownerId, path.name));
  const repository = state.repositories.find((known) => known.id === id);
  if (repository === undefined) return refuse(targetNotFound(state));
  return moved(301, asked, `/repos/${path.owner}/${path.name}`, `/repos/${fullName(state, repository)}`);
}

/** Who may manage a repository's runners: its owner, the owners and admin teams of its organization, site admins. */
export function accessTo(state: State, repository: Repository, user: User | null, token: Token | null): 'none' | 'read' | 'admin' {
  const restricted = token?.repositoryIds != null && !token.repositoryIds.includes(repository.id);
  if (repository.private && (restricted || user === null || (token !== null && isPublicOnly(token)))) return 'none';
  if (user === null || restricted) return 'read';
  const owner = accountById(state, repository.ownerId);
  const manages = owner.kind === 'user' ? owner.id === user.id : isOrganizationAdmin(owner, user);
  if (user.siteAdmin || manages) return 'admin';
  return !repository.private || repository.collaborators.has(user.id) ? 'read' : 'none';
}

function isOrganizationAdmin(organization: Organization, user: User): boolean {
  return organization.owners.has(user.id) || organization.admins.has(user.id);
}

export function covers(token: Token, required: `${'read' | 'write'}:${TokenCategory}`): boolean {
  if (token.scopes.includes('all') || token.scopes.includes(required)) return true;
  const [level, category] = required.split(':');
  return level === 'read' && token.scopes.some((scope) => scope === `write:${category}`);
}

function isPublicOnly(token: Token): boolean {
  return token.scopes.includes('public-only');
}

function moved(status: 301 | 307, asked: Asked, from: string, to: string): Decision {
  return refuse(redirectResponse(status, asked.method, asked.pathAndQuery.replace(from, to)));
}

function tokenRequired(state: State): Decision {
  return refuse(errorResponse(state, 401, 'token is required'));
}

function refuse(response: HttpResponse): Decision {
  return { kind: 'refused', response };
}
