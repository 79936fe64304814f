import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DELAY_METERS } from '../../src/metrics/delay-histograms.ts';
import { FORGEJO_METERS } from '../../src/metrics/forgejo-meters.ts';
import type { MeterSpec } from '../../src/metrics/meter.ts';
import { OPENBAO_METERS } from '../../src/metrics/openbao-meters.ts';
import { POOL_METERS } from '../../src/metrics/pool-meters.ts';
import { buildMetricsReference } from '../../src/metrics/reference.ts';
import { SERVICE_METERS } from '../../src/metrics/service-meters.ts';
import { aRegistry } from './support/scrape.ts';

const SPECS: readonly MeterSpec[] = [POOL_METERS, SERVICE_METERS, FORGEJO_METERS, OPENBAO_METERS].flatMap((table) => Object.values(table));

it('the committed page is the generated one', () => {
  const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
  expect(page, 'run: npm run generate').toBe(buildMetricsReference());
});

it('every meter of the service is on the page as it is registered, and the page has no other', async () => {
  const registered = (await aRegistry().registry.getMetricsAsJSON()).filter(({ name }) => !/^(process|nodejs)_/.test(name));
  const known = registered.map(({ name, help, type }) => ({ name, help, type: String(type) }));
  expect(known.toSorted(byName)).toEqual(SPECS.map(({ name, help, type }) => ({ name, help, type })).toSorted(byName));
  const rows = buildMetricsReference().match(/^\| `\w+` \|/gm) ?? [];
  expect(rows).toHaveLength(SPECS.length);
});

it.each(SPECS)('$name is named as Prometheus has it', ({ name, type, labels, help }) => {
  expect(name).toMatch(/^(runnerpool|forgejo_runner_operator)_[a-z_]+$/);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
  if (name.startsWith('runnerpool_')) expect(labels.slice(0, 2)).toEqual(['namespace', 'pool']);
  expect(help).toMatch(/^\S.*\.$|no series otherwise\.$/);
});

it('both delays have the same buckets, so that they can be drawn side by side', () => {
  expect(DELAY_METERS.created.buckets).toEqual(DELAY_METERS.pickedUp.buckets);
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
