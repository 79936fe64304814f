/** Meters of what the service asks its own OpenBao, for the pools' tokens. No role and no path: their number is an author's to choose. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReadListener } from '../openbao/secrets.ts';
import { SOURCE_STATES } from '../openbao/token-entry.ts';
import type { SourceInUse } from '../openbao/token-source.ts';
import { type MeterSpec, optionsOf } from './meter.ts';

export const OPENBAO_METERS = {
  requests: {
    name: 'forgejo_runner_operator_openbao_requests_total',
    type: 'counter',
    help: 'Questions to OpenBao for tokens of pools: login (by itself) or read (with the login in it, as a rule); good, or a word for why not.',
    labels: ['endpoint', 'outcome'],
  },
  secrets: {
    name: 'forgejo_runner_operator_openbao_secrets',
    type: 'gauge',
    help: 'Secrets that pools asked for in the last 2 minutes: good, kept (OpenBao does not answer, the last token is in use), or why there is no token.',
    labels: ['state'],
  },
  age: {
    name: 'forgejo_runner_operator_openbao_oldest_token_age_seconds',
    type: 'gauge',
    help: 'Since the oldest token in use was last read; at 300 s it is given out no more. There is no series otherwise.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MeterSpec>>;

export interface OpenBaoMeters {
  readonly asked: ReadListener;
  /** Looked at by each scrape from now on; before, neither gauge has a series. */
  watch(inUse: () => readonly SourceInUse[]): void;
}

export function createOpenBaoMeters(registry: Registry): OpenBaoMeters {
  const requests = new Counter({ ...optionsOf(OPENBAO_METERS.requests), registers: [registry] });
  let look: (() => readonly SourceInUse[]) | null = null;

  function showGauge(spec: MeterSpec, fill: (gauge: Gauge, sources: readonly SourceInUse[]) => void): void {
    const made = new Gauge<string>({
      ...optionsOf(spec),
      registers: [],
      collect() {
        this.reset();
        // Without labels it would have a series all the same.
        if (spec.labels.length === 0) this.remove();
        if (look !== null) fill(this, look());
      },
    });
    registry.registerMetric(made);
  }

  showGauge(OPENBAO_METERS.secrets, (gauge, sources) => {
    for (const state of SOURCE_STATES) gauge.set({ state }, sources.filter((source) => source.state === state).length);
  });
  showGauge(OPENBAO_METERS.age, (gauge, sources) => {
    const ages = sources.flatMap(({ ageMs }) => (ageMs === null ? [] : [ageMs]));
    if (ages.length > 0) gauge.set(Math.max(0, ...ages) / 1000);
  });

  return {
    asked: ({ endpoint, outcome }) => requests.inc({ endpoint, outcome }),
    watch(inUse) {
      look = inUse;
    },
  };
}
