import { describe, expect, it } from 'vitest';
import { getRepositoryId } from '../../src/forgejo/client.ts';
import { createRepositoryDirectory, type RepositoryLookup, type RepositoryName } from '../../src/forgejo/repositories.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../../src/forgejo/transport.ts';
import { ACCESS, json, recorder } from './support/answers.ts';
import { type ManualClock, manualClock, NOON } from './support/manual-clock.ts';
import { recordings, replay } from './support/recordings.ts';

const APP = { owner: 'acme', name: 'app' };
const OTHER = { owner: 'acme', name: 'other' };
const MINUTE = 60_000;

function world(answer: (path: string, index: number) => HttpResponse | Promise<HttpResponse>, clock: ManualClock = manualClock()) {
  const { transport, requests } = recorder((request: HttpRequest, index) => answer(new URL(request.url).pathname, index));
  const directory = createRepositoryDirectory({ transport, clock });
  const paths = () => requests.map(({ url }) => new URL(url).pathname.replace('/api/v1/repos/', ''));
  const lookUp = (names: readonly RepositoryName[], access = ACCESS, ms = 4_500) => directory.lookUp(access, names, clock.now() + ms);
  return { clock, directory, lookUp, paths };
}

function found(id: number): RepositoryLookup {
  return { kind: 'found', id };
}

const TOO_NARROW = json({ message: 'token does not have at least one of required scope(s): [read:repository]' }, 403);

describe('the id of a repository', () => {
  const server = { access: { url: 'http://127.0.0.1:3300', token: 'DEV_REPO_SECRET' }, clock: manualClock() };
  it.each([
    { because: 'it is the one that the token is for', repository: { owner: 'acme', name: 'secret' }, answer: { ok: true, value: 2 } },
    { because: 'it is another, and public', repository: { owner: 'dev', name: 'own' }, answer: { ok: true, value: 4 } },
    {
      because: 'it is another, and private',
      repository: { owner: 'dev', name: 'priv' },
      answer: { ok: false, failure: { kind: 'notFound' } },
    },
  ])('is read as it was recorded: $because', async ({ repository, answer }) => {
    const transport = replay(recordings('misc.jsonl'));
    expect(await getRepositoryId({ ...server, transport }, repository)).toMatchObject(answer);
  });

  it.each([
    {
      because: 'it was renamed',
      response: json(null, 301, { location: '/api/v1/repos/acme/new' }),
      failure: { kind: 'moved', location: '/api/v1/repos/acme/new' },
    },
    { because: 'its owner was renamed', response: json(null, 307, { location: '/api/v1/repos/new/app' }), failure: { kind: 'moved' } },
    { because: 'the token lacks a scope', response: TOO_NARROW, failure: { kind: 'scopeTooNarrow', required: ['read:repository'] } },
    { because: 'the answer has no id', response: json({ name: 'app' }), failure: { kind: 'nonsense' } },
    { because: 'the id is none', response: json({ id: 0 }), failure: { kind: 'nonsense' } },
  ])('is not guessed: $because', async ({ response, failure }) => {
    const { transport, requests } = recorder(() => response);
    expect(await getRepositoryId({ transport, clock: manualClock(), access: ACCESS }, APP)).toMatchObject({ ok: false, failure });
    expect(requests).toHaveLength(1);
  });

  it('is asked for by a name that no URL parser folds', async () => {
    const { lookUp, paths } = world(() => json({ id: 1 }));
    await lookUp([{ owner: 'a b', name: '..' }]);
    expect(paths()).toEqual(['a%20b/%252E%252E']);
  });
});

