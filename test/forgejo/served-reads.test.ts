import { expect, it } from 'vitest';
import { createReader, type ServedRead } from '../../src/forgejo/reader.ts';
import { ACCESS, ACME } from './support/answers.ts';
import { fakeServer } from './support/fake-server.ts';
import { manualClock } from './support/manual-clock.ts';

const EVERY_2S = { intervalMs: 2_000 };

it('each read is told by how it was served, and whether a younger one was asked for', async () => {
  const clock = manualClock();
  const server = fakeServer(clock);
  server.latencyMs = 50;
  const served: ServedRead[] = [];
  const reader = createReader({ transport: server.transport, clock, onServed: (read) => void served.push(read) });
  const take = () => served.splice(0).map(({ by, younger }) => (younger ? `${by} younger` : by));

  const both = Promise.all([reader.read(ACCESS, ACME, EVERY_2S), reader.read(ACCESS, ACME, EVERY_2S)]);
  await clock.advance(50);
  await both;
  expect(take()).toEqual(['read', 'shared']);

  await reader.read(ACCESS, ACME, EVERY_2S);
  expect(take()).toEqual(['cached']);

  const again = reader.read(ACCESS, ACME, { ...EVERY_2S, begunAfter: clock.now() });
  await clock.advance(50);
  await again;
  expect(take()).toEqual(['read younger']);
});

it('a failure that is remembered is served from what is known', async () => {
  const clock = manualClock();
  const server = fakeServer(clock);
  server.trouble = () => ({ status: 502, headers: {}, body: '' });
  const served: ServedRead['by'][] = [];
  const reader = createReader({ transport: server.transport, clock, onServed: ({ by }) => void served.push(by) });
  await reader.read(ACCESS, ACME, EVERY_2S);
  await reader.read(ACCESS, ACME, EVERY_2S);
  expect(served).toEqual(['read', 'cached']);
});
