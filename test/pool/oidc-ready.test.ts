import { describe, expect, it, test } from 'vitest';
import { CONDITION_REASONS } from '../../src/api/conditions.ts';
import type { PreviousCondition } from '../../src/pool/conditions.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';
import { type HealthView, type IdentityView, NOTHING_KNOWN, type OidcDocuments } from '../../src/pool/oidc.ts';
import { oidcReady, withoutHaste, withoutOidc } from '../../src/pool/oidc-ready.ts';
import { now } from './support/builders.ts';

const URL = 'https://forgejo.example.org';
const ISSUER = `${URL}/api/actions`;
const READY: HealthView = { kind: 'ready', aheadMs: 0 };
const DOCUMENTS: OidcDocuments = {
  issuer: ISSUER,
  jwksUri: `${ISSUER}/.well-known/keys`,
  algorithms: ['RS256'],
  keyAlgorithms: ['RS256'],
  aheadMs: 0,
  issuerAnswers: null,
};

function documents(changes: Partial<OidcDocuments>, health: HealthView | null = READY): IdentityView {
  return { discovery: { kind: 'answered', documents: { ...DOCUMENTS, ...changes } }, health };
}

function elsewhere(issuerAnswers: OidcDocuments['issuerAnswers']): IdentityView {
  const issuer = 'https://git.example.org/api/actions';
  return documents({ issuer, jwksUri: `${issuer}/.well-known/keys`, issuerAnswers });
}

const at = { method: 'GET', path: '/api/actions/.well-known/openid-configuration' } as const;

function failed(failure: ForgejoFailure): IdentityView {
  return { discovery: { kind: 'failed', failure }, health: READY };
}

interface Row {
  readonly view: IdentityView;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: keyof typeof CONDITION_REASONS;
  readonly says: string;
}

const ROWS: readonly Row[] = [
  { view: documents({}), status: 'True', reason: 'OidcChecked', says: ISSUER },
  {
    view: documents({ algorithms: ['ES256'], keyAlgorithms: ['ES256'] }),
    status: 'True',
    reason: 'OidcChecked',
    says: 'signed with ES256',
  },
  { view: documents({ aheadMs: 59_000 }, { kind: 'ready', aheadMs: -1_000 }), status: 'True', reason: 'OidcChecked', says: 'ready' },
  { view: documents({ aheadMs: null }, { kind: 'ready', aheadMs: 900_000 }), status: 'True', reason: 'OidcChecked', says: 'ready' },
  { view: elsewhere('same'), status: 'True', reason: 'OidcChecked', says: 'https://git.example.org/api/actions' },

  { view: NOTHING_KNOWN, status: 'Unknown', reason: 'OidcUnchecked', says: 'not answered yet' },
  { view: documents({}, null), status: 'Unknown', reason: 'OidcUnchecked', says: 'not answered yet' },
  { view: { discovery: null, health: READY }, status: 'Unknown', reason: 'OidcUnchecked', says: 'not answered yet' },

  { view: failed({ ...at, kind: 'timeout', afterMs: 4_000 }), status: 'Unknown', reason: 'DiscoveryUnreachable', says: 'did not answer' },
  {
    view: failed({ ...at, kind: 'unreachable', code: 'ENOTFOUND' }),
    status: 'Unknown',
    reason: 'DiscoveryUnreachable',
    says: 'did not answer',
  },
  {
    view: failed({ ...at, kind: 'addressRefused', host: 'h' }),
    status: 'Unknown',
    reason: 'DiscoveryUnreachable',
    says: 'FORGEJO_URL_ALLOWLIST',
  },
  { view: failed({ ...at, kind: 'notFound', what: 'other' }), status: 'False', reason: 'DiscoveryMissing', says: 'version 15' },
  { view: failed({ ...at, kind: 'nonsense', problem: 'keys' }), status: 'False', reason: 'DiscoveryInvalid', says: 'keys' },
  { view: failed({ ...at, kind: 'moved', location: '/x' }), status: 'False', reason: 'DiscoveryInvalid', says: 'spec.forgejo.url' },

  {
    view: documents({ issuer: `${URL}/git/api/actions`, jwksUri: `${URL}/git/api/actions/.well-known/keys` }),
    status: 'False',
    reason: 'IssuerUnderSubPath',
    says: 'a host of its own',
  },
  { view: documents({ jwksUri: 'https://evil.example.org/keys' }), status: 'False', reason: 'DiscoveryInvalid', says: 'jwks_uri' },
  { view: elsewhere('other'), status: 'False', reason: 'IssuerUnreachable', says: 'Another server' },
  {
    view: elsewhere({ ...at, kind: 'unreachable', code: 'ENOTFOUND' }),
    status: 'False',
    reason: 'IssuerUnreachable',
    says: 'https://git.example.org,',
  },
  {
    view: elsewhere({ ...at, kind: 'addressRefused', host: 'h' }),
    status: 'Unknown',
    reason: 'IssuerUnreachable',
    says: 'FORGEJO_URL_ALLOWLIST',
  },
  { view: documents({ algorithms: ['HS256'], keyAlgorithms: ['HS256'] }), status: 'False', reason: 'AlgorithmUnsupported', says: 'RS256' },
  { view: documents({ algorithms: ['none'] }), status: 'False', reason: 'AlgorithmUnsupported', says: 'RS256' },
  { view: documents({ keyAlgorithms: [] }), status: 'False', reason: 'AlgorithmUnsupported', says: 'no public key' },
  { view: documents({ algorithms: ['ES256'] }), status: 'False', reason: 'AlgorithmUnsupported', says: 'no public key' },

  { view: documents({}, { kind: 'sealed' }), status: 'False', reason: 'OpenBaoSealed', says: 'unseal' },
  { view: documents({}, { kind: 'uninitialized' }), status: 'False', reason: 'OpenBaoSealed', says: 'is not initialised' },
  {
    view: documents({}, { kind: 'unreachable', code: 'ECONNREFUSED' }),
    status: 'False',
    reason: 'OpenBaoUnreachable',
    says: 'ECONNREFUSED',
  },
  { view: documents({}, { kind: 'timeout' }), status: 'False', reason: 'OpenBaoUnreachable', says: 'in time' },
  { view: documents({}, { kind: 'nonsense', problem: 'status 404' }), status: 'False', reason: 'OpenBaoUnreachable', says: 'status 404' },
  { view: documents({}, { kind: 'notAllowed' }), status: 'Unknown', reason: 'OpenBaoNotAsked', says: 'IDENTITY_URL_ALLOWLIST' },
  { view: documents({}, { kind: 'caMissing', object: 'ca', key: 'k' }), status: 'False', reason: 'CaMissing', says: '"ca" with key "k"' },
  { view: documents({}, { kind: 'caInvalid', object: 'ca', key: 'k' }), status: 'False', reason: 'CaInvalid', says: 'no PEM' },
  {
    view: { discovery: { kind: 'caMissing', object: 'ca', key: 'ca.crt' }, health: READY },
    status: 'Unknown',
    reason: 'CaMissing',
    says: 'for Forgejo',
  },
  {
    view: { discovery: { kind: 'caInvalid', object: 'ca', key: 'ca.crt' }, health: READY },
    status: 'Unknown',
    reason: 'CaInvalid',
    says: 'for Forgejo',
  },
  { view: { discovery: null, health: { kind: 'sealed' } }, status: 'False', reason: 'OpenBaoSealed', says: 'unseal' },

  { view: documents({ aheadMs: 61_000 }), status: 'False', reason: 'ClocksDiffer', says: '61 s ahead of' },
  { view: documents({}, { kind: 'ready', aheadMs: 3_600_000 }), status: 'False', reason: 'ClocksDiffer', says: '3600 s behind' },
];

