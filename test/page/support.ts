import { get, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { openIncident } from '../../src/incident.ts';
import { pageSchema } from '../../src/page/config.ts';
import { type Page, startPage } from '../../src/page/server.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { seriesOf } from '../../src/watch/history.ts';
import { snapshotOf } from '../../src/watch/status.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/ops.ts';
import { ruleOf } from '../watch/support.ts';

export const start = Date.parse('2026-11-25T03:12:00Z');

/** The page over real stores, with one incident that fires; its clock stands still. */
export async function pageRig(
  config: Record<string, unknown> = {},
  rules: readonly { name: string; threshold: number }[] = [],
) {
  const folder = temporaryFolder('page');
  const clock = new ManualClock(start);
  const incidents = openIncidents(folder, 'example.org');
  const samples = openSamples(folder);
  const rule = ruleOf();
  const alert = { rule, labels: { uuid: 'GPU-0' }, state: 'firing', since: start, value: 91 } as const;
  const mail = {
    kind: 'firing',
    channel: 'email',
    recipient: 'oncall@example.org',
    subject: 'GPU hot',
    payload: '{}',
  } as const;
  const incident = incidents.open(openIncident(alert, start), () => [mail]);
  const source = {
    contentType: 'text/plain',
    exposition: async () => 'ops_up 1\n',
    operator: incidents.operator,
    series: seriesOf.bind(undefined, samples),
    rules: () => rules,
    snapshot: () => snapshotOf([], [alert], incidents, true, clock.now()),
  };
  const page = await startPage(source, { config: pageSchema.parse({ listen: '127.0.0.1:0', ...config }), clock });
  onTestFinished(async () => {
    await page.close();
    samples.close();
    incidents.close();
  });
  return { page, url: `http://127.0.0.1:${page.port}`, clock, incidents, samples, incident };
}

export interface EventReader {
  readonly response: IncomingMessage;
  /** What has arrived so far. */
  text(): string;
}

/** Opens the state stream on a socket of its own. */
export function openStream(page: Page, headers: Record<string, string> = {}): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const request = get(
      { host: '127.0.0.1', port: page.port, path: '/api/stream', headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data: string) => (text += data));
        response.on('error', () => {});
        resolve({ response, text: () => text });
      },
    );
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
}
