import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { JudgedCertificate } from '../certificate-problems.ts';
import type { Presented } from './tls.ts';

/** Every certificate of a PEM text in its order; throws what node:crypto says when there is none. */
export function certificatesIn(pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first = pem, ...rest] = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return [new X509Certificate(first), ...rest.map((block) => new X509Certificate(block))];
}

export function judgeDates({ validFromDate, validToDate }: X509Certificate, now: number): JudgedCertificate {
  return { expired: validToDate.getTime() <= now, not_yet_valid: validFromDate.getTime() > now };
}

/** Whether a certificate is for a name or an address. */
export function covers(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

const selfSigned = (certificate: X509Certificate) => certificate.checkIssued(certificate);

/**
 * Each certificate must be issued by the next. The last one is followed by an authority that clients have; a leaf alone
 * is followed by nothing that they have, unless it is its own authority.
 */
export function judgeChain(chain: readonly [X509Certificate, ...X509Certificate[]]): JudgedCertificate {
  const [leaf, ...rest] = chain;
  return {
    chain_order: leaf.ca && rest.length > 0 ? true : rest.some((issuer, at) => !chain[at]?.checkIssued(issuer)),
    chain_incomplete: rest.length === 0 && !selfSigned(leaf),
  };
}

/** Whether the private key, PEM, belongs to the certificate; one that is encrypted cannot be judged. */
export function judgeKey(certificate: X509Certificate, key: string): JudgedCertificate {
  let readable: KeyObject;
  try {
    readable = createPrivateKey(key);
  } catch {
    return {};
  }
  return { key_mismatch: !certificate.checkPrivateKey(readable) };
}

/** OpenSSL reports one trouble: a wrong date hides whether the authority is trusted. */
const dateTroubles = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

export function judgePresented({ certificate, refusal }: Presented, host: string, now: number): JudgedCertificate {
  const judged = { ...judgeDates(certificate, now), wrong_host: !covers(certificate, host) };
  if (refusal !== undefined && dateTroubles.includes(refusal)) return judged;
  const incomplete = refusal === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
  return { ...judged, chain_incomplete: incomplete, untrusted: refusal !== undefined && !incomplete };
}
