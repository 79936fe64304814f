/** Users, organizations, repositories and tokens: what an administrator does in the web interface or by other API calls. */
import { randomHex } from './random.ts';
import type { Account, Organization, Repository, State, TokenScope, User } from './state.ts';

export function findAccount(state: State, name: string): Account | undefined {
  return state.accounts.find((account) => account.name.toLowerCase() === name.toLowerCase());
}

export function findRepository(state: State, ownerId: number, name: string): Repository | undefined {
  return state.repositories.find((found) => found.ownerId === ownerId && found.name.toLowerCase() === name.toLowerCase());
}

export function fullName(state: State, repository: Repository): string {
  return `${accountById(state, repository.ownerId).name}/${repository.name}`;
}

export function accountById(state: State, id: number): Account {
  return known(
    state.accounts.find((account) => account.id === id),
    `account ${id}`,
  );
}

/** A repository by its present `owner/name`; throws when there is none. */
export function repositoryNamed(state: State, path: string): Repository {
  const [ownerName = '', name = ''] = path.split('/');
  const owner = known(findAccount(state, ownerName), `account ${ownerName}`);
  return known(findRepository(state, owner.id, name), `repository ${path}`);
}

export function addUser(state: State, user: { name: string; password?: string; siteAdmin?: boolean }): number {
  return addAccount(state, (id) => ({
    kind: 'user',
    id,
    name: user.name,
    password: user.password ?? `password of ${user.name}`,
    siteAdmin: user.siteAdmin ?? false,
  }));
}

/** `owners`: members of the team Owners; `admins`: of a team with admin permission; both by user name. */
export function addOrganization(
  state: State,
  organization: { name: string; visibility?: 'public' | 'private'; owners: readonly string[]; admins?: readonly string[] },
): number {
  return addAccount(state, (id) => ({
    kind: 'organization',
    id,
    name: organization.name,
    visibility: organization.visibility ?? 'public',
    owners: userIds(state, organization.owners),
    admins: userIds(state, organization.admins ?? []),
  }));
}

/** `path`: `owner/name`; `collaborators`: names of users that see it without owning it. */
export function addRepository(state: State, repository: { path: string; private?: boolean; collaborators?: readonly string[] }): number {
  const [ownerName = '', name = ''] = repository.path.split('/');
  const owner = known(findAccount(state, ownerName), `account ${ownerName}`);
  if (findRepository(state, owner.id, name) !== undefined) throw new Error(`repository ${repository.path} exists`);
  state.repositoryRedirects.delete(redirectKey(owner.id, name));
  state.lastIds.repository += 1;
  state.repositories.push({
    id: state.lastIds.repository,
    ownerId: owner.id,
    name,
    private: repository.private ?? false,
    actionsUnit: true,
    collaborators: userIds(state, repository.collaborators ?? []),
  });
  return state.lastIds.repository;
}

/** `repositories`: paths, for a repository-specific token. Returns the token, `sha1` when that is given. */
export function addToken(
  state: State,
  token: { user: string; scopes: readonly TokenScope[]; repositories?: readonly string[]; sha1?: string },
): string {
  const sha1 = token.sha1 ?? randomHex(state.random, 40);
  const repositoryIds = token.repositories?.map((path) => repositoryNamed(state, path).id) ?? null;
  state.tokens.push({ sha1, userId: userNamed(state, token.user).id, scopes: token.scopes, repositoryIds });
  return sha1;
}

export function revokeToken(state: State, sha1: string): void {
  const index = state.tokens.findIndex((token) => token.sha1 === sha1);
  if (index >= 0) state.tokens.splice(index, 1);
}

export function renameOrganization(state: State, name: string, newName: string): void {
  const organization = known(findAccount(state, name), `account ${name}`);
  state.accountRedirects.set(organization.name.toLowerCase(), organization.id);
  organization.name = newName;
}

export function renameRepository(state: State, path: string, newName: string): void {
  const repository = repositoryNamed(state, path);
  state.repositoryRedirects.set(redirectKey(repository.ownerId, repository.name), repository.id);
  repository.name = newName;
}

/** Jobs that are queued keep the old owner's id, as in the real one. */
export function transferRepository(state: State, path: string, newOwner: string): void {
  const repository = repositoryNamed(state, path);
  state.repositoryRedirects.set(redirectKey(repository.ownerId, repository.name), repository.id);
  repository.ownerId = known(findAccount(state, newOwner), `account ${newOwner}`).id;
}

/** Its runners, jobs and tasks go with it. */
export function deleteRepository(state: State, path: string): void {
  const { id } = repositoryNamed(state, path);
  state.repositories.splice(
    state.repositories.findIndex((repository) => repository.id === id),
    1,
  );
  for (const runner of state.runners.values()) if (runner.repositoryId === id) state.runners.delete(runner.id);
  const jobs = [...state.jobs.values()].filter((job) => job.repositoryId === id);
  for (const job of jobs) {
    state.jobs.delete(job.id);
    for (const task of state.tasks.values()) if (task.jobId === job.id) state.tasks.delete(task.id);
  }
  for (const [key, target] of state.repositoryRedirects) if (target === id) state.repositoryRedirects.delete(key);
}

export function setActionsUnit(state: State, path: string, enabled: boolean): void {
  repositoryNamed(state, path).actionsUnit = enabled;
}

export function redirectKey(ownerId: number, name: string): string {
  return `${ownerId}/${name.toLowerCase()}`;
}

function addAccount(state: State, make: (id: number) => User | Organization): number {
  const id = state.lastIds.account + 1;
  const account = make(id);
  if (findAccount(state, account.name) !== undefined) throw new Error(`account ${account.name} exists`);
  state.lastIds.account = id;
  state.accountRedirects.delete(account.name.toLowerCase());
  state.accounts.push(account);
  return id;
}

function userNamed(state: State, name: string): User {
  const account = findAccount(state, name);
  return known(account?.kind === 'user' ? account : undefined, `user ${name}`);
}

function userIds(state: State, names: readonly string[]): ReadonlySet<number> {
  return new Set(names.map((name) => userNamed(state, name).id));
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the embedded Forgejo has no ${what}`);
  return value;
}
