import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/forgejo/reader.ts';
import type { ForgejoView, Snapshot } from '../../src/pool/forgejo.ts';
import { ACCESS, ACME, jobRow, list, registrationOf, runnerRow } from './support/answers.ts';
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

const idsOf = (view: ForgejoView) => snapshotOf(view).registrations.map(({ id }) => id);

describe('sharing', () => {
  it('two pools of one scope are served by one queue read and one list read', async () => {
    const { clock, server, reader } = world();
    server.latencyMs = 50;
    server.jobs = [jobRow(7)];
    server.runners = [runnerRow(1)];
    const both = Promise.all([reader.read(ACCESS, ACME, EVERY_2S), reader.read(ACCESS, ACME, EVERY_2S)]);
    await clock.advance(50);
    const [first, second] = await both;
    expect(first).toEqual(second);
    expect(snapshotOf(first)).toMatchObject({ jobs: [{ id: 7 }], registrations: [registrationOf(1)], registrationsComplete: true });
    expect(server.log.toSorted()).toEqual(['GET /api/v1/orgs/acme/actions/runners', 'GET /api/v1/orgs/acme/actions/runners/jobs']);
  });

  it('what is known is answered at once, and nothing is asked for what is not', async () => {
    const { clock, reader, rounds } = world();
    expect(reader.known(ACCESS, ACME, EVERY_2S)).toBeNull();
    expect(rounds()).toBe(0);
    const view = await reader.read(ACCESS, ACME, EVERY_2S);
    expect(reader.known(ACCESS, ACME, EVERY_2S)).toEqual(view);
    expect(reader.known(ACCESS, OTHER, EVERY_2S)).toBeNull();
    expect(reader.known({ ...ACCESS, token: 'another' }, ACME, EVERY_2S)).toBeNull();
    expect(reader.known(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() + 1 })).toBeNull();
    await clock.advance(2_000);
    expect(reader.known(ACCESS, ACME, EVERY_2S)).toBeNull();
    expect(rounds()).toBe(1);
  });

  it('a read is good for the interval of whoever asks', async () => {
    const { clock, reader, rounds } = world();
    await reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(1_999);
    await reader.read(ACCESS, ACME, EVERY_2S);
    expect(rounds()).toBe(1);
    await reader.read(ACCESS, ACME, { intervalMs: 1_000 });
    expect(rounds()).toBe(2);
    await clock.advance(2_000);
    await reader.read(ACCESS, ACME, { intervalMs: 60_000 });
    expect(rounds()).toBe(2);
    await reader.read(ACCESS, ACME, EVERY_2S);
    expect(rounds()).toBe(3);
  });

  it.each([
    ['scope', ACCESS, OTHER],
    ['token', { ...ACCESS, token: 'another' }, ACME],
    ['CA', { ...ACCESS, ca: 'PEM' }, ACME],
    ['server', { ...ACCESS, url: 'https://other.example.org' }, ACME],
  ] as const)('another %s is another read', async (_, access, scope) => {
    const { reader, rounds } = world();
    await reader.read(ACCESS, ACME, EVERY_2S);
    await reader.read(access, scope, EVERY_2S);
    expect(rounds()).toBe(2);
  });

  it('an answer longer away than the interval is still served to those who waited for it', async () => {
    const { clock, server, reader, rounds } = world();
    server.latencyMs = 3_000;
    const view = reader.read(ACCESS, ACME, { intervalMs: 0 });
    await clock.advance(3_000);
    expect((await view).kind).toBe('answered');
    expect(rounds()).toBe(1);
  });
});

