/** Every failure as the condition it belongs to, with what failed and where, and what to do. */
import { messageOf } from '../api/condition-advice.ts';
import type { ConditionReason } from '../api/conditions.ts';
import type { AccessProblem, ForgejoFailure } from './failure.ts';
import { wordsForTokenProblem } from './token-words.ts';

export interface FailureWords {
  readonly type: 'ForgejoReachable' | 'Authorized';
  readonly reason: ConditionReason;
  readonly message: string;
}

export function wordsForFailure(failure: ForgejoFailure | AccessProblem): FailureWords {
  switch (failure.kind) {
    case 'forgejoUnreadable':
      return authorized('ForgejoUnreadable', 'spec.forgejo can not be read, so no registration can be removed.');
    case 'tokenSecretMissing':
      return authorized(
        'TokenSecretMissing',
        `Secret "${failure.object}" of spec.forgejo.tokenSecretRef does not exist in the pool's namespace.`,
      );
    case 'tokenKeyMissing':
      return authorized(
        'TokenKeyMissing',
        `Secret "${failure.object}" of spec.forgejo.tokenSecretRef has no key "${failure.key}", or it is empty.`,
      );
    case 'caMissing':
      return reachable('CaMissing', `The CA bundle "${failure.object}" with key "${failure.key}" does not exist in the pool's namespace.`);
    case 'caInvalid':
      return reachable('CaInvalid', `Key "${failure.key}" of the CA bundle "${failure.object}" holds no PEM certificate.`);
    case 'tokenSourceOff':
    case 'tokenSourceNotAllowed':
    case 'openBaoDenied':
    case 'openBaoSecretMissing':
    case 'openBaoKeyMissing':
    case 'openBaoUnavailable':
      return { type: 'Authorized', ...wordsForTokenProblem(failure) };
    case 'unauthorized':
      return authorized('TokenRefused', `${asked(failure)}: 401. The token is wrong or revoked.`);
    case 'scopeTooNarrow':
      return authorized(
        'TokenScopeTooNarrow',
        `${asked(failure)}: 403. The token needs the scope ${failure.required.join(', ') || 'that this path asks for'}.`,
      );
    case 'forbidden':
      return authorized('Forbidden', `${asked(failure)}: 403. ${FORBIDDEN[failure.because]}`);
    case 'notFound':
      return authorized('ScopeNotFound', `${asked(failure)}: 404.`);
    case 'notOurs':
      return authorized(
        'Forbidden',
        `${asked(failure)}: 404. The registration belongs to another scope than this pool's, and is removed there.`,
      );
    case 'moved':
      return authorized('ScopeMoved', `${asked(failure)}: redirected to ${failure.location}. The scope was renamed.`);
    case 'rejected':
      return authorized('RequestRejected', `${asked(failure)}: ${failure.status}. Forgejo rejected the request.`);
    case 'throttled':
      return reachable('ForgejoThrottled', `${asked(failure)}: 429. A proxy before Forgejo limits the operator.`);
    case 'serverError':
      return reachable('ForgejoServerError', `${asked(failure)}: ${failure.status}.`);
    case 'timeout':
      return reachable('ForgejoTimeout', `${asked(failure)}: no answer within ${failure.afterMs / 1000} s.`);
    case 'unreachable':
      return reachable('ForgejoUnreachable', `${asked(failure)}: no connection (${failure.code}).`);
    case 'nonsense':
      return reachable('ForgejoNonsense', `${asked(failure)}: the answer is not Forgejo's (${failure.problem}).`);
    case 'addressRefused':
      return reachable(
        'AddressRefused',
        `The operator may not speak to ${failure.host}. It speaks to a loopback, link-local or metadata address only when it is named, and to nothing else where there is a list.`,
      );
  }
}

const FORBIDDEN = {
  notOwner: "The token's user must own the repository, or be in a team with admin permission.",
  notSiteAdmin: "The token's user must be a site administrator.",
  notOrganizationOwner: "The token's user must be an owner of the organization.",
  publicOnly: 'The token is limited to public repositories and organizations.',
  other: "The token's user may not manage the runners of this scope.",
} as const;

function asked(failure: ForgejoFailure): string {
  return `${failure.method} ${failure.path}`;
}

function authorized(reason: ConditionReason, fact: string): FailureWords {
  return { type: 'Authorized', reason, message: messageOf(reason, fact) };
}

function reachable(reason: ConditionReason, fact: string): FailureWords {
  return { type: 'ForgejoReachable', reason, message: messageOf(reason, fact) };
}
