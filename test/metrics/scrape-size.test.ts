import { expect, it } from 'vitest';
import { aThousandPools } from './support/thousand-pools.ts';

it('a scrape of 1000 pools, in each of which everything has happened, is below 2 MB', async () => {
  const { registry } = aThousandPools();
  await registry.metrics();
  const began = performance.now();
  const text = await registry.metrics();
  // For whoever looks; how long it takes is the machine's affair.
  process.stdout.write(`a scrape of 1000 pools: ${text.length} bytes in ${(performance.now() - began).toFixed(0)} ms\n`);
  expect(text.match(/^runnerpool_ready\{/gm)).toHaveLength(1000);
  expect(text.length).toBeLessThan(2_000_000);
});
