/** What the log says of the pools' tokens in OpenBao: one line when a secret can't be had any more, one when it can be again. */
import type { Logger } from 'pino';
import type { Refusal } from './answers.ts';
import type { SourceTurn } from './token-source.ts';

/** Role and path stand in pools and in the administrator's list; nothing that OpenBao says comes here but its status. */
export function logTurn(log: Logger, { role, path, from, refusal }: SourceTurn): void {
  if (refusal === null) log.info({ role, path, from }, 'OpenBao gives a token again');
  else log.warn({ role, path, from, ...reasonOf(refusal) }, 'OpenBao gives no token');
}

function reasonOf(refusal: Refusal): { readonly reason: string; readonly because: object } {
  switch (refusal.kind) {
    case 'denied':
      return { reason: refusal.kind, because: { step: refusal.step, status: refusal.status } };
    case 'missing':
      return { reason: refusal.kind, because: { what: refusal.what } };
    case 'unavailable':
      return { reason: refusal.kind, because: refusal.because };
  }
}
