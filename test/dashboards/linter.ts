import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** What the rules read of a board's JSON. */
export interface BoardJson {
  uid: string;
  editable: boolean;
  templating: {
    list: { name: string; type: string; refresh?: number; query?: unknown; datasource?: { uid: string } }[];
  };
  links: { title: string; type: string; url?: string; tags?: string[]; includeVars?: boolean; keepTime?: boolean }[];
  annotations: { list: { name: string; expr: string; datasource: { uid: string } }[] };
  panels: PanelJson[];
}

interface PanelJson {
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: { value: number | null }[] } } };
  targets?: { refId: string; expr: string; legendFormat?: string; datasource: { uid: string } }[];
}

export const jsonOf = (board: Dashboard): BoardJson => JSON.parse(JSON.stringify(board));

type Rule = (board: BoardJson) => string[];

const charts = ({ panels }: BoardJson): PanelJson[] => panels.filter(({ type }) => type !== 'row');

const eachPanel =
  (fault: (panel: PanelJson) => string | false | undefined): Rule =>
  (board) =>
    charts(board).flatMap((panel) => {
      const found = fault(panel);
      return found ? [`${panel.title}: ${found}`] : [];
    });

const eachTarget = (fault: (expr: string, legend: string) => string | false): Rule =>
  eachPanel(({ targets = [] }) =>
    targets.map(({ expr, legendFormat = '' }) => fault(expr, legendFormat)).find(Boolean),
  );

const variable =
  (name: string, fault: (one: BoardJson['templating']['list'][number]) => string | false): Rule =>
  ({ templating }) => {
    const found = templating.list.find((one) => one.name === name);
    return [found ? fault(found) : `no variable ${name}`].filter((one) => one !== false);
  };

/** Every selector of an expression: a metric name with its matchers. */
const selectors = (expr: string): string[] => expr.match(/\b[a-z][a-z0-9_]*\{[^}]*\}/g) ?? [];

const everySelectorHas = (matcher: string): Rule =>
  eachTarget((expr) => selectors(expr).some((one) => !one.includes(matcher)) && `a selector without ${matcher}`);

const balanced = (expr: string): boolean => {
  let depth = 0;
  for (const character of expr.replace(/"[^"]*"/g, '')) {
    if ('({['.includes(character)) depth += 1;
    if (')}]'.includes(character)) depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
};

/** The rules of grafana/dashboard-linter, under their names: each gives the faults that it finds. */
export const rules: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': variable('datasource', ({ query }) => query !== 'prometheus' && 'is not of prometheus'),
  'template-job-rule': variable(
    'job',
    ({ datasource }) => datasource?.uid !== '$datasource' && 'has a fixed data source',
  ),
  'template-instance-rule': variable(
    'instance',
    ({ query }) => !/job=~"\$job"/.test(String(query)) && 'ignores the job',
  ),
  'template-label-promql-rule': ({ templating }) =>
    templating.list
      .filter(({ type, query }) => type === 'query' && !/^label_values\(\w+(\{.*\})?, \w+\)$/.test(String(query)))
      .map(({ name }) => `${name}: no label_values`),
  'template-on-time-change-reload-rule': ({ templating }) =>
    templating.list
      .filter(({ type, refresh }) => type === 'query' && refresh !== 2)
      .map(({ name }) => `${name}: stale`),
  'panel-datasource-rule': eachPanel(({ datasource }) => datasource?.uid !== '$datasource' && 'a fixed data source'),
  'panel-title-description-rule': eachPanel(({ title, description }) => (!title || !description) && 'says nothing'),
  'panel-units-rule': eachPanel(({ fieldConfig }) => !fieldConfig?.defaults.unit && 'has no unit'),
  'panel-no-targets-rule': eachPanel(({ targets = [] }) => targets.length === 0 && 'asks nothing'),
  'target-promql-rule': eachTarget((expr) => !balanced(expr) && 'is no PromQL'),
  'target-rate-interval-rule': eachTarget(
    (expr) => /\b(rate|irate)\([^[]*\[(?!\$__rate_interval\])/.test(expr) && 'a rate over a fixed window',
  ),
  'target-job-rule': everySelectorHas('job=~"$job"'),
  'target-instance-rule': everySelectorHas('instance=~"$instance"'),
  'target-counter-agg-rule': eachTarget(
    (expr) => /(?<!(?:rate|irate|increase)\()\b\w+_total\{/.test(expr) && 'a counter that is not a rate',
  ),
  'uneditable-dashboard': ({ editable }) => (editable ? ['can be edited'] : []),
  'links-and-annotations': ({ links, annotations }) => [
    ...(links.some(({ type, includeVars, keepTime }) => type === 'dashboards' && includeVars && keepTime)
      ? []
      : ['no link to the other boards']),
    ...['Runbook', 'Ops page', 'Logs of the request', 'Trace of the request']
      .filter((wanted) => !links.some(({ title, url }) => title === wanted && url))
      .map((wanted) => `no link: ${wanted}`),
    ...['Restarts', 'Incidents']
      .filter(
        (wanted) =>
          !annotations.list.some(({ name, datasource }) => name === wanted && datasource.uid === '$datasource'),
      )
      .map((wanted) => `no annotation: ${wanted}`),
  ],
};
