import { describe, expect, it } from 'vitest';
import { type AllowList, readAllowList } from '../../src/openbao/allow-list.ts';
import type { ReadOutcome } from '../../src/openbao/answers.ts';
import type { SecretPlace } from '../../src/openbao/secrets.ts';
import { createTokenSource, type SourceTurn } from '../../src/openbao/token-source.ts';
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
  const turns: SourceTurn[] = [];
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
    onTurn: (turn) => void turns.push(turn),
  });

  /** As a sync asks: what it gets, at the end of the two seconds that it waits at most. */
  async function ask(changes: Partial<typeof WISH> = {}, begunAfter?: number) {
    const until = clock.now() + 2_000;
    const asked = source.tokenFor({ ...WISH, ...changes }, { until, ...(begunAfter !== undefined && { begunAfter }) });
    await clock.advance(2_000);
    const answer = await asked;
    return answer.kind === 'token' ? { kind: answer.kind, token: answer.token } : answer;
  }

  /** Seconds after the beginning at which a read began, while a pool asks every second. */
  async function readsWithin(seconds: number): Promise<readonly number[]> {
    const before = bao.reads.length;
    for (let passed = 0; passed < seconds; passed += 2) await ask();
    return bao.reads.slice(before).map(({ at }) => Math.round(at / 1000));
  }

  /** In seconds, after the beginning: when a pool is called again. */
  async function againAt(): Promise<number> {
    const answer = await source.tokenFor(WISH, { until: clock.now() });
    return answer.kind === 'token' ? (answer.againAt - start) / 1000 : expect.fail(answer.problem.kind);
  }

  return { clock, bao, list, turns, ask, readsWithin, againAt, source };
}

