/** The dashboard: that Grafana can show it, and that Prometheus knows what it asks for. */
import { describe, expect, it } from 'vitest';
import { knownSeries } from './support/meters.ts';
import { readDashboard, unknownIn } from './support/monitoring.ts';
import { readPromql } from './support/promql.ts';

const { panels, templating, uid, schemaVersion } = readDashboard();
const known = knownSeries();
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr, refId }) => ({ title, expr, refId })));
const variables = templating.list.map(({ name }) => name);

describe('the dashboard', () => {
  it('is of the schema that its builders write, and keeps its address', () => {
    expect(schemaVersion).toBe(42);
    expect(uid).toBe('forgejo-runner-operator');
  });

  it('numbers its panels, each once', () => {
    expect(panels.map(({ id }) => id)).toEqual(panels.map((_, index) => index + 1));
  });

  it('has every panel on the grid, and none on another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('says of each panel what it shows, and asks something for it', () => {
    const shown = panels.filter(({ type }) => type !== 'row');
    expect(shown.filter(({ description = '', targets = [] }) => description === '' || targets.length === 0)).toEqual([]);
    expect(shown.length).toBeGreaterThan(30);
  });

  it.each(queries)('asks only for series and labels that a scrape has: $title $refId', ({ expr }) => {
    const reading = readPromql(expr);
    expect(reading.errors).toEqual([]);
    expect(unknownIn(reading, known)).toEqual([]);
  });

  it('has a variable for every one that a query names', () => {
    const named = queries.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
    expect(new Set(named)).toEqual(new Set(['namespace', 'pool', '__rate_interval']));
    expect(variables).toEqual(['datasource', 'namespace', 'pool']);
  });

  it('shows every meter of the pools', () => {
    const shown = new Set(queries.flatMap(({ expr }) => readPromql(expr).selected.map(({ series }) => series)));
    const ofPools = [...known.keys()].filter((series) => series.startsWith('runnerpool_') && !series.endsWith('_sum'));
    expect(ofPools.length).toBeGreaterThan(15);
    expect(ofPools.filter((series) => !shown.has(series))).toEqual([]);
  });
});
