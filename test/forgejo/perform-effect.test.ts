import { describe, expect, it } from 'vitest';
import { perform } from '../../src/forgejo/perform.ts';
import { TransportError } from '../../src/forgejo/transport.ts';
import type { Effect } from '../../src/pool/model.ts';
import { ACCESS, ACME, json, registrationOf, runnerRow } from './support/answers.ts';
import { type Answer, ASK, DATE, DEREGISTER, GONE, NO_CONTENT, OWNERSHIP, REGISTER, REPORT, world } from './support/effect-world.ts';
import { NOON } from './support/manual-clock.ts';

const lost = new TransportError({ kind: 'unreachable', code: 'ECONNRESET' });
const slow = new TransportError({ kind: 'timeout' });

describe('register', () => {
  it('tells the token once, and every later view has the row', async () => {
    const { deps, registered, ids, reader } = world(() => json({ id: 8, uuid: 'uuid-8', token: 'secret' }, 201, DATE));
    expect(await ids()).toEqual([7]);
    const registration = { id: 8, uuid: 'uuid-8' };
    expect(await perform([REGISTER], deps)).toEqual([{ kind: 'registered', effect: REGISTER, registration, issuedAt: NOON + 1_000 }]);
    expect(registered).toEqual([{ effect: REGISTER, registration, token: 'secret', issuedAt: NOON + 1_000 }]);
    const view = await reader.read(ACCESS, ACME, { intervalMs: 60_000 });
    const row = registrationOf(8, { name: 'pool-a', ownership: OWNERSHIP });
    expect(view).toMatchObject({ snapshot: { registrations: [registrationOf(7), row] } });
  });

  it("an answer without a Date is issued at Forgejo's time as last known", async () => {
    const { deps, reader } = world(() => json({ id: 8, uuid: 'uuid-8', token: 'secret' }, 201));
    reader.noteServerDate(ACCESS, NOON + 5_000);
    expect(await perform([REGISTER], deps)).toMatchObject([{ issuedAt: NOON + 6_000 }]);
  });

  const rows: readonly { because: string; answer: Answer; kind: string; ambiguous: boolean }[] = [
    { because: 'the answer was lost', answer: lost, kind: 'unreachable', ambiguous: true },
    { because: 'the answer was not waited for', answer: slow, kind: 'timeout', ambiguous: true },
    { because: 'a proxy gave up', answer: json({}, 504), kind: 'serverError', ambiguous: true },
    { because: 'the answer can not be read', answer: json({ id: 8, token: 'secret' }, 201), kind: 'nonsense', ambiguous: true },
    {
      because: 'no connection was made',
      answer: new TransportError({ kind: 'unreachable', code: 'ECONNREFUSED' }),
      kind: 'unreachable',
      ambiguous: false,
    },
    { because: 'the token is wrong', answer: json({}, 401), kind: 'unauthorized', ambiguous: false },
    {
      because: 'the token is narrow',
      answer: json({ message: 'token does not have at least one of required scope(s): [write:organization]' }, 403),
      kind: 'scopeTooNarrow',
      ambiguous: false,
    },
    { because: 'the user has no right', answer: json({}, 403), kind: 'forbidden', ambiguous: false },
    { because: 'there is no such scope', answer: json({}, 404), kind: 'notFound', ambiguous: false },
    { because: 'the scope was renamed', answer: json({}, 307), kind: 'moved', ambiguous: false },
    { because: 'the name is refused', answer: json({}, 422), kind: 'rejected', ambiguous: false },
    { because: 'a proxy is busy', answer: json({}, 429), kind: 'throttled', ambiguous: false },
    {
      because: 'the address is refused',
      answer: new TransportError({ kind: 'addressRefused', host: 'x' }),
      kind: 'addressRefused',
      ambiguous: false,
    },
  ];
  it.each(rows)('fails ($kind) because $because', async ({ answer, kind, ambiguous }) => {
    const { deps, registered, requests } = world(() => answer);
    expect(await perform([REGISTER], deps)).toMatchObject([{ kind: 'failed', effect: REGISTER, failure: { kind }, ambiguous }]);
    expect(registered).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

describe('ask and report', () => {
  const foreign = json({ code: 'internal', message: 'invalid runner for task' }, 500, DATE);
  const unregistered = json({ code: 'unauthenticated', message: 'unregistered runner' }, 401, DATE);
  const rows: readonly { because: string; effect: Effect; answer: Answer; outcome: object }[] = [
    {
      because: 'the runner holds the task',
      effect: ASK,
      answer: json({ ackIndex: '3' }, 200, DATE),
      outcome: { kind: 'asked', holds: true, at: NOON },
    },
    { because: 'it does not', effect: ASK, answer: foreign, outcome: { kind: 'asked', holds: false, at: NOON } },
    { because: 'its row is gone', effect: ASK, answer: unregistered, outcome: { kind: 'asked', holds: false, at: NOON } },
    {
      because: 'a lost answer to a question changes nothing',
      effect: ASK,
      answer: lost,
      outcome: { kind: 'failed', failure: { kind: 'unreachable' }, ambiguous: false },
    },
    { because: 'the report is taken', effect: REPORT, answer: json({ ackIndex: '3' }, 200, DATE), outcome: { kind: 'reported' } },
    { because: 'an earlier report was taken', effect: REPORT, answer: unregistered, outcome: { kind: 'reported' } },
    {
      because: 'it is not its task',
      effect: REPORT,
      answer: foreign,
      outcome: { kind: 'failed', failure: { kind: 'rejected', status: 500 }, ambiguous: false },
    },
    {
      because: 'the report was lost',
      effect: REPORT,
      answer: slow,
      outcome: { kind: 'failed', failure: { kind: 'timeout' }, ambiguous: true },
    },
    {
      because: 'Actions are off',
      effect: REPORT,
      answer: json({}, 404),
      outcome: { kind: 'failed', failure: { kind: 'notFound' }, ambiguous: false },
    },
  ];
  it.each(rows)('$effect.kind: $because', async ({ effect, answer, outcome }) => {
    const { deps } = world(() => answer);
    expect(await perform([effect], deps)).toMatchObject([{ effect, ...outcome }]);
  });

  it.each([ASK, REPORT])('$kind without credentials asks nobody', async (known) => {
    const effect = { ...known, runner: 'pool-b' };
    const { deps, requests } = world(() => undefined);
    expect(await perform([effect], deps)).toMatchObject([
      { kind: 'failed', effect, failure: { kind: 'unauthorized', method: 'POST' }, ambiguous: false },
    ]);
    expect(requests).toEqual([]);
  });
});

describe('deregister', () => {
  const hidden = json({ message: "The target couldn't be found." }, 404, DATE);
  const foreign = json({ message: 'No permission to delete this runner' }, 404, DATE);
  const idle = json(runnerRow(7, { status: 'idle' }), 200, DATE);
  const rows: readonly {
    because: string;
    get: Answer;
    del?: Answer;
    when?: readonly ('offline' | 'idle')[];
    outcome: object;
    left: readonly number[];
  }[] = [
    { because: 'an idle row is deleted', get: idle, del: NO_CONTENT, outcome: { kind: 'deregistered' }, left: [] },
    { because: 'it is gone already', get: GONE, outcome: { kind: 'deregistered' }, left: [] },
    { because: 'it went between GET and DELETE', get: idle, del: GONE, outcome: { kind: 'deregistered' }, left: [] },
    {
      because: 'its id is another runner by now, which stays',
      get: json(runnerRow(7, { uuid: 'other' }), 200, DATE),
      outcome: { kind: 'deregistered' },
      left: [7],
    },
    {
      because: 'a busy row is spared',
      get: json(runnerRow(7, { status: 'active' }), 200, DATE),
      outcome: { kind: 'spared', status: 'active' },
      left: [7],
    },
    {
      because: 'an idle row is spared when only offline ones may go',
      get: idle,
      when: ['offline'],
      outcome: { kind: 'spared', status: 'idle' },
      left: [7],
    },
    {
      because: 'a hidden scope says nothing about the row',
      get: hidden,
      outcome: { kind: 'failed', failure: { kind: 'notFound', what: 'target' }, ambiguous: false },
      left: [7],
    },
    {
      because: 'the scope was hidden before the DELETE',
      get: idle,
      del: hidden,
      outcome: { kind: 'failed', failure: { what: 'target' }, ambiguous: false },
      left: [7],
    },
    {
      because: 'the row belongs to another scope',
      get: idle,
      del: foreign,
      outcome: { kind: 'failed', failure: { kind: 'notOurs' }, ambiguous: false },
      left: [7],
    },
    { because: 'the look was lost', get: lost, outcome: { kind: 'failed', failure: { kind: 'unreachable' }, ambiguous: false }, left: [7] },
    {
      because: 'the answer to the DELETE was lost',
      get: idle,
      del: lost,
      outcome: { kind: 'failed', failure: { kind: 'unreachable' }, ambiguous: true },
      left: [7],
    },
  ];
  it.each(rows)('$because', async ({ get, del, when, outcome, left }) => {
    const { deps, ids } = world(({ method }) => (method === 'GET' ? get : del));
    const effect: Effect = { ...DEREGISTER, whenStatus: when ?? DEREGISTER.whenStatus };
    expect(await ids()).toEqual([7]);
    expect(await perform([effect], deps)).toMatchObject([{ effect, ...outcome }]);
    expect(await ids()).toEqual(left);
  });
});
