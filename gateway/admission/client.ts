import type { BlockList } from 'node:net';
import { isIP } from 'node:net';

/** An address without what only its machine knows: an IPv4 address mapped into IPv6 loses its prefix, any its zone. */
export const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/s, '');

/** The address of one hop; some proxies write its port too, then with IPv6 in brackets. */
const hopAddress = (hop: string) =>
  plainAddress(
    hop
      .trim()
      .replace(/^\[(.*)\](?::\d+)?$/, '$1')
      .replace(/^([\d.]+):\d+$/, '$1'),
  );

/** Whether an address belongs to a set, whatever its family. */
export function contains(set: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && set.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** The rightmost hop of X-Forwarded-For that no trusted proxy wrote for itself; the peer unless it is trusted. */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: BlockList): string {
  if (forwardedFor === undefined || !contains(trusted, peer)) return peer;
  const hops = forwardedFor.split(',').map(hopAddress);
  let client = peer;
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) break;
    client = hop;
    if (!contains(trusted, hop)) break;
  }
  return client;
}

/** A request id that may go into logs and headers as it is. */
export const isSaneRequestId = (id: string) => /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/.test(id);
