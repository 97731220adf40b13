import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { rejections } from '../../src/catalogue/gateway.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import { addressSet, type GatewayConfig } from '../config.ts';
import { contains, plainAddress } from './client.ts';

/** Peers whose first reset is remembered; a port scan must not fill the memory. */
const rememberedPeers = 10_000;

/**
 * Resets every connection whose TCP peer is not in the whitelist before a byte of it is read. X-Forwarded-For plays no
 * part here: a client could write anything into it.
 */
export function guardNetwork(server: Server, config: () => GatewayConfig, metrics: Metrics, log: Log): void {
  const warned = new Set<string>();
  server.prependListener('connection', (socket: Socket) => {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const { enabled, ips } = config().whitelist;
    if (!enabled || contains(addressSet(ips), peer)) return;
    socket.resetAndDestroy();
    metrics.add(rejections, { reason: 'network' });
    if (warned.has(peer) || warned.size >= rememberedPeers) return;
    warned.add(peer);
    log.warn({ peer }, 'connection reset: peer is not in gateway.whitelist.ips (told once per peer)');
  });
}
