import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse, Transport } from '../../src/forgejo/transport.ts';
import { createIdentityChecks, type IdentityTarget } from '../../src/openbao/identity-checks.ts';
import { manualClock, settle } from '../forgejo/support/manual-clock.ts';
import { responseOf as forgejoResponseOf, recordings } from '../forgejo/support/recordings.ts';
import { pair, responseOf } from './support/pairs.ts';

const FORGEJO = 'http://127.0.0.1:3300';
const TARGET: IdentityTarget = { forgejo: { url: FORGEJO, ca: null }, openBao: { address: 'https://openbao.example.org', ca: null } };
const [DOCUMENT, KEYS] = recordings('oidc.jsonl').map(forgejoResponseOf);

function counting(answer: (request: HttpRequest) => HttpResponse | undefined): { readonly transport: Transport; readonly urls: string[] } {
  const urls: string[] = [];
  return {
    urls,
    async transport(request) {
      urls.push(request.url);
      return answer(request) ?? expect.fail('nothing recorded');
    },
  };
}

function world(health = responseOf(pair('health active'))) {
  const clock = manualClock();
  const forgejo = counting(({ url }) => (url.endsWith('/keys') ? KEYS : DOCUMENT));
  const served = { health };
  const bao = { ...counting(() => served.health), served };
  const errors: unknown[] = [];
  const options = {
    forgejo: forgejo.transport,
    openBao: bao.transport,
    clock,
    timeoutMs: 1_000,
    onError: (error: unknown) => void errors.push(error),
  };
  return { clock, forgejo, bao, errors, options, checks: createIdentityChecks(options) };
}

describe('a look', () => {
  it('never waits: what is not known is null, and is known at the next one', async () => {
    const { checks } = world();
    expect(checks.look(TARGET)).toEqual({ discovery: null, health: null });
    await settle();
    expect(checks.look(TARGET)).toMatchObject({ discovery: { kind: 'answered' }, health: { kind: 'ready' } });
  });

  it('is shared by all pools, and repeated after five minutes', async () => {
    const { checks, clock, forgejo, bao } = world();
    for (let pool = 0; pool < 100; pool += 1) checks.look(TARGET);
    await clock.advance(299_000);
    checks.look(TARGET);
    expect([forgejo.urls.length, bao.urls.length]).toEqual([2, 1]);
    await clock.advance(1_000);
    checks.look(TARGET);
    expect([forgejo.urls.length, bao.urls.length]).toEqual([4, 2]);
  });

  it('is repeated after a minute while something is wrong', async () => {
    const { checks, clock, bao } = world(responseOf(pair('sys/health sealed')));
    checks.look(TARGET);
    await clock.advance(60_000);
    expect(checks.look(TARGET).health).toEqual({ kind: 'sealed' });
    bao.served.health = responseOf(pair('health standby'));
    await settle();
    await clock.advance(60_000);
    checks.look(TARGET);
    await settle();
    expect(checks.look(TARGET).health).toMatchObject({ kind: 'ready' });
    expect(bao.urls).toHaveLength(3);
  });

  it('is forgotten when no pool has asked for ten minutes', async () => {
    const { checks, clock } = world();
    checks.look(TARGET);
    await clock.advance(599_000);
    expect(checks.look(TARGET).health).toMatchObject({ kind: 'ready' });
    await clock.advance(600_000);
    expect(checks.look(TARGET)).toEqual({ discovery: null, health: null });
  });

  it('asks no OpenBao without a list of the administrator', async () => {
    const { options, bao } = world();
    const checks = createIdentityChecks({ ...options, openBao: null });
    checks.look(TARGET);
    await settle();
    expect(checks.look(TARGET).health).toEqual({ kind: 'notAllowed' });
    expect(bao.urls).toEqual([]);
  });

  it('asks no OpenBao whose CA is not there', async () => {
    const { checks, bao } = world();
    const missing = { kind: 'caMissing', object: 'ca', key: 'ca.crt' } as const;
    expect(checks.look({ ...TARGET, openBao: missing }).health).toEqual(missing);
    await settle();
    expect(bao.urls).toEqual([]);
  });

  it('with another CA is another one', async () => {
    const { checks, bao } = world();
    checks.look(TARGET);
    checks.look({ ...TARGET, openBao: { address: 'https://openbao.example.org', ca: 'PEM' } });
    await settle();
    expect(bao.urls).toHaveLength(2);
  });

  it('says what a transport threw that it must not, and goes on', async () => {
    const { options, clock, errors } = world();
    const checks = createIdentityChecks({ ...options, openBao: () => Promise.reject(new TypeError('a bug')) });
    checks.look(TARGET);
    await clock.advance(60_000);
    expect(checks.look(TARGET).health).toBeNull();
    await settle();
    expect(errors).toHaveLength(2);
  });
});
