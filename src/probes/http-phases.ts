import http from 'node:http';
import https from 'node:https';
import { OpsError, reasonOf } from '../errors.ts';

/** Seconds from the start to the end of each phase, as curl's `-w` counts; without TLS or a name to look up it has none. */
export interface Phases {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly first_byte: number;
  readonly total: number;
}

export interface PhasedReply {
  readonly status: number;
  readonly body: string;
  readonly phases: Phases;
}

export interface PhasedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly timeoutMs: number;
}

/** Posts once over a connection of its own, so that every phase happens. Throws `probe_failed`. */
export function postPhased({ url, headers, body, timeoutMs }: PhasedRequest): Promise<PhasedReply> {
  const { request } = url.startsWith('https:') ? https : http;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const phases: { -readonly [Phase in keyof Phases]?: number } = {};
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => {
      const late = thrown instanceof Error && thrown.name === 'TimeoutError';
      const reason = late ? `no whole answer within ${timeoutMs} ms` : reasonOf(thrown);
      reject(new OpsError('probe_failed', { probe: url, reason }, { cause: thrown }));
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request(url, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-type': 'application/json' },
      signal,
    });
    sent.on('socket', (socket) => {
      socket.once('lookup', () => Object.assign(phases, { dns: elapsed() }));
      socket.once('connect', () => Object.assign(phases, { connect: elapsed() }));
      socket.once('secureConnect', () => Object.assign(phases, { tls: elapsed() }));
    });
    const failed = (thrown: unknown): void => fail(signal.aborted ? signal.reason : thrown);
    sent.on('error', failed);
    sent.on('response', (response) => {
      const first_byte = elapsed();
      const chunks: Buffer[] = [];
      response.on('error', failed);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body: text, phases: { ...phases, first_byte, total: elapsed() } });
      });
    });
    sent.end(JSON.stringify(body));
  });
}
