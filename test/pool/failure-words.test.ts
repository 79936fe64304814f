import { describe, expect, test } from 'vitest';
import { CONDITION_REASONS } from '../../src/api/conditions.ts';
import type { AccessProblem, ForgejoFailure } from '../../src/pool/failure.ts';
import { wordsForFailure } from '../../src/pool/failure-words.ts';

const at = { method: 'GET', path: '/api/v1/orgs/acme/actions/runners' } as const;
const asked = 'GET /api/v1/orgs/acme/actions/runners';

interface Row {
  readonly failure: ForgejoFailure | AccessProblem;
  readonly type: 'Authorized' | 'ForgejoReachable';
  readonly reason: string;
  /** What it must name: where it failed, and what to do. */
  readonly says: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    failure: { kind: 'forgejoUnreadable' },
    type: 'Authorized',
    reason: 'ForgejoUnreadable',
    says: ['spec.forgejo', 'Correct spec.forgejo'],
  },
  {
    failure: { kind: 'tokenSecretMissing', object: 'tok' },
    type: 'Authorized',
    reason: 'TokenSecretMissing',
    says: ['"tok"', 'spec.forgejo.tokenSecretRef', 'Create it'],
  },
  {
    failure: { kind: 'tokenKeyMissing', object: 'tok', key: 'k' },
    type: 'Authorized',
    reason: 'TokenKeyMissing',
    says: ['"tok"', '"k"', 'spec.forgejo.tokenSecretRef'],
  },
  {
    failure: { kind: 'caMissing', object: 'ca', key: 'ca.crt' },
    type: 'ForgejoReachable',
    reason: 'CaMissing',
    says: ['"ca"', '"ca.crt"', 'Create it'],
  },
  {
    failure: { kind: 'caInvalid', object: 'ca', key: 'ca.crt' },
    type: 'ForgejoReachable',
    reason: 'CaInvalid',
    says: ['"ca"', '"ca.crt"', 'PEM'],
  },
  {
    failure: { ...at, kind: 'unauthorized' },
    type: 'Authorized',
    reason: 'TokenRefused',
    says: [asked, '401', 'spec.forgejo.tokenSecretRef'],
  },
  {
    failure: { ...at, kind: 'scopeTooNarrow', required: ['read:organization', 'write:organization'] },
    type: 'Authorized',
    reason: 'TokenScopeTooNarrow',
    says: [asked, '403', 'read:organization, write:organization'],
  },
  {
    failure: { ...at, kind: 'scopeTooNarrow', required: [] },
    type: 'Authorized',
    reason: 'TokenScopeTooNarrow',
    says: [asked, 'that this path asks for'],
  },
  {
    failure: { ...at, kind: 'forbidden', because: 'notOwner' },
    type: 'Authorized',
    reason: 'Forbidden',
    says: [asked, '403', 'own the repository'],
  },
  {
    failure: { ...at, kind: 'forbidden', because: 'notSiteAdmin' },
    type: 'Authorized',
    reason: 'Forbidden',
    says: [asked, 'site administrator'],
  },
  {
    failure: { ...at, kind: 'forbidden', because: 'notOrganizationOwner' },
    type: 'Authorized',
    reason: 'Forbidden',
    says: [asked, 'owner of the organization'],
  },
  {
    failure: { ...at, kind: 'forbidden', because: 'publicOnly' },
    type: 'Authorized',
    reason: 'Forbidden',
    says: [asked, 'limited to public'],
  },
  { failure: { ...at, kind: 'forbidden', because: 'other' }, type: 'Authorized', reason: 'Forbidden', says: [asked, 'may not manage'] },
  {
    failure: { ...at, kind: 'notFound', what: 'organization' },
    type: 'Authorized',
    reason: 'ScopeNotFound',
    says: [asked, '404', 'spec.forgejo.scope', 'Actions are enabled'],
  },
  { failure: { ...at, kind: 'notOurs' }, type: 'Authorized', reason: 'Forbidden', says: [asked, '404', 'another scope'] },
  {
    failure: { ...at, kind: 'moved', location: '/api/v1/orgs/new' },
    type: 'Authorized',
    reason: 'ScopeMoved',
    says: [asked, '/api/v1/orgs/new', 'Make a pool'],
  },
  { failure: { ...at, kind: 'rejected', status: 422 }, type: 'Authorized', reason: 'RequestRejected', says: [asked, '422', 'Forgejo 15'] },
  {
    failure: { ...at, kind: 'throttled', retryAfterSeconds: 9 },
    type: 'ForgejoReachable',
    reason: 'ForgejoThrottled',
    says: [asked, '429', 'pollIntervalSeconds'],
  },
  {
    failure: { ...at, kind: 'serverError', status: 502 },
    type: 'ForgejoReachable',
    reason: 'ForgejoServerError',
    says: [asked, '502', 'log'],
  },
  {
    failure: { ...at, kind: 'timeout', afterMs: 5000 },
    type: 'ForgejoReachable',
    reason: 'ForgejoTimeout',
    says: [asked, '5 s', 'network'],
  },
  {
    failure: { ...at, kind: 'unreachable', code: 'ECONNREFUSED' },
    type: 'ForgejoReachable',
    reason: 'ForgejoUnreachable',
    says: [asked, 'ECONNREFUSED', 'spec.forgejo.url'],
  },
  {
    failure: { ...at, kind: 'nonsense', problem: '0.id' },
    type: 'ForgejoReachable',
    reason: 'ForgejoNonsense',
    says: [asked, '0.id', 'spec.forgejo.url'],
  },
  {
    failure: { ...at, kind: 'addressRefused', host: '169.254.169.254' },
    type: 'ForgejoReachable',
    reason: 'AddressRefused',
    says: ['169.254.169.254', 'FORGEJO_URL_ALLOWLIST'],
  },
  {
    failure: { kind: 'tokenSourceOff' },
    type: 'Authorized',
    reason: 'TokenSourceOff',
    says: ['OPENBAO_ADDR', 'spec.forgejo.tokenSecretRef'],
  },
  { failure: { kind: 'tokenSourceNotAllowed' }, type: 'Authorized', reason: 'TokenSourceNotAllowed', says: ['OPENBAO_ALLOW_FILE'] },
  {
    failure: { kind: 'openBaoDenied', step: 'login', status: 400 },
    type: 'Authorized',
    reason: 'OpenBaoDenied',
    says: ['400', 'does not let the operator in', 'every 10 minutes'],
  },
  {
    failure: { kind: 'openBaoDenied', step: 'read', status: 403 },
    type: 'Authorized',
    reason: 'OpenBaoDenied',
    says: ['403', 'policy must grant read'],
  },
  {
    failure: { kind: 'openBaoSecretMissing', what: 'path', path: 'kv/data/a' },
    type: 'Authorized',
    reason: 'OpenBaoSecretMissing',
    says: ['no secret kv/data/a', 'Create it in OpenBao'],
  },
  {
    failure: { kind: 'openBaoSecretMissing', what: 'deleted', path: 'kv/data/a' },
    type: 'Authorized',
    reason: 'OpenBaoSecretMissing',
    says: ['kv/data/a', 'is deleted', 'undelete'],
  },
  {
    failure: { kind: 'openBaoSecretMissing', what: 'namespace', path: 'kv/data/a' },
    type: 'Authorized',
    reason: 'OpenBaoSecretMissing',
    says: ['OPENBAO_NAMESPACE'],
  },
  {
    failure: { kind: 'openBaoKeyMissing', path: 'kv/data/a', key: 'tok' },
    type: 'Authorized',
    reason: 'OpenBaoKeyMissing',
    says: ['kv/data/a', '"tok"', 'spec.forgejo.tokenFrom.openbao.key'],
  },
  ...(
    [
      { because: { kind: 'sealed' }, says: 'Unseal it' },
      { because: { kind: 'throttled' }, says: '429' },
      { because: { kind: 'moved' }, says: 'never followed' },
      { because: { kind: 'serverError', status: 500 }, says: '500' },
      { because: { kind: 'timeout' }, says: 'in time' },
      { because: { kind: 'unreachable', code: 'ECONNREFUSED' }, says: 'ECONNREFUSED' },
      { because: { kind: 'keysUnreachable' }, says: 'jwks_url' },
      { because: { kind: 'noServiceAccountToken', code: 'ENOENT' }, says: 'OPENBAO_TOKEN_FILE' },
      { because: { kind: 'nonsense', problem: 'data.data' }, says: 'data.data' },
    ] as const
  ).map(({ because, says }) => ({
    failure: { kind: 'openBaoUnavailable', because } as const,
    type: 'Authorized' as const,
    reason: because.kind === 'sealed' ? ('OpenBaoSealed' as const) : ('OpenBaoUnreachable' as const),
    says: [says],
  })),
];

