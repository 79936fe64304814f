import { describe, expect, it } from 'vitest';
import { type EffectsUnderWay, perform } from '../../src/forgejo/perform.ts';
import type { HttpRequest } from '../../src/forgejo/transport.ts';
import { json, runnerRow } from './support/answers.ts';
import { ASK, DATE, DEREGISTER, NO_CONTENT, REGISTER, register, world } from './support/effect-world.ts';

describe('within one call', () => {
  it('nothing to do is done at once', async () => {
    expect(await perform([], world(() => undefined).deps)).toEqual([]);
  });

  it('no more than the given number runs at once; outcomes keep the order of their effects', async () => {
    let running = 0;
    let most = 0;
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { deps, clock } = world(() => undefined);
    const transport = async ({ body }: HttpRequest) => {
      running += 1;
      most = Math.max(most, running);
      const name = String(JSON.parse(body ?? '{}').name);
      await clock.sleep(name === 'a' ? 300 : 100);
      running -= 1;
      return json({ id: names.indexOf(name), uuid: name, token: 't' }, 201, DATE);
    };
    const performing = perform(names.map(register), { ...deps, transport, concurrency: 2 });
    await clock.advance(400);
    expect((await performing).map((outcome) => outcome.kind === 'registered' && outcome.registration.uuid)).toEqual(names);
    expect(most).toBe(2);
  });

  it('what has not ended within the budget is deferred, and a late registration is still told', async () => {
    const { deps, clock, registered, requests, ids } = world(
      ({ body }) => json({ id: 8, uuid: JSON.parse(body ?? '').name, token: 't' }, 201, DATE),
      3_500,
    );
    await ids();
    const effects = ['a', 'b', 'c'].map(register);
    const performing = perform(effects, { ...deps, concurrency: 1, budgetMs: 6_000 });
    await clock.advance(6_000);
    expect((await performing).map(({ kind }) => kind)).toEqual(['registered', 'deferred', 'deferred']);
    expect(registered.map(({ registration }) => registration.uuid)).toEqual(['a']);
    await clock.advance(10_000);
    expect(registered.map(({ registration }) => registration.uuid)).toEqual(['a', 'b']);
    expect(requests, 'the third was never begun').toHaveLength(2);
    expect(await ids()).toContain(8);
  });

  it('a bug of the transport shows', async () => {
    await expect(perform([REGISTER], world(() => undefined).deps)).rejects.toThrow('not expected');
  });
});

describe('over several calls', () => {
  it.each([REGISTER, ASK, DEREGISTER])('a second $kind waits for the outcome of the first', async (effect) => {
    const { deps, clock, requests } = world(({ method, url }) => {
      if (method === 'DELETE') return NO_CONTENT;
      if (method === 'GET') return json(runnerRow(7), 200, DATE);
      return url.endsWith('UpdateLog') ? json({}, 200, DATE) : json({ id: 8, uuid: 'u', token: 't' }, 201, DATE);
    }, 3_500);
    const underWay: EffectsUnderWay = new Map();
    const first = perform([effect], { ...deps, underWay, budgetMs: 1_000 });
    await clock.advance(1_000);
    expect(await first).toEqual([{ kind: 'deferred', effect }]);
    const second = perform([effect], { ...deps, underWay, budgetMs: 9_000 });
    await clock.advance(9_000);
    expect((await second)[0]?.kind).toMatch(/^(registered|asked|deregistered)$/);
    expect(requests).toHaveLength(effect.kind === 'deregister' ? 2 : 1);
    expect(underWay.size).toBe(0);
  });

  it('without the shared register it is sent again', async () => {
    const { deps, clock, requests } = world(() => json({ id: 8, uuid: 'u', token: 't' }, 201, DATE), 3_500);
    const calls = [perform([REGISTER], deps), perform([REGISTER], deps)];
    await clock.advance(4_000);
    await Promise.all(calls);
    expect(requests).toHaveLength(2);
  });
});
