import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Unit } from '../src/catalogue/metric.ts';
import { startTime } from '../src/catalogue/process.ts';
import { promql } from '../src/expression/promql.ts';
import type { Panel, PanelQuery, Threshold } from '../src/panel.ts';
import type { Board } from './board.ts';
import { boardLinks } from './links.ts';

const datasource = { type: 'prometheus', uid: '$datasource' };
const instanceMatchers = ['job=~"$job"', 'instance=~"$instance"'];
const tag = 'clawdbot';

const grafanaUnit: Readonly<Record<Unit, string>> = {
  seconds: units.Seconds,
  bytes: units.BytesIEC,
  celsius: units.Celsius,
  watts: units.Watt,
  ratio: units.PercentUnit,
  timestamp: units.DatetimeISO,
  count: units.Short,
  state: units.Short,
  info: units.Short,
};

const stateColour = { good: 'green', warn: 'orange', bad: 'red' } as const;

/** Builds the classic v1 JSON of a board: file provisioning in Grafana 13 refuses the v2 form. */
export function buildBoard(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .tags([tag, 'generated'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(instanceVariable('job', 'Job', 'label_values(ops_build_info, job)'))
    .withVariable(instanceVariable('instance', 'Instance', 'label_values(ops_build_info{job=~"$job"}, instance)'))
    .withVariable(new TextBoxVariableBuilder('request').label('Request id'))
    .annotation(restarts())
    .annotation(incidents());
  for (const link of boardLinks(tag)) builder.link(link);
  for (const row of board.rows) {
    builder.withRow(new RowBuilder(row.title));
    const stats = row.panels.filter(({ kind }) => kind === 'stat').length;
    const charts = row.panels.length - stats;
    for (const panel of row.panels) {
      builder.withPanel(
        panel.kind === 'stat' ? stat(panel, Math.floor(24 / stats)) : timeseries(panel, chartSpan(charts)),
      );
    }
  }
  return numbered(builder.build());
}

/** Id of each panel by its key, as `buildBoard` numbers them: rows are counted too. */
export function panelIds({ rows }: Board): ReadonlyMap<string, number> {
  const keys = rows.flatMap(({ panels }) => [undefined, ...panels.map(({ key }) => key)]);
  return new Map(keys.flatMap((key, index) => (key === undefined ? [] : [[key, index + 1] as const])));
}

const chartSpan = (charts: number): number => (charts === 1 ? 24 : charts === 2 || charts === 4 ? 12 : 8);

/** The builder leaves panels without an id and gives rows 0, which Grafana answers with "Panel not found". */
function numbered(board: Dashboard): Dashboard {
  let id = 0;
  for (const panel of board.panels ?? []) {
    id += 1;
    panel.id = id;
  }
  return board;
}

function instanceVariable(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+');
}

function restarts(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Restarts')
    .datasource(datasource)
    .enable(true)
    .expr(`changes(${startTime.name}{${instanceMatchers.join(', ')}}[1m]) > 0`)
    .step('60s')
    .titleFormat('restart')
    .textFormat('{{job}} {{instance}}');
}

/** What fires, as regions on every chart. */
function incidents(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Incidents')
    .datasource(datasource)
    .enable(true)
    .expr('max by (alertname, severity) (ALERTS{alertstate="firing", severity=~"critical|warning"})')
    .step('60s')
    .iconColor('red')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}');
}

function stat(panel: Panel, span: number): StatBuilder {
  const builder = new StatBuilder()
    .title(panel.title.en)
    .description(panel.description.en)
    .datasource(datasource)
    .unit(grafanaUnit[panel.unit])
    .noValue('no data')
    .span(span)
    .height(4)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .targets(panel.queries.map(target));
  return panel.thresholds ? builder.thresholds(thresholds(panel.thresholds)) : builder;
}

function timeseries(panel: Panel, span: number): TimeseriesBuilder {
  const builder = new TimeseriesBuilder()
    .title(panel.title.en)
    .description(panel.description.en)
    .datasource(datasource)
    .unit(grafanaUnit[panel.unit])
    .axisSoftMin(0)
    .span(span)
    .height(8)
    .showPoints(common.VisibilityMode.Never)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .targets(panel.queries.map(target));
  panel.queries.forEach(({ band }, index) => {
    if (band)
      builder.overrideByQuery(refId(index), [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } }]);
  });
  if (!panel.thresholds) return builder;
  return builder
    .thresholds(thresholds(panel.thresholds))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
}

function thresholds(steps: readonly Threshold[]): ThresholdsConfigBuilder {
  const below = steps.at(-1)?.state === 'good' ? 'red' : 'green';
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ color: below, value: null }, ...steps.map(({ value, state }) => ({ color: stateColour[state], value }))]);
}

const refId = (index: number): string => String.fromCharCode(65 + index);

function target({ expression, legend }: PanelQuery, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refId(index))
    .datasource(datasource)
    .expr(promql(expression, { autoWindow: '$__rate_interval', matchers: instanceMatchers }))
    .exemplar(expression.kind === 'quantile')
    .legendFormat(legend.replace(/\{(\w+)\}/g, '{{$1}}'));
}
