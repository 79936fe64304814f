/** A refusal of the runners API in words: what it says, what else has the same face, and what to do. */
import { type Scope, scopeText } from '../../api/scope.ts';
import type { ForgejoFailure } from '../../pool/failure.ts';
import { briefly } from './briefly.ts';
import { neededScope } from './rights.ts';

export interface Explanation {
  readonly found: string;
  readonly means: string;
  readonly fix: string;
}

/** What may tell apart answers that look the same. */
export interface Context {
  readonly scope: Scope;
  /** `GET` of the repository itself; null when it is not known, or the scope is no repository. */
  readonly repositoryIsVisible: boolean | null;
  /** The token has the scope for repositories and none for anything else. */
  readonly repositoryTokenOnly: boolean;
}

export function explain(failure: ForgejoFailure, context: Context): Explanation {
  const asked = `${failure.method} ${failure.path}`;
  const { scope } = context;
  switch (failure.kind) {
    case 'unauthorized':
      return {
        found: `${asked}: 401, the token is not accepted.`,
        means: 'It is mistyped, revoked or expired, or a proxy before Forgejo drops the Authorization header.',
        fix: `Make a new token (Settings, Applications) with the scope ${neededScope(scope)}. A registration token or the token of a runner is no API token.`,
      };
    case 'scopeTooNarrow':
      return {
        found: `${asked}: 403, the token lacks the scope ${failure.required.join(', ') || 'that this path asks for'}.`,
        means: `Forgejo checks the token's scope before it looks for anything, so this says nothing of the ${wordOf(scope)} itself.${repositoryTokenHint(context)}`,
        fix: `Make a token with the scope ${neededScope(scope)}: the least that a pool of this scope needs. No other scope opens this path, a wider one of another kind neither.`,
      };
    case 'forbidden':
      return explainForbidden(asked, failure.because, context);
    case 'notFound':
      return explainMissing(asked, failure.what, context);
    case 'moved':
      return {
        found: `${asked}: redirected to ${failure.location || 'another place'}.`,
        means: `The ${wordOf(scope)} was renamed or transferred. The operator follows no redirect: a POST would become a GET on the way.`,
        fix: 'Name it as it is called now. A pool can not be renamed: make a new one that names the new scope.',
      };
    case 'nonsense':
      return {
        found: `${asked}: the answer is not Forgejo's (${failure.problem}).`,
        means: 'Something between here and Forgejo answers in its place or changes answers: a sign-in page, a cache, a gateway.',
        fix: 'Let requests to /api/ pass as they are.',
      };
    case 'rejected':
    case 'notOurs':
    case 'throttled':
    case 'serverError':
    case 'timeout':
    case 'unreachable':
    case 'addressRefused':
      return {
        found: `${briefly(failure)}.`,
        means: 'It answered other requests of this diagnosis, so it is this path, or a moment.',
        fix: 'Run doctor again; when it stays, look into the log of Forgejo and of the proxy before it.',
      };
  }
}

function explainForbidden(
  asked: string,
  because: Extract<ForgejoFailure, { kind: 'forbidden' }>['because'],
  context: Context,
): Explanation {
  const { scope } = context;
  switch (because) {
    case 'notOwner':
      return {
        found: `${asked}: 403, the token's user may not manage the runners of this repository.`,
        means: `It takes the owner, a member of a team with admin permission in its organization, or a site admin; a collaborator with admin permission is refused. A token for other repositories looks the same.`,
        fix: 'Make the token as such a user; a token for named repositories must name this one.',
      };
    case 'notSiteAdmin':
      return {
        found: `${asked}: 403, the token's user is no site admin.`,
        means: 'Pools of the whole instance need a site admin besides the scope write:admin.',
        fix: 'Make the token as a site admin, or use a scope that the user manages: organization:NAME, user or repository:OWNER/NAME.',
      };
    case 'notOrganizationOwner':
      return {
        found: `${asked}: 403, the token's user is no owner of the organization.`,
        means:
          'It takes a member of the team Owners, or a site admin; a team with admin permission is not enough. A private organization that the user can not see says the same.',
        fix: `Add the user to the team Owners, or make the token as an owner.`,
      };
    case 'publicOnly':
      return {
        found: `${asked}: 403, the token is limited to public repositories and organizations.`,
        means: 'The organization is not public.',
        fix: `Make a token for all repositories and organizations with the scope ${neededScope(scope)}.`,
      };
    case 'other':
      return {
        found: `${asked}: 403, in words that are not Forgejo's.`,
        means: 'A proxy or a firewall before Forgejo refuses the request.',
        fix: 'Let requests to /api/v1/ pass, with the methods GET, POST and DELETE.',
      };
  }
}

function explainMissing(asked: string, what: Extract<ForgejoFailure, { kind: 'notFound' }>['what'], context: Context): Explanation {
  const { scope, repositoryIsVisible } = context;
  if (what === 'organization') {
    return {
      found: `${asked}: 404, there is no organization of that name.`,
      means: "A user's name looks the same: users are no organizations here.",
      fix: "Check the name. For the repositories of the token's own user the scope is user.",
    };
  }
  if (what === 'other') {
    return {
      found: `${asked}: 404, in words that are not Forgejo's runners API's.`,
      means: 'The server is older than Forgejo 15, or a proxy does not pass this path on.',
      fix: 'Upgrade to Forgejo 15 or newer, and let all of /api/ pass.',
    };
  }
  if (scope.kind === 'repository' && repositoryIsVisible === true) {
    return {
      found: `${asked}: 404, although the repository is there.`,
      means: 'Actions are switched off: in the settings of the repository (Units), or for the whole server ([actions] ENABLED = false).',
      fix: 'Switch Actions on. While they are off, its runners can not even be deregistered at this scope.',
    };
  }
  return {
    found: `${asked}: 404, the ${wordOf(scope)} is not there for this token.`,
    means:
      "It does not exist, or it is private and the token's user may not see it, or the token is limited to public repositories or to other repositories: Forgejo answers all of these alike.",
    fix: `Check the name, that the user may see it, and which repositories the token was made for.`,
  };
}

function repositoryTokenHint({ scope, repositoryTokenOnly }: Context): string {
  if (!repositoryTokenOnly || scope.kind === 'repository') return '';
  return ' A token for named repositories can have the scopes of issues and repositories alone: it serves pools of scope repository only.';
}

function wordOf(scope: Scope): string {
  return scope.kind === 'user' || scope.kind === 'instance' ? scopeText(scope) : scope.kind;
}
