import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { DeliveryResult } from './channel.ts';
import { openChannels } from './channels.ts';
import type { NotifyConfig } from './config.ts';
import { mailDomain } from './notifier.ts';

export interface TestResult {
  readonly channel: string;
  readonly recipient: string;
  readonly result: DeliveryResult;
}

/** Sends one test through each configured channel, or through those that are `wanted`. */
export async function testChannels(config: NotifyConfig, wanted?: readonly string[]): Promise<TestResult[]> {
  const channels = await openChannels(config);
  const host = hostname();
  const messageId = `<test.${randomUUID()}@${mailDomain(config, host)}>`;
  const message = {
    messageId,
    thread: messageId,
    subject: `[TEST] alerts of ${host} arrive`,
    text: `This is a test of the alerts of ${host}, sent by ops alerts test. Nothing is wrong.\n`,
    headers: { 'Auto-Submitted': 'auto-generated', 'List-Id': '<alerts.clawdbot-ops>' },
  };
  return Promise.all(
    [...channels]
      .filter(([name]) => wanted === undefined || wanted.includes(name))
      .flatMap(([channel, { recipients, send }]) =>
        recipients.map(async (recipient) => ({ channel, recipient, result: await send(message, recipient) })),
      ),
  );
}
