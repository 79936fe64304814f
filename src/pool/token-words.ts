/** Why a pool has no token from OpenBao, and what to do. */
import { messageOf } from '../api/condition-advice.ts';
import type { ConditionReason } from '../api/conditions.ts';
import type { OpenBaoTrouble, TokenProblem } from './failure.ts';

interface Words {
  readonly reason: ConditionReason;
  readonly message: string;
}

export function wordsForTokenProblem(problem: TokenProblem): Words {
  switch (problem.kind) {
    case 'tokenSourceOff':
      return words('TokenSourceOff', 'The operator has no OpenBao to take the token of spec.forgejo.tokenFrom from.');
    case 'tokenSourceNotAllowed':
      return words(
        'TokenSourceNotAllowed',
        "The operator's list has no row with this namespace, spec.forgejo.url, and role and path of spec.forgejo.tokenFrom.openbao together.",
      );
    case 'openBaoDenied':
      return words(
        'OpenBaoDenied',
        `${DENIED[problem.step](problem.status)} It is tried again, more and more seldom, at least every 10 minutes.`,
      );
    case 'openBaoSecretMissing':
      return words('OpenBaoSecretMissing', `${MISSING[problem.what](problem.path)} It is looked for again every 30 s.`);
    case 'openBaoKeyMissing':
      return words('OpenBaoKeyMissing', `The secret ${problem.path} in OpenBao has no key "${problem.key}" with a token.`);
    case 'openBaoUnavailable':
      return unavailableWords(problem.because);
  }
}

const DENIED = {
  login: (status) =>
    `OpenBao does not let the operator in (${status}): the role must take its service account and the audience of its token.`,
  read: (status) => `OpenBao does not let the role read the path (${status}): its policy must grant read on it, with its "data".`,
} as const satisfies Readonly<Record<string, (status: number) => string>>;

const MISSING = {
  path: (path) => `There is no secret ${path} in OpenBao.`,
  deleted: (path) => `The latest version of the secret ${path} in OpenBao is deleted; bao kv undelete brings it back.`,
  namespace: () => 'OpenBao does not have the namespace that the operator names.',
} as const satisfies Readonly<Record<string, (path: string) => string>>;

function unavailableWords(because: OpenBaoTrouble): Words {
  switch (because.kind) {
    case 'sealed':
      return words('OpenBaoSealed', 'OpenBao is sealed, or not initialised.');
    case 'throttled':
      return unreachable("OpenBao answers 429: its rate limit is too low for the operator's logins.");
    case 'moved':
      return unreachable(
        'OpenBao answers with a redirect, which is never followed: a standby has no leader, or OPENBAO_ADDR names a proxy.',
      );
    case 'serverError':
      return unreachable(`OpenBao answers ${because.status}. A role with token_num_uses can't be used with OPENBAO_INLINE_AUTH.`);
    case 'timeout':
      return unreachable('OpenBao does not answer in time.');
    case 'unreachable':
      return unreachable(`There is no connection to OpenBao (${because.code}).`);
    case 'keysUnreachable':
      return unreachable(
        "OpenBao can't fetch the keys that it checks the operator's service account by: see jwks_url or oidc_discovery_url of its mount.",
      );
    case 'noServiceAccountToken':
      return unreachable(
        `The operator can't read its service account token (${because.code}): a projected one must be mounted at OPENBAO_TOKEN_FILE.`,
      );
    case 'nonsense':
      return unreachable(
        `The answer is not OpenBao's (${because.problem}): OPENBAO_ADDR must name it, and the path a KV store of version 2.`,
      );
  }
}

function words(reason: ConditionReason, fact: string): Words {
  return { reason, message: messageOf(reason, fact) };
}

function unreachable(fact: string): Words {
  return words('OpenBaoUnreachable', fact);
}
