import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends bytes as they are and reads the last answer until the server closes. `end`: closes its own side first, for bytes
 * that are no whole request. Rejects when there was no answer, or when it took longer than `withinMs`.
 */
export function sendRaw(port: number, bytes: Uint8Array, withinMs: number, end: boolean): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      if (end) socket.end(bytes);
      else socket.write(bytes);
    });
    let text = '';
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end within ${withinMs} ms after ${JSON.stringify(text)}`));
    }, withinMs);
    socket.setEncoding('utf8').on('data', (piece) => (text += piece));
    socket.once('error', () => {});
    socket.once('close', () => {
      clearTimeout(late);
      const last = text.replace(/^(HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, '');
      const reply = parseReply(last);
      if (reply) resolve(reply);
      else reject(new Error(`no answer but ${JSON.stringify(text)}`));
    });
  });
}

function parseReply(text: string): RawReply | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (end === -1 || Number.isNaN(status)) return undefined;
  const pairs = lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*:\s*/, '')]);
  return { status, headers: Object.fromEntries(pairs), body: text.slice(end + 4) };
}
