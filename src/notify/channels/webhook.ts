import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { codeOf, reasonOf } from '../../errors.ts';
import type { ChannelFactory, DeliveryResult, FailureClass, Message } from '../channel.ts';
import type { NotifyConfig } from '../config.ts';

type WebhookConfig = NonNullable<NotifyConfig['webhook']>;

const attemptMs = 20_000;

/** Posts each notification as JSON. The outbox retries it; `id` is the same at every attempt. */
const webhook: ChannelFactory = {
  create({ webhook: config }) {
    if (!config) return undefined;
    return {
      // The path of such an address is often its secret.
      recipients: [new URL(config.url).host],
      send: (message) => send(config, message),
    };
  },
};

async function send({ url, secret_file }: WebhookConfig, message: Message): Promise<DeliveryResult> {
  const body = bodyOf(message);
  try {
    const secret = secret_file === undefined ? undefined : (await readFile(secret_file, 'utf8')).trim();
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(attemptMs),
      headers: {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { 'x-ops-signature': signatureOf(secret, body) }),
      },
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'accepted', response: `${response.status}` };
    return { kind: 'failed', class: classOf(response.status), reason: `the webhook answered ${response.status}` };
  } catch (thrown) {
    return { kind: 'failed', class: failureOf(thrown), reason: whyOf(thrown) };
  }
}

const whyOf = (thrown: unknown): string => {
  const code = codeOf(thrown);
  if (code === 'ENOENT' || code === 'EACCES') return `notify.webhook.secret_file cannot be read: ${code}`;
  return `the webhook does not answer: ${code ?? reasonOf(thrown)}`;
};

function failureOf(thrown: unknown): FailureClass {
  const code = codeOf(thrown);
  if (code === 'ENOENT' || code === 'EACCES') return 'configuration';
  // After the deadline nobody knows whether it arrived.
  return thrown instanceof DOMException && thrown.name === 'TimeoutError' ? 'unknown' : 'transient';
}

function classOf(status: number): FailureClass {
  if (status >= 500 || status === 408 || status === 429) return 'transient';
  // A redirect, a wrong key or a wrong path can be repaired, and the notification then goes out.
  if (status < 400 || status === 401 || status === 403 || status === 404) return 'configuration';
  return 'permanent';
}

function bodyOf({ messageId, thread, subject, text, headers }: Message): string {
  return JSON.stringify({
    id: messageId,
    thread,
    incident: headers['X-Alert-Incident'],
    rule: headers['X-Alert-Name'],
    severity: headers['X-Alert-Severity'],
    state: headers['X-Alert-State'],
    subject,
    text,
  });
}

/** `sha256=` and the HMAC of the body's bytes in hexadecimal, as GitHub signs its webhooks. */
const signatureOf = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

export default webhook;
