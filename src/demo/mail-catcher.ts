import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it arrived: headers and body. */
  readonly raw: string;
}

/** How the catcher misbehaves. `drop-after-data` takes the text and hangs up before it says 250. */
export type MailFault = 'none' | '451' | '550' | 'drop-after-data';

export interface MailCatcher {
  readonly port: number;
  readonly mails: readonly CaughtMail[];
  /** May be changed at any time; holds for the next mail. */
  faults: MailFault;
  /** Called with each mail that was accepted. */
  onMail: (mail: CaughtMail) => void;
  close(): Promise<void>;
}

/**
 * An SMTP server on loopback that keeps what it gets.
 *
 * @throws OpsError `address_in_use` or `address_unavailable`.
 */
export async function startMailCatcher({ port = 0 }: { port?: number } = {}): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    closeTimeout: 200,
    onRcptTo(_, session, callback) {
      const refusal = catcher.faults === '451' || catcher.faults === '550' ? catcher.faults : undefined;
      if (refusal) callback(Object.assign(new Error(`refused for ${session.id}`), { responseCode: Number(refusal) }));
      else callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = {
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        };
        mails.push(mail);
        if (catcher.faults === 'drop-after-data') {
          for (const connection of server.connections) connection.close();
          return;
        }
        callback();
        catcher.onMail(mail);
      });
    },
  });
  // A client that leaves in the middle is its own affair.
  server.on('error', () => undefined);
  await listen(server, port);
  const catcher: MailCatcher = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    faults: 'none',
    onMail: () => {},
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return catcher;
}

function listen(server: SMTPServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once('error', (error: Error) => {
      const code = codeOf(error) === 'EADDRINUSE' ? 'address_in_use' : 'address_unavailable';
      const values = { host: '127.0.0.1', port, reason: reasonOf(error), option: 'the port of the mail catcher' };
      reject(new OpsError(code, values, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