/** Fails to compile when a kind of failure is missing. */
const KINDS = {
  forgejoUnreadable: true,
  tokenSecretMissing: true,
  tokenKeyMissing: true,
  caMissing: true,
  caInvalid: true,
  unauthorized: true,
  scopeTooNarrow: true,
  forbidden: true,
  notFound: true,
  notOurs: true,
  moved: true,
  rejected: true,
  throttled: true,
  serverError: true,
  timeout: true,
  unreachable: true,
  nonsense: true,
  addressRefused: true,
  tokenSourceOff: true,
  tokenSourceNotAllowed: true,
  openBaoDenied: true,
  openBaoSecretMissing: true,
  openBaoKeyMissing: true,
  openBaoUnavailable: true,
} as const satisfies Record<(ForgejoFailure | AccessProblem)['kind'], true>;

test('there is a row for every kind of failure', () => {
  expect([...new Set(ROWS.map(({ failure }) => failure.kind))].toSorted()).toEqual(Object.keys(KINDS).toSorted());
});

describe('every failure says what failed, where, and what to do', () => {
  test.each(ROWS)('$failure.kind: $reason', ({ failure, type, reason, says }) => {
    const words = wordsForFailure(failure);
    expect(words).toMatchObject({ type, reason });
    expect(Object.keys(CONDITION_REASONS)).toContain(words.reason);
    for (const text of says) expect(words.message).toContain(text);
    // A sentence, or one that begins with the path of a field, which has no capital.
    expect(words.message).toMatch(/^([A-Z]|spec\.).*[.?]$/);
  });
});
