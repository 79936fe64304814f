import { describe, expect, it } from 'vitest';
import { type AllowList, readAllowList } from '../../src/openbao/allow-list.ts';
import type { ReadOutcome } from '../../src/openbao/answers.ts';
import type { SecretPlace } from '../../src/openbao/secrets.ts';
import { createTokenSource } from '../../src/openbao/token-source.ts';
import { type ManualClock, manualClock } from '../forgejo/support/manual-clock.ts';

const URL = 'https://forgejo.example.org';
const WISH = { namespace: 'team-a', role: 'operator', path: 'kv/data/forgejo/team-a', key: 'token', forgejoUrl: URL };
const ROWS = `team-a operator kv/data/forgejo/team-a ${URL}\nteam-b operator kv/data/forgejo/team-b ${URL}`;

const SEALED: ReadOutcome = { kind: 'unavailable', because: { kind: 'sealed' } };
const DENIED: ReadOutcome = { kind: 'denied', step: 'login', status: 403 };
const DELETED: ReadOutcome = { kind: 'missing', what: 'deleted' };
const IS_SEALED = { kind: 'problem', problem: { kind: 'openBaoUnavailable', because: { kind: 'sealed' } } };

function values(token: string): ReadOutcome {
  return { kind: 'read', values: new Map([['token', token]]) };
}

interface Bao {
  outcome: ReadOutcome;
  latencyMs: number;
  /** When each read began, ms after the beginning. */
  readonly reads: { readonly at: number; readonly place: SecretPlace }[];
}

function world(clock: ManualClock = manualClock()) {
  const start = clock.now();
  const bao: Bao = { outcome: values('first'), latencyMs: 2, reads: [] };
  const list: { current: AllowList } = { current: readAllowList(ROWS) };
  const source = createTokenSource({
    reader: {
      async read(place) {
        bao.reads.push({ at: clock.now() - start, place });
        const { outcome } = bao;
        await clock.sleep(bao.latencyMs);
        return outcome;
      },
    },
    allowList: () => list.current,
    clock,
  });

  /** As a sync asks: what it gets, at the end of the two seconds that it waits at most. */
  async function ask(changes: Partial<typeof WISH> = {}) {
    const answer = source.tokenFor({ ...WISH, ...changes }, clock.now() + 2_000);
    await clock.advance(2_000);
    return answer;
  }

  /** Seconds after the beginning at which a read began, while a pool asks every second. */
  async function readsWithin(seconds: number): Promise<readonly number[]> {
    const before = bao.reads.length;
    for (let passed = 0; passed < seconds; passed += 2) await ask();
    return bao.reads.slice(before).map(({ at }) => Math.round(at / 1000));
  }

  return { clock, bao, list, ask, readsWithin, tokenFor: source.tokenFor };
}

describe('a token', () => {
  it('comes from the key of the secret, without the line break of a file', async () => {
    const { ask, bao } = world();
    bao.outcome = values('a-token\n');
    expect(await ask()).toEqual({ kind: 'token', token: 'a-token' });
    expect(bao.reads.map(({ place }) => place)).toEqual([{ role: 'operator', path: 'kv/data/forgejo/team-a' }]);
  });

  it.each(['', 'two words', 'a\nb'])('that is none is said to be missing: %j', async (value) => {
    const { ask, bao } = world();
    bao.outcome = values(value);
    expect(await ask()).toEqual({ kind: 'problem', problem: { kind: 'openBaoKeyMissing', path: WISH.path, key: 'token' } });
  });

  it('of another key of the same secret needs no second read', async () => {
    const { ask, bao } = world();
    bao.outcome = {
      kind: 'read',
      values: new Map([
        ['token', 'a'],
        ['other', 'b'],
      ]),
    };
    expect([await ask(), await ask({ key: 'other' }), await ask({ key: 'none' })]).toMatchObject([
      { token: 'a' },
      { token: 'b' },
      { problem: { kind: 'openBaoKeyMissing', key: 'none' } },
    ]);
    expect(bao.reads).toHaveLength(1);
  });

  it('that is rotated is in use within a minute', async () => {
    const { ask, bao, clock } = world();
    await ask();
    bao.outcome = values('second');
    const rotatedAt = clock.now();
    for (let answer = await ask(); answer.kind === 'token' && answer.token === 'first'; answer = await ask()) continue;
    expect(clock.now() - rotatedAt).toBeLessThan(60_000);
  });

  it('is not used once it is old, although nobody asked meanwhile: a pool may poll every five minutes', async () => {
    const { ask, bao, clock } = world();
    await ask();
    bao.outcome = values('second');
    await clock.advance(290_000);
    expect(await ask()).toEqual({ kind: 'token', token: 'second' });
  });
});

