import type { NotifyConfig } from './config.ts';

/** A notification ready to be sent. */
export interface Message {
  readonly messageId: string;
  /** Message-ID of the incident's thread; its root may never have been sent. */
  readonly thread: string;
  readonly subject: string;
  readonly text: string;
  /** Absent in the minimal form. */
  readonly html?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Triage was still under way: what it finds is to follow in the thread. */
  readonly owesTriage?: boolean;
}

/**
 * Why an attempt failed: `transient` passes by itself, `unknown` may have arrived, `content` is a refusal of this text,
 * `permanent` of these recipients, `configuration` needs a person.
 */
export type FailureClass = 'transient' | 'unknown' | 'content' | 'permanent' | 'configuration';

export type DeliveryResult =
  | { readonly kind: 'accepted'; readonly response: string }
  | { readonly kind: 'failed'; readonly class: FailureClass; readonly reason: string };

export interface Channel {
  /** Who gets everything, as the outbox and its ledger name them. */
  readonly recipients: readonly string[];
  /** What a recipient can read in an hour; more is told in one digest. Programs read everything. */
  readonly perHour?: number;
  /** One attempt for one recipient; it never throws and ends by itself. */
  send(message: Message, recipient: string): Promise<DeliveryResult>;
}

export interface Recipient {
  readonly channel: string;
  readonly recipient: string;
}

/** Everybody who is told, over every channel. */
export function recipientsOf(channels: ReadonlyMap<string, Channel>): Recipient[] {
  return [...channels].flatMap(([channel, { recipients }]) => recipients.map((recipient) => ({ channel, recipient })));
}

/** A way to reach people, the default export of a file in channels/. */
export interface ChannelFactory {
  /** The channel, or undefined where the configuration has none. */
  create(config: NotifyConfig): Channel | undefined;
}
