import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/forgejo/call.ts';
import { listRegistrations } from '../../src/forgejo/list-registrations.ts';
import type { Transport } from '../../src/forgejo/transport.ts';
import { ACCESS, ACME, json, list, recorder, runnerRow } from './support/answers.ts';
import { manualClock } from './support/manual-clock.ts';

function connection(transport: Transport): Connection {
  return { transport, clock: manualClock(), access: ACCESS };
}

describe('a list whose rows and count differ', () => {
  /** 120 rows, served whole or in pages that slide by `slide` rows at each page after the first. */
  function moving(options: {
    readonly wholeRows: (read: number) => number;
    readonly slide: number;
    readonly count?: (page: number) => number;
  }) {
    const all = Array.from({ length: 120 }, (_, id) => runnerRow(id + 1));
    let wholeReads = 0;
    return recorder(({ url }) => {
      const query = new URL(url).searchParams;
      const page = Number(query.get('page') ?? 0);
      if (page === 0) {
        wholeReads += 1;
        return list(all.slice(0, options.wholeRows(wholeReads)), all.length);
      }
      expect(query.get('limit')).toBe('50');
      const start = (page - 1) * 50 + (page > 1 ? options.slide : 0);
      return list(all.slice(start, start + 50), options.count?.(page) ?? all.length);
    });
  }

  it('is read again, and whole is whole', async () => {
    const { transport, requests } = moving({ wholeRows: (read) => (read === 1 ? 119 : 120), slide: 0 });
    const answer = await listRegistrations(connection(transport), ACME);
    expect(answer.ok && [answer.value.rows.length, answer.value.complete]).toEqual([120, true]);
    expect(requests).toHaveLength(2);
  });

  it('is walked in pages when it stays so; a walk that finds every row proves absence', async () => {
    const { transport, requests } = moving({ wholeRows: () => 119, slide: 0 });
    const answer = await listRegistrations(connection(transport), ACME);
    expect(answer.ok && [answer.value.rows.length, answer.value.complete]).toEqual([120, true]);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(['', '', '?page=1&limit=50', '?page=2&limit=50', '?page=3&limit=50']);
  });

  it('rows that slide past a page make the walk incomplete, and the doubled ones count once', async () => {
    const missed = await listRegistrations(connection(moving({ wholeRows: () => 119, slide: 3 }).transport), ACME);
    expect(missed.ok && [missed.value.rows.length, missed.value.complete]).toEqual([117, false]);
    const doubled = await listRegistrations(connection(moving({ wholeRows: () => 119, slide: -50 }).transport), ACME);
    expect(doubled.ok && [doubled.value.rows.length, doubled.value.complete]).toEqual([50, false]);
  });

  it('a count that changes between pages proves nothing', async () => {
    const { transport } = moving({ wholeRows: () => 119, slide: 0, count: (page) => (page === 2 ? 121 : 120) });
    const answer = await listRegistrations(connection(transport), ACME);
    expect(answer.ok && [answer.value.rows.length, answer.value.complete]).toEqual([120, false]);
  });

  it('a failure on the way is the failure of the list', async () => {
    const { transport } = recorder(({ url }) =>
      url.includes('page=2') ? json({}, 401) : list([runnerRow(url.includes('page=1') ? 2 : 1)], 3),
    );
    expect(await listRegistrations(connection(transport), ACME)).toMatchObject({ ok: false, failure: { kind: 'unauthorized' } });
  });

  it('the walk ends with the budget', async () => {
    const clock = manualClock();
    const { transport, requests } = recorder(async ({ url }) => {
      await clock.sleep(1_500);
      return list([runnerRow(Number(new URL(url).searchParams.get('page') ?? 0))], 1_000);
    });
    const answer = listRegistrations({ transport, clock, access: ACCESS }, ACME);
    await clock.advance(60_000);
    expect(await answer).toMatchObject({ ok: true, value: { complete: false } });
    expect(requests).toHaveLength(4);
  });
});
