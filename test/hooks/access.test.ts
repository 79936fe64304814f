import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { resolveAccess } from '../../src/hooks/access.ts';
import { decodeRequest } from '../../src/hooks/decode.ts';
import type { OperatorDeps } from '../../src/hooks/deps.ts';
import { parseSyncRequest } from '../../src/hooks/protocol.ts';
import type { TokenAnswer } from '../../src/openbao/token-source.ts';

const URL = 'https://forgejo.example.org';
const SCOPE = { organization: 'acme' };
const FROM_SECRET: RunnerPoolSpec['forgejo'] = { url: URL, scope: SCOPE, tokenSecretRef: { name: 'forgejo-token', key: 'token' } };
const FROM_OPENBAO: RunnerPoolSpec['forgejo'] = {
  url: URL,
  scope: SCOPE,
  tokenFrom: { openbao: { role: 'operator', path: 'kv/data/forgejo/ci', key: 'token' } },
};
const CALLED_AT = 1_000_000;
const BEFORE = { url: URL, token: 'of-before' };
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
    async tokenFor(wish, until) {
      asked.push({ ...wish, until });
      return answer;
    },
  };
  return { asked, deps: { openBao: { tokens, checks: null } } };
}

const NONE = { openBao: { tokens: null, checks: null } };

describe('a token of OpenBao', () => {
  it('is asked for with the namespace of the pool and its URL, and for two seconds at most', async () => {
    const { asked, deps } = openBao({ kind: 'token', token: 'of-openbao' });
    const resolved = await resolveAccess(FROM_OPENBAO, decoded(), deps, CALLED_AT);
    expect(resolved).toEqual({ kind: 'access', access: { url: URL, token: 'of-openbao' } });
    const place = { namespace: 'ci', role: 'operator', path: 'kv/data/forgejo/ci', key: 'token' };
    expect(asked).toEqual([{ ...place, forgejoUrl: URL, until: CALLED_AT + 2_000 }]);
  });

  it('is not taken from a Secret that happens to be there', async () => {
    const { deps } = openBao({ kind: 'problem', problem: SEALED });
    expect(await resolveAccess(FROM_OPENBAO, decoded(secret('of-secret')), deps, CALLED_AT)).toEqual({ kind: 'problem', problem: SEALED });
  });

  it('is not remembered beyond what its source allows, not even for a pool that is deleted', async () => {
    const { deps } = openBao({ kind: 'problem', problem: SEALED });
    expect(await resolveAccess(FROM_OPENBAO, decoded(), deps, CALLED_AT, BEFORE)).toEqual({ kind: 'problem', problem: SEALED });
  });

  it('is no token where the service has no OpenBao', async () => {
    expect(await resolveAccess(FROM_OPENBAO, decoded(), NONE, CALLED_AT)).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceOff' } });
  });
});

describe('a token of a Secret', () => {
  it('is never asked of OpenBao', async () => {
    const { asked, deps } = openBao({ kind: 'token', token: 'of-openbao' });
    const resolved = await resolveAccess(FROM_SECRET, decoded(secret('of-secret')), deps, CALLED_AT);
    expect(resolved).toEqual({ kind: 'access', access: { url: URL, token: 'of-secret' } });
    expect(asked).toEqual([]);
  });

  it('that is gone is remembered for the same server', async () => {
    expect(await resolveAccess(FROM_SECRET, decoded(), NONE, CALLED_AT, BEFORE)).toEqual({ kind: 'access', access: BEFORE });
  });

  it('that is gone is not sent to another server', async () => {
    const before = { ...BEFORE, url: 'https://other.example.org' };
    expect(await resolveAccess(FROM_SECRET, decoded(), NONE, CALLED_AT, before)).toEqual({
      kind: 'problem',
      problem: { kind: 'tokenSecretMissing', object: 'forgejo-token', key: 'token' },
    });
  });
});
