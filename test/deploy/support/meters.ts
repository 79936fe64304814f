/** The series that a scrape of the service can have, with their labels, from the registry itself. */
import { createMetrics } from '../../../src/metrics.ts';

/** By name of the series: a histogram has three. Prometheus adds `job` and `instance`, and keeps the alerts as series, too. */
export function knownSeries(): ReadonlyMap<string, ReadonlySet<string>> {
  const { registry } = createMetrics({ version: '0', node: '0' });
  const series = registry.getMetricsAsArray().flatMap((meter) => seriesOf(meter));
  return new Map([...series, ['ALERTS', new Set(['alertname', 'alertstate', 'severity'])]]);
}

function seriesOf(meter: object): readonly (readonly [string, ReadonlySet<string>])[] {
  const [name, labels] = ['name' in meter ? String(meter.name) : '', 'labelNames' in meter ? meter.labelNames : []];
  const all = [...(Array.isArray(labels) ? labels.map(String) : []), 'job', 'instance'];
  if (!('type' in meter) || meter.type !== 'histogram') return [[name, new Set(all)]];
  return [
    [`${name}_bucket`, new Set([...all, 'le'])],
    [`${name}_sum`, new Set(all)],
    [`${name}_count`, new Set(all)],
  ];
}
