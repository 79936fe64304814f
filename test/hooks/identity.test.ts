import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { decodeRequest } from '../../src/hooks/decode.ts';
import type { OperatorDeps } from '../../src/hooks/deps.ts';
import { identityFindings, previousFor } from '../../src/hooks/identity.ts';
import { parseSyncRequest } from '../../src/hooks/protocol.ts';
import type { IdentityTarget } from '../../src/openbao/identity-checks.ts';
import { NOTHING_KNOWN } from '../../src/pool/oidc.ts';
import type { Previous } from '../../src/pool/status.ts';
import { aSpec } from '../children/support/inputs.ts';

type Ca = NonNullable<NonNullable<RunnerPoolSpec['identity']>['openbao']['ca']>;

const URL_OF_FORGEJO = aSpec().forgejo.url;
const ADDRESS = 'https://openbao.example.org';
const PEM = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
const PEM_OF_FORGEJO = PEM.replace('x', 'y');
const OIDC = { type: 'OIDCReady', status: 'True', reason: 'OidcChecked', message: 'x', lastTransitionTime: 0 } as const;
const NOTHING_SAID: Previous = { conditions: [], status: () => ({}) };

function withIdentity(ca?: Ca): RunnerPoolSpec {
  return aSpec({ identity: { openbao: { address: ADDRESS, mount: 'forgejo', role: 'r', audience: 'openbao', ...(ca && { ca }) } } });
}

function decoded(related: object = {}) {
  const metadata = { name: 'pool', namespace: 'ci', uid: 'u', generation: 3, creationTimestamp: '2026-11-24T23:09:09Z' };
  const parent = { apiVersion: 'forgejo-runner-operator.dev/v1alpha1', kind: 'RunnerPool', metadata, spec: {} };
  const parsed = parseSyncRequest({ controller: { spec: {} }, parent, children: {}, related, finalizing: false });
  return parsed.ok ? decodeRequest(parsed.request) : expect.fail(parsed.reason);
}

function object(name: string, data: object): object {
  return { metadata: { name, namespace: 'ci', uid: name, creationTimestamp: '2026-11-24T23:09:09Z' }, data };
}

/** Of the findings for that spec: what was looked at, and what is said. */
function look(spec: RunnerPoolSpec, related: object = {}, previous = NOTHING_SAID) {
  const targets: IdentityTarget[] = [];
  const checks: OperatorDeps['openBao']['checks'] = {
    look(target) {
      targets.push(target);
      return NOTHING_KNOWN;
    },
  };
  const deps = { openBao: { tokens: null, checks } };
  return { targets, found: identityFindings(spec, decoded(related), previous, deps) };
}

describe('a pool with an identity', () => {
  it.each([
    { ca: undefined, related: {}, openBao: { address: ADDRESS, ca: null }, because: "the system's CAs" },
    {
      ca: { secretRef: { name: 'ca', key: 'k' } },
      related: { 'Secret.v1': { 'ci/ca': object('ca', { k: btoa(PEM) }) } },
      openBao: { address: ADDRESS, ca: PEM },
      because: 'a Secret has the bundle',
    },
    {
      ca: { configMapRef: { name: 'ca', key: 'k' } },
      related: { 'ConfigMap.v1': { 'ci/ca': object('ca', { k: PEM }) } },
      openBao: { address: ADDRESS, ca: PEM },
      because: 'a ConfigMap has it',
    },
    {
      ca: { configMapRef: { name: 'ca', key: 'k' } },
      related: {},
      openBao: { kind: 'caMissing', object: 'ca', key: 'k' },
      because: 'it is not there: nothing is asked',
    },
    {
      ca: { configMapRef: { name: 'ca', key: 'k' } },
      related: { 'ConfigMap.v1': { 'ci/ca': object('ca', { k: 'no PEM' }) } },
      openBao: { kind: 'caInvalid', object: 'ca', key: 'k' },
      because: 'it is none: nothing is asked',
    },
  ])('is looked at with $openBao: $because', ({ ca, related, openBao }) => {
    const { targets, found } = look(withIdentity(ca), related);
    expect(targets).toEqual([{ forgejo: { url: URL_OF_FORGEJO, ca: null }, openBao }]);
    expect(found).toMatchObject([{ type: 'OIDCReady', status: 'Unknown', reason: 'OidcUnchecked' }]);
  });

  it.each([
    {
      related: { 'ConfigMap.v1': { 'ci/forgejo-ca': object('forgejo-ca', { k: PEM_OF_FORGEJO }) } },
      forgejo: { url: URL_OF_FORGEJO, ca: PEM_OF_FORGEJO },
      because: 'it needs no token, and there is none here',
    },
    { related: {}, forgejo: { kind: 'caMissing', object: 'forgejo-ca', key: 'k' }, because: 'only Forgejo is left out' },
    {
      related: { 'ConfigMap.v1': { 'ci/forgejo-ca': object('forgejo-ca', { k: 'no PEM' }) } },
      forgejo: { kind: 'caInvalid', object: 'forgejo-ca', key: 'k' },
      because: 'the same',
    },
  ])('is looked at with the CA of Forgejo, $forgejo: $because', ({ related, forgejo }) => {
    const { identity, forgejo: given, ...spec } = withIdentity();
    const pool = { ...spec, ...(identity && { identity }), forgejo: { ...given, caConfigMapRef: { name: 'forgejo-ca', key: 'k' } } };
    expect(look(pool, related).targets).toEqual([{ forgejo, openBao: { address: ADDRESS, ca: null } }]);
  });

  it('goes on saying what was said of this generation until something is known', () => {
    const said = (observedGeneration: number): Previous => ({ conditions: [OIDC], status: () => ({ observedGeneration }) });
    expect(look(withIdentity(), {}, said(3)).found).toEqual([]);
    expect(look(withIdentity(), {}, said(2)).found).toHaveLength(1);
  });
});

it('a pool without an identity is not looked at, and no longer says that it was', () => {
  const { targets, found } = look(aSpec());
  expect([targets, found]).toEqual([[], []]);
  const previous: Previous = { conditions: [OIDC], status: () => ({}) };
  expect(previousFor(aSpec(), previous).conditions).toEqual([]);
  expect(previousFor(withIdentity(), previous).conditions).toEqual([OIDC]);
});
