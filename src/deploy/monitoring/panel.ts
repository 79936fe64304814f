/** A dashboard as data: what is shown, in what unit, by which query. `dashboard.ts` says it in Grafana's words. */

export interface Query {
  readonly expr: string;
  /** Name of each series, with `{{label}}`; of a table's query the title of its column. */
  readonly legend: string;
}

/** Units in Grafana's words: seconds, bytes, requests a second, a share from 0 to 1, a number. */
type Unit = 's' | 'bytes' | 'reqps' | 'percentunit' | 'short' | 'none';

interface PanelBase {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  /** Of 24 columns. */
  readonly width: number;
  readonly queries: readonly Query[];
}

/** From which value on a colour means trouble. */
export interface Limits {
  readonly warning?: number;
  readonly critical?: number;
}

export type Panel =
  | (PanelBase & { readonly kind: 'stat'; readonly limits: Limits; readonly text: 'value' | 'name' })
  | (PanelBase & { readonly kind: 'lines' })
  | (PanelBase & { readonly kind: 'areas' })
  | (PanelBase & { readonly kind: 'bars' })
  | (PanelBase & { readonly kind: 'timeline' })
  | (PanelBase & { readonly kind: 'table' });

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The pools that the variables of the dashboard name. */
export const POOL = 'namespace=~"$namespace", pool=~"$pool"';

/** One value a pool: with two replicas the one that is not called may still show old ones. */
export function perPool(meter: string, more = ''): string {
  return `max by (namespace, pool) (${meter}{${POOL}${more}})`;
}

/** The quantile of a histogram, over all that `labels` do not tell apart. */
export function quantile(share: number, histogram: string, filter: string, labels: readonly string[] = []): string {
  return `histogram_quantile(${share}, sum by (${['le', ...labels].join(', ')}) (rate(${histogram}_bucket{${filter}}[$__rate_interval])))`;
}
