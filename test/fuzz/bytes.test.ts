/** The HTTP skin and the three hooks under bytes of every kind: a refusal is one of ours and tells nothing of what was sent. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_TOKEN } from '../contract/support/forgejo.ts';
import { sentArbitrary } from './support/bytes.ts';
import { found, INPUT_CANARY } from './support/canaries.ts';
import { ALL_WELL, createFuzzForgejo } from './support/forgejo.ts';
import { runs } from './support/runs.ts';
import { CONTRACT, NOW, RECORDED } from './support/seeds.ts';
import { createFuzzService, type FuzzService, type Hook } from './support/service.ts';
import { strictProblems } from './support/strict.ts';
import { secretsOutsideOfSecrets } from './support/verdict.ts';

let service: FuzzService;
beforeAll(async () => {
  service = await createFuzzService();
});
afterAll(() => service.stop());

/** What is no JSON, or none of ours to read. */
const UNREADABLE: readonly number[] = [413, 415];
const bodies = [...RECORDED, ...CONTRACT].map(({ body }) => JSON.stringify(body));

it('bytes of any kind are answered by the rules or refused, and neither repeated nor logged', async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(sentArbitrary(bodies), fc.constantFrom<Hook>('sync', 'finalize', 'customize'), async ({ body, headers }, hook) => {
      const world = createFuzzForgejo(NOW, ALL_WELL, () => undefined);
      const answered = await service.call(world, hook, body, headers);
      statuses.add(answered.status);
      expect(strictProblems(answered, hook, requestIn(body), UNREADABLE)).toEqual([]);
      if (answered.status === 200) {
        expect(secretsOutsideOfSecrets(answered, [API_TOKEN])).toEqual([]);
      } else {
        expect(found(answered.body + answered.log, [API_TOKEN, INPUT_CANARY])).toEqual([]);
        expect(answered.body.length).toBeLessThan(1000);
      }
    }),
    runs(250),
  );
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 415]));
});

it('no meter has a label out of a request', async () => {
  expect(found(await service.scrape(), [API_TOKEN, INPUT_CANARY])).toEqual([]);
});

function requestIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}
