import pino from 'pino';
import { onTestFinished } from 'vitest';
import { watchMetrics } from '../../../src/catalogue/index.ts';
import { closeIncident, type Incident, openIncident } from '../../../src/incident.ts';
import { openChannels } from '../../../src/notify/channels.ts';
import { notifySchema } from '../../../src/notify/config.ts';
import { startNotifier } from '../../../src/notify/notifier.ts';
import { openIncidents } from '../../../src/store/incidents.ts';
import { createMetrics } from '../../../src/telemetry/registry.ts';
import type { Diagnosis } from '../../../src/triage/diagnosis.ts';
import { temporaryFolder } from '../../support/ops.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ruleOf } from '../../watch/support.ts';
import { startSmtpServer } from './smtp-server.ts';

interface VirtualOptions {
  readonly to?: readonly string[];
  readonly diagnose?: () => Promise<Diagnosis>;
}

/** A notifier with a real mail server and a clock of its own; `restart` begins another on the same folder. */
export async function virtualWatch({ to = ['oncall@example.org'], diagnose }: VirtualOptions = {}) {
  const server = await startSmtpServer();
  const folder = temporaryFolder('ops-notifier');
  const clock = new VirtualClock(Date.now());
  const config = notifySchema.parse({
    email: { from: 'ops@example.org', to, smtp: { host: '127.0.0.1', port: server.port } },
  });
  const channels = await openChannels(config);
  const start = () => {
    const incidents = openIncidents(folder, 'example.org');
    const notifier = startNotifier({
      ...{ config, channels, incidents, timezone: 'UTC', host: 'box', groupWaitMs: 0, clock, diagnose },
      ...{ log: pino({ level: 'silent' }), metrics: createMetrics(watchMetrics), backoff: undefined },
      page: { listen: { port: 9465 } },
    });
    const close = async () => {
      await notifier.close();
      incidents.close();
    };
    return { incidents, notifier, close };
  };
  let running = start();
  onTestFinished(() => running.close());
  const rule = ruleOf();
  return {
    clock,
    mails: server.mails,
    fire(uuid = 'GPU-0', severity: 'critical' | 'warning' = 'warning'): Incident {
      const { incidents, notifier } = running;
      const at = clock.now();
      const alert = { rule: ruleOf({ severity }), labels: { uuid }, value: 90 };
      const opened = incidents.open(openIncident(alert, at), (incident) =>
        notifier.announce({ kind: 'firing', incident, at, decidedBy: [] }, rule),
      );
      notifier.wake();
      return opened;
    },
    resolve(open: Incident) {
      const { incidents, notifier } = running;
      const at = clock.now();
      const incident = closeIncident(open, at);
      incidents.transition(incident, notifier.announce({ kind: 'resolved', incident, at, decidedBy: [] }, rule));
      notifier.wake();
    },
    async restart() {
      await running.close();
      running = start();
    },
    states: () => running.incidents.outbox.all().map(({ kind, state }) => `${kind} ${state}`),
  };
}
