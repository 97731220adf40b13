import type { Cancel, Clock } from '../clock.ts';
import { withDeadline } from '../deadline.ts';
import { reasonOf } from '../errors.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Log } from '../telemetry/log.ts';
import type { Channel, DeliveryResult, Message } from './channel.ts';
import { type FloodOptions, holdFlood } from './digest.ts';
import { type Backoff, type OutboxEvent, plan, step, usualBackoff } from './outbox.ts';

export interface DeliveryOptions extends FloodOptions {
  /** Renders a mail at the moment it is sent, so that it tells the latest; `minimal` after a refusal of its text. */
  readonly render: (entry: OutboxEntry, minimal: boolean) => Promise<Message>;
  /** Whether what an entry tells is known already; `wake` when it is. */
  readonly ready: (entry: OutboxEntry) => boolean;
  readonly log: Log;
  readonly random?: () => number;
  readonly backoff?: Backoff;
  readonly onResult?: (channel: string, result: DeliveryResult) => void;
}

export interface Delivery {
  /** Looks at the outbox now, because something was written to it. */
  wake(): void;
  /** Ends after the attempt under way; what is unsent stays in the outbox. */
  close(): Promise<void>;
}

/** Other programs write to the outbox too, and wake nobody: `ops report daily --mail`. */
const longestNapMs = 30_000;

/**
 * Delivers the outbox, again and again until each entry is accepted: one attempt at a time and in order per incident, and
 * each channel by itself, so that a mail server which falls silent does not hold up the webhook.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const { outbox, channels, clock, log } = options;
  const recovered = outbox.recover(clock.now());
  if (recovered > 0) log.warn({ notifications: recovered }, 'the last watch ended while sending: sending again');
  const lanes = [
    ...[...channels.keys()].map((name) => startLane(options, ({ channel }) => channel === name)),
    // What a channel that is no longer configured has left.
    startLane(options, ({ channel }) => !channels.has(channel)),
  ];
  return {
    wake() {
      for (const lane of lanes) lane.wake();
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

function startLane(options: DeliveryOptions, mine: (entry: OutboxEntry) => boolean): Delivery {
  const { outbox, clock, log, backoff = usualBackoff } = options;
  let closed = false;
  let again = false;
  let cancel: Cancel = () => {};
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    do {
      again = false;
      const unsent = outbox.unsent().filter(mine);
      const { send: due, coalesce, nextAt: dueAt } = plan(unsent, clock.now(), backoff, options.ready);
      for (const needless of coalesce) apply(options, needless, { kind: 'coalesce' });
      const { send, nextAt: digestAt } = holdFlood(due, unsent, options);
      // One at a time: while it was on its way the next one may have been taken back.
      const [entry] = send;
      if (entry && !closed) await attempt(options, entry);
      again ||= entry !== undefined;
      if (!again && !closed) {
        const wait = Math.max(0, Math.min(dueAt ?? Number.POSITIVE_INFINITY, digestAt) - clock.now());
        cancel = clock.after(Math.min(wait, longestNapMs), wake, { keepAlive: false });
      }
    } while (again && !closed);
  };

  const wake = (): void => {
    if (closed) return;
    cancel();
    if (working) {
      again = true;
      return;
    }
    working = work()
      .catch((error: unknown) => {
        // A full disk or a locked database: the rows are still there, and the next look finds them.
        log.error({ err: error }, 'the outbox cannot be worked on');
        cancel = clock.after(backoff.longestMs, wake, { keepAlive: false });
      })
      .finally(() => {
        working = undefined;
        if (again) wake();
      });
  };

  wake();
  return {
    wake,
    async close() {
      closed = true;
      cancel();
      await working;
    },
  };
}

function apply(
  { outbox, clock, backoff = usualBackoff }: DeliveryOptions,
  entry: OutboxEntry,
  event: OutboxEvent,
  owesTriage = false,
): OutboxEntry {
  const now = clock.now();
  const next = step(entry, event, now, backoff);
  const detail =
    event.kind !== 'result' ? '' : event.result.kind === 'accepted' ? event.result.response : event.result.reason;
  outbox.save(next, now, next.state, detail, owesTriage && next.state === 'accepted' ? 'triage' : undefined);
  return next;
}

async function attempt(options: DeliveryOptions, entry: OutboxEntry): Promise<void> {
  const { channels, render, clock, log, random = Math.random, onResult } = options;
  const channel = channels.get(entry.channel);
  const sending = apply(options, entry, { kind: 'attempt' });
  const { result, owesTriage } = channel
    ? await sendRendered(channel, entry.recipient, () => render(sending, entry.lastClass === 'content'), clock)
    : { result: notConfigured(entry), owesTriage: false };
  const concluded = apply(options, sending, { kind: 'result', result, random: random() }, owesTriage);
  onResult?.(entry.channel, result);
  const incident = entry.incidentId === null ? {} : { incident: `OPS-${entry.incidentId}` };
  const fields = { ...incident, kind: entry.kind, attempts: concluded.attempts };
  if (result.kind === 'failed') {
    log[concluded.state === 'dead' ? 'error' : 'warn']({ ...fields, reason: result.reason }, `mail ${concluded.state}`);
    return;
  }
  log.info(fields, 'mail accepted');
}

const notConfigured = ({ channel }: OutboxEntry): DeliveryResult => ({
  kind: 'failed',
  class: 'configuration',
  reason: `notify.${channel} is no longer configured`,
});

interface Sent {
  readonly result: DeliveryResult;
  readonly owesTriage: boolean;
}

/** Rendering and sending end by themselves; an attempt that does not must not hold up everything after it. */
const attemptMs = 120_000;

/** A message that cannot be written must not block the queue, nor be lost: it is kept and tried again slowly. */
async function sendRendered(
  channel: Channel,
  recipient: string,
  render: () => Promise<Message>,
  clock: Clock,
): Promise<Sent> {
  let sending = false;
  const work = async (): Promise<Sent> => {
    const message = await render();
    sending = true;
    return { result: await channel.send(message, recipient), owesTriage: message.owesTriage ?? false };
  };
  try {
    return await withDeadline({ what: 'the attempt', ms: attemptMs, clock }, work);
  } catch (error) {
    // What was being sent may have arrived.
    const failure = sending ? 'unknown' : 'configuration';
    const reason = sending ? reasonOf(error) : `the mail could not be written: ${reasonOf(error)}`;
    return { result: { kind: 'failed', class: failure, reason }, owesTriage: false };
  }
}
