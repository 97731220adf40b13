import { randomBytes } from 'node:crypto';
import { connect, isIP } from 'node:net';
import { reasonOf } from '../errors.ts';
import type { HandshakeResult } from './handshake.ts';

export interface SuiteOffer {
  readonly host: string;
  readonly port: number;
  /** IP address to connect to instead of what the host resolves to. */
  readonly address?: string | undefined;
  /** Cipher suites by their number in the registry of IANA. */
  readonly suites: readonly number[];
  readonly timeoutMs: number;
}

/**
 * Offers a server TLS 1.2 with these cipher suites and nothing else. OpenSSL as Node has it can no longer speak the weak
 * ones, and so could not offer them; to see which one a server takes, no key is needed.
 */
export function offerSuites({ host, port, address, suites, timeoutMs }: SuiteOffer): Promise<HandshakeResult> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host: address ?? host, port, timeout: timeoutMs });
    const settle = (result: HandshakeResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => socket.write(clientHello(suites, isIP(host) === 0 ? host : undefined)));
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const result = readAnswer(received);
      if (result !== undefined) settle(result);
    });
    socket.once('timeout', () => settle({ state: 'failed', reason: `no answer within ${timeoutMs} ms` }));
    socket.once('error', (error) => settle({ state: 'failed', reason: reasonOf(error) }));
    socket.once('close', () => settle({ state: 'failed', reason: 'the server hung up without an answer' }));
  });
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);

/** A vector with its length before it, in so many bytes. */
const vector = (bytes: 1 | 2, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([bytes === 1 ? Buffer.from([body.length]) : u16(body.length), body]);
};

const extension = (type: number, body: Buffer) => Buffer.concat([u16(type), vector(2, body)]);

/** RFC 5246, 7.4.1.2. */
function clientHello(suites: readonly number[], serverName: string | undefined): Buffer {
  const name = serverName === undefined ? [] : [vector(2, Buffer.from([0]), vector(2, Buffer.from(serverName)))];
  const curves = [29, 23, 24].map(u16);
  const signatures = [0x0804, 0x0403, 0x0401, 0x0501, 0x0503, 0x0601, 0x0201].map(u16);
  const extensions = [
    ...name.map((body) => extension(0, body)),
    extension(10, vector(2, ...curves)),
    extension(11, Buffer.from([1, 0])),
    extension(13, vector(2, ...signatures)),
  ];
  const [noSession, noCompression] = [vector(1), vector(1, Buffer.from([0]))];
  const offered = vector(2, ...suites.map(u16));
  const body = Buffer.concat([
    u16(0x0303),
    randomBytes(32),
    noSession,
    offered,
    noCompression,
    vector(2, ...extensions),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
  return Buffer.concat([Buffer.from([22]), u16(0x0301), vector(2, handshake)]);
}

/** The ServerHello with what it chose, or an alert; undefined while either is incomplete. */
export function readAnswer(received: Buffer): HandshakeResult | undefined {
  const [type, , , , , message] = received;
  if (type === 21 && received.length >= 7) return { state: 'refused' };
  if (type !== undefined && type !== 21 && type !== 22) return { state: 'failed', reason: 'no answer in TLS' };
  const session = received[43];
  if (type !== 22 || message !== 2 || session === undefined || received.length < 46 + session) return undefined;
  const suite = received
    .readUInt16BE(44 + session)
    .toString(16)
    .padStart(4, '0');
  return { state: 'accepted', protocol: `TLS 1.${received.readUInt8(10) - 1}`, cipher: `suite 0x${suite}` };
}
