import pino from 'pino';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { closeIncident, type Incident, openIncident } from '../../../src/incident.ts';
import { announcements, renderEntry } from '../../../src/notify/announce.ts';
import type { DeliveryResult } from '../../../src/notify/channel.ts';
import { openChannels } from '../../../src/notify/channels.ts';
import type { MessageContext } from '../../../src/notify/context.ts';
import { startDelivery } from '../../../src/notify/deliver.ts';
import { digestOf } from '../../../src/notify/digest.ts';
import { openIncidents } from '../../../src/store/incidents.ts';
import { eventually, temporaryFolder } from '../../support/ops.ts';
import { ruleOf } from '../../watch/support.ts';

const rule = ruleOf();
const log = pino({ level: 'silent' });

interface RigOptions {
  /** More of `notify.email.smtp`. */
  readonly smtp?: object;
  readonly to?: readonly string[];
  /** Address of a webhook that is told too. */
  readonly webhook?: string;
  /** Milliseconds between two attempts after a mistake of the configuration. */
  readonly configurationMs?: number;
}

/** The whole outbox over a real connection to `port`, in a state folder of its own. */
export async function deliveryRig(
  port: number,
  { smtp = {}, to = ['oncall@example.org'], webhook, configurationMs = 60_000 }: RigOptions = {},
) {
  const folder = temporaryFolder('ops-delivery');
  const channels = await openChannels({
    email: {
      from: 'ops@example.org',
      to: [...to],
      smtp: { host: '127.0.0.1', port, tls: 'none', ...smtp },
    },
    ...(webhook === undefined ? {} : { webhook: { url: webhook } }),
    language: 'en',
  });
  const incidents = openIncidents(folder, 'example.org');
  const results: DeliveryResult[] = [];
  const context = (): MessageContext => ({
    language: 'en',
    timezone: 'UTC',
    pageUrl: undefined,
    pageAddress: '127.0.0.1:9465',
    host: 'box',
    now: Date.now(),
  });
  const delivery = startDelivery({
    outbox: incidents.outbox,
    channels,
    clock: systemClock,
    log,
    backoff: { firstMs: 50, longestMs: 200, configurationMs },
    render: (entry, minimal) => renderEntry(entry, minimal, { context, walks: undefined, consequences: () => [] }),
    ready: () => true,
    digest: (entries) => digestOf(entries, context()),
    onResult: (_, result) => results.push(result),
  });
  onTestFinished(async () => {
    await delivery.close();
    incidents.close();
  });
  const tell = (kind: 'firing' | 'resolved', incident: Incident, at: number) =>
    announcements({ kind, incident, at, decidedBy: [] }, rule, channels, { ...context(), groupWaitMs: 0 });
  return {
    incidents,
    results,
    outbox: () => incidents.outbox.all(),
    fire(uuid = 'GPU-0'): Incident {
      const at = Date.now();
      const opened = incidents.open(openIncident({ rule, labels: { uuid }, value: 90 }, at), (numbered) =>
        tell('firing', numbered, at),
      );
      delivery.wake();
      return opened;
    },
    resolve(incident: Incident) {
      const at = Date.now();
      const closed = closeIncident(incident, at);
      incidents.transition(closed, tell('resolved', closed, at));
      delivery.wake();
    },
    settled: (state: string, count = 1) =>
      eventually(`${count} × ${state}`, () => incidents.outbox.all().filter((e) => e.state === state).length >= count),
  };
}

/** A header as it arrived, unfolded. */
export const header = (raw: string | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec((raw ?? '').replace(/\r\n[ \t]+/g, ' ').replaceAll('\r', ''))?.[1];
