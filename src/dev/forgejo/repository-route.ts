/**
 * `GET /repos/{owner}/{name}`, as far as the id goes (recordings/forgejo/misc.jsonl: with tokens for other repositories).
 * Unlike the runners API it needs no rights but to see the repository, and no Actions.
 */
import type { HttpResponse } from '../../forgejo/transport.ts';
import type { Identity } from './authenticate.ts';
import { accessTo, covers } from './authorize.ts';
import { errorResponse, jsonResponse, redirectResponse, targetNotFound } from './respond.ts';
import type { State } from './state.ts';
import { accountById, findAccount, findRepository, fullName, redirectKey } from './world.ts';

export interface RepositoryPath {
  readonly owner: string;
  readonly name: string;
}

/** `pathAndQuery`: as asked. */
export function answerRepository(state: State, path: RepositoryPath, identity: Identity, pathAndQuery: string): HttpResponse {
  if (identity.kind === 'rejected') return errorResponse(state, 401, identity.message);
  const token = identity.kind === 'user' ? identity.token : null;
  if (token !== null && !covers(token, 'read:repository')) {
    return errorResponse(state, 403, 'token does not have at least one of required scope(s): [read:repository]');
  }
  const owner = findAccount(state, path.owner);
  if (owner === undefined) {
    const renamed = state.accountRedirects.get(path.owner.toLowerCase());
    if (renamed === undefined) return targetNotFound(state);
    const location = pathAndQuery.replace(`/repos/${path.owner}/`, `/repos/${accountById(state, renamed).name}/`);
    return redirectResponse(307, 'GET', location);
  }
  const repository = findRepository(state, owner.id, path.name);
  if (repository === undefined) {
    const id = state.repositoryRedirects.get(redirectKey(owner.id, path.name));
    const moved = state.repositories.find((known) => known.id === id);
    if (moved === undefined) return targetNotFound(state);
    return redirectResponse(301, 'GET', pathAndQuery.replace(`/repos/${path.owner}/${path.name}`, `/repos/${fullName(state, moved)}`));
  }
  if (accessTo(state, repository, identity.kind === 'user' ? identity.user : null, token) === 'none') return targetNotFound(state);
  return jsonResponse(200, {
    id: repository.id,
    owner: { id: owner.id, login: owner.name },
    name: repository.name,
    full_name: fullName(state, repository),
    private: repository.private,
  });
}
