import { describe, expect, it, test } from 'vitest';
import { TransportError } from '../../src/forgejo/transport.ts';
import { outcomeOfError, outcomeOfLogin, outcomeOfRead } from '../../src/openbao/answers.ts';
import { LOGINS, type Pair, pair, READS, responseOf, UNMASKED } from './support/pairs.ts';

interface Row {
  readonly status: number;
  /** Only pairs whose body has this text; the first row that fits counts. */
  readonly says?: string;
  readonly outcome: object;
}

const SEALED = { kind: 'unavailable', because: { kind: 'sealed' } } as const;
/** Where its keys come from is away: nobody was refused. */
const WITHOUT_KEYS = { kind: 'unavailable', because: { kind: 'keysUnreachable' } } as const;
const LOGIN_DENIED = { kind: 'denied', step: 'login' } as const;

/** Sections 2 and 7 of the facts, by status. */
const LOGIN_ROWS: readonly Row[] = [
  { status: 200, says: '"auth":null', outcome: { kind: 'unavailable', because: { kind: 'nonsense', problem: 'auth.client_token' } } },
  { status: 200, outcome: { kind: 'loggedIn' } },
  { status: 400, says: 'keyset configuration error', outcome: WITHOUT_KEYS },
  { status: 400, says: 'fetching keys', outcome: WITHOUT_KEYS },
  { status: 400, outcome: { ...LOGIN_DENIED, status: 400 } },
  { status: 403, outcome: { ...LOGIN_DENIED, status: 403 } },
  { status: 404, says: 'namespace not found', outcome: { kind: 'missing', what: 'namespace' } },
  { status: 307, outcome: { kind: 'unavailable', because: { kind: 'moved' } } },
  { status: 405, outcome: { kind: 'unavailable', because: { kind: 'nonsense', problem: 'status 405' } } },
  { status: 429, outcome: { kind: 'unavailable', because: { kind: 'throttled' } } },
  { status: 500, outcome: { kind: 'unavailable', because: { kind: 'serverError', status: 500 } } },
  { status: 503, outcome: SEALED },
];

const READ_ROWS: readonly Row[] = [
  { status: 200, outcome: { kind: 'read' } },
  { status: 400, outcome: { ...LOGIN_DENIED, status: 400 } },
  { status: 403, outcome: { kind: 'denied', status: 403 } },
  { status: 404, says: 'deletion_time', outcome: { kind: 'missing', what: 'deleted' } },
  { status: 404, outcome: { kind: 'missing', what: 'path' } },
  { status: 500, outcome: { kind: 'unavailable', because: { kind: 'serverError', status: 500 } } },
  { status: 503, outcome: SEALED },
];

function rowOf(rows: readonly Row[], recorded: Pair): Row {
  const body = JSON.stringify(recorded.body);
  const row = rows.find(({ status, says = '' }) => status === recorded.status && body.includes(says));
  return row ?? expect.fail(`${recorded.status} of ${recorded.label} is in no row`);
}

describe('each recorded answer', () => {
  test.each(LOGINS)('to a login: $label, $status', (recorded) => {
    expect(outcomeOfLogin(responseOf(recorded))).toMatchObject(rowOf(LOGIN_ROWS, recorded).outcome);
  });

  test.each(READS)('to a read: $label, $status', (recorded) => {
    expect(outcomeOfRead(responseOf(recorded))).toMatchObject(rowOf(READ_ROWS, recorded).outcome);
  });

  it('is there for every row', () => {
    for (const [rows, recorded] of [
      [LOGIN_ROWS, LOGINS],
      [READ_ROWS, READS],
    ] as const) {
      expect(new Set(recorded.map((each) => rowOf(rows, each)))).toEqual(new Set(rows));
    }
  });
});

describe('a read', () => {
  it('gives the values that are strings', () => {
    expect(outcomeOfRead(responseOf(pair('operator inline auth')))).toEqual({ kind: 'read', values: new Map([['token', UNMASKED]]) });
    const body = JSON.stringify({ data: { data: { token: 't', count: 7, nested: {}, none: null }, metadata: {} } });
    expect(outcomeOfRead({ status: 200, headers: {}, body })).toEqual({ kind: 'read', values: new Map([['token', 't']]) });
  });

  it('tells a login that failed within it from a read that was refused', () => {
    expect(outcomeOfRead(responseOf(pair('inline auth unknown mount')))).toEqual({ kind: 'denied', step: 'login', status: 403 });
    expect(outcomeOfRead(responseOf(pair('inline auth other path (denied)')))).toEqual({ kind: 'denied', step: 'read', status: 403 });
  });

  it('is not refused either when the login within it fails for want of keys', () => {
    const { status, body } = responseOf(pair('login while issuer unreachable'));
    const inline = { 'x-vault-inline-auth-failed': 'true' };
    expect(outcomeOfRead({ status, headers: inline, body })).toEqual(WITHOUT_KEYS);
    expect(outcomeOfRead({ status, headers: {}, body })).toMatchObject({ kind: 'denied', step: 'read' });
  });

  it.each([
    { status: 200, body: 'null', problem: 'data.data' },
    { status: 200, body: '<html>', problem: 'data.data' },
    { status: 200, body: '{"data":{"token":"of a store of version 1"}}', problem: 'data.data' },
    { status: 404, body: '<html>not here</html>', problem: 'status 404' },
    { status: 204, body: '', problem: 'status 204' },
    { status: 401, body: '', problem: 'status 401' },
  ])('is nonsense when a proxy answers $status $body', ({ status, body, problem }) => {
    expect(outcomeOfRead({ status, headers: {}, body })).toEqual({ kind: 'unavailable', because: { kind: 'nonsense', problem } });
  });
});

it('a login without a token that fits into a header is nonsense', () => {
  for (const body of ['{}', '{"auth":null}', '{"auth":{"client_token":"a\\nb"}}']) {
    expect(outcomeOfLogin({ status: 200, headers: {}, body })).toMatchObject({ kind: 'unavailable' });
  }
});

it.each([
  { because: { kind: 'timeout' } as const, trouble: { kind: 'timeout' } },
  { because: { kind: 'unreachable', code: 'ECONNREFUSED' } as const, trouble: { kind: 'unreachable', code: 'ECONNREFUSED' } },
  { because: { kind: 'addressRefused', host: 'x' } as const, trouble: { kind: 'unreachable', code: 'ADDRESS_REFUSED' } },
])('no answer at all is trouble that passes: $because.kind', ({ because, trouble }) => {
  expect(outcomeOfError(new TransportError(because))).toEqual({ kind: 'unavailable', because: trouble });
});
