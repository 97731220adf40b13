import * as watch from '../catalogue/watch.ts';
import type { Clock } from '../clock.ts';
import type { ListenAddress } from '../config/types.ts';
import type { Beginning, IncidentEvent } from '../incident.ts';
import type { ActiveRule } from '../rule.ts';
import type { IncidentStore } from '../store/incidents.ts';
import type { NewNotification } from '../store/outbox.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/registry.ts';
import type { Diagnosis } from '../triage/diagnosis.ts';
import { announcements, isReady, renderEntry } from './announce.ts';
import { bufferedOutbox } from './buffered-outbox.ts';
import { type Channel, recipientsOf } from './channel.ts';
import type { NotifyConfig } from './config.ts';
import type { MessageContext } from './context.ts';
import { type Delivery, startDelivery } from './deliver.ts';
import { digestOf } from './digest.ts';
import type { Backoff } from './outbox.ts';
import { unkeptLetter } from './unkept.ts';
import { createWalks } from './walk.ts';

export interface NotifierOptions {
  readonly config: NotifyConfig;
  /** IANA zone of the reader. */
  readonly timezone: string;
  /** How long the mail of a warning is held back, milliseconds. */
  readonly groupWaitMs: number;
  readonly page: { readonly listen: ListenAddress; readonly external_url?: string | undefined };
  readonly host: string;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly incidents: Pick<IncidentStore, 'outbox' | 'consequences'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Asked when a mail about a firing incident is rendered. */
  readonly diagnose: (() => Promise<Diagnosis>) | undefined;
  readonly backoff: Backoff | undefined;
}

/** Writes notifications of incidents and delivers them. */
export interface Notifier extends Delivery {
  /** Rows for the outbox, to be written with the event. */
  announce(event: IncidentEvent, rule: ActiveRule): NewNotification[];
  /** Mails beginnings that incidents.db cannot take, and why; false when there is nobody to tell. */
  tellUnkept(beginnings: readonly Beginning[], why: unknown, now: number): boolean;
}

export function startNotifier(options: NotifierOptions): Notifier {
  const { channels, incidents, clock, log, metrics, diagnose, backoff } = options;
  const context = (): MessageContext => messageContext(options);
  const walks = diagnose && createWalks({ diagnose, clock, log, onEnd: () => delivery.wake() });
  const outbox = bufferedOutbox(incidents.outbox, log);
  const delivery = startDelivery({
    outbox,
    channels,
    clock,
    log,
    render: (entry, minimal) => renderEntry(entry, minimal, { context, walks, consequences: incidents.consequences }),
    digest: (entries) => digestOf(entries, context()),
    ready: (entry) => isReady(entry, walks),
    onResult: (channel, result) =>
      metrics.add(watch.notifications, {
        channel,
        result: resultLabels[result.kind === 'accepted' ? 'accepted' : result.class],
      }),
    ...(backoff ? { backoff } : {}),
  });
  return {
    ...delivery,
    announce: (event, rule) => announcements(event, rule, channels, { ...context(), groupWaitMs: options.groupWaitMs }),
    tellUnkept(beginnings, why, now) {
      const letter = unkeptLetter(beginnings, why, context());
      const messageId = `<unkept.${now.toString(36)}@${mailDomain(options.config, options.host)}>`;
      outbox.post(
        messageId,
        recipientsOf(channels).map((to) => ({ kind: 'digest', ...to, ...letter })),
        now,
      );
      delivery.wake();
      return channels.size > 0;
    },
  };
}

const resultLabels = {
  accepted: 'accepted',
  transient: 'transient',
  unknown: 'transient',
  content: 'permanent',
  permanent: 'permanent',
  configuration: 'configuration',
} as const;

function messageContext({ config, timezone, page, host, clock }: NotifierOptions): MessageContext {
  return {
    language: config.language,
    timezone,
    pageUrl: page.external_url,
    pageAddress: `${page.listen.host ?? '127.0.0.1'}:${page.listen.port}`,
    host,
    now: clock.now(),
  };
}

/** The right part of Message-IDs: that of the sender's address. */
export function mailDomain({ email }: NotifyConfig, host: string): string {
  return /@([\w.-]+)>?\s*$/.exec(email?.from ?? '')?.[1] ?? host;
}
