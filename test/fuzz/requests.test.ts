/** Requests of the real Metacontroller with some of it replaced, taken away, renamed or copied elsewhere. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_TOKEN } from '../contract/support/forgejo.ts';
import { FORGEJO_SECRET, found, INPUT_CANARY } from './support/canaries.ts';
import { createFuzzForgejo, type ForgejoScript, forgejoScript, isBlinding } from './support/forgejo.ts';
import { type Mutation, mutated, mutationOf } from './support/nonsense.ts';
import { runs } from './support/runs.ts';
import { CONTRACT, RECORDED, type Seed } from './support/seeds.ts';
import { createFuzzService, type FuzzService, type Hook } from './support/service.ts';
import { strictProblems } from './support/strict.ts';
import { droppedOnNonsense, secretsOutsideOfSecrets } from './support/verdict.ts';

let service: FuzzService;
beforeAll(async () => {
  service = await createFuzzService();
});
afterAll(() => service.stop());

const AREAS = [
  '',
  '/parent',
  '/parent/metadata',
  '/parent/spec',
  '/parent/status',
  '/children',
  '/labels',
  '/annotations',
  '/related',
  '/Pod.v1',
  '/status',
];
const seeds = fc.constantFrom(...RECORDED, ...CONTRACT);
const mutations = fc.array(mutationOf(AREAS), { maxLength: 5 });
const otherHook = fc.constantFrom<Hook | null>(null, null, null, 'sync', 'finalize', 'customize');

async function callWith(seed: Seed, changes: readonly Mutation[], script: ForgejoScript, hook: Hook) {
  const payload = JSON.stringify(mutated(seed.body, changes));
  const world = createFuzzForgejo(seed.now, script, seed.fill);
  return { payload, answered: await service.call(world, hook, payload) };
}

describe('a request that was recorded, or made for a case, and then mangled', () => {
  it('is answered by the rules, and nothing that is secret or was put in comes out of a refusal', async () => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(seeds, mutations, forgejoScript, otherHook, async (seed, changes, script, other) => {
        const hook = other ?? seed.hook;
        const { payload, answered } = await callWith(seed, changes, script, hook);
        statuses.add(answered.status);
        const request: unknown = JSON.parse(payload);
        expect(strictProblems(answered, hook, request)).toEqual([]);
        expect(secretsOutsideOfSecrets(answered, [API_TOKEN, FORGEJO_SECRET])).toEqual([]);
        if (answered.status !== 200) expect(found(answered.body + answered.log, [INPUT_CANARY])).toEqual([]);
        if (hook === 'sync') expect(droppedOnNonsense(answered, request, isBlinding(script))).toEqual([]);
      }),
      runs(300),
    );
    expect(statuses).toEqual(new Set([200, 400]));
  });

  it('is answered the same by another process that sees the same', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, mutations, forgejoScript, async (seed, changes, script) => {
        const first = await callWith(seed, changes, script, seed.hook);
        const second = await callWith(seed, changes, script, seed.hook);
        expect(second.answered).toEqual({ ...first.answered, log: expect.any(String), headers: expect.any(Object) });
      }),
      runs(60),
    );
  });
});

it('no meter names what was sent or is secret', async () => {
  expect(found(await service.scrape(), [API_TOKEN, FORGEJO_SECRET, INPUT_CANARY])).toEqual([]);
});
