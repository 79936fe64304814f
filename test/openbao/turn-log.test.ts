import { expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Refusal } from '../../src/openbao/answers.ts';
import { logTurn } from '../../src/openbao/turn-log.ts';

const PLACE = { role: 'operator', path: 'kv/data/forgejo/acme' };

/** The line, without what every line has. */
function lineOf(from: 'good' | Refusal['kind'] | null, refusal: Refusal | null): object {
  const lines: string[] = [];
  logTurn(createLog('info', { write: (line) => void lines.push(line) }), { ...PLACE, from, refusal });
  const { time: _, pid: __, hostname: ___, ...line } = JSON.parse(lines.join(''));
  return line;
}

it.each([
  { refusal: { kind: 'denied', step: 'read', status: 403 } as const, because: { step: 'read', status: 403 } },
  { refusal: { kind: 'missing', what: 'deleted' } as const, because: { what: 'deleted' } },
  { refusal: { kind: 'unavailable', because: { kind: 'sealed' } } as const, because: { kind: 'sealed' } },
  {
    refusal: { kind: 'unavailable', because: { kind: 'unreachable', code: 'ECONNREFUSED' } } as const,
    because: { kind: 'unreachable', code: 'ECONNREFUSED' },
  },
])('a secret that can not be had any more is a warning that says why: $because', ({ refusal, because }) => {
  const reason = refusal.kind;
  expect(lineOf('good', refusal)).toEqual({ level: 'warn', ...PLACE, from: 'good', reason, because, msg: 'OpenBao gives no token' });
});

it('a secret that can be had again is told, and what it was before', () => {
  expect(lineOf('denied', null)).toEqual({ level: 'info', ...PLACE, from: 'denied', msg: 'OpenBao gives a token again' });
});