describe('begunAfter', () => {
  it('a younger read is begun although the interval is not over', async () => {
    const { clock, reader, rounds } = world();
    await reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(500);
    await reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    expect(rounds()).toBe(2);
    await reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    expect(rounds(), 'it began at that very moment').toBe(2);
  });

  it('one under way that began after it is joined; an older one is waited for, and one new read serves all', async () => {
    const { clock, server, reader, rounds } = world();
    server.latencyMs = 100;
    server.ahead = null;
    const old = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(10);
    const wanted = [clock.now(), clock.now() + 20, clock.now() + 40].map((begunAfter) =>
      reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter }),
    );
    await clock.advance(90);
    expect(snapshotOf(await old).jobsReadAt).toBe(NOON - 1_000);
    await clock.advance(100);
    for (const view of await Promise.all(wanted)) expect(snapshotOf(view).jobsReadAt).toBe(NOON + 100 - 1_000);
    expect(rounds()).toBe(2);

    const joining = reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    await clock.advance(50);
    const joined = reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() - 50 });
    await clock.advance(50);
    expect(await joining).toEqual(await joined);
    expect(rounds()).toBe(3);
  });
});

describe('a list that says what the one before said', () => {
  it('is that one, but not that read', async () => {
    const { clock, server, reader } = world();
    server.jobs = [jobRow(7)];
    server.runners = [runnerRow(1), runnerRow(2)];
    const before = await reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(2_000);
    const after = await reader.read(ACCESS, ACME, EVERY_2S);
    expect(snapshotOf(after).registrations).toBe(snapshotOf(before).registrations);
    expect(snapshotOf(after).jobs).toBe(snapshotOf(before).jobs);
    expect(snapshotOf(after).registrationsReadAt - snapshotOf(before).registrationsReadAt).toBe(2_000);
    expect(reader.isSameRead(before, after)).toBe(false);
    expect(reader.isSameRead(after, await reader.read(ACCESS, ACME, EVERY_2S))).toBe(true);
  });

  it('is not that read either when both have the same time: Forgejo tells its own in whole seconds', async () => {
    const { clock, server, reader } = world();
    server.runners = [runnerRow(1)];
    const before = await reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(20);
    server.trouble = ({ url }) => (url.includes('/jobs') ? undefined : list([runnerRow(1)], 2));
    const after = await reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    expect(snapshotOf(after)).toMatchObject({ registrationsReadAt: snapshotOf(before).registrationsReadAt, registrationsComplete: false });
    expect(snapshotOf(before).registrationsComplete).toBe(true);
    expect(reader.isSameRead(before, after)).toBe(false);
  });

  it('is not that read when a registration of ours came since', async () => {
    const { reader, server } = world();
    server.runners = [runnerRow(1)];
    const before = await reader.read(ACCESS, ACME, EVERY_2S);
    reader.registered(ACCESS, ACME, registrationOf(2));
    expect(reader.isSameRead(before, await reader.read(ACCESS, ACME, EVERY_2S))).toBe(false);
  });

  it('shares the rows that have not changed', async () => {
    const { clock, server, reader } = world();
    server.runners = [runnerRow(1), runnerRow(2)];
    const before = snapshotOf(await reader.read(ACCESS, ACME, EVERY_2S)).registrations;
    await clock.advance(2_000);
    server.runners = [runnerRow(2), runnerRow(3)];
    const after = snapshotOf(await reader.read(ACCESS, ACME, EVERY_2S)).registrations;
    expect(after).toEqual([registrationOf(2), registrationOf(3)]);
    expect(after[0]).toBe(before[1]);
  });
});