/** What the sources in use are at, with the age of their tokens in seconds. */
function states({ source }: Pick<ReturnType<typeof world>, 'source'>): readonly string[] {
  return source.inUse().map(({ state, ageMs }) => (ageMs === null ? state : `${state} ${ageMs / 1000}`));
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
    const { source, bao, clock, ask } = world();
    bao.latencyMs = 500;
    const answers = Array.from({ length: 50 }, () => source.tokenFor(WISH, { until: clock.now() + 2_000 }));
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

describe('a pool that waits for its end', () => {
  /** Refused for so long that OpenBao is left alone for ten minutes, one of which has passed. */
  async function refused() {
    const lab = world();
    lab.bao.outcome = DENIED;
    await lab.readsWithin(1_520);
    await lab.clock.advance(50_000);
    const before = lab.bao.reads.length;
    return { ...lab, deletedAt: lab.clock.now(), reads: () => lab.bao.reads.length - before };
  }

  it('asks OpenBao each 10 s, however long it would be left alone otherwise', async () => {
    const { ask, deletedAt, reads } = await refused();
    for (let second = 0; second < 60; second += 2) await ask({}, deletedAt);
    expect(reads()).toBe(6);
  });

  it('has its token as soon as OpenBao gives it', async () => {
    const { ask, bao, deletedAt } = await refused();
    bao.outcome = values('first');
    expect(await ask({}, deletedAt)).toEqual({ kind: 'token', token: 'first' });
  });

  it('is told when a refusal is older than its end, for OpenBao has not been asked since', async () => {
    const { ask, clock, bao } = world();
    const refusal = { kind: 'problem', problem: { kind: 'openBaoDenied', step: 'login', status: 403 } };
    bao.outcome = DENIED;
    await ask();
    const deletedAt = clock.now();
    expect(await ask({}, deletedAt)).toEqual({ ...refusal, outdated: true });
    bao.latencyMs = 3_500;
    await clock.advance(6_000);
    expect(await ask({}, deletedAt), 'its answer is late').toEqual({ ...refusal, outdated: true });
    expect(await ask({}, deletedAt)).toEqual(refusal);
    expect(bao.reads).toHaveLength(2);
  });

  it('keeps no other pool of that secret waiting longer for it', async () => {
    const { ask, deletedAt, bao, clock, readsWithin } = await refused();
    for (let second = 0; second < 60; second += 2) await ask({}, deletedAt);
    bao.outcome = values('first');
    await clock.advance(480_000);
    expect(await readsWithin(10)).toHaveLength(1);
  });

  it('has asked for the other pools too, which do not ask again within seconds', async () => {
    const { ask, bao, clock } = world();
    bao.outcome = DENIED;
    await ask();
    const deletedAt = clock.now();
    await clock.advance(57_000);
    await ask({}, deletedAt);
    for (let second = 0; second < 10; second += 2) await ask();
    expect(bao.reads.map(({ at }) => Math.round(at / 1000))).toEqual([0, 59, 65]);
  });

  it('does not ask more often than others while there is a token', async () => {
    const { ask, clock, bao } = world();
    const deletedAt = clock.now();
    for (let second = 0; second < 60; second += 2) await ask({}, deletedAt);
    expect(bao.reads).toHaveLength(2);
  });
});

describe('a pool is called again', () => {
  it('when its secret is to be read: a new token is in use within a minute, however seldom it polls', async () => {
    const { ask, againAt } = world();
    await ask();
    expect(await againAt()).toBe(30);
  });

  it('in five seconds for a read that is under way: not at once, over and over', async () => {
    const { ask, againAt, bao, clock } = world();
    await ask();
    await clock.advance(28_000);
    bao.latencyMs = 4_000;
    await ask();
    expect(await againAt()).toBe(32 + 5);
  });

  it('when OpenBao is to be asked again that does not answer', async () => {
    const { ask, againAt, bao, clock } = world();
    await ask();
    await clock.advance(28_000);
    bao.outcome = SEALED;
    await ask();
    expect(await againAt()).toBe(35.002);
  });
});

describe('a token that Forgejo refuses', () => {
  it('is read again after 5, 10, 20 and then every 30 s', async () => {
    const { ask, bao, source } = world();
    for (let second = 0; second < 100; second += 1) {
      const answer = await ask();
      if (answer.kind === 'token') source.rejected(WISH, answer.token);
    }
    expect(bao.reads.map(({ at }) => at / 1000).slice(0, 6)).toEqual([0, 6, 16, 36, 66, 96]);
  });

  it('is read again no more often when another pool has another wrong key of that secret', async () => {
    const { ask, bao, source } = world();
    bao.outcome = {
      kind: 'read',
      values: new Map([
        ['token', 'first'],
        ['user', 'robot'],
      ]),
    };
    for (let second = 0; second < 100; second += 4) {
      for (const key of ['token', 'user']) {
        const answer = await ask({ key });
        if (answer.kind === 'token') source.rejected({ ...WISH, key }, answer.token);
      }
    }
    expect(bao.reads.map(({ at }) => at / 1000).slice(0, 6)).toEqual([0, 6, 16, 36, 66, 96]);
  });

  it('is replaced within seconds when OpenBao has another, which is read as seldom as any', async () => {
    const { ask, bao, source, clock, readsWithin } = world();
    await ask();
    const again = source.rejected(WISH, 'first');
    bao.outcome = values('second');
    expect(again - clock.now()).toBe(3_000);
    await clock.advance(3_000);
    expect(await ask()).toEqual({ kind: 'token', token: 'second' });
    expect(await readsWithin(58)).toEqual([35]);
  });

  it('that is replaced already needs no read', async () => {
    const { ask, bao, source, clock } = world();
    await ask();
    bao.outcome = values('second');
    await clock.advance(28_000);
    await ask();
    expect(source.rejected(WISH, 'first')).toBe(clock.now());
    await ask();
    expect(bao.reads).toHaveLength(2);
  });

  it('does not make an OpenBao that does not answer be asked more often', async () => {
    const { ask, bao, source, clock } = world();
    await ask();
    await clock.advance(28_000);
    bao.outcome = SEALED;
    for (let second = 0; second < 100; second += 2) {
      await ask();
      source.rejected(WISH, 'first');
    }
    expect(bao.reads.map(({ at }) => Math.round(at / 1000))).toEqual([0, 30, 36, 48, 70, 102]);
  });

  it('of a secret that nobody knows of is no more than a wish to be called again', () => {
    const { source, clock, bao } = world();
    expect(source.rejected(WISH, 'first')).toBe(clock.now());
    expect(bao.reads).toEqual([]);
  });
});

describe('what is told of a source', () => {
  it('is each change once, from the first trouble to its end', async () => {
    const { turns, ask, bao, readsWithin, clock } = world();
    await readsWithin(70);
    expect(turns).toEqual([]);
    bao.outcome = SEALED;
    await readsWithin(100);
    bao.outcome = DENIED;
    await readsWithin(200);
    bao.outcome = values('second');
    await clock.advance(600_000);
    await ask();
    const place = { role: 'operator', path: 'kv/data/forgejo/team-a' };
    expect(turns).toEqual([
      { ...place, from: 'good', refusal: SEALED },
      { ...place, from: 'unavailable', refusal: DENIED },
    ]);
  });

  it('is the end of trouble', async () => {
    const { turns, ask, bao, clock } = world();
    bao.outcome = DENIED;
    await ask();
    bao.outcome = values('second');
    await clock.advance(62_000);
    await ask();
    expect(turns.map(({ from, refusal }) => [from, refusal?.kind ?? 'good'])).toEqual([
      [null, 'denied'],
      ['denied', 'good'],
    ]);
  });

  it('is how old its token is, and whether OpenBao still stands behind it', async () => {
    const lab = world();
    await lab.ask();
    expect(states(lab)).toEqual(['good 2']);
    lab.bao.outcome = SEALED;
    await lab.readsWithin(200);
    expect(states(lab)).toEqual(['kept 202']);
    await lab.readsWithin(100);
    expect(states(lab)).toEqual(['unavailable']);
  });

  it('is nothing once no pool asks for it: another replica has the calls', async () => {
    const lab = world();
    lab.bao.outcome = DENIED;
    await lab.ask();
    expect(states(lab)).toEqual(['denied']);
    await lab.clock.advance(118_000);
    expect(states(lab)).toEqual([]);
  });
});

it('a read that breaks fails its call, and is not tried again at once', async () => {
  const clock = manualClock();
  let reads = 0;
  const read = () => {
    reads += 1;
    return Promise.reject(new Error('no transport throws this'));
  };
  const source = createTokenSource({ reader: { read }, allowList: () => readAllowList(ROWS), clock });
  await expect(source.tokenFor(WISH, { until: clock.now() + 2_000 })).rejects.toThrow('no transport');
  expect(await source.tokenFor(WISH, { until: clock.now() + 2_000 })).toMatchObject({ problem: { kind: 'openBaoUnavailable' } });
  await clock.advance(10_000);
  await expect(source.tokenFor(WISH, { until: clock.now() + 2_000 })).rejects.toThrow('no transport');
  expect(reads).toBe(2);
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

  it('takes it away also from a call that waits for OpenBao', async () => {
    const { source, list, bao, clock } = world();
    bao.latencyMs = 1_000;
    const answer = source.tokenFor(WISH, { until: clock.now() + 2_000 });
    await clock.advance(500);
    list.current = readAllowList(`team-b operator kv/data/forgejo/team-b ${URL}`);
    await clock.advance(500);
    expect(await answer).toEqual({ kind: 'problem', problem: { kind: 'tokenSourceNotAllowed' } });
  });
});
