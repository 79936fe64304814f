/**
 * Who asks. Accepted: `Authorization: token X`, `Bearer X`, Basic `user:token`, `token:x-oauth-basic`, `token:` and
 * `user:password`, `?token=`, `?access_token=`. Anything else is nobody.
 */

import type { State, Token, User } from './state.ts';
import { findAccount } from './world.ts';

export type Identity =
  | { readonly kind: 'anonymous' }
  /** `token` is null after a sign-in by password: no scope is checked then. */
  | { readonly kind: 'user'; readonly user: User; readonly token: Token | null; readonly deprecatedQuery: boolean }
  /** 401 with this message. The real server echoes the token that was sent, and so does this one. */
  | { readonly kind: 'rejected'; readonly message: string };

const ANONYMOUS: Identity = { kind: 'anonymous' };

export function authenticate(state: State, authorization: string | undefined, query: URLSearchParams): Identity {
  const inQuery = query.get('token') ?? query.get('access_token');
  if (inQuery) return byToken(state, inQuery, true);
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  if (credentials === '') return ANONYMOUS;
  switch (scheme.toLowerCase()) {
    case 'token':
    case 'bearer':
      return byToken(state, credentials, false);
    case 'basic':
      return byBasic(state, credentials);
    default:
      return ANONYMOUS;
  }
}

function byToken(state: State, sha1: string, deprecatedQuery: boolean): Identity {
  return identityOf(state, sha1, deprecatedQuery) ?? { kind: 'rejected', message: `access token does not exist [sha: ${sha1}]` };
}

function byBasic(state: State, credentials: string): Identity {
  const [name = '', password = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  const sha1 = password === '' || password === 'x-oauth-basic' ? name : password;
  const byTokenInPlace = identityOf(state, sha1, false);
  if (byTokenInPlace !== null) return byTokenInPlace;
  const account = findAccount(state, name);
  if (account?.kind !== 'user') return { kind: 'rejected', message: `user does not exist [uid: 0, name: ${name}]` };
  if (account.password !== password) {
    return { kind: 'rejected', message: `user's password is invalid [uid: ${account.id}, name: ${account.name}]` };
  }
  return { kind: 'user', user: account, token: null, deprecatedQuery: false };
}

function identityOf(state: State, sha1: string, deprecatedQuery: boolean): Identity | null {
  const token = state.tokens.find((known) => known.sha1 === sha1);
  if (token === undefined) return null;
  const user = state.accounts.find((account) => account.id === token.userId);
  return user?.kind === 'user' ? { kind: 'user', user, token, deprecatedQuery } : null;
}
