/** A failure in as few words as tell it apart; what it means and what to do say others. */
import type { ForgejoFailure } from '../../pool/failure.ts';

export function briefly(failure: ForgejoFailure): string {
  return `${failure.method} ${failure.path}: ${ending(failure)}`;
}

function ending(failure: ForgejoFailure): string {
  switch (failure.kind) {
    case 'unauthorized':
      return '401, not signed in';
    case 'scopeTooNarrow':
      return `403, the token lacks the scope ${failure.required.join(', ') || 'that this path asks for'}`;
    case 'forbidden':
      return '403, not allowed';
    case 'notFound':
    case 'notOurs':
      return '404, not found';
    case 'moved':
      return `redirected to ${failure.location || 'another place'}`;
    case 'throttled':
      return '429, too many requests';
    case 'rejected':
    case 'serverError':
      return `status ${failure.status}`;
    case 'timeout':
      return `no answer within ${failure.afterMs / 1000} s`;
    case 'unreachable':
      return `no connection (${failure.code})`;
    case 'nonsense':
      return `no answer of Forgejo's (${failure.problem})`;
    case 'addressRefused':
      return `${failure.host} may not be spoken to`;
  }
}