describe('reads', () => {
  it('are 30 s apart', async () => {
    expect(await world().readsWithin(100)).toEqual([0, 30, 60, 90]);
  });

  it('are shared by all pools that ask at once, and by those that ask later', async () => {
    const { tokenFor, bao, clock, ask } = world();
    bao.latencyMs = 500;
    const answers = Array.from({ length: 50 }, () => tokenFor(WISH, clock.now() + 2_000));
    await clock.advance(500);
    expect(new Set((await Promise.all(answers)).map((answer) => answer.kind))).toEqual(new Set(['token']));
    await ask();
    expect(bao.reads).toHaveLength(1);
  });

  it('of two secrets are two', async () => {
    const { ask, bao } = world();
    await ask();
    await ask({ namespace: 'team-b', path: 'kv/data/forgejo/team-b' });
    expect(bao.reads.map(({ place }) => place.path)).toEqual(['kv/data/forgejo/team-a', 'kv/data/forgejo/team-b']);
  });

  it('that take too long are not waited for, and serve the next call', async () => {
    const { ask, bao, clock } = world();
    bao.latencyMs = 3_500;
    const before = clock.now();
    expect(await ask()).toEqual({ kind: 'problem', problem: { kind: 'openBaoUnavailable', because: { kind: 'timeout' } } });
    expect(clock.now() - before).toBe(2_000);
    expect(await ask()).toEqual({ kind: 'token', token: 'first' });
    expect(bao.reads).toHaveLength(1);
  });

  it('that take too long leave the last token in use', async () => {
    const { ask, bao, clock } = world();
    await ask();
    await clock.advance(30_000);
    bao.latencyMs = 60_000;
    expect(await ask()).toEqual({ kind: 'token', token: 'first' });
  });

  it('of a secret that nobody asks for are forgotten, and the token with them', async () => {
    const { ask, bao, clock } = world();
    await ask();
    await clock.advance(600_000);
    bao.outcome = SEALED;
    expect(await ask()).toEqual(IS_SEALED);
  });
});

describe('while OpenBao is sealed', () => {
  it('the last token is used for five minutes and no longer', async () => {
    const { ask, bao, clock } = world();
    await ask();
    const readAt = clock.now() - 2_000;
    bao.outcome = SEALED;
    let last = await ask();
    while (last.kind === 'token') last = await ask();
    expect(last).toEqual(IS_SEALED);
    expect(clock.now() - readAt).toBe(302_000);
  });

  it('OpenBao is asked again after 5, 10, 20 and then 30 s', async () => {
    const { readsWithin, bao } = world();
    bao.outcome = SEALED;
    expect(await readsWithin(110)).toEqual([0, 6, 18, 40, 72, 104]);
  });

  it('and unsealed again, all is as before', async () => {
    const { ask, bao, clock, readsWithin } = world();
    bao.outcome = SEALED;
    await ask();
    bao.outcome = values('first');
    await clock.advance(5_000);
    expect(await ask()).toEqual({ kind: 'token', token: 'first' });
    expect(await readsWithin(60)).toEqual([37, 67]);
  });
});

describe('a refusal', () => {
  it.each([
    { outcome: DENIED, problem: { kind: 'openBaoDenied', step: 'login', status: 403 } },
    { outcome: DELETED, problem: { kind: 'openBaoSecretMissing', what: 'deleted', path: WISH.path } },
  ])('ends the use of the last token at once: $problem.kind', async ({ outcome, problem }) => {
    const { ask, bao, clock } = world();
    await ask();
    bao.outcome = outcome;
    await clock.advance(30_000);
    expect(await ask()).toEqual({ kind: 'problem', problem });
    bao.outcome = SEALED;
    await clock.advance(60_000);
    expect(await ask()).toEqual(IS_SEALED);
  });

  it('of a login is not tried again for a minute, then two, up to ten', async () => {
    const { readsWithin, bao } = world();
    bao.outcome = DENIED;
    expect(await readsWithin(2_400)).toEqual([0, 62, 184, 426, 908, 1510, 2112]);
  });

  it('for want of the secret is tried again every 30 s: it may be written any moment', async () => {
    const { readsWithin, bao } = world();
    bao.outcome = DELETED;
    expect(await readsWithin(100)).toEqual([0, 32, 64, 96]);
  });
});

describe('the list of the administrator', () => {
  it.each([
    { change: { forgejoUrl: 'https://evil.example.org' }, because: "another's token must not go to a server of the author" },
    { change: { namespace: 'team-b' }, because: "another team's secret" },
    { change: { role: 'admin' }, because: 'a role that may more' },
    { change: { path: 'kv/data/forgejo/team-b' }, because: "another team's path" },
  ])('keeps OpenBao from being asked at all for $change: $because', async ({ change }) => {
    const { ask, bao } = world();
    expect(await ask(change)).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } });
    expect(bao.reads).toEqual([]);
  });

  it('holds against a token that is in memory for another pool', async () => {
    const { ask } = world();
    await ask();
    expect(await ask({ namespace: 'team-b' })).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } });
  });

  it('takes a right away at once when a row is struck off', async () => {
    const { ask, list } = world();
    await ask();
    list.current = readAllowList(`team-b operator kv/data/forgejo/team-b ${URL}`);
    expect(await ask()).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } });
  });
});
