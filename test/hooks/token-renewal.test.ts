import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { tokenWakeAt } from '../../src/hooks/token-renewal.ts';
import type { TokenSource } from '../../src/openbao/token-source.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';
import type { Effect, Outcome } from '../../src/pool/model.ts';
import { aPool, aWorld, now } from '../pool/support/builders.ts';

const URL = 'https://forgejo.example.org';
const SCOPE = { organization: 'acme' };
const PLACE = { role: 'operator', path: 'kv/data/forgejo/ci', key: 'token' };
const OPENBAO: RunnerPoolSpec['forgejo'] = { url: URL, scope: SCOPE, tokenFrom: { openbao: PLACE } };
const SECRET: RunnerPoolSpec['forgejo'] = { url: URL, scope: SCOPE, tokenSecretRef: { name: 'forgejo-token', key: 'token' } };

const CLOCK = 5_000_000;
const UNAUTHORIZED: ForgejoFailure = { kind: 'unauthorized', method: 'GET', path: '/' };
const REGISTRATION = { id: 1, uuid: 'u' };
const DEREGISTER: Effect = { kind: 'deregister', runner: 'r', registration: REGISTRATION, whenStatus: ['offline'] };

function failed(effect: Effect, failure: ForgejoFailure = UNAUTHORIZED): Outcome {
  return { kind: 'failed', effect, failure, ambiguous: false };
}

/** Seconds from now to the call that a pool wants whose token is due in 30 s, and may be replaced in 5; null: none for its token. */
function wakeIn(
  {
    forgejo = OPENBAO,
    world = aWorld(),
    outcomes = [],
  }: { forgejo?: typeof OPENBAO; world?: ReturnType<typeof aWorld>; outcomes?: Outcome[] },
  againAt: number | null = CLOCK + 30_000,
) {
  const rejected: unknown[] = [];
  const tokens: TokenSource = {
    tokenFor: () => expect.fail('it was asked'),
    rejected(wish, token) {
      rejected.push({ ...wish, token });
      return CLOCK + 5_000;
    },
    inUse: () => [],
  };
  const clock = { now: () => CLOCK, sleep: () => Promise.resolve() };
  const resolved = { kind: 'access', access: { url: URL, token: 't' }, origin: 'o', againAt } as const;
  const at = tokenWakeAt(resolved, forgejo, { pool: aPool() }, { world, outcomes }, { openBao: { tokens, checks: null }, clock }, now);
  return { seconds: Number.isFinite(at) ? (at - now) / 1000 : null, rejected };
}

describe('a pool is called for its token', () => {
  it('when its source wants to be asked again', () => {
    expect(wakeIn({})).toEqual({ seconds: 30, rejected: [] });
  });

  it('at once when that was a while ago', () => {
    expect(wakeIn({}, CLOCK - 1_000).seconds).toBe(0);
  });

  it('never when it is in a Secret: its change is a call by itself', () => {
    expect(wakeIn({ forgejo: SECRET, outcomes: [failed(DEREGISTER)] }, null)).toEqual({ seconds: null, rejected: [] });
  });

  it.each([
    {
      situation: 'its reads',
      world: aWorld({ forgejo: { kind: 'unavailable', failure: UNAUTHORIZED, nextReadAt: now + 60_000 } }),
      outcomes: [],
    },
    { situation: 'an effect', world: aWorld(), outcomes: [failed(DEREGISTER)] },
  ])('soon when Forgejo answers 401 to $situation, and the source hears of it', ({ world, outcomes }) => {
    const { namespace } = aPool();
    expect(wakeIn({ world, outcomes })).toEqual({ seconds: 5, rejected: [{ ...PLACE, namespace, forgejoUrl: URL, token: 't' }] });
  });

  it.each([
    {
      outcome: failed({ kind: 'ask', runner: 'r', registration: REGISTRATION, taskId: 1 }),
      because: "it is a runner's token that is not taken",
    },
    { outcome: failed(DEREGISTER, { ...UNAUTHORIZED, kind: 'timeout', afterMs: 4_000 }), because: 'it was not refused' },
    { outcome: { kind: 'deregistered', effect: DEREGISTER } as const, because: 'it was taken' },
  ])('no sooner: $because', ({ outcome }) => {
    expect(wakeIn({ outcomes: [outcome] })).toEqual({ seconds: 30, rejected: [] });
  });
});
