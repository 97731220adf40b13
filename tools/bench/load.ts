import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EndlessModel, models, requestBytes } from './wire.ts';

/** What the load generator is asked to do; it answers each task once. */
export type LoadTask =
  | {
      readonly kind: 'requests';
      readonly port: number;
      readonly count: number;
      readonly connections: number;
      /** Every tenth request is a stream. */
      readonly mixed: boolean;
    }
  | { readonly kind: 'open'; readonly port: number; readonly count: number; readonly model: EndlessModel }
  | { readonly kind: 'first-tokens'; readonly port: number; readonly count: number; readonly everyMs: number }
  | { readonly kind: 'close' };

/** `first-tokens`: milliseconds to the first byte of each body; empty for the others. */
export type LoadResult = { readonly times: readonly number[] } | { readonly error: string };

const plain = requestBytes(models.plain, false);
const short = requestBytes(models.plain, true);
const endless = { running: requestBytes(models.running, true), held: requestBytes(models.held, true) };
const first = requestBytes(models.first, true);

const open = new Set<Socket>();

/** Addresses of loopback are spread so that thousands of connections do not run out of ports. */
const dial = (port: number, index: number) =>
  connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 50)}`, noDelay: true });

/** Calls back with each complete answer of a keep-alive connection; one request at a time is under way. */
function onAnswers(socket: Socket, answered: (status: string) => void): void {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece;
    const body = text.indexOf('\r\n\r\n') + 4;
    if (body < 4) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, body))?.[1];
    if (length === undefined ? !text.endsWith('0\r\n\r\n') : text.length < body + Number(length)) return;
    const status = text.slice(9, 12);
    text = '';
    answered(status);
  });
}

/** One request after the other on each of `connections` that stay open. */
async function requests({ port, count, connections, mixed }: Extract<LoadTask, { kind: 'requests' }>): Promise<void> {
  let sent = 0;
  const one = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = dial(port, index);
      const next = () => {
        if (sent >= count) {
          socket.end();
          return resolve();
        }
        sent += 1;
        socket.write(mixed && sent % 10 === 0 ? short : plain);
      };
      onAnswers(socket, (status) => (status === '200' ? next() : reject(new Error(`status ${status}`))));
      socket.once('connect', next).once('error', reject);
    });
  await Promise.all(Array.from({ length: connections }, (_, index) => one(index)));
}

/** Sends a stream request; resolves with its socket and the milliseconds until the first byte of the body. */
function startStream(port: number, index: number, bytes: Buffer): Promise<{ socket: Socket; ms: number }> {
  return new Promise((resolve, reject) => {
    const socket = dial(port, index);
    let sentAt = 0;
    let text = '';
    const onData = (piece: Buffer) => {
      text += piece.toString('latin1');
      const body = text.indexOf('\r\n\r\n');
      if (body === -1 || body + 4 === text.length) return;
      if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text.slice(0, 300)));
      socket.off('data', onData).on('data', () => {});
      resolve({ socket, ms: performance.now() - sentAt });
    };
    socket.once('error', reject).on('data', onData);
    socket.once('connect', () => {
      sentAt = performance.now();
      socket.write(bytes);
    });
  });
}

/** Opens streams that run until `close`, a hundred at a time. */
async function openStreams(port: number, count: number, model: EndlessModel): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const indexes = Array.from({ length: Math.min(100, count - from) }, (_, at) => from + at);
    const batch = indexes.map((index) => startStream(port, index, endless[model]));
    for (const { socket } of await Promise.all(batch)) open.add(socket);
  }
}

/** Starts a stream every `everyMs`, whatever became of those before. */
async function firstTokens(port: number, count: number, everyMs: number): Promise<number[]> {
  const begun: ReturnType<typeof startStream>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startedAt + index * everyMs - performance.now()));
    begun.push(startStream(port, index, first));
  }
  const streams = await Promise.all(begun);
  for (const { socket } of streams) socket.destroy();
  return streams.map(({ ms }) => ms);
}

async function perform(task: LoadTask): Promise<readonly number[]> {
  if (task.kind === 'requests') await requests(task);
  else if (task.kind === 'open') await openStreams(task.port, task.count, task.model);
  else if (task.kind === 'first-tokens') return firstTokens(task.port, task.count, task.everyMs);
  else {
    for (const socket of open) socket.destroy();
    open.clear();
  }
  return [];
}

process.on('message', (task: LoadTask) => {
  const answer = (result: LoadResult) => process.send?.(result);
  perform(task).then(
    (times) => answer({ times }),
    (error: Error) => answer({ error: `${task.kind}: ${error.message}` }),
  );
});
process.once('disconnect', () => process.exit());
