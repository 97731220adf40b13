import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { watchMetrics } from '../../../src/catalogue/index.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { closeIncident, openIncident } from '../../../src/incident.ts';
import { openChannels } from '../../../src/notify/channels.ts';
import { notifySchema } from '../../../src/notify/config.ts';
import { startNotifier } from '../../../src/notify/notifier.ts';
import { openIncidents } from '../../../src/store/incidents.ts';
import { createMetrics } from '../../../src/telemetry/registry.ts';
import type { Diagnosis } from '../../../src/triage/diagnosis.ts';
import { eventually } from '../../support/ops.ts';
import { ruleOf } from '../../watch/support.ts';

// One incident fires, is mailed while triage goes on, gets its follow-up, ends, is mailed; or what waits is sent. Started again it goes on from what incidents.db says. It kills itself at the n-th moment around a write to
// that file, and prints how many there were when it ends by itself.
const [folder = '', port = '', crashAt = '0', story = 'one'] = process.argv.slice(2);

let moments = 0;
const moment = (): void => {
  moments += 1;
  if (moments === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
};
for (const [owner, method] of [
  [DatabaseSync.prototype, 'exec'],
  [StatementSync.prototype, 'run'],
] as const) {
  const original: (...values: unknown[]) => unknown = Reflect.get(owner, method);
  Reflect.set(owner, method, function (this: unknown, ...values: unknown[]) {
    if (method === 'exec' && !/COMMIT|PRAGMA journal_mode/.test(String(values[0]))) {
      return original.apply(this, values);
    }
    moment();
    const result = original.apply(this, values);
    if (method === 'exec') moment();
    return result;
  });
}

const config = notifySchema.parse({
  email: { from: 'ops@example.org', to: ['oncall@example.org'], smtp: { host: '127.0.0.1', port: Number(port) } },
});
const rule = ruleOf();
const said = { en: 'found', zh: 'found' };
const diagnose = async (): Promise<Diagnosis> => {
  await sleep(200);
  const verdict = { cause: 'x', step: 4, title: said, explanation: said, evidence: [], fix: [], confirm: [] } as const;
  return { verdict, also: [], steps: [], sources: [], took_ms: 1, window: { from: '', to: '' } };
};
/** Nobody waits for long: neither a mail for triage nor the outbox for its next attempt. Deadlines, a minute and more, stay. */
const clock: Clock = {
  ...systemClock,
  after: (ms, task, options) => systemClock.after(ms < 60_000 ? Math.min(ms, 50) : ms, task, options),
};
const incidents = openIncidents(folder, 'example.org');
const channels = await openChannels(config);
const notifier = startNotifier({
  ...{ config, channels, incidents, timezone: 'UTC', host: 'box', groupWaitMs: 0, clock },
  ...{ log: pino({ level: 'silent' }), metrics: createMetrics(watchMetrics), diagnose },
  page: { listen: { port: 9465 } },
  backoff: { firstMs: 20, longestMs: 50, configurationMs: 50 },
});
const settled = (): Promise<unknown> => eventually('an empty outbox', () => incidents.outbox.unsent().length === 0);

const now = Date.now();
if (incidents.list(1).length === 0) {
  incidents.open(openIncident({ rule, labels: { uuid: 'GPU-0' }, value: 90 }, now), (incident) =>
    notifier.announce({ kind: 'firing', incident, at: now, decidedBy: [] }, rule),
  );
  notifier.wake();
}
await settled();
for (const one of story === 'one' ? incidents.firing() : []) {
  const incident = closeIncident(one, now);
  incidents.transition(incident, notifier.announce({ kind: 'resolved', incident, at: now, decidedBy: [] }, rule));
  notifier.wake();
}
await settled();
await notifier.close();
incidents.close();
process.stdout.write(`${moments}\n`);
