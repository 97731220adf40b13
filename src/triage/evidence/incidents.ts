import type { Window } from '../../logs/window.ts';
import { getHttp } from '../../probes/http.ts';
import { type Collected, fact } from './evidence.ts';
import { failed } from './live.ts';

/** What is read of `/api/state` of the ops page. */
interface State {
  readonly alerts: readonly { readonly rule: string; readonly state: string; readonly summary: string }[];
  readonly incidents: readonly {
    readonly id: number;
    readonly rule: string;
    readonly severity: string;
    readonly openedAt: number;
    readonly closedAt: number | null;
  }[];
}

/** The incidents of a running watch that were open at some time of the window. */
export async function collectIncidents(page: string, { from, to }: Window, timeoutMs: number): Promise<Collected> {
  const url = new URL('/api/state', page).href;
  try {
    const { body } = await getHttp(url, { timeoutMs });
    const { incidents, alerts }: State = JSON.parse(body);
    const records = incidents
      .filter(({ openedAt, closedAt }) => openedAt <= to && (closedAt ?? to) >= from)
      .map(({ id, rule, severity, openedAt, closedAt }) => {
        const summary = alerts.find((alert) => alert.rule === rule && alert.state === 'firing')?.summary;
        const until = closedAt === null ? 'still open' : `until ${new Date(closedAt).toISOString()}`;
        const text = `OPS-${id} ${severity} ${rule} since ${new Date(openedAt).toISOString()}, ${until}`;
        return fact('incident', url, summary === undefined ? text : `${text}: ${summary}`, openedAt);
      });
    return { report: { kind: 'incidents', path: url, lines: records.length, state: 'read' }, records };
  } catch (thrown) {
    const report = failed('incidents', url, thrown);
    return { report: { ...report, note: `${report.note}; systemctl start clawdbot-ops-watch` }, records: [] };
  }
}
