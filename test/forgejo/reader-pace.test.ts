import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/forgejo/reader.ts';
import { type HttpResponse, TransportError } from '../../src/forgejo/transport.ts';
import type { ForgejoView, Snapshot } from '../../src/pool/forgejo.ts';
import { ACCESS, ACME, json } from './support/answers.ts';
import { fakeServer } from './support/fake-server.ts';
import { manualClock, NOON } from './support/manual-clock.ts';

const EVERY_2S = { intervalMs: 2_000 };
const OTHER = { kind: 'organization', organization: 'other' } as const;

function world() {
  const clock = manualClock();
  const server = fakeServer(clock);
  const reader = createReader({ transport: server.transport, clock });
  /** Number of rounds (queue and list) so far. */
  const rounds = () => server.log.length / 2;
  return { clock, server, reader, rounds };
}

function snapshotOf(view: ForgejoView): Snapshot {
  if (view.kind !== 'answered') throw new Error(`unavailable: ${view.failure.kind}`);
  return view.snapshot;
}

describe('while Forgejo fails', () => {
  const down = () => json({}, 503);

  it('the server is asked after 2 s, doubling up to 60 s, whoever asks and however young a read is wanted', async () => {
    const { clock, server, reader } = world();
    server.trouble = down;
    const waits: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const view = await reader.read(ACCESS, ACME, EVERY_2S);
      expect(view).toMatchObject({ kind: 'unavailable', failure: { kind: 'serverError', status: 503 } });
      waits.push(view.nextReadAt - reader.forgejoNow(ACCESS));
      const asked = server.log.length;
      await clock.advance(view.nextReadAt - reader.forgejoNow(ACCESS) - 1);
      await reader.read(ACCESS, ACME, { intervalMs: 0, begunAfter: clock.now() });
      expect(server.log.length).toBe(asked);
      await clock.advance(1);
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  const rows: readonly { because: string; response: HttpResponse; waitsMs: number }[] = [
    { because: 'a token that is refused', response: json({ message: 'token is required' }, 401), waitsMs: 15_000 },
    { because: 'missing rights', response: json({ message: 'Must be an organization owner' }, 403), waitsMs: 15_000 },
    {
      because: 'a scope that is missing',
      response: json({ message: 'token does not have at least one of required scope(s): [read:organization]' }, 403),
      waitsMs: 15_000,
    },
    { because: 'an unknown organization', response: json({ message: 'GetOrgByName' }, 404), waitsMs: 15_000 },
    { because: 'a renamed organization', response: json({}, 307, { location: '/api/v1/orgs/new/actions/runners' }), waitsMs: 15_000 },
    { because: 'a proxy that names its time', response: json({}, 429, { 'retry-after': '45' }), waitsMs: 45_000 },
    { because: 'a proxy that names a whole day', response: json({}, 429, { 'retry-after': '86400' }), waitsMs: 300_000 },
    { because: 'a proxy that names no time', response: json({}, 429), waitsMs: 2_000 },
    { because: 'nonsense', response: json({}, 200), waitsMs: 2_000 },
    { because: 'a refusal of another kind', response: json({}, 418), waitsMs: 2_000 },
  ];
  it.each(rows)('$because waits $waitsMs ms', async ({ response, waitsMs }) => {
    const { server, reader } = world();
    server.trouble = () => response;
    const view = await reader.read(ACCESS, ACME, EVERY_2S);
    expect(view.kind).toBe('unavailable');
    expect(view.nextReadAt - reader.forgejoNow(ACCESS)).toBe(waitsMs);
  });

  it('one failing read of the two is a failure, and the queue is named first', async () => {
    const { clock, server, reader } = world();
    server.trouble = ({ url }) => (url.endsWith('/jobs') ? undefined : json({}, 401));
    expect(await reader.read(ACCESS, ACME, EVERY_2S)).toMatchObject({
      failure: { kind: 'unauthorized', path: '/api/v1/orgs/acme/actions/runners' },
    });
    await clock.advance(15_000);
    server.trouble = ({ url }) => json({}, url.endsWith('/jobs') ? 403 : 401);
    expect(await reader.read(ACCESS, ACME, EVERY_2S)).toMatchObject({
      failure: { kind: 'forbidden', path: '/api/v1/orgs/acme/actions/runners/jobs' },
    });
  });

  it('waiting for an older read that fails ends with that failure', async () => {
    const { clock, server, reader, rounds } = world();
    server.latencyMs = 100;
    server.trouble = () => json({}, 401);
    const old = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(50);
    const younger = reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    await clock.advance(50);
    expect(await younger).toEqual(await old);
    expect(rounds()).toBe(1);
  });

  it('answeringSince starts anew with the first success after it, and the back-off too', async () => {
    const { clock, server, reader } = world();
    const since = async () => snapshotOf(await reader.read(ACCESS, ACME, { intervalMs: 0 })).answeringSince;
    const start = await since();
    await clock.advance(10_000);
    expect(await since()).toBe(start);
    server.trouble = down;
    await reader.read(ACCESS, ACME, { intervalMs: 0 });
    await clock.advance(2_000);
    server.trouble = () => undefined;
    expect(await since()).toBe(NOON + 12_000 - 1_000);
    server.trouble = down;
    const view = await reader.read(ACCESS, ACME, { intervalMs: 0 });
    expect(view.nextReadAt - reader.forgejoNow(ACCESS)).toBe(2_000);
  });

  it('a transport that breaks its promise rejects, and leaves nothing under way', async () => {
    const clock = manualClock();
    const server = fakeServer(clock);
    let broken = true;
    const reader = createReader({
      clock,
      transport: (request) => (broken ? Promise.reject(new TypeError('bug')) : server.transport(request)),
    });
    await expect(reader.read(ACCESS, ACME, EVERY_2S)).rejects.toThrow('bug');
    broken = false;
    expect((await reader.read(ACCESS, ACME, EVERY_2S)).kind).toBe('answered');
  });

  it('no connection is a failure like any other', async () => {
    const clock = manualClock();
    const reader = createReader({
      clock,
      transport: () => Promise.reject(new TransportError({ kind: 'addressRefused', host: 'localhost' })),
    });
    expect(await reader.read(ACCESS, ACME, EVERY_2S)).toMatchObject({
      kind: 'unavailable',
      failure: { kind: 'addressRefused' },
      nextReadAt: NOON + 2_000,
    });
  });
});

describe('a slow Forgejo', () => {
  it.each([
    { because: 'quick answers do not stretch the interval', latencyMs: 90, intervalMs: 2_000 },
    { because: 'two answers of 300 ms take a tenth of 6 s', latencyMs: 300, intervalMs: 6_000 },
    { because: 'answers at the edge of their time-out', latencyMs: 3_900, intervalMs: 78_000 },
  ])('$because', async ({ latencyMs, intervalMs }) => {
    const { clock, server, reader, rounds } = world();
    server.latencyMs = latencyMs;
    const reading = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(latencyMs);
    const view = await reading;
    const now = reader.forgejoNow(ACCESS);
    expect(view.nextReadAt).toBe(now - latencyMs + intervalMs);
    await clock.advance(intervalMs - latencyMs - 1);
    await reader.read(ACCESS, ACME, EVERY_2S);
    expect(rounds()).toBe(1);
    await clock.advance(1);
    const next = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(latencyMs);
    await next;
    expect(rounds()).toBe(2);
  });
});

describe('memory', () => {
  it('what nobody has read for ten minutes is forgotten, what is read stays', async () => {
    const { clock, server, reader } = world();
    const since = async (scope: typeof ACME) => snapshotOf(await reader.read(ACCESS, scope, { intervalMs: 300_000 })).answeringSince;
    const start = await since(ACME);
    await since(OTHER);
    for (let passed = 0; passed < 600_000; passed += 200_000) {
      await clock.advance(200_000);
      expect(await since(ACME)).toBe(start);
    }
    expect(await since(OTHER)).toBe(NOON + 600_000 - 1_000);
    expect(server.log.length).toBeGreaterThan(0);
  });
});
