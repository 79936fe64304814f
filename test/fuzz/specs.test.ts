/** Requests and specs out of their schemas: what those allow, and what they refuse in one place. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForgejoSchema } from '../../src/api/spec/forgejo-spec.ts';
import { RunnerPoolSpecSchema } from '../../src/api/spec/runnerpool.ts';
import { CustomizeRequest, SyncRequest } from '../../src/hooks/protocol.ts';
import { ACCEPTED } from '../api/accepted.ts';
import { MINIMAL, patched } from '../api/specs.ts';
import { API_TOKEN } from '../contract/support/forgejo.ts';
import { FORGEJO_SECRET, found, INPUT_CANARY, RUNNER_TOKEN } from './support/canaries.ts';
import { ALL_WELL, createFuzzForgejo, type ForgejoScript, forgejoScript } from './support/forgejo.ts';
import { isObject, nonsense, objectOf } from './support/nonsense.ts';
import { type DrawnPool, drawnPool, fillForgejo, requestOf } from './support/pool-arbitrary.ts';
import { runs } from './support/runs.ts';
import { allowedBy, breakages, broken } from './support/schema-arbitrary.ts';
import { NOW } from './support/seeds.ts';
import { createFuzzService, type FuzzService, type Hook } from './support/service.ts';
import { strictProblems } from './support/strict.ts';
import { dropped, keyOf, secretsOutsideOfSecrets } from './support/verdict.ts';

let service: FuzzService;
beforeAll(async () => {
  service = await createFuzzService();
});
afterAll(() => service.stop());

const hook = fc.constantFrom<Hook>('sync', 'sync', 'finalize', 'customize');

/** The pool's request with that spec, which may be no spec at all. */
async function callWith(spec: unknown, pool: DrawnPool, script: ForgejoScript, name: Hook) {
  const drawn = requestOf({ ...pool, deleted: name === 'finalize' });
  const payload = JSON.stringify({ ...drawn, parent: { ...objectOf(drawn['parent']), spec } });
  const world = createFuzzForgejo(NOW, script, (forgejo) => fillForgejo(pool, forgejo));
  const answered = await service.call(world, name, payload);
  const request: unknown = JSON.parse(payload);
  return { answered, request };
}

describe('a spec', () => {
  it('that the schema allows is answered by the rules, and loses no child when a rule refuses it', async () => {
    const spec = allowedBy(RunnerPoolSpecSchema, fc.constant({}));
    await fc.assert(
      fc.asyncProperty(spec, drawnPool, forgejoScript, hook, async (drawn, pool, script, name) => {
        const { answered, request } = await callWith(drawn, pool, script, name);
        expect(strictProblems(answered, name, request)).toEqual([]);
        expect(answered.status).toBe(200);
        expect(secretsOutsideOfSecrets(answered, [API_TOKEN, FORGEJO_SECRET, RUNNER_TOKEN])).toEqual([]);
        if (name === 'sync' && conditionOf(answered.body, 'SpecValid') === 'False')
          expect(dropped(answered, request).map(keyOf)).toEqual([]);
      }),
      runs(60),
    );
  });

  it('that is valid in every way is found valid', async () => {
    const patches = fc.constantFrom(...ACCEPTED.map(({ patch }) => patch));
    await fc.assert(
      fc.asyncProperty(patches, drawnPool, forgejoScript, async (patch, pool, script) => {
        const { answered, request } = await callWith(patched(MINIMAL, patch), pool, script, 'sync');
        expect(strictProblems(answered, 'sync', request)).toEqual([]);
        expect(conditionOf(answered.body, 'SpecValid')).toBe('True');
      }),
      runs(50),
    );
  });

  it('with one thing wrong is refused without its words, and loses no child', async () => {
    const wrong = fc.constantFrom(...breakages(RunnerPoolSpecSchema));
    await fc.assert(
      fc.asyncProperty(wrong, drawnPool, fc.constantFrom<Hook>('sync', 'sync', 'sync', 'customize'), async (breakage, pool, name) => {
        const { answered, request } = await callWith(broken(MINIMAL, breakage), { ...pool, status: undefined }, ALL_WELL, name);
        expect(strictProblems(answered, name, request)).toEqual([]);
        if (name !== 'sync') return;
        expect(conditionOf(answered.body, 'SpecValid')).toBe('False');
        expect(dropped(answered, request).map(keyOf)).toEqual([]);
        // The name of a field that is none may be said.
        if (breakage.path.at(-1) !== INPUT_CANARY) expect(found(statusOf(answered.body) + answered.log, [INPUT_CANARY])).toEqual([]);
      }),
      runs(200),
    );
  });

  it('of a deleted pool ends or waits, whatever is wrong with it', async () => {
    const wrong = fc.constantFrom(...breakages(RunnerPoolSpecSchema), ...breakages(ForgejoSchema, ['forgejo']));
    await fc.assert(
      fc.asyncProperty(wrong, drawnPool, forgejoScript, async (breakage, pool, script) => {
        const { answered, request } = await callWith(broken(MINIMAL, breakage), pool, script, 'finalize');
        expect(strictProblems(answered, 'finalize', request)).toEqual([]);
        expect(answered.status).toBe(200);
      }),
      runs(100),
    );
  });
});

describe('a body', () => {
  it('that the schema of the wire allows is answered by the rules', async () => {
    const body = fc.oneof(allowedBy(SyncRequest, nonsense), allowedBy(CustomizeRequest, nonsense));
    await fc.assert(
      fc.asyncProperty(body, hook, async (request, name) => {
        const payload = JSON.stringify(request);
        const answered = await service.call(
          createFuzzForgejo(NOW, ALL_WELL, () => undefined),
          name,
          payload,
        );
        expect(strictProblems(answered, name, JSON.parse(payload))).toEqual([]);
      }),
      runs(200),
    );
  });
});

function statusOf(body: string): string {
  return JSON.stringify(objectOf(JSON.parse(body))['status']);
}

function conditionOf(body: string, type: string): unknown {
  const { conditions } = objectOf(objectOf(JSON.parse(body))['status']);
  return Array.isArray(conditions) ? conditions.filter(isObject).find((condition) => condition['type'] === type)?.['status'] : undefined;
}
