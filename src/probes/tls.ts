import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { OpsError, reasonOf } from '../errors.ts';

/** Validity of a certificate, milliseconds since 1970. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * The leaf certificate that a host presents for its name (SNI). It is read without being verified: an expired one must
 * still be seen, or it would vanish exactly when it matters.
 *
 * @throws OpsError `probe_failed`.
 */
export function certificateOf(host: string, port: number, timeoutMs: number): Promise<Validity> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new OpsError('probe_failed', { probe: `${host}:${port}`, reason }));
    };
    // An address is no server name (RFC 6066): Node warns of it, and servers may refuse it.
    const servername = isIP(host) === 0 ? host : '';
    const socket = tls.connect({ host, port, servername, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.end();
      if (certificate) resolve(validityOf(certificate));
      else fail('no certificate was presented');
    });
    socket.setTimeout(timeoutMs, () => fail(`no answer within ${timeoutMs} ms`));
    socket.on('error', (error) => fail(reasonOf(error)));
  });
}

/** Validity of the first certificate of a PEM text; throws what node:crypto says of one that is none. */
export function certificateIn(pem: string): Validity {
  return validityOf(new X509Certificate(pem));
}

function validityOf({ validFromDate, validToDate }: X509Certificate): Validity {
  return { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() };
}
