/** What a meter is called and means: the one source of its registration and of its line on the reference page. */

export interface MeterSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; `# HELP` of the scrape. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** What prom-client wants to hear of it. */
export function optionsOf({ name, help, labels, buckets }: MeterSpec): {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly buckets: number[];
} {
  return { name, help, labelNames: [...labels], buckets: [...(buckets ?? [])] };
}
