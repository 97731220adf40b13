import { readFile } from 'node:fs/promises';
import type { Transporter } from 'nodemailer';
import type { ChannelFactory, DeliveryResult, Message } from '../channel.ts';
import { classify } from '../classify.ts';
import type { NotifyConfig } from '../config.ts';

type EmailConfig = NonNullable<NotifyConfig['email']>;

/** nodemailer's own timeouts count silence only: a server that trickles bytes is ended by this one. */
const attemptMs = 45_000;

/** One mail every three minutes: nobody reads more of them one by one. */
const mailsPerHour = 20;

const email: ChannelFactory = {
  create({ email: config }) {
    if (!config) return undefined;
    return {
      recipients: config.to,
      perHour: mailsPerHour,
      send: (message, recipient) => send(config, message, recipient),
    };
  },
};

async function send(config: EmailConfig, message: Message, recipient: string): Promise<DeliveryResult> {
  let transport: Transporter | undefined;
  try {
    transport = await connect(config);
    const info = await transport.sendMail({
      from: config.from,
      to: [...config.to],
      // Everybody sees who else was told, and is delivered to by himself: what the server says of one concerns no other.
      envelope: { from: config.from, to: recipient },
      subject: message.subject,
      text: message.text,
      ...(message.html === undefined ? {} : { html: message.html }),
      messageId: message.messageId,
      ...(message.thread === message.messageId ? {} : { inReplyTo: message.thread, references: message.thread }),
      headers: { ...message.headers },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.timeout(attemptMs),
    });
    return { kind: 'accepted', response: info.response ?? '' };
  } catch (thrown) {
    return { kind: 'failed', ...classify(thrown) };
  } finally {
    transport?.close();
  }
}

/** One connection per attempt: nothing is queued in memory, the outbox alone remembers. */
async function connect({ smtp }: EmailConfig): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const pass = smtp.password_file === undefined ? '' : (await readFile(smtp.password_file, 'utf8')).trim();
  return createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.tls === 'implicit',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    dnsTimeout: 10_000,
    tls: { minVersion: 'TLSv1.2' },
    ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass } }),
  });
}

export default email;
