import { describe, expect, it } from 'vitest';
import { aRegistry } from './support/scrape.ts';

const PREFIX = 'forgejo_runner_operator_openbao_';

describe('the meters of OpenBao', () => {
  it('count questions by kind and outcome', async () => {
    const { openBao, scrape } = aRegistry();
    openBao.asked({ endpoint: 'read', outcome: 'good' });
    openBao.asked({ endpoint: 'read', outcome: 'good' });
    openBao.asked({ endpoint: 'login', outcome: 'keysUnreachable' });
    expect(await scrape(`${PREFIX}requests`)).toEqual({
      [`${PREFIX}requests_total{endpoint="read",outcome="good"}`]: 2,
      [`${PREFIX}requests_total{endpoint="login",outcome="keysUnreachable"}`]: 1,
    });
  });

  it('show how many secrets are at what, and the oldest token, as they are at the scrape', async () => {
    const { openBao, scrape } = aRegistry();
    const sources = [
      { state: 'good', ageMs: 12_000 },
      { state: 'kept', ageMs: 120_500 },
      { state: 'denied', ageMs: null },
      { state: 'denied', ageMs: null },
    ] as const;
    let now: typeof sources | readonly [] = sources;
    openBao.watch(() => now);
    expect(await scrape(PREFIX)).toEqual({
      [`${PREFIX}secrets{state="good"}`]: 1,
      [`${PREFIX}secrets{state="kept"}`]: 1,
      [`${PREFIX}secrets{state="unavailable"}`]: 0,
      [`${PREFIX}secrets{state="denied"}`]: 2,
      [`${PREFIX}secrets{state="missing"}`]: 0,
      [`${PREFIX}oldest_token_age_seconds`]: 120.5,
    });
    now = [];
    expect(await scrape(`${PREFIX}secrets{state="denied"`)).toEqual({ [`${PREFIX}secrets{state="denied"}`]: 0 });
    expect(await scrape(`${PREFIX}oldest`)).toEqual({});
  });

  it('have no series where the service has no OpenBao', async () => {
    expect(await aRegistry().scrape(PREFIX)).toEqual({});
  });
});
