import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { resolveAccess, tokenOrigin } from '../../src/hooks/access.ts';
import { decodeRequest } from '../../src/hooks/decode.ts';
import type { OperatorDeps } from '../../src/hooks/deps.ts';
import { parseSyncRequest } from '../../src/hooks/protocol.ts';
import type { TokenAnswer } from '../../src/openbao/token-entry.ts';

const URL = 'https://forgejo.example.org';
const SCOPE = { organization: 'acme' };
const FROM_SECRET: RunnerPoolSpec['forgejo'] = { url: URL, scope: SCOPE, tokenSecretRef: { name: 'forgejo-token', key: 'token' } };
const FROM_OPENBAO: RunnerPoolSpec['forgejo'] = {
  url: URL,
  scope: SCOPE,
  tokenFrom: { openbao: { role: 'operator', path: 'kv/data/forgejo/ci', key: 'token' } },
};
const CALLED_AT = 1_000_000;
const BEFORE = { url: URL, token: 'of-before', origin: tokenOrigin(FROM_SECRET) };
const GONE = { kind: 'problem', problem: { kind: 'tokenSecretMissing', object: 'forgejo-token', key: 'token' } };
const SEALED = { kind: 'openBaoUnavailable', because: { kind: 'sealed' } } as const;

function decoded(related: object = {}) {
  const metadata = { name: 'pool', namespace: 'ci', uid: 'u', generation: 1, creationTimestamp: '2026-11-24T23:09:09Z' };
  const parent = { apiVersion: 'forgejo-runner-operator.dev/v1alpha1', kind: 'RunnerPool', metadata, spec: {} };
  const parsed = parseSyncRequest({ controller: { spec: {} }, parent, children: {}, related, finalizing: false });
  return parsed.ok ? decodeRequest(parsed.request) : expect.fail(parsed.reason);
}

function secret(token: string): object {
  const metadata = { name: 'forgejo-token', namespace: 'ci', uid: 's', creationTimestamp: '2026-11-24T23:09:09Z' };
  return { 'Secret.v1': { 'ci/forgejo-token': { metadata, data: { token: btoa(token) } } } };
}

function openBao(answer: TokenAnswer) {
  const asked: unknown[] = [];
  const tokens: OperatorDeps['openBao']['tokens'] = {
    async tokenFor(wish, when) {
      asked.push({ ...wish, ...when });
      return answer;
    },
    rejected: () => expect.fail('nothing was rejected'),
    inUse: () => [],
  };
  return { asked, deps: { openBao: { tokens, checks: null } } };
}

const NONE = { openBao: { tokens: null, checks: null } };

describe('a token of OpenBao', () => {
  it('is asked for with the namespace of the pool and its URL, and for two seconds at most', async () => {
    const { asked, deps } = openBao({ kind: 'token', token: 'of-openbao', againAt: CALLED_AT + 30_000 });
    const resolved = await resolveAccess(FROM_OPENBAO, decoded(), deps, CALLED_AT);
    expect(resolved).toMatchObject({ access: { url: URL, token: 'of-openbao' }, againAt: CALLED_AT + 30_000 });
    const place = { namespace: 'ci', role: 'operator', path: 'kv/data/forgejo/ci', key: 'token' };
    expect(asked).toEqual([{ ...place, forgejoUrl: URL, until: CALLED_AT + 2_000 }]);
  });

  it('is not taken from a Secret that happens to be there', async () => {
    const { deps } = openBao({ kind: 'problem', problem: SEALED });
    expect(await resolveAccess(FROM_OPENBAO, decoded(secret('of-secret')), deps, CALLED_AT)).toEqual({ kind: 'problem', problem: SEALED });
  });

  it.each([FROM_OPENBAO, FROM_SECRET])('is not remembered, not even for a pool that is deleted: $tokenSecretRef', async (before) => {
    const { deps } = openBao({ kind: 'problem', problem: SEALED });
    const last = { ...BEFORE, origin: tokenOrigin(before) };
    const resolved = await resolveAccess(FROM_OPENBAO, decoded(), deps, CALLED_AT, { last, since: CALLED_AT });
    expect(resolved).toEqual({ kind: 'problem', problem: SEALED });
  });

  it('of a pool that is deleted is asked for anew, and a refusal of before is marked as one', async () => {
    const answer = { kind: 'problem', problem: { kind: 'openBaoDenied', step: 'read', status: 403 }, outdated: true } as const;
    const { asked, deps } = openBao(answer);
    const since = CALLED_AT - 20_000;
    expect(await resolveAccess(FROM_OPENBAO, decoded(), deps, CALLED_AT, { last: null, since })).toEqual(answer);
    expect(asked).toMatchObject([{ begunAfter: since }]);
  });

  it('is no token where the service has no OpenBao', async () => {
    expect(await resolveAccess(FROM_OPENBAO, decoded(), NONE, CALLED_AT)).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceOff' } });
  });
});

describe('a token of a Secret', () => {
  it('is never asked of OpenBao', async () => {
    const { asked, deps } = openBao({ kind: 'token', token: 'of-openbao', againAt: CALLED_AT + 30_000 });
    const resolved = await resolveAccess(FROM_SECRET, decoded(secret('of-secret')), deps, CALLED_AT);
    expect(resolved).toMatchObject({ access: { url: URL, token: 'of-secret' }, againAt: null });
    expect(asked).toEqual([]);
  });

  it('that is gone is remembered for the same server', async () => {
    const resolved = await resolveAccess(FROM_SECRET, decoded(), NONE, CALLED_AT, { last: BEFORE, since: CALLED_AT });
    expect(resolved).toMatchObject({ access: { url: URL, token: 'of-before' } });
  });

  it.each([
    { change: { url: 'https://other.example.org' }, because: 'it is sent to the server that it was for' },
    { change: { origin: tokenOrigin(FROM_OPENBAO) }, because: 'OpenBao vouches for its tokens from minute to minute' },
    {
      change: { origin: tokenOrigin({ ...FROM_SECRET, tokenSecretRef: { name: 'other', key: 'token' } }) },
      because: 'the token of another Secret may have other rights',
    },
  ])('that is gone is not replaced by another: $because', async ({ change }) => {
    const last = { ...BEFORE, ...change };
    expect(await resolveAccess(FROM_SECRET, decoded(), NONE, CALLED_AT, { last, since: CALLED_AT })).toEqual(GONE);
  });
});
