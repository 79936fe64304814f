/** Pools in any state, with a status that anybody wrote and a Forgejo that may answer anything. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_TOKEN } from '../contract/support/forgejo.ts';
import { FORGEJO_SECRET, found, POD_CANARY, RUNNER_TOKEN } from './support/canaries.ts';
import { ALL_WELL, createFuzzForgejo, type ForgejoScript, forgejoScript, isBlinding } from './support/forgejo.ts';
import { objectOf } from './support/nonsense.ts';
import { busyPool, type DrawnPool, drawnPool, fillForgejo, requestOf } from './support/pool-arbitrary.ts';
import { runs } from './support/runs.ts';
import { NOW } from './support/seeds.ts';
import { type Answered, createFuzzService, type FuzzService } from './support/service.ts';
import { strictProblems } from './support/strict.ts';
import { busyAndDropped, droppedOnNonsense, isBusy, secretsOutsideOfSecrets } from './support/verdict.ts';

let service: FuzzService;
beforeAll(async () => {
  service = await createFuzzService();
});
afterAll(() => service.stop());

async function callOf(pool: DrawnPool, script: ForgejoScript) {
  const world = createFuzzForgejo(NOW, script, (forgejo) => fillForgejo(pool, forgejo));
  const payload = JSON.stringify(requestOf(pool));
  const hook = pool.deleted ? 'finalize' : 'sync';
  const answered: Answered = await service.call(world, hook, payload);
  const request: unknown = JSON.parse(payload);
  return { answered, hook, request } as const;
}

describe('a pool in any state', () => {
  it('is answered by the rules, without a secret and without the words of a Pod', async () => {
    await fc.assert(
      fc.asyncProperty(drawnPool, forgejoScript, async (pool, script) => {
        const { answered, hook, request } = await callOf(pool, script);
        expect(strictProblems(answered, hook, request)).toEqual([]);
        expect(answered.status).toBe(200);
        expect(secretsOutsideOfSecrets(answered, [API_TOKEN, FORGEJO_SECRET, RUNNER_TOKEN])).toEqual([]);
        expect(found(JSON.stringify(objectOf(JSON.parse(answered.body))['status']) + answered.log, [POD_CANARY])).toEqual([]);
      }),
      runs(250),
    );
  });

  it('loses no child when its Forgejo can not be read or its token is gone', async () => {
    await fc.assert(
      fc.asyncProperty(drawnPool, forgejoScript, async (drawn, script) => {
        const pool = { ...drawn, deleted: false };
        const { answered, request } = await callOf(pool, script);
        expect(droppedOnNonsense(answered, request, !pool.token || isBlinding(script))).toEqual([]);
      }),
      runs(150),
    );
  });

  it('loses no Job that holds a task', async () => {
    await fc.assert(
      fc.asyncProperty(busyPool, fc.boolean(), async (pool, silent) => {
        const script: ForgejoScript = silent ? { endpoints: ['list', 'jobs'], trouble: { kind: 'silent' } } : ALL_WELL;
        const { answered, request } = await callOf(pool, script);
        expect(pool.runners.filter(isBusy).length).toBeGreaterThan(0);
        expect(busyAndDropped(answered, request, pool.runners)).toEqual([]);
      }),
      runs(200),
    );
  });

  it('is answered the same by another process that sees the same', async () => {
    await fc.assert(
      fc.asyncProperty(drawnPool, forgejoScript, async (pool, script) => {
        const first = await callOf(pool, script);
        const second = await callOf(pool, script);
        expect(second.answered.body).toEqual(first.answered.body);
        expect(second.answered.status).toEqual(first.answered.status);
      }),
      runs(60),
    );
  });
});