describe("Forgejo's time", () => {
  it.each([
    ['ahead', 90_000],
    ['behind', -90_000],
  ])('a server whose clock is %s tells its own instants', async (_, ahead) => {
    const { clock, server, reader } = world();
    server.ahead = ahead;
    server.latencyMs = 1_000;
    expect(reader.forgejoNow(ACCESS), 'nothing is known yet').toBe(NOON);
    const reading = reader.read(ACCESS, ACME, { intervalMs: 30_000 });
    await clock.advance(1_000);
    const view = await reading;
    expect(snapshotOf(view)).toMatchObject({
      jobsReadAt: NOON + ahead - 1_000,
      registrationsReadAt: NOON + ahead - 1_000,
      answeringSince: NOON + ahead - 1_000,
    });
    expect(view.nextReadAt).toBe(NOON + ahead + 30_000);
    expect(reader.forgejoNow(ACCESS)).toBe(NOON + 1_000 + ahead);
    expect(reader.forgejoNow({ ...ACCESS, url: 'https://other.example.org' })).toBe(NOON + 1_000);
  });

  it('a half second is never claimed: Date has whole ones', async () => {
    const { clock, reader } = world();
    await clock.advance(999);
    expect(snapshotOf(await reader.read(ACCESS, ACME, EVERY_2S)).jobsReadAt).toBe(NOON - 1_000);
    expect(reader.forgejoNow(ACCESS)).toBe(NOON);
  });

  it('answers without a Date leave the own clock in force, and a Date seen elsewhere counts', async () => {
    const { server, reader } = world();
    server.ahead = null;
    expect(snapshotOf(await reader.read(ACCESS, ACME, EVERY_2S)).jobsReadAt).toBe(NOON - 1_000);
    reader.noteServerDate(ACCESS, NOON + 5_000);
    reader.noteServerDate(ACCESS, null);
    expect(reader.forgejoNow(ACCESS)).toBe(NOON + 5_000);
  });
});

describe('our own writes', () => {
  it('a registration shows at once, and a removed one no longer', async () => {
    const { reader, server } = world();
    server.runners = [runnerRow(1), runnerRow(2)];
    await reader.read(ACCESS, ACME, EVERY_2S);
    reader.registered(ACCESS, ACME, registrationOf(3));
    reader.removed(ACCESS, ACME, 1);
    expect(idsOf(await reader.read(ACCESS, ACME, EVERY_2S))).toEqual([2, 3]);
    reader.removed(ACCESS, ACME, 3);
    expect(idsOf(await reader.read(ACCESS, ACME, EVERY_2S))).toEqual([2]);
  });

  it('are laid over a read that began before them, and only over that', async () => {
    const { clock, reader, server } = world();
    server.latencyMs = 100;
    server.runners = [runnerRow(1)];
    const reading = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(50);
    reader.registered(ACCESS, ACME, registrationOf(2));
    reader.removed(ACCESS, ACME, 1);
    server.runners = [runnerRow(2)];
    await clock.advance(50);
    expect(idsOf(await reading)).toEqual([2]);

    server.runners = [];
    const next = reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
    await clock.advance(100);
    expect(idsOf(await next), 'somebody deleted it meanwhile').toEqual([]);
  });

  it('a read of the same millisecond is told from the write by their order', async () => {
    const { reader, server } = world();
    server.runners = [];
    await reader.read(ACCESS, ACME, { intervalMs: 0 });
    reader.registered(ACCESS, ACME, registrationOf(2));
    expect(idsOf(await reader.read(ACCESS, ACME, { intervalMs: 0 }))).toEqual([]);
  });

  it('a row that the list shows already stays as the list has it', async () => {
    const { clock, reader, server } = world();
    server.latencyMs = 100;
    server.runners = [runnerRow(2, { status: 'idle', version: 'v12.8.2' })];
    const reading = reader.read(ACCESS, ACME, EVERY_2S);
    await clock.advance(50);
    reader.registered(ACCESS, ACME, registrationOf(2));
    await clock.advance(50);
    expect(snapshotOf(await reading).registrations).toEqual([registrationOf(2, { status: 'idle', version: 'v12.8.2', declared: true })]);
  });

  it('count for every token that sees the scope, and for no other scope', async () => {
    const { reader } = world();
    const twin = { ...ACCESS, token: 'another' };
    const views = () =>
      Promise.all([reader.read(ACCESS, ACME, EVERY_2S), reader.read(twin, ACME, EVERY_2S), reader.read(ACCESS, OTHER, EVERY_2S)]);
    await views();
    reader.registered(ACCESS, ACME, registrationOf(5));
    expect((await views()).map(idsOf)).toEqual([[5], [5], []]);
  });
});
