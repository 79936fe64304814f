/** What the token may do, which is the least, and what is too much. */
import { scopeText } from '../../api/scope.ts';
import type { Result } from '../../forgejo/call.ts';
import { listed, printable } from '../input/printable.ts';
import { briefly } from './briefly.ts';
import type { Facts, ScopeFacts } from './examine.ts';
import { type Context, explain } from './explain.ts';
import { type CheckId, type Finding, fail, ok, warn } from './finding.ts';
import { grantedScopes, neededScope, type TokenScope } from './rights.ts';
import type { Target } from './target.ts';

export function checkToken({ target }: Facts, scope: ScopeFacts): readonly Finding[] {
  const context = contextOf(target, scope);
  const refused = [scope.list, scope.jobs].some((answer) => !answer.ok && answer.failure.kind === 'unauthorized');
  if (refused) return [...form(target), rightOf('token', scope.list.ok ? scope.jobs : scope.list, '', context)];
  return [
    rightOf('read-registrations', scope.list, 'The token may read the registrations of the scope.', context),
    ...(isSameRefusal(scope) ? [] : [rightOf('read-jobs', scope.jobs, 'The token may read the queue of the scope.', context)]),
    write(target, scope),
    ...width(target, scope),
    ...repositories(scope),
  ];
}

/** One word of Forgejo need not be explained twice. */
function isSameRefusal({ list, jobs }: ScopeFacts): boolean {
  return !list.ok && !jobs.ok && list.failure.kind === jobs.failure.kind && list.failure.kind !== 'nonsense';
}

/** Only worth a word when the token is refused: Forgejo may come to make others. */
function form({ token }: Target): readonly Finding[] {
  if (/^[0-9a-f]{40}$/.test(token)) return [];
  return [
    warn(
      'token-form',
      'The token is not made of 40 hexadecimal digits.',
      'Access tokens of Forgejo 15 are; a registration token is not.',
      'Check that all of the token was copied, and nothing else.',
    ),
  ];
}

function rightOf(check: CheckId, answer: Result<unknown>, fine: string, context: Context): Finding {
  if (answer.ok) return ok(check, fine);
  const { found, means, fix } = explain(answer.failure, context);
  return fail(check, found, means, fix);
}

function contextOf({ scope }: Target, { repository, rights }: ScopeFacts): Context {
  const granted = grantedScopes(rights);
  return {
    scope,
    repositoryIsVisible: repository === null ? null : repository.ok,
    repositoryTokenOnly: granted.length > 0 && granted.every((each) => each.endsWith(':repository')),
  };
}

/** The user's side is the same for reading and writing (facts: section 1, "Authorization"): the scope is what is left. */
function write({ scope }: Target, { list, rights }: ScopeFacts): Finding {
  const needed = neededScope(scope);
  const right = rights[needed];
  if (right === 'lacking') {
    return fail(
      'write-registrations',
      `The token lacks the scope ${needed}: it can register and deregister no runner.`,
      'The pool would see its jobs and start nothing.',
      `Make a token with the scope ${needed}; it includes reading.`,
    );
  }
  if (right === 'unknown') {
    return warn(
      'write-registrations',
      `Whether the token has the scope ${needed} could not be told.`,
      'A DELETE of a runner that can not exist was not answered as Forgejo does: a proxy may let no DELETE pass.',
      'Run doctor with --write-test: it registers a runner and removes it.',
    );
  }
  return list.ok
    ? ok('write-registrations', `The token may register and deregister runners (${needed}).`)
    : ok('write-registrations', `The token has the scope ${needed}; the scope ${scopeText(scope)} is another matter.`);
}

function width(target: Target, { rights }: ScopeFacts): readonly Finding[] {
  const needed = neededScope(target.scope);
  const least = neededScopes(target);
  const granted = grantedScopes(rights);
  const tooWide = granted.filter((scope) => !least.includes(scope) && scope.replace('read:', 'write:') !== needed);
  if (granted.length === 0) return [];
  if (tooWide.length === 0) return [ok('token-width', `The token has no scope more than it needs (${least.join(', ')}).`)];
  return [
    warn(
      'token-width',
      `The token has more than ${least.join(' and ')}: ${tooWide.join(', ')}.`,
      "Who reads the pool's Secret, or gets at the operator's memory, has all of it.",
      `Make a token with ${least.join(' and ')} alone${target.scope.kind === 'repository' ? ', for this repository alone' : ''}.`,
    ),
  ];
}

/** Names in `spec.repositories` are looked up, which takes a scope of its own. */
function neededScopes({ scope, pool }: Target): readonly TokenScope[] {
  const needed = neededScope(scope);
  const spec = pool?.validated.ok === true ? pool.validated.spec : null;
  const names = [...(spec?.repositories?.allow ?? []), ...(spec?.repositories?.deny ?? [])].filter((name) => name.includes('/'));
  return names.length > 0 && needed !== 'write:repository' ? [needed, 'read:repository'] : [needed];
}

function repositories({ named }: ScopeFacts): readonly Finding[] {
  if (named.length === 0) return [];
  const unknown = named.flatMap(({ list, name, result }) => (result.ok ? [] : [{ list, name, failure: result.failure }]));
  const [first] = unknown;
  if (first === undefined) return [ok('repositories', 'Every repository that the pool names is there.')];
  const narrow = first.failure.kind === 'scopeTooNarrow';
  const denied = unknown.some(({ list }) => list === 'deny');
  const names = listed(unknown.map(({ list, name }) => `${printable(name)} (${list})`));
  const why = narrow ? 'the token lacks read:repository' : briefly(first.failure);
  return [
    fail(
      'repositories',
      `Not to be looked up: ${names}; ${why}.`,
      denied ? 'The pool makes no new runner while a repository of spec.repositories.deny is unknown.' : 'The pool does not serve them.',
      narrow ? 'Give the token read:repository too, or write ids in place of names.' : 'Check the names, or write ids in place of names.',
    ),
  ];
}
