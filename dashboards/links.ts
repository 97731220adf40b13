import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

/** Through the same tunnel as Grafana, see docs/observability.md. */
const opsPage = 'http://127.0.0.1:9465';

/** What stands above each board: the other boards, the runbook, the ops page, and the logs and trace of one request. */
export function boardLinks(tag: string): DashboardLinkBuilder[] {
  const boards = new DashboardLinkBuilder('Clawdbot boards')
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
  return [
    boards,
    link('Runbook', `${opsPage}/runbook.md`),
    link('Ops page', `${opsPage}/`),
    link('Logs of the request', explore('loki', '{service_name="gateway"} | request_id=`$request`')),
    link('Trace of the request', explore('tempo', '{span.gen_ai.response.id="$request"}')),
  ];
}

const link = (title: string, url: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);

/** A link to Explore with a query in one of the data sources that deploy/grafana provisions; variables stay readable for Grafana. */
function explore(uid: 'loki' | 'tempo', query: string): string {
  const asked = uid === 'loki' ? { expr: query } : { query, queryType: 'traceql' };
  const queries = [{ refId: 'A', datasource: { type: uid, uid }, ...asked }];
  const panes = { ops: { datasource: uid, queries, range: { from: 'now-24h', to: 'now' } } };
  return `/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes)).replaceAll('%24', '$')}`;
}
