import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/forgejo/call.ts';
import { createRegistration, deleteRegistration, listJobs } from '../../src/forgejo/client.ts';
import { type Transport, TransportError } from '../../src/forgejo/transport.ts';
import { ACCESS, ACME, json, recorder } from './support/answers.ts';
import { manualClock } from './support/manual-clock.ts';

function connection(transport: Transport, changes: Partial<Connection> = {}): Connection {
  return { transport, clock: manualClock(), access: ACCESS, ...changes };
}

describe('trying again', () => {
  const broken = () => Promise.reject(new TransportError({ kind: 'unreachable', code: 'ECONNRESET' }));

  it.each([
    ['a broken connection', broken],
    ['a time-out', () => Promise.reject(new TransportError({ kind: 'timeout' }))],
    ['a bad gateway', async () => json({}, 502)],
  ])('a GET that meets %s is repeated once', async (_, first) => {
    const { transport, requests } = recorder((__, index) => (index === 0 ? first() : json(null)));
    expect(await listJobs(connection(transport), ACME)).toMatchObject({ ok: true });
    expect(requests).toHaveLength(2);
  });

  it('no more than once', async () => {
    const { transport, requests } = recorder(broken);
    expect(await listJobs(connection(transport), ACME)).toMatchObject({ ok: false, failure: { kind: 'unreachable', code: 'ECONNRESET' } });
    expect(requests).toHaveLength(2);
  });

  it('a DELETE whose first answer was lost finds the runner gone', async () => {
    const gone = json({ message: 'runner with ID 7: resource does not exist' }, 404);
    const { transport } = recorder((_, index) => (index === 0 ? broken() : gone));
    expect(await deleteRegistration(connection(transport), ACME, 7)).toMatchObject({
      ok: false,
      failure: { kind: 'notFound', what: 'runner' },
    });
  });

  it('a POST never', async () => {
    const { transport, requests } = recorder(broken);
    await createRegistration(connection(transport), ACME, { name: 'r', description: '', ephemeral: true });
    expect(requests).toHaveLength(1);
  });

  it('a refusal never', async () => {
    const { transport, requests } = recorder(() => json({ message: 'user should be the site admin' }, 403));
    await listJobs(connection(transport), { kind: 'instance' });
    expect(requests).toHaveLength(1);
  });

  it('only within the budget, and the second request gets what is left of it', async () => {
    const clock = manualClock();
    const { transport, requests } = recorder(async ({ timeoutMs }) => {
      await clock.sleep(timeoutMs);
      throw new TransportError({ kind: 'timeout' });
    });
    const answer = listJobs({ transport, clock, access: ACCESS }, ACME);
    await clock.advance(20_000);
    expect(await answer).toMatchObject({ ok: false, failure: { kind: 'timeout', afterMs: 2_000 } });
    expect(requests.map(({ timeoutMs }) => timeoutMs)).toEqual([4_000, 2_000]);

    const short = listJobs({ transport, clock, access: ACCESS, timeoutMs: 1_000, budgetMs: 1_200 }, ACME);
    await clock.advance(20_000);
    expect(await short).toMatchObject({ ok: false, failure: { kind: 'timeout', afterMs: 1_000 } });
    expect(requests).toHaveLength(3);
  });

  it('a transport that throws anything but a TransportError is a bug and shows', async () => {
    await expect(
      listJobs(
        connection(() => Promise.reject(new TypeError('bug'))),
        ACME,
      ),
    ).rejects.toThrow('bug');
  });
});