describe('OIDCReady', () => {
  test.each(ROWS)('is $status, $reason: $says', ({ view, status, reason, says }) => {
    const found = oidcReady(view, URL);
    expect(found).toMatchObject({ type: 'OIDCReady', status, reason });
    expect(found.message).toContain(says);
    expect(found.message).toMatch(/\.$/);
  });

  it('has a row for every reason of its own', () => {
    const own: readonly string[] = Object.keys(CONDITION_REASONS).filter((reason) =>
      /^(Oidc|Discovery|Issuer|Algorithm|Clocks)|NotAsked$/.test(reason),
    );
    const said = new Set<string>(ROWS.map(({ reason }) => reason));
    expect(own.filter((reason) => !said.has(reason) && reason !== 'NotAsked')).toEqual([]);
  });
});

describe('a process that knows nothing yet', () => {
  const before: PreviousCondition = { type: 'OIDCReady', status: 'True', reason: 'OidcChecked', message: 'x', lastTransitionTime: now };
  const unchecked = oidcReady(NOTHING_KNOWN, URL);

  it('leaves standing what was said of this very spec', () => {
    expect(withoutHaste(unchecked, [before], true)).toEqual([]);
  });

  it.each([
    { previous: [], current: true, because: 'nothing was said' },
    { previous: [before], current: false, because: 'it was said of another spec' },
  ])('says so when $because', ({ previous, current }) => {
    expect(withoutHaste(unchecked, previous, current)).toEqual([unchecked]);
  });

  it('says what it does know', () => {
    const sealed = oidcReady({ discovery: null, health: { kind: 'sealed' } }, URL);
    expect(withoutHaste(sealed, [before], true)).toEqual([sealed]);
  });
});

it('a pool without identity goes on saying everything else', () => {
  const of = (type: string): PreviousCondition => ({ type, status: 'True', reason: 'x', message: '', lastTransitionTime: now });
  expect(withoutOidc([of('OIDCReady'), of('Ready')])).toEqual([of('Ready')]);
});
