import { expect, it } from 'vitest';
import { readInterval } from '../../src/forgejo/pace.ts';

it.each([
  { because: 'the wish counts', wantedMs: 2_000, busyMs: 20, intervalMs: 2_000 },
  { because: 'the server counts', wantedMs: 2_000, busyMs: 500, intervalMs: 5_000 },
  { because: 'the stretching is bounded', wantedMs: 2_000, busyMs: 60_000, intervalMs: 300_000 },
])('$because: $intervalMs ms', ({ wantedMs, busyMs, intervalMs }) => {
  expect(readInterval(wantedMs, busyMs)).toBe(intervalMs);
});
