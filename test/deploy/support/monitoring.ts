/** Alerts, their tests and the dashboard, read from the files that are shipped. */
import { readdirSync } from 'node:fs';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parse } from 'yaml';
import { readText } from './manifests.ts';
import type { Reading } from './promql.ts';

const FOLDER = 'deploy/monitoring';
export const DASHBOARD = `${FOLDER}/dashboards/forgejo-runner-operator.json`;

const Alert = Type.Object({
  alert: Type.String(),
  expr: Type.String(),
  for: Type.String(),
  labels: Type.Object({ severity: Type.String() }),
  annotations: Type.Object({ summary: Type.String(), description: Type.String(), runbook_url: Type.String() }),
});
const Rules = Type.Object({ groups: Type.Array(Type.Object({ name: Type.String(), rules: Type.Array(Alert) })) });
const RuleTests = Type.Object({
  tests: Type.Array(
    Type.Object({
      name: Type.String(),
      input_series: Type.Array(Type.Object({ series: Type.String() })),
      alert_rule_test: Type.Array(Type.Object({ alertname: Type.String(), exp_alerts: Type.Array(Type.Unknown()) })),
    }),
  ),
});
const Position = Type.Object({ x: Type.Integer(), y: Type.Integer(), w: Type.Integer(), h: Type.Integer() });
const Panel = Type.Object({
  id: Type.Integer(),
  type: Type.String(),
  title: Type.String(),
  description: Type.Optional(Type.String()),
  gridPos: Position,
  targets: Type.Optional(Type.Array(Type.Object({ expr: Type.String(), refId: Type.String() }))),
});
const Dashboard = Type.Object({
  uid: Type.String(),
  schemaVersion: Type.Integer(),
  panels: Type.Array(Panel),
  templating: Type.Object({ list: Type.Array(Type.Object({ name: Type.String(), query: Type.String() })) }),
});

export type Alert = Static<typeof Alert>;

export function readGroups(): Static<typeof Rules>['groups'] {
  return decode(Rules, readText(`${FOLDER}/rules/forgejo-runner-operator.yaml`)).groups;
}

export function readAlerts(): readonly Alert[] {
  return readGroups().flatMap(({ rules }) => rules);
}

export function readRuleTests(): Static<typeof RuleTests>['tests'] {
  const files = readdirSync(new URL(`../../../${FOLDER}/tests`, import.meta.url));
  return files.flatMap((file) => decode(RuleTests, readText(`${FOLDER}/tests/${file}`)).tests);
}

export function readDashboard(): Static<typeof Dashboard> {
  return decode(Dashboard, readText(DASHBOARD));
}

/** Series and labels of an expression that no scrape has. */
export function unknownIn({ selected, grouping }: Reading, known: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const labels = new Set(selected.flatMap(({ series }) => [...(known.get(series) ?? [])]));
  return [
    ...selected.filter(({ series }) => !known.has(series)).map(({ series }) => series),
    ...selected.flatMap(({ series, labels: matched }) => matched.filter((label) => known.get(series)?.has(label) !== true)),
    ...grouping.filter((label) => !labels.has(label)),
  ];
}

/** JSON is YAML, too. */
function decode<Schema extends TSchema>(schema: Schema, text: string): Static<Schema> {
  return Value.Decode(schema, parse(text));
}
