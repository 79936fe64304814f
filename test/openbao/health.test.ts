import { describe, expect, it, test } from 'vitest';
import { type HttpResponse, TransportError } from '../../src/forgejo/transport.ts';
import { readHealth } from '../../src/openbao/health.ts';
import type { HealthView } from '../../src/pool/oidc.ts';
import { manualClock, NOON } from '../forgejo/support/manual-clock.ts';
import { HEALTHS, responseOf } from './support/pairs.ts';

const asked: string[] = [];

function healthOf(answer: HttpResponse | TransportError, now = NOON): Promise<HealthView> {
  return readHealth({
    async transport({ url }) {
      asked.push(url);
      if (answer instanceof TransportError) throw answer;
      return answer;
    },
    clock: manualClock(now),
    address: 'https://openbao.example.org:8200/',
    ca: null,
    timeoutMs: 1_000,
  });
}

const KINDS: Readonly<Record<number, string>> = { 200: 'ready', 429: 'ready', 501: 'uninitialized', 503: 'sealed' };

describe('each recorded answer of sys/health', () => {
  test.each(HEALTHS)('$label, $status', async (recorded) => {
    const { kind } = await healthOf(responseOf(recorded));
    // With `sealedcode=200` the status lies, and the body tells.
    expect(kind).toBe(recorded.request.path.includes('sealedcode') ? 'sealed' : KINDS[recorded.status]);
  });

  it('is there for every state', () => {
    expect(new Set(HEALTHS.map(({ status }) => status))).toEqual(new Set([200, 429, 501, 503]));
  });
});

it('asks for nothing but sys/health, with one slash', async () => {
  asked.length = 0;
  await healthOf({ status: 200, headers: {}, body: '{}' });
  expect(asked).toEqual(['https://openbao.example.org:8200/v1/sys/health']);
});

it('tells how far its clock is ahead', async () => {
  const body = JSON.stringify({ initialized: true, sealed: false, server_time_utc: NOON / 1000 + 90 });
  expect(await healthOf({ status: 200, headers: {}, body })).toEqual({ kind: 'ready', aheadMs: 90_000 });
  const without = JSON.stringify({ initialized: true, sealed: false });
  expect(await healthOf({ status: 200, headers: {}, body: without })).toEqual({ kind: 'ready', aheadMs: null });
});

it.each([
  {
    answer: { status: 429, headers: {}, body: 'slow down' },
    health: { kind: 'nonsense', problem: 'status 429' },
    because: 'a proxy is no standby',
  },
  {
    answer: { status: 307, headers: { location: 'https://x' }, body: '' },
    health: { kind: 'nonsense', problem: 'status 307' },
    because: 'a redirect is not followed',
  },
  {
    answer: { status: 200, headers: {}, body: '<html>' },
    health: { kind: 'nonsense', problem: 'status 200' },
    because: 'it is another server',
  },
  { answer: new TransportError({ kind: 'timeout' }), health: { kind: 'timeout' }, because: 'it hangs' },
  {
    answer: new TransportError({ kind: 'unreachable', code: 'ENOTFOUND' }),
    health: { kind: 'unreachable', code: 'ENOTFOUND' },
    because: 'there is no such name',
  },
  {
    answer: new TransportError({ kind: 'addressRefused', host: 'x' }),
    health: { kind: 'notAllowed' },
    because: 'the administrator does not allow it',
  },
])('is $health when $because', async ({ answer, health }) => {
  expect(await healthOf(answer)).toEqual(health);
});
