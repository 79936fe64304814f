import { describe, expect, it } from 'vitest';
import { failureOfError, failureOfResponse } from '../../src/forgejo/failures.ts';
import { TransportError } from '../../src/forgejo/transport.ts';
import { authorizationMatrix, recordingFiles, recordings, responseOf } from './support/recordings.ts';

const WHERE = { method: 'GET', path: '/api/v1/admin/actions/runners' } as const;

function failureOf(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
  return failureOfResponse(WHERE, { status, headers, body: JSON.stringify({ message, url: 'http://localhost/api/swagger' }) });
}

/** The kind with what tells it apart from its siblings. */
function kindOf(failure: ReturnType<typeof failureOf>): string {
  if (failure.kind === 'forbidden') return `forbidden ${failure.because}`;
  if (failure.kind === 'notFound') return `notFound ${failure.what}`;
  if (failure.kind === 'scopeTooNarrow') return `scopeTooNarrow ${failure.required.join(',')}`;
  return failure.kind;
}

describe('the recorded authorization matrix', () => {
  const rows = Object.values(authorizationMatrix());

  it('has every one of its 2040 rows as a success or as exactly one kind of failure', () => {
    const counts: Record<string, number> = {};
    for (const [status, message] of rows) {
      const kind = status < 300 ? 'success' : kindOf(failureOf(status, message));
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(rows).toHaveLength(2040);
    expect(counts).toEqual({
      success: 304,
      unauthorized: 96,
      'scopeTooNarrow read:admin': 92,
      'scopeTooNarrow write:admin': 50,
      'scopeTooNarrow read:organization': 264,
      'scopeTooNarrow write:organization': 138,
      'scopeTooNarrow read:repository': 380,
      'scopeTooNarrow write:repository': 210,
      'scopeTooNarrow read:user': 96,
      'scopeTooNarrow write:user': 50,
      'forbidden notOwner': 62,
      'forbidden notSiteAdmin': 34,
      'forbidden notOrganizationOwner': 36,
      'forbidden publicOnly': 6,
      'notFound target': 150,
      'notFound organization': 64,
      'notFound runner': 8,
    });
  });

  it('leaks no token into any failure', () => {
    const echoed = rows.filter(([, message]) => message.includes('[sha: '));
    expect(echoed.length).toBeGreaterThan(0);
    for (const [status, message] of echoed) expect(JSON.stringify(failureOf(status, message))).not.toMatch(/[0-9a-f]{40}/);
  });
});

it('knows every other recorded refusal of the runners API by its text', () => {
  const failures = recordingFiles()
    .flatMap(recordings)
    .filter((row) => row.status >= 300 && row.request.path.includes('/actions/runners'))
    .map((row) => kindOf(failureOfResponse(WHERE, responseOf(row))));
  expect(failures.length).toBeGreaterThan(80);
  expect(failures.filter((kind) => kind.endsWith(' other'))).toEqual([]);
  expect(new Set(failures)).toEqual(
    new Set([
      'unauthorized',
      'rejected',
      'moved',
      'notOurs',
      'notFound runner',
      'notFound target',
      'notFound organization',
      'scopeTooNarrow read:admin',
    ]),
  );
});

describe('what an answer means', () => {
  const rows: readonly { because: string; status: number; message?: string; headers?: Record<string, string>; means: object }[] = [
    {
      because: 'a proxy asks for patience',
      status: 429,
      headers: { 'retry-after': '30' },
      means: { kind: 'throttled', retryAfterSeconds: 30 },
    },
    {
      because: 'a date needs the clock of the proxy',
      status: 429,
      headers: { 'retry-after': 'Tue, 24 Nov 2026 12:00:00 GMT' },
      means: { kind: 'throttled', retryAfterSeconds: null },
    },
    { because: 'Retry-After is optional', status: 429, means: { kind: 'throttled', retryAfterSeconds: null } },
    {
      because: 'a renamed repository',
      status: 301,
      headers: { location: '/api/v1/repos/dev/odd2/actions/runners/jobs?labels=x' },
      means: { kind: 'moved', location: '/api/v1/repos/dev/odd2/actions/runners/jobs' },
    },
    {
      because: 'a renamed organization',
      status: 307,
      headers: { location: '/api/v1/orgs/neworg/actions/runners' },
      means: { kind: 'moved', location: '/api/v1/orgs/neworg/actions/runners' },
    },
    {
      because: 'a proxy that wants https, with credentials that must not show',
      status: 308,
      headers: { location: 'https://user:pass@git.example.org/api?token=x' },
      means: { kind: 'moved', location: 'https://git.example.org/api' },
    },
    {
      because: 'a redirect to another host without its scheme',
      status: 302,
      headers: { location: '//login.example.org/x' },
      means: { kind: 'moved', location: '' },
    },
    {
      because: 'a Location that is a sentence',
      status: 302,
      headers: { location: '/please send the token to <us>' },
      means: { kind: 'moved', location: '' },
    },
    {
      because: 'a Location of no server',
      status: 302,
      headers: { location: 'javascript:alert("x")' },
      means: { kind: 'moved', location: '' },
    },
    {
      because: 'a Location that fills a message is cut',
      status: 302,
      headers: { location: `/${'a'.repeat(400)}` },
      means: { kind: 'moved', location: `/${'a'.repeat(299)}` },
    },
    { because: 'a redirect without Location', status: 303, means: { kind: 'moved', location: '' } },
    { because: '304 is no redirect', status: 304, means: { kind: 'rejected', status: 304 } },
    { because: 'a bad gateway', status: 502, means: { kind: 'serverError', status: 502 } },
    { because: 'a refused body', status: 422, message: '[Name]: Required', means: { kind: 'rejected', status: 422 } },
    { because: 'a text that no Forgejo we know says', status: 403, message: 'go away', means: { kind: 'forbidden', because: 'other' } },
    { because: 'a page of something that is no Forgejo', status: 404, message: 'nope', means: { kind: 'notFound', what: 'other' } },
    {
      because: 'several scopes would do',
      status: 403,
      message: 'token does not have at least one of required scope(s): [write:admin, read:admin]',
      means: { kind: 'scopeTooNarrow', required: ['write:admin', 'read:admin'] },
    },
    {
      because: 'what is no scope is left out',
      status: 403,
      message: `token does not have at least one of required scope(s): [call 555-1234, WRITE:admin, write:${'a'.repeat(31)}, write:user]`,
      means: { kind: 'scopeTooNarrow', required: ['write:user'] },
    },
    {
      because: 'more scopes than any call needs are cut',
      status: 403,
      message: 'token does not have at least one of required scope(s): [read:a, read:b, read:c, read:d, read:e, read:f]',
      means: { kind: 'scopeTooNarrow', required: ['read:a', 'read:b', 'read:c', 'read:d', 'read:e'] },
    },
  ];
  it.each(rows)('$status: $because', ({ status, message, headers, means }) => {
    expect(failureOf(status, message ?? '', headers)).toEqual({ ...WHERE, ...means });
  });

  it.each(['<html>', 'null', '"text"', '{"message":7}', '{}', ''])('a 404 body that is no error object: %s', (body) => {
    expect(failureOfResponse(WHERE, { status: 404, headers: {}, body })).toEqual({ ...WHERE, kind: 'notFound', what: 'other' });
  });
});

describe('what no answer means', () => {
  it.each([
    [{ kind: 'timeout' } as const, { kind: 'timeout', afterMs: 4000 }],
    [{ kind: 'unreachable', code: 'ECONNREFUSED' } as const, { kind: 'unreachable', code: 'ECONNREFUSED' }],
    [{ kind: 'addressRefused', host: 'localhost' } as const, { kind: 'addressRefused', host: 'localhost' }],
  ])('%o', (because, means) => {
    expect(failureOfError(WHERE, new TransportError(because), 4000)).toEqual({ ...WHERE, ...means });
  });
});
