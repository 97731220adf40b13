import { createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where a conversation is: the greeting, a command, the text before and with its final dot. */
export type Stage = 'CONN' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'TEXT' | 'END';

/**
 * What happens at a stage: `reply` answers in the server's place, `hang` never answers, `drop` ends the connection, and
 * `drop-reply` lets the server have what was said and ends the connection before its answer.
 */
export type Fault = { readonly reply: string } | 'hang' | 'drop' | 'drop-reply';

export interface SmtpProxy {
  readonly port: number;
  /** May be changed at any time; holds for what is said next. */
  faultAt: (stage: Stage) => Fault | undefined;
}

/** A proxy in front of a real SMTP server on loopback, which spoils the conversation at one place. */
export async function startSmtpProxy(serverPort: number, faultAt: SmtpProxy['faultAt']): Promise<SmtpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
    converse(client, upstream, (stage) => proxy.faultAt(stage));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  const proxy = { port: typeof address === 'object' && address ? address.port : 0, faultAt };
  return proxy;
}

/** Commands that came together are passed on one by one, each after the answer to the one before. */
function converse(client: Socket, upstream: Socket, faultAt: SmtpProxy['faultAt']): void {
  const waiting: string[] = [];
  let rest = '';
  let mode: 'idle' | 'answering' | 'text' = 'answering';
  let end: 'silent' | 'muted' | undefined;
  let tail = '';

  /** True when what was said goes on to the server. */
  const passes = (stage: Stage): boolean => {
    const fault = faultAt(stage);
    if (fault === 'hang') end = 'silent';
    else if (fault === 'drop') client.destroy();
    else if (fault === 'drop-reply') end = 'muted';
    else if (fault !== undefined) client.write(`${fault.reply}\r\n`);
    return fault === undefined || fault === 'drop-reply';
  };

  const next = (): void => {
    while (mode === 'idle' && end !== 'silent') {
      const line = waiting.shift();
      if (line === undefined) return;
      if (!passes(stageOf(line))) continue;
      mode = 'answering';
      upstream.write(`${line}\r\n`, 'latin1');
    }
  };

  const carryText = (said: string): void => {
    tail = (tail + said).slice(-5);
    const ends = tail === '\r\n.\r\n';
    if (!passes('TEXT')) return;
    if (ends) mode = 'answering';
    if (ends && !passes('END')) mode = 'idle';
    else upstream.write(said, 'latin1');
  };

  const greeted = passes('CONN');
  let greeting = true;
  upstream.on('data', (chunk: Buffer) => {
    if (end === 'muted') client.destroy();
    else if (greeted || !greeting) client.write(chunk);
    greeting = false;
    const last = chunk.toString('latin1').trimEnd().split('\n').at(-1) ?? '';
    if (/^\d{3}(?!-)/.test(last)) mode = last.startsWith('354') ? 'text' : 'idle';
    next();
  });
  client.on('data', (chunk: Buffer) => {
    const said = chunk.toString('latin1');
    if (end === 'silent') return;
    if (mode === 'text') {
      carryText(said);
      return;
    }
    const lines = (rest + said).split('\r\n');
    rest = lines.pop() ?? '';
    waiting.push(...lines);
    next();
  });
}

function stageOf(line: string): Stage {
  const verb = line.slice(0, 4).toUpperCase();
  return verb === 'HELO' ? 'EHLO' : (verb as Stage);
}
