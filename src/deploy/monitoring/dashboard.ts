/** The dashboard in Grafana's words, with Grafana's own builders, so that its schema is checked by the compiler. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type Panel as GrafanaPanel,
  QueryVariableBuilder,
  RowBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Limits, Panel, Query, Row } from './panel.ts';
import { POOL_ROWS } from './pool-rows.ts';
import { SERVICE_ROWS } from './service-rows.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
const HEIGHTS = { stat: 4, lines: 8, areas: 8, bars: 8, timeline: 8, table: 8 } as const satisfies Readonly<Record<Panel['kind'], number>>;

/** JSON as Grafana imports it and its sidecar reads it. */
export function dashboardJson(): string {
  const dashboard = new DashboardBuilder('Forgejo runner pools')
    .uid('forgejo-runner-operator')
    .description('Pools of Forgejo Actions runners, and the operator that keeps them.')
    .tags(['forgejo', 'forgejo-runner-operator'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(choice('namespace', 'Namespace', 'label_values(runnerpool_ready, namespace)'))
    .withVariable(choice('pool', 'Pool', 'label_values(runnerpool_ready{namespace=~"$namespace"}, pool)'));
  let ids = 0;
  for (const row of [...POOL_ROWS, ...SERVICE_ROWS]) {
    ids += 1;
    dashboard.withRow(new RowBuilder(row.title).id(ids));
    for (const panel of panelsOf(row)) {
      ids += 1;
      const id = ids;
      dashboard.withPanel({ build: () => ({ ...panel, id }) });
    }
  }
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`;
}

function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function panelsOf({ panels }: Row): readonly GrafanaPanel[] {
  return panels.map((panel) => {
    const builder = builderOf(panel).title(panel.title).description(panel.description).datasource(DATASOURCE).unit(panel.unit);
    return builder.height(HEIGHTS[panel.kind]).span(panel.width).build();
  });
}

function builderOf(panel: Panel): StatBuilder | GraphBuilder | TimelineBuilder | TableBuilder {
  switch (panel.kind) {
    case 'stat':
      return statOf(panel.queries, panel.limits, panel.text === 'name' ? BigValueTextMode.Name : BigValueTextMode.Value);
    case 'lines':
      return graphOf(panel.queries);
    case 'areas':
      return stacked(graphOf(panel.queries)).fillOpacity(40);
    case 'bars':
      return stacked(graphOf(panel.queries)).drawStyle(GraphDrawStyle.Bars).fillOpacity(80);
    case 'timeline':
      return timelineOf(panel.queries);
    case 'table':
      return tableOf(panel.queries);
  }
}

function statOf(queries: readonly Query[], limits: Limits, text: BigValueTextMode): StatBuilder {
  return new StatBuilder()
    .targets(queries.map((query, index) => target(query, index).instant()))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limits)))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(text);
}

function steps({ warning, critical }: Limits): Threshold[] {
  return [
    { value: null, color: warning === undefined && critical === undefined ? 'text' : 'green' },
    ...(warning === undefined ? [] : [{ value: warning, color: 'orange' }]),
    ...(critical === undefined ? [] : [{ value: critical, color: 'red' }]),
  ];
}

function graphOf(queries: readonly Query[]): GraphBuilder {
  return new GraphBuilder()
    .targets(queries.map((query, index) => target(query, index).range()))
    .min(0)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

function stacked(graph: GraphBuilder): GraphBuilder {
  return graph.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

function timelineOf(queries: readonly Query[]): TimelineBuilder {
  return new TimelineBuilder()
    .targets(queries.map((query, index) => target(query, index).range()))
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: 'orange' }]))
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .noValue('None');
}

/** One line a pool: Grafana names the value of each query after its letter. */
function tableOf(queries: readonly Query[]): TableBuilder {
  const titles = Object.fromEntries(queries.map(({ legend }, index) => [`Value #${letter(index)}`, legend]));
  return new TableBuilder()
    .targets(queries.map((query, index) => target(query, index).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true }, renameByName: { namespace: 'Namespace', pool: 'Pool', ...titles } },
    });
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE).refId(letter(index)).expr(expr).legendFormat(legend);
}

function letter(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
