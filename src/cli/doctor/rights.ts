/** Which scopes a token has, asked of Forgejo without doing anything: the API shows them to nobody. */
import type { Scope } from '../../api/scope.ts';
import type { Connection } from '../../forgejo/call.ts';
import { probe, type Right } from './calls.ts';

export const CATEGORIES = ['admin', 'organization', 'repository', 'user'] as const;
export type Category = (typeof CATEGORIES)[number];
export type TokenScope = `${'read' | 'write'}:${Category}`;
export type Rights = Readonly<Record<TokenScope, Right>>;

/**
 * Forgejo takes no account name with two hyphens in a row, and gives no runner the id 0: recorded, a DELETE of it is 404 in all
 * four scopes (recordings/forgejo/runners-*.jsonl, `delete id=abc`, which Forgejo reads as 0).
 */
const NOWHERE: Readonly<Record<Category, string>> = {
  admin: '/api/v1/admin/actions/runners/0',
  organization: '/api/v1/orgs/no--such/actions/runners/0',
  repository: '/api/v1/repos/no--such/repository/actions/runners/0',
  user: '/api/v1/user/actions/runners/0',
};

export async function readRights(connection: Connection): Promise<Rights> {
  const asked = CATEGORIES.flatMap((category) => [
    { scope: `read:${category}` as const, right: probe(connection, 'GET', NOWHERE[category]) },
    { scope: `write:${category}` as const, right: probe(connection, 'DELETE', NOWHERE[category]) },
  ]);
  const rights = new Map(await Promise.all(asked.map(async ({ scope, right }) => [scope, await right] as const)));
  const of = (scope: TokenScope): Right => rights.get(scope) ?? 'unknown';
  return {
    'read:admin': of('read:admin'),
    'write:admin': of('write:admin'),
    'read:organization': of('read:organization'),
    'write:organization': of('write:organization'),
    'read:repository': of('read:repository'),
    'write:repository': of('write:repository'),
    'read:user': of('read:user'),
    'write:user': of('write:user'),
  };
}

const CATEGORY_OF: Readonly<Record<Scope['kind'], Category>> = {
  instance: 'admin',
  organization: 'organization',
  repository: 'repository',
  user: 'user',
};

/** The least that a pool of that scope needs. */
export function neededScope(scope: Scope): TokenScope & `write:${string}` {
  return `write:${CATEGORY_OF[scope.kind]}`;
}

/** Scopes that the token has in all, less those that a wider one holds. */
export function grantedScopes(rights: Rights): readonly TokenScope[] {
  return CATEGORIES.flatMap((category): readonly TokenScope[] => {
    if (rights[`write:${category}`] === 'granted') return [`write:${category}`];
    return rights[`read:${category}`] === 'granted' ? [`read:${category}`] : [];
  });
}
