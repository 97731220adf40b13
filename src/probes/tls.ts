import type { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { codeOf, OpsError, reasonOf } from '../errors.ts';

export interface Presented {
  readonly certificate: X509Certificate;
  /** Why Node would refuse it, such as `CERT_HAS_EXPIRED`; one reason, the last that OpenSSL met. */
  readonly refusal: string | undefined;
}

export interface TlsQuery {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** The one IP address to ask, whatever the host resolves to. */
  readonly address?: string | undefined;
  readonly timeoutMs: number;
  /** Authorities in PEM to trust instead of the public ones. */
  readonly ca?: string | undefined;
}

/** What one address of a host presents, or why it presents nothing. */
export interface AddressAnswer {
  readonly address: string;
  readonly presented?: Presented;
  readonly failure?: string;
}

/** This machine lacks IPv6: that says nothing of the host. */
const noRoute = ['ENETUNREACH', 'EADDRNOTAVAIL'];

/**
 * Asks every address behind a host's name for its certificate: several servers behind one name may present several.
 *
 * @throws OpsError `probe_failed` when the name does not resolve.
 */
export async function askEveryAddress(query: TlsQuery): Promise<AddressAnswer[]> {
  const addresses = query.address === undefined ? await addressesOf(query.host) : [query.address];
  const answers = await Promise.all(
    addresses.map(async (address): Promise<AddressAnswer[]> => {
      try {
        return [{ address, presented: await presentedBy(address, query) }];
      } catch (thrown) {
        const ours = isIP(address) === 6 && addresses.length > 1 && noRoute.includes(codeOf(thrown) ?? '');
        return ours ? [] : [{ address, failure: reasonOf(thrown) }];
      }
    }),
  );
  return answers.flat();
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (thrown) {
    throw new OpsError('probe_failed', { probe: host, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/** The certificate is read without being verified: an expired one must still be seen, or it would vanish when it matters. */
function presentedBy(address: string, { host, port, timeoutMs, ca }: TlsQuery): Promise<Presented> {
  return new Promise((resolve, reject) => {
    const fail = (reason: Error): void => {
      socket.destroy();
      reject(reason);
    };
    // An address is no server name (RFC 6066): Node warns of it, and servers may refuse it.
    const servername = isIP(host) === 0 ? host : '';
    // Names are compared by whoever asks; an error of theirs would hide one of trust.
    const options = { rejectUnauthorized: false, checkServerIdentity: () => undefined, ...(ca ? { ca } : {}) };
    const socket = tls.connect({ host: address, port, servername, ...options }, () => {
      const certificate = socket.getPeerX509Certificate();
      const error: unknown = socket.authorizationError;
      socket.end();
      if (!certificate) fail(new Error('no certificate was presented'));
      else
        resolve({ certificate, refusal: error ? (error instanceof Error ? error.message : String(error)) : undefined });
    });
    socket.setTimeout(timeoutMs, () => fail(new Error(`no answer within ${timeoutMs} ms`)));
    socket.on('error', fail);
  });
}