describe('names that are looked up', () => {
  it('are known for good, however they are written', async () => {
    const { clock, lookUp, paths } = world((path) => json({ id: path.endsWith('app') ? 17 : 18 }));
    expect(await lookUp([APP, OTHER])).toEqual([found(17), found(18)]);
    for (let hour = 0; hour < 24; hour += 1) {
      await clock.advance(30 * MINUTE);
      expect(await lookUp([OTHER, { owner: 'Acme', name: 'APP' }])).toEqual([found(18), found(17)]);
    }
    expect(paths()).toEqual(['acme/app', 'acme/other']);
  });

  it.each([
    { because: 'another token may see others', access: { ...ACCESS, token: 'another' } },
    { because: 'another server has others', access: { ...ACCESS, url: 'https://other.example.org' } },
    { because: 'the same host may have two servers', access: { ...ACCESS, url: `${ACCESS.url}/Git` } },
  ])('are asked for again: $because', async ({ access }) => {
    const { lookUp, paths } = world((_, index) => json({ id: index + 1 }));
    expect(await lookUp([APP])).toEqual([found(1)]);
    expect(await lookUp([APP], access)).toEqual([found(2)]);
    expect(await lookUp([APP])).toEqual([found(1)]);
    expect(paths()).toHaveLength(2);
  });

  it('are forgotten an hour after the last pool that named them', async () => {
    const { clock, lookUp, paths } = world(() => json({ id: 1 }));
    await lookUp([APP]);
    await clock.advance(60 * MINUTE);
    await lookUp([OTHER]);
    await lookUp([APP]);
    expect(paths()).toEqual(['acme/app', 'acme/other', 'acme/app']);
  });

  it('are asked for once by all who ask at the same time', async () => {
    const clock = manualClock();
    const { lookUp, paths } = world(() => clock.sleep(50).then(() => json({ id: 1 })), clock);
    const both = Promise.all([lookUp([APP, APP]), lookUp([APP])]);
    await clock.advance(50);
    expect(await both).toEqual([[found(1), found(1)], [found(1)]]);
    expect(paths()).toHaveLength(1);
  });

  it('are asked for in parts when they are many', async () => {
    const { lookUp, paths } = world(() => json({ id: 5 }));
    const names = Array.from({ length: 40 }, (_, index) => ({ owner: 'acme', name: `r${index}` }));
    const first = await lookUp(names);
    expect(first.filter(({ kind }) => kind === 'found')).toHaveLength(16);
    expect(first.at(-1)).toEqual({ kind: 'unknown', failure: null });
    await lookUp(names);
    expect((await lookUp(names)).every(({ kind }) => kind === 'found')).toBe(true);
    expect(paths()).toHaveLength(40);
  });
});

describe('a name that could not be looked up', () => {
  it.each([
    { because: 'the token lacks a scope', answer: () => TOO_NARROW, kind: 'scopeTooNarrow', asks: 1 },
    {
      because: 'there is no such repository',
      answer: () => json({ message: "The target couldn't be found." }, 404),
      kind: 'notFound',
      asks: 1,
    },
    { because: 'Forgejo is in trouble, and is asked twice', answer: () => json({}, 502), kind: 'serverError', asks: 2 },
    {
      because: 'there is no connection, and it is tried twice',
      answer: () => Promise.reject(new TransportError({ kind: 'unreachable', code: 'ECONNREFUSED' })),
      kind: 'unreachable',
      asks: 2,
    },
  ])('is asked for again after a minute, and not before: $because', async ({ answer, kind, asks }) => {
    let mended = false;
    const { clock, lookUp, paths } = world(() => (mended ? json({ id: 7 }) : answer()));
    const failed = [{ kind: 'unknown', failure: expect.objectContaining({ kind, method: 'GET', path: '/api/v1/repos/acme/app' }) }];
    expect(await lookUp([APP])).toEqual(failed);
    mended = true;
    await clock.advance(MINUTE - 1);
    expect(await lookUp([APP])).toEqual(failed);
    expect(paths()).toHaveLength(asks);
    await clock.advance(1);
    expect(await lookUp([APP])).toEqual([found(7)]);
  });

  it('holds nobody up longer than he can wait, and is known to the next call', async () => {
    const clock = manualClock();
    const { lookUp, paths } = world(
      (path) => (path.endsWith('app') ? clock.sleep(3_000).then(() => json({ id: 7 })) : json({ id: 8 })),
      clock,
    );
    const early = lookUp([APP, OTHER], ACCESS, 1_000);
    await clock.advance(1_000);
    expect(await early).toEqual([{ kind: 'unknown', failure: null }, found(8)]);
    await clock.advance(2_000);
    expect(await lookUp([APP], ACCESS, 0)).toEqual([found(7)]);
    expect(paths()).toHaveLength(2);
    expect(clock.now()).toBe(NOON + 3_000);
  });

  it('fails without the token in it', async () => {
    const { lookUp } = world(() => json({ message: `access token does not exist [sha: ${ACCESS.token}]` }, 401));
    const answer = await lookUp([APP]);
    expect(answer).toMatchObject([{ failure: { kind: 'unauthorized' } }]);
    expect(JSON.stringify(answer)).not.toContain(ACCESS.token);
  });
});
