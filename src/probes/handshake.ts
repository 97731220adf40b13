import { isIP } from 'node:net';
import tls from 'node:tls';
import { codeOf, reasonOf } from '../errors.ts';

export interface Offer {
  readonly host: string;
  readonly port: number;
  /** IP address to connect to instead of what the host resolves to. */
  readonly address?: string | undefined;
  readonly maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** In OpenSSL's words. */
  readonly ciphers: string;
  readonly timeoutMs: number;
}

export type HandshakeResult =
  | { readonly state: 'accepted'; readonly protocol: string; readonly cipher: string }
  /** The server said so in a TLS alert. */
  | { readonly state: 'refused' }
  /** No server, or no such offer in this build of OpenSSL. */
  | { readonly state: 'failed'; readonly reason: string };

/** Offers a server what it should refuse, from TLS 1.0 on, and says whether it does. */
export function offer({ host, port, address, maxVersion, ciphers, timeoutMs }: Offer): Promise<HandshakeResult> {
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? host : '';
    const failed = (thrown: unknown) => resolve({ state: 'failed', reason: reasonOf(thrown) });
    const options = {
      host: address ?? host,
      port,
      servername,
      maxVersion,
      ciphers,
      minVersion: 'TLSv1',
      rejectUnauthorized: false,
    } as const;
    try {
      const socket = tls.connect(options, () => {
        resolve({ state: 'accepted', protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name });
        socket.destroy();
      });
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      socket.on('error', (error) => {
        if (/ALERT/.test(codeOf(error) ?? '')) resolve({ state: 'refused' });
        else failed(error);
      });
    } catch (thrown) {
      failed(thrown);
    }
  });
}
